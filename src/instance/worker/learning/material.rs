//! Training material: the recordings that sources were learned from, kept so that they can be learned again, together.

use crate::{
    dictionary::Dictionary,
    learner::{LearnSettings, Lesson},
    preset::{MAX_SOURCES, Preset},
    recording::Recording,
};
use std::sync::{Arc, Weak};

/// Most that is kept of recordings which presets that can play again were learned from, in seconds: some 400 MB in
/// stereo at 48 kHz.
const MOST_KEPT_SECONDS: f64 = 1_000.0;

/// What a source is learned from.
#[derive(Debug, Clone)]
pub(super) struct Material {
    pub(super) recordings: Vec<Recording>,
    /// What the preset says of them.
    pub(super) names: Vec<String>,
    /// Whether they were captured here.
    pub(super) is_played: bool,
    pub(super) components: usize,
}

/// What each strip was learned from, as far as it is known.
pub(super) type Materials = [Option<Arc<Material>>; MAX_SOURCES];

/// What the strips of presets that can play again were learned from.
#[derive(Default)]
pub(super) struct SharedMaterials(Vec<(Weak<Preset>, Materials)>);

impl Material {
    pub(super) fn lesson<'a>(&'a self, known: &'a [Dictionary]) -> Lesson<'a> {
        Lesson {
            recordings: &self.recordings,
            settings: LearnSettings { components: self.components, ..LearnSettings::default() },
            known,
        }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.recordings.iter().map(Recording::seconds).sum()
    }
}

impl SharedMaterials {
    /// Remembers what the strips of `preset` were learned from, for as long as it can play again.
    pub(super) fn keep(&mut self, preset: &Arc<Preset>, materials: &Materials) {
        let preset = Arc::downgrade(preset);
        self.0.retain(|(earlier, _)| earlier.strong_count() > 0 && !earlier.ptr_eq(&preset));
        if materials.iter().any(Option::is_some) {
            self.0.push((preset, materials.clone()));
        }
        while self.0.len() > 1 && self.seconds() > MOST_KEPT_SECONDS {
            self.0.remove(0);
        }
    }

    /// What the strips of `preset` were learned from.
    pub(super) fn of(&self, preset: &Arc<Preset>) -> Materials {
        let known = self.0.iter().find(|(earlier, _)| std::ptr::eq(earlier.as_ptr(), &**preset));
        known.map(|(_, materials)| materials.clone()).unwrap_or_default()
    }

    /// Seconds of all recordings; presets that follow each other share theirs.
    fn seconds(&self) -> f64 {
        let mut materials: Vec<&Arc<Material>> = self.0.iter().flat_map(|(_, all)| all.iter().flatten()).collect();
        materials.sort_by_key(|material| Arc::as_ptr(material));
        materials.dedup_by(|a, b| Arc::ptr_eq(a, b));
        materials.iter().map(|material| material.seconds()).sum()
    }
}
