//! Levels on their way from the audio thread to the editor: plain atomics, wait-free on both sides.

use crate::preset::MAX_SOURCES;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// One level pair per source, and one for the main output.
#[derive(Debug, Default)]
pub struct Meters {
    /// Indexed by source.
    pub sources: [Meter; MAX_SOURCES],
    /// The main output.
    pub output: Meter,
}

/// A level. Written by the audio thread, read by the editor; linear full-scale amplitude.
#[derive(Debug, Default)]
pub struct Meter {
    peak: AtomicU32,
    rms: AtomicU32,
}

impl Meter {
    /// Audio thread: a new stretch of sound has this peak and this RMS, linear amplitudes.
    pub fn write(&self, peak: f32, rms: f32) {
        let held = f32::from_bits(self.peak.load(Relaxed));
        self.peak.store(held.max(peak).to_bits(), Relaxed);
        self.rms.store(rms.to_bits(), Relaxed);
    }

    /// Editor: the highest peak since the last call and the newest RMS, linear amplitudes.
    pub fn take(&self) -> (f32, f32) {
        let peak = f32::from_bits(self.peak.swap(0, Relaxed));
        (peak, f32::from_bits(self.rms.load(Relaxed)))
    }
}
