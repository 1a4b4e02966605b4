//! Where presets live: the factory set inside the binary, and the user's folder.

use std::path::PathBuf;

/// A preset that can be chosen by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The preset's name: its file name without the suffix.
    pub name: String,
    /// Its file, or `None` for a factory preset.
    pub path: Option<PathBuf>,
}

/// Factory presets first, then the user's, each by name.
pub fn entries() -> Vec<Entry> {
    Vec::new()
}
