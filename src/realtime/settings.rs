//! What the audio half is told for a block: plain values.

use crate::engine::{Controls, Knobs, MAX_SOURCES, decibels};

/// Where the parameters stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Gain, mute and solo of each strip.
    pub strips: [Knobs; MAX_SOURCES],
    /// Exponent p of the masks.
    pub focus: f32,
    /// Strength of the sparsity prior, 0 to 1.
    pub sparsity: f32,
    /// Strength of the smoothness prior, 0 to 1.
    pub smoothness: f32,
    /// Share of the remix in the main output, 0 to 1.
    pub mix: f32,
    /// Gain of the main output, in dB.
    pub output_db: f32,
    /// The input passes, delayed.
    pub bypass: bool,
    /// The main output is the delayed input minus the remix.
    pub removed: bool,
    /// The Learn switch of each strip.
    pub learn: [bool; MAX_SOURCES],
}

impl Settings {
    /// The same for the separator. Only the strips of the preset's `sources` sources count; a solo on an empty strip
    /// silences nothing.
    pub fn controls(&self, sources: usize) -> Controls {
        let strips = self.strips.iter().take(sources).map(|knobs| (knobs.gain_db, knobs.mute, knobs.solo));
        Controls {
            gains: Controls::resolve_gains(strips),
            focus: self.focus,
            sparsity: self.sparsity,
            smoothness: self.smoothness,
            mix: self.mix,
            output: decibels::to_gain(self.output_db),
            bypass: self.bypass,
            removed: self.removed,
        }
    }
}

/// Where the host's transport is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Transport {
    /// Whether it runs.
    pub playing: bool,
    /// Its place on the host's timeline, in the unit in which the host counts.
    pub place: Option<f64>,
}
