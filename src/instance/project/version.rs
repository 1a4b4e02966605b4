//! A preset as it once played, whole, so that it can play again exactly as it was.

use super::stored_preset::StoredPreset;
use crate::instance::state::summary::Summary;
use crate::{
    learner::adapted::Adapted,
    preset::{Preset, Source},
};
use std::sync::{Arc, Mutex, PoisonError};

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
    adapted: Mutex<Arc<Adapted>>,
}

impl Version {
    /// A version whose sources have become `adapted`.
    pub fn new(
        preset: Arc<Preset>,
        stored: Arc<StoredPreset>,
        summary: Arc<Summary>,
        adapted: Arc<Adapted>,
    ) -> Arc<Self> {
        Arc::new(Self { preset, stored, summary, adapted: Mutex::new(adapted) })
    }

    /// The same, apart from what becomes of this one from now on.
    pub fn apart(&self) -> Arc<Self> {
        Self::new(self.preset.clone(), self.stored.clone(), self.summary.clone(), self.adapted())
    }

    /// Whether both play the same preset under the same name.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.preset, &other.preset)
            && Arc::ptr_eq(&self.stored, &other.stored)
            && self.summary == other.summary
    }

    /// What its sources had become when it played last.
    pub fn adapted(&self) -> Arc<Adapted> {
        self.adapted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Worker: its sources have become this.
    pub fn set_adapted(&self, adapted: Arc<Adapted>) {
        *self.adapted.lock().unwrap_or_else(PoisonError::into_inner) = adapted;
    }

    /// What is different in `after`, which took this one's place, in a few words.
    pub fn difference(&self, after: &Self) -> String {
        let (before, after) = (&self.preset.sources, &after.preset.sources);
        if before.len() != after.len() {
            return "sources".to_owned();
        }
        let pairs = || before.iter().zip(after);
        let described = |(before, after): &(&Source, &Source)| {
            before.name != after.name
                || before.kind() != after.kind()
                || before.learned_from() != after.learned_from()
                || (after.is_adaptive() && before.bases != after.bases)
        };
        let other_bases = |(before, after): &(&Source, &Source)| {
            let bases = |source: &Source| source.dictionaries().first().map_or(0, |dictionary| dictionary.bases.len());
            bases(before) != bases(after)
                || before.dictionaries().iter().zip(after.dictionaries()).any(|(a, b)| a.bases != b.bases)
        };
        // Sources that are learned together all change: the one that was asked for has other bases.
        let changed = pairs().find(described).or_else(|| pairs().find(other_bases));
        let Some((before, after)) = changed.or_else(|| pairs().find(|(before, after)| before != after)) else {
            return "preset".to_owned();
        };
        let name = &after.name;
        match () {
            () if before.name != after.name => format!("name of {name}"),
            () if after.is_adaptive() && before.bases != after.bases => format!("{name} follows the mixture"),
            () if before.dictionaries() != after.dictionaries() => format!("learn {name}"),
            () if before.kind() != after.kind() => format!("{name} drifts"),
            () => format!("{name}'s settings"),
        }
    }

    /// Memory that it takes, in bytes, near enough.
    pub fn bytes(&self) -> usize {
        let numbers = |source: &Source| -> usize {
            let dictionaries = source.dictionaries().iter();
            dictionaries.map(|entry| entry.bases.len() + entry.reconstruction.as_ref().map_or(0, Vec::len)).sum()
        };
        self.stored.file.len() + self.preset.sources.iter().map(numbers).sum::<usize>() * size_of::<f32>()
    }
}
