//! Levels of the mixture, the sources and the output.

use crate::preset::MAX_SOURCES;

/// A mixture with an RMS below this has no meaningful shares. Linear.
const SILENT: f32 = 1e-12;

/// Peak and RMS of a stretch of sound, as linear full-scale amplitudes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Level {
    /// Highest absolute sample. For a source without an output of its own, an estimate from its RMS and the mixture's
    /// crest factor.
    pub peak: f32,
    /// Root mean square over one frame, averaged over the channels.
    pub rms: f32,
}

impl Level {
    /// The level of a part of this mixture with this `rms`, estimated with the mixture's crest factor.
    pub(super) fn of_part(self, rms: f32) -> Self {
        Self { peak: if self.rms > SILENT { rms * self.peak / self.rms } else { 0.0 }, rms }
    }

    /// The share of this mixture's power that `power` is, 0 to 1.
    pub(super) fn share(self, power: f32) -> f32 {
        if self.rms > SILENT { (power / (self.rms * self.rms)).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The levels of the last frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Levels {
    /// Each source, after its gain; 0 beyond the preset's sources.
    pub sources: [Level; MAX_SOURCES],
    /// Each source's share of the mixture's power, before its gain: Σ M_s P / Σ P. They sum to 1, and are 0 in silence.
    pub shares: [f32; MAX_SOURCES],
    /// The mixture.
    pub mixture: Level,
    /// The main output.
    pub output: Level,
}

impl Levels {
    /// Raises the peaks to those of `earlier`, where these are higher.
    pub(super) fn hold_peaks(&mut self, earlier: &Self) {
        for (level, earlier) in self.sources.iter_mut().zip(&earlier.sources) {
            level.peak = level.peak.max(earlier.peak);
        }
        self.mixture.peak = self.mixture.peak.max(earlier.mixture.peak);
        self.output.peak = self.output.peak.max(earlier.output.peak);
    }
}
