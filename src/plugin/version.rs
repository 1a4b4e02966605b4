//! A preset as it once played, whole, so that it can play again exactly as it was.

use super::{preset_field::StoredPreset, session::Summary};
use crate::preset::{Preset, Source};
use std::sync::Arc;

/// The preset with what the project stores of it and what the editor shows. Cheap to keep beside another version that
/// shares its parts.
#[derive(Debug)]
pub struct Version {
    /// The preset.
    pub preset: Arc<Preset>,
    /// What the project stores.
    pub stored: Arc<StoredPreset>,
    /// What the editor shows.
    pub summary: Arc<Summary>,
}

impl Version {
    /// Whether both play the same preset under the same name.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.preset, &other.preset)
            && Arc::ptr_eq(&self.stored, &other.stored)
            && self.summary == other.summary
    }

    /// Memory that it takes, in bytes, near enough.
    pub fn bytes(&self) -> usize {
        let numbers = |source: &Source| -> usize {
            let dictionaries = source.dictionaries.iter();
            dictionaries.map(|entry| entry.bases.len() + entry.reconstruction.as_ref().map_or(0, Vec::len)).sum()
        };
        self.stored.file.len() + self.preset.sources.iter().map(numbers).sum::<usize>() * size_of::<f32>()
    }
}
