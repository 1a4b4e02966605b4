//! Levels and the load on their way from the audio thread to the editor: plain atomics, wait-free on both sides.

use crate::preset::MAX_SOURCES;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Levels under this are silence, in dB full scale.
pub const SILENCE_DB: f32 = -90.0;

/// One level pair per source, and one for the main output.
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
    pub load: LoadMeter,
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

/// The share of each block's length that the audio thread took for it. Written by the audio thread, read by the editor.
#[derive(Debug, Default)]
pub struct LoadMeter {
    share: AtomicU32,
    peak: AtomicU32,
    late: AtomicU32,
    blocks: AtomicU32,
}

/// What a [`LoadMeter`] says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Load {
    /// Share of the time, 0 to 1 and above, averaged over half a second.
    pub share: f32,
    /// The highest share of a single block lately.
    pub peak: f32,
    /// Blocks that took longer than they last, since the beginning; wraps around.
    pub late: u32,
    /// Blocks that were measured, since the beginning; wraps around. It stands still while nothing is played.
    pub blocks: u32,
}

impl LoadMeter {
    /// Audio thread: another block; `late` if it took longer than it lasts.
    pub fn write(&self, share: f32, peak: f32, late: bool) {
        self.share.store(share.to_bits(), Relaxed);
        self.peak.store(peak.to_bits(), Relaxed);
        // Nobody else writes.
        self.late.store(self.late.load(Relaxed).wrapping_add(late.into()), Relaxed);
        self.blocks.store(self.blocks.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// Editor: how it stands.
    pub fn read(&self) -> Load {
        Load {
            share: f32::from_bits(self.share.load(Relaxed)),
            peak: f32::from_bits(self.peak.load(Relaxed)),
            late: self.late.load(Relaxed),
            blocks: self.blocks.load(Relaxed),
        }
    }
}
