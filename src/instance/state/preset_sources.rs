//! The sources of a preset that does not play.

use crate::preset::library::Entry;

/// The sources of a preset, to choose one from.
#[derive(Debug, Clone, PartialEq)]
pub struct PresetSources {
    /// The preset.
    pub preset: Entry,
    /// Their names, in order.
    pub names: Vec<String>,
    /// How well each fits what was heard, 0 to 1, as in [`SourceRank`](super::ranks::SourceRank).
    pub fits: Vec<Option<f32>>,
}
