//! The sources of a preset that does not play.

use crate::preset::library::Entry;

/// The sources of a preset, to choose one from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetSources {
    /// The preset.
    pub preset: Entry,
    /// Their names, in order.
    pub names: Vec<String>,
}
