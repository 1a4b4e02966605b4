//! What is learned for trials, and kept as long as some of them play with it.

use super::{
    material::{BLOCKS, LearnedPart, TuningSource},
    settings::TuningSettings,
    test_mixture::TrialError,
};
use crate::{
    learner::{self, LearnError, LearnSettings, Lesson, learned_mode},
    nmf::factorization::FactorizationError,
    preset::{Kind, LearnedBases, Preset, Source},
    recording::Recording,
    stft::LatencyMode,
};
use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// All that learned bases depend on: trials that differ in other settings share them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LearnedWith {
    part: LearnedPart,
    /// Of each source that is learned from its recordings.
    components: Vec<usize>,
    universal: bool,
    iterations: u32,
    /// The bits of [`TuningSettings::evidence`]; 0 where no reconstruction bases are learned under it.
    evidence_weight: u32,
    /// One of those that dictionaries are learned for.
    mode: LatencyMode,
}

impl LearnedWith {
    /// What `sources` are learned with from `part` under `settings`.
    pub(super) fn of(settings: &TuningSettings, sources: &[TuningSource], part: LearnedPart) -> Self {
        let TuningSettings { components, universal, iterations, mode, evidence, .. } = settings;
        // As `learn` does it.
        let is_under_evidence = sources.iter().all(|source| !source.finds_bases);
        let taught = sources.iter().zip(components).filter(|(source, _)| !source.finds_bases);
        Self {
            part,
            components: taught.map(|(_, components)| *components).collect(),
            universal: *universal,
            iterations: *iterations,
            evidence_weight: if is_under_evidence { evidence.to_bits() } else { 0 },
            mode: learned_mode(*mode),
        }
    }

    /// The bases of those of `sources` that are learned: of the whole of the recordings for all modes, otherwise for
    /// the mode that they play in.
    ///
    /// # Errors
    /// [`TrialError::Learn`], and [`TrialError::Stopped`] if `progress` breaks.
    pub(super) fn learn(
        &self,
        sources: &[TuningSource],
        seed: u64,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Vec<LearnedBases>, TrialError> {
        // The choice does not depend on one random start.
        let block = if let LearnedPart::AllBut(block) = self.part { block } else { 0 };
        let seed = seed.wrapping_add(block as u64);
        let taught: Vec<&TuningSource> = sources.iter().filter(|source| !source.finds_bases).collect();
        let part = |recording: &Recording| learner::padded(self.part.of(recording));
        let parts: Vec<Vec<Recording>> =
            taught.iter().map(|source| source.recordings.iter().map(part).collect()).collect();
        let evidence_weight = f32::from_bits(self.evidence_weight);
        let lesson = |((components, recordings), source): ((&usize, _), &&TuningSource)| {
            let recordings: &Vec<Recording> = recordings;
            let universal = self.universal && recordings.len() > 1;
            let iterations = self.iterations;
            let settings = LearnSettings { components: *components, universal, iterations, seed, evidence_weight };
            Lesson { recordings, settings, known: &[], role: source.role.filter(|_| evidence_weight > 0.0) }
        };
        let lessons: Vec<Lesson<'_>> = self.components.iter().zip(&parts).zip(&taught).map(lesson).collect();
        let learned = match self.part {
            _ if lessons.is_empty() => Ok(Vec::new()),
            LearnedPart::Whole => learner::learn(&lessons, progress),
            _ => learner::learn_for(self.mode, &lessons, progress),
        };
        learned.map_err(|error| match error.error {
            LearnError::Factorization(FactorizationError::Cancelled) => TrialError::Stopped,
            cause => TrialError::Learn { source_name: taught[error.lesson].name.clone(), error: cause },
        })
    }
}

/// A preset of `sources` in their order, those that are taught with what was `learned`; it is played with `settings`.
pub(super) fn preset_of(sources: &[TuningSource], settings: &TuningSettings, learned: Vec<LearnedBases>) -> Preset {
    let mut learned = learned.into_iter();
    let source = |(strip, source): (usize, &TuningSource)| {
        let components = settings.components[strip];
        let taught = if source.finds_bases { None } else { learned.next() };
        match (taught, source.role) {
            (Some(mut bases), role) => {
                bases.drift = settings.drift;
                Source { role: role.filter(|_| settings.evidence > 0.0), ..Source::fixed(&source.name, strip, bases) }
            }
            (None, Some(role)) => Source::recognised(&source.name, strip, role, components),
            (None, None) => Source::adaptive(&source.name, strip, components),
        }
    };
    let preset = Preset::of(sources.iter().enumerate().map(source).collect());
    let moves = preset.sources.iter().any(|source| source.kind() != Kind::Fixed);
    Preset { play: Some(settings.play(moves)), ..preset }
}

/// What was learned and may be wanted again.
#[derive(Default)]
pub(super) struct LearnedCache {
    known: Mutex<HashMap<LearnedWith, Arc<Vec<LearnedBases>>>>,
}

impl LearnedCache {
    fn known(&self) -> MutexGuard<'_, HashMap<LearnedWith, Arc<Vec<LearnedBases>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was learned `with` these settings, if it was kept.
    pub(super) fn get(&self, with: &LearnedWith) -> Option<Arc<Vec<LearnedBases>>> {
        self.known().get(with).map(Arc::clone)
    }

    /// Keeps what was `learned`.
    pub(super) fn keep(&self, with: &LearnedWith, learned: Arc<Vec<LearnedBases>>) {
        self.known().insert(with.clone(), learned);
    }

    /// Forgets what was learned for the settings of `trials`, and not for those that `remaining` ones have.
    pub(super) fn forget<'a>(
        &self,
        sources: &[TuningSource],
        trials: impl Iterator<Item = &'a TuningSettings>,
        remaining: impl Iterator<Item = &'a TuningSettings>,
    ) {
        let parts = || (0..BLOCKS).map(LearnedPart::AllBut).chain([LearnedPart::Blocks]);
        let of = |settings: &'a TuningSettings| parts().map(|part| LearnedWith::of(settings, sources, part));
        let kept: HashSet<LearnedWith> = remaining.flat_map(of).collect();
        let gone: HashSet<LearnedWith> = trials.flat_map(of).filter(|with| !kept.contains(with)).collect();
        self.known().retain(|with, _| !gone.contains(with));
    }
}
