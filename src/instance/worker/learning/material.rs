//! Training material: the recordings that sources were learned from, kept so that they can be learned again, together.

use crate::{
    dictionary::Dictionary,
    learner::{LearnSettings, Lesson, Verdict},
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

/// What is known of how the strips of a preset were learned.
#[derive(Default, Clone)]
pub(super) struct Taught {
    pub(super) materials: Materials,
    /// How well those that were learned together last are told apart.
    pub(super) verdicts: [Option<Verdict>; MAX_SOURCES],
}

/// The same of presets that can play again.
#[derive(Default)]
pub(super) struct TaughtEarlier(Vec<(Weak<Preset>, Taught)>);

impl Material {
    pub(super) fn lesson<'a>(&'a self, known: &'a [Dictionary]) -> Lesson<'a> {
        let settings = LearnSettings { components: self.components, ..LearnSettings::default() };
        Lesson { recordings: &self.recordings, settings, known, role: None }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.recordings.iter().map(Recording::seconds).sum()
    }
}

/// How much the evidence counts when `strips` are learned together; `None` if no source has a role, or `preset` has
/// other sources, which are not in the mixtures to learn from.
pub(super) fn evidence_weight(strips: &[(usize, &Material)], preset: &Preset) -> Option<f32> {
    let has_role = preset.sources.iter().any(|source| source.role.is_some());
    let is_wanted = has_role && strips.len() == preset.sources.len();
    is_wanted.then(|| preset.evidence_weight().unwrap_or(LearnSettings::default().evidence_weight))
}

impl Taught {
    /// Another source is on `strip`: how the others are told from it is not known any more.
    pub(super) fn forget(&mut self, strip: usize) {
        self.materials[strip] = None;
        self.verdicts = Default::default();
    }

    /// The sources have gone where `destination` says. If one that was told from the others has gone for good, how well
    /// they are told apart is not known any more.
    pub(super) fn follow_moves(&mut self, destination: impl Fn(usize) -> Option<usize>) {
        let before = std::mem::take(self);
        let is_whole = (0..MAX_SOURCES).all(|strip| before.verdicts[strip].is_none() || destination(strip).is_some());
        for (strip, (material, verdict)) in before.materials.into_iter().zip(before.verdicts).enumerate() {
            if let Some(to) = destination(strip) {
                (self.materials[to], self.verdicts[to]) = (material, verdict.filter(|_| is_whole));
            }
        }
    }
}

impl TaughtEarlier {
    /// Remembers how the strips of `preset` were learned, for as long as it can play again.
    pub(super) fn keep(&mut self, preset: &Arc<Preset>, taught: &Taught) {
        let preset = Arc::downgrade(preset);
        self.0.retain(|(earlier, _)| earlier.strong_count() > 0 && !earlier.ptr_eq(&preset));
        if taught.materials.iter().any(Option::is_some) {
            self.0.push((preset, taught.clone()));
        }
        while self.0.len() > 1 && self.seconds() > MOST_KEPT_SECONDS {
            self.0.remove(0);
        }
    }

    /// How the strips of `preset` were learned.
    pub(super) fn of(&self, preset: &Arc<Preset>) -> Taught {
        let known = self.0.iter().find(|(earlier, _)| std::ptr::eq(earlier.as_ptr(), &**preset));
        known.map(|(_, taught)| taught.clone()).unwrap_or_default()
    }

    /// Seconds of all recordings; presets that follow each other share theirs.
    fn seconds(&self) -> f64 {
        let mut materials: Vec<&Arc<Material>> =
            self.0.iter().flat_map(|(_, taught)| taught.materials.iter().flatten()).collect();
        materials.sort_by_key(|material| Arc::as_ptr(material));
        materials.dedup_by(|a, b| Arc::ptr_eq(a, b));
        materials.iter().map(|material| material.seconds()).sum()
    }
}
