//! How a preset is best played, where that was found out.

use crate::{dictionary::Flaw, stft::LatencyMode};
use std::ops::RangeInclusive;

/// What focus may be.
pub const FOCUS_RANGE: RangeInclusive<f32> = 0.5..=4.0;
/// What the strength of a prior may be.
pub const STRENGTH_RANGE: RangeInclusive<f32> = 0.0..=1.0;
/// How many seconds of sound bases that move may learn from.
pub const MEMORY_SECONDS_RANGE: RangeInclusive<f64> = 0.5..=10.0;

/// Settings that a preset is best played with. The command line uses them unless it is told others; the plugin sets
/// them when the preset is loaded, but for the mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaySettings {
    /// The latency mode.
    pub mode: LatencyMode,
    /// Exponent of the masks, within [`FOCUS_RANGE`].
    pub focus: f32,
    /// Strength of the sparsity prior, within [`STRENGTH_RANGE`].
    pub sparsity: f32,
    /// Strength of the smoothness prior, within [`STRENGTH_RANGE`].
    pub smoothness: f32,
    /// How many seconds of sound bases learn from that move while the preset plays, within [`MEMORY_SECONDS_RANGE`];
    /// `None` where it was not tuned.
    pub memory_seconds: Option<f64>,
}

impl PlaySettings {
    /// Checks every field.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        check("focus", self.focus, &FOCUS_RANGE)?;
        check("sparsity", self.sparsity, &STRENGTH_RANGE)?;
        check("smoothness", self.smoothness, &STRENGTH_RANGE)?;
        self.memory_seconds.map_or(Ok(()), |seconds| check("memory_seconds", seconds, &MEMORY_SECONDS_RANGE))
    }
}

fn check<T: PartialOrd + ToString>(field: &str, value: T, range: &RangeInclusive<T>) -> Result<(), Flaw> {
    if range.contains(&value) {
        return Ok(());
    }
    let expected = format!("{} to {}", range.start().to_string(), range.end().to_string());
    Err(Flaw::new(field, value.to_string(), expected))
}
