//! How a preset is best played, where that was found out.

use crate::{dictionary::Flaw, stft::LatencyMode};

/// What focus may be.
pub const FOCUS_RANGE: std::ops::RangeInclusive<f32> = 0.5..=4.0;

/// Settings that a preset is best played with. The command line uses them unless it is told others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaySettings {
    /// The latency mode.
    pub mode: LatencyMode,
    /// Exponent of the masks, within [`FOCUS_RANGE`].
    pub focus: f32,
    /// Strength of the sparsity prior, 0 to 1.
    pub sparsity: f32,
    /// Strength of the smoothness prior, 0 to 1.
    pub smoothness: f32,
}

impl PlaySettings {
    /// Checks every field.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        let Self { focus, sparsity, smoothness, .. } = *self;
        for (field, value, range) in
            [("focus", focus, FOCUS_RANGE), ("sparsity", sparsity, 0.0..=1.0), ("smoothness", smoothness, 0.0..=1.0)]
        {
            if !range.contains(&value) {
                return Err(Flaw::new(field, value.to_string(), format!("{} to {}", range.start(), range.end())));
            }
        }
        Ok(())
    }
}
