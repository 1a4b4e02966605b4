//! Levels on their way from the audio thread to the editor: single atomics.

use super::cpu_meter::CpuMeter;
use crate::engine::{Levels, MAX_SOURCES};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// Levels under this are silence, in dB full scale.
pub const SILENCE_DB: f32 = -90.0;

/// Everything that an editor shows as a level.
#[derive(Debug, Default)]
pub struct Meters {
    /// Indexed by source.
    pub sources: [Meter; MAX_SOURCES],
    /// How much of the mixture each source is. Indexed by source.
    pub shares: [Share; MAX_SOURCES],
    /// The mixture as it comes in.
    pub mixture: Meter,
    /// The main output.
    pub output: Meter,
    /// How much of its time the audio thread takes.
    pub cpu: CpuMeter,
    /// Whether the separation has failed since anybody asked.
    failed: AtomicBool,
}

impl Meters {
    /// Audio thread: a block was played with these levels.
    pub fn write(&self, levels: &Levels) {
        for (meter, level) in self.sources.iter().zip(&levels.sources) {
            meter.write(level.peak, level.rms);
        }
        for (share, played) in self.shares.iter().zip(&levels.shares) {
            share.write(*played);
        }
        self.mixture.write(levels.mixture.peak, levels.mixture.rms);
        self.output.write(levels.output.peak, levels.output.rms);
    }

    /// Audio thread: the separation has failed.
    pub fn set_failed(&self) {
        self.failed.store(true, Relaxed);
    }

    /// Worker: whether the separation has failed; once per failure.
    pub fn take_failure(&self) -> bool {
        self.failed.swap(false, Relaxed)
    }
}

/// A share of the mixture's power, 0 to 1. Written by the audio thread, read by the editor.
#[derive(Debug, Default)]
pub struct Share(AtomicU32);

impl Share {
    /// Audio thread: it is this much now.
    pub fn write(&self, share: f32) {
        self.0.store(share.to_bits(), Relaxed);
    }

    /// Editor: how much it is.
    pub fn read(&self) -> f32 {
        f32::from_bits(self.0.load(Relaxed))
    }
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

    /// The newest RMS, a linear amplitude.
    pub fn rms(&self) -> f32 {
        f32::from_bits(self.rms.load(Relaxed))
    }

    /// Editor: the highest peak since the last call and the newest RMS, linear amplitudes.
    pub fn take(&self) -> (f32, f32) {
        let peak = f32::from_bits(self.peak.swap(0, Relaxed));
        (peak, self.rms())
    }
}
