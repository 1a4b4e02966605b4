//! Runs the trials of a search.

use super::{
    halving::{self, BracketStep},
    material::{self, MaterialError, Thirds, TuningSource},
    plan::{Bracket, RUNGS, Shard, TuningPlan},
    results::{TrialResult, TrialResults, TrialStage},
    settings::TuningSettings,
    test_mixture::{MixtureDraw, TestMixture, TrialError},
};
use crate::{
    learner::{self, LearnError, LearnSettings, Lesson},
    nmf::factorization::FactorizationError,
    preset::{LearnedBases, Preset, Source},
    recording::Recording,
};
use rayon::prelude::*;
use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Bytes of what scoring needs that are kept from trial to trial.
const BYTES_KEPT: usize = 1 << 30;
/// The work of learning, in mixtures separated and scored.
const LEARNING_WORK: usize = 8;

/// Something that takes apart mixtures of recordings, setting by setting.
pub struct Tuner {
    plan: TuningPlan,
    sources: Vec<TuningSource>,
    trials: Vec<TuningSettings>,
    /// Length of a mixture in samples.
    len: usize,
    /// Mixtures to choose by, and to report by; made when they are first heard.
    choosing: Vec<OnceLock<TestMixture>>,
    held_out: Vec<OnceLock<TestMixture>>,
    /// What was learned for trials that are still heard.
    learned: Mutex<HashMap<(usize, Thirds), Arc<Preset>>>,
}

/// What hears of a search while it runs, from several threads.
pub trait TuningListener: Sync {
    /// A trial has finished a stage. Breaking stops the search.
    fn finished(&self, result: &TrialResult) -> ControlFlow<()>;

    /// `share` of all that this shard has to do is done, 0 to 1. Breaking stops the search.
    fn progress(&self, share: f32) -> ControlFlow<()>;
}

/// How far a shard has got.
struct WorkCount<'a> {
    done: Mutex<usize>,
    all: usize,
    listener: &'a dyn TuningListener,
}

impl WorkCount<'_> {
    fn add(&self, work: usize) -> ControlFlow<()> {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += work;
        self.listener.progress(*done as f32 / self.all.max(1) as f32)
    }

    /// The listener breaks as soon as it wants to stop.
    fn poll(&self) -> ControlFlow<()> {
        self.add(0)
    }
}

impl Tuner {
    /// A search over `sources`.
    ///
    /// # Errors
    /// [`MaterialError`] if no mixtures can be made of them.
    pub fn new(sources: Vec<TuningSource>, plan: TuningPlan) -> Result<Self, MaterialError> {
        material::check(&sources)?;
        let recordings = || sources.iter().flat_map(|source| &source.recordings);
        let shortest = recordings().map(|recording| recording.len() / 3).min().unwrap_or_default();
        let wanted = (plan.seconds * f64::from(sources[0].recordings[0].sample_rate)) as usize;
        // Bases that are found while the mixture plays take their time: there passages go round.
        let goes_round = sources.iter().any(|source| source.finds_bases);
        let len = if goes_round { wanted } else { wanted.min(shortest) };
        let mixtures = || (0..plan.mixtures).map(|_| OnceLock::new()).collect();
        Ok(Self {
            trials: plan.space.trials(plan.trials, plan.seed),
            choosing: mixtures(),
            held_out: mixtures(),
            learned: Mutex::default(),
            plan,
            sources,
            len,
        })
    }

    /// The settings of each trial.
    pub fn trials(&self) -> &[TuningSettings] {
        &self.trials
    }

    /// Length of a mixture in samples.
    pub fn mixture_len(&self) -> usize {
        self.len
    }

    /// Runs what of `shard` is not `known`, on all threads of the current pool, and gives all that is known then.
    ///
    /// # Errors
    /// The first [`TrialError`], [`TrialError::Stopped`] among them.
    pub fn run(
        &self,
        shard: Shard,
        known: TrialResults,
        listener: &dyn TuningListener,
    ) -> Result<TrialResults, TrialError> {
        let brackets = self.plan.brackets(self.trials.len(), shard);
        let all = brackets.iter().map(|bracket| self.work_of(bracket)).sum();
        let of_shard = |result: &TrialResult| brackets.iter().any(|bracket| bracket.trials.contains(&result.trial));
        let done = known.iter().filter(of_shard).map(|result| self.work_of_stage(result.stage)).sum();
        let count = WorkCount { done: Mutex::new(done), all, listener };
        let results = Mutex::new(known);
        brackets.par_iter().try_for_each(|bracket| self.run_bracket(bracket, &results, &count))?;
        Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn run_bracket(
        &self,
        bracket: &Bracket,
        results: &Mutex<TrialResults>,
        count: &WorkCount<'_>,
    ) -> Result<(), TrialError> {
        loop {
            let step = halving::next_step(&self.plan, bracket, &results.lock().unwrap_or_else(PoisonError::into_inner));
            let BracketStep::Run { stage, missing, alive } = step else {
                self.forget(&bracket.trials);
                return Ok(());
            };
            let gone: Vec<usize> = bracket.trials.iter().copied().filter(|trial| !alive.contains(trial)).collect();
            self.forget(&gone);
            missing.par_iter().try_for_each(|trial| {
                let result = self.hear(*trial, stage, count)?;
                if count.listener.finished(&result).is_break() {
                    return Err(TrialError::Stopped);
                }
                results.lock().unwrap_or_else(PoisonError::into_inner).add(result);
                Ok(())
            })?;
        }
    }

    /// What `trial` gives in `stage`.
    fn hear(&self, trial: usize, stage: TrialStage, count: &WorkCount<'_>) -> Result<TrialResult, TrialError> {
        let settings = &self.trials[trial];
        let (mixtures, folds): (Vec<usize>, &[Thirds]) = match stage {
            TrialStage::Rung(rung) => (self.plan.rung_mixtures(rung).collect(), &[Thirds::First, Thirds::Second]),
            TrialStage::HeldOut => ((0..self.plan.mixtures).collect(), &[Thirds::FirstTwo]),
        };
        let presets =
            folds.par_iter().map(|thirds| self.learned_from(trial, *thirds, count)).collect::<Result<Vec<_>, _>>()?;
        let scores = mixtures
            .par_iter()
            .map(|number| {
                if count.poll().is_break() {
                    return Err(TrialError::Stopped);
                }
                let (mixture, preset) = match stage {
                    TrialStage::Rung(_) => (self.choosing_mixture(*number), &presets[number % 2]),
                    TrialStage::HeldOut => (self.held_out_mixture(*number), &presets[0]),
                };
                let scores = mixture.score(preset, settings)?;
                let _ = count.add(1);
                Ok(scores)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(TrialResult { trial, stage, scores })
    }

    /// Mixture `number` to choose by: of the second thirds where the first ones are learned from, and the other way
    /// round.
    fn choosing_mixture(&self, number: usize) -> &TestMixture {
        let thirds = if number % 2 == 0 { Thirds::Second } else { Thirds::First };
        self.choosing[number].get_or_init(|| self.mixture(thirds, number))
    }

    fn held_out_mixture(&self, number: usize) -> &TestMixture {
        self.held_out[number].get_or_init(|| self.mixture(Thirds::Last, number))
    }

    fn mixture(&self, thirds: Thirds, number: usize) -> TestMixture {
        let bytes = 2 * self.plan.mixtures * TestMixture::bytes_kept(self.sources.len());
        let draw = MixtureDraw { thirds, number, seed: self.plan.seed, len: self.len };
        TestMixture::new(&self.sources, draw, bytes <= BYTES_KEPT)
    }

    /// The preset that `trial` learns from `thirds`, learned when it is first wanted.
    fn learned_from(&self, trial: usize, thirds: Thirds, count: &WorkCount<'_>) -> Result<Arc<Preset>, TrialError> {
        let presets = || self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(preset) = presets().get(&(trial, thirds)) {
            return Ok(Arc::clone(preset));
        }
        let preset = self.learn(&self.trials[trial], thirds, &mut |_| count.poll())?;
        let _ = count.add(LEARNING_WORK);
        let preset = Arc::new(preset);
        presets().insert((trial, thirds), Arc::clone(&preset));
        Ok(preset)
    }

    fn forget(&self, trials: &[usize]) {
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.retain(|(trial, _), _| !trials.contains(trial));
    }

    /// A preset with `settings`, learned for all modes from the whole of the recordings.
    ///
    /// # Errors
    /// [`TrialError`]
    pub fn preset(
        &self,
        settings: &TuningSettings,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Preset, TrialError> {
        self.learn(settings, Thirds::Whole, progress)
    }

    fn learn(
        &self,
        settings: &TuningSettings,
        thirds: Thirds,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Preset, TrialError> {
        // Neither half of the choice depends on one random start.
        let seed = self.plan.seed.wrapping_add(u64::from(thirds == Thirds::Second));
        let taught: Vec<usize> = (0..self.sources.len()).filter(|index| !self.sources[*index].finds_bases).collect();
        let part = |recording: &Recording| learner::padded(thirds.of(recording));
        let parts: Vec<Vec<Recording>> =
            taught.iter().map(|index| self.sources[*index].recordings.iter().map(part).collect()).collect();
        let lessons: Vec<Lesson<'_>> = taught
            .iter()
            .zip(&parts)
            .map(|(index, recordings)| {
                let components = settings.components[*index];
                let universal = settings.universal && recordings.len() > 1;
                let settings = LearnSettings { components, universal, iterations: settings.iterations, seed };
                Lesson { recordings, settings, known: &[] }
            })
            .collect();
        let learned = match thirds {
            _ if lessons.is_empty() => Ok(Vec::new()),
            Thirds::Whole => learner::learn(&lessons, progress),
            _ => learner::learn_for(settings.mode, &lessons, progress),
        };
        let learned = learned.map_err(|error| match error.error {
            LearnError::Factorization(FactorizationError::Cancelled) => TrialError::Stopped,
            cause => TrialError::Learn { source_name: self.sources[taught[error.lesson]].name.clone(), error: cause },
        })?;
        Ok(self.preset_of(settings, learned))
    }

    /// The sources in their order, those that were taught with what was `learned`.
    fn preset_of(&self, settings: &TuningSettings, learned: Vec<LearnedBases>) -> Preset {
        let mut learned = learned.into_iter();
        let source = |(strip, source): (usize, &TuningSource)| {
            let components = settings.components[strip];
            let taught = if source.finds_bases { None } else { learned.next() };
            match (taught, source.role) {
                (Some(mut bases), role) => {
                    bases.drift = settings.drift;
                    Source { role: role.filter(|_| settings.evidence), ..Source::fixed(&source.name, strip, bases) }
                }
                (None, Some(role)) => Source::recognised(&source.name, strip, role, components),
                (None, None) => Source::adaptive(&source.name, strip, components),
            }
        };
        Preset::of(self.sources.iter().enumerate().map(source).collect())
    }

    /// The work of all stages that the trials of `bracket` go through.
    fn work_of(&self, bracket: &Bracket) -> usize {
        let rungs = (0..RUNGS).map(|rung| bracket.survivors(rung) * self.work_of_stage(TrialStage::Rung(rung)));
        rungs.sum::<usize>() + self.work_of_stage(TrialStage::HeldOut)
    }

    fn work_of_stage(&self, stage: TrialStage) -> usize {
        match stage {
            TrialStage::Rung(0) => self.plan.rung_mixtures(0).len() + 2 * LEARNING_WORK,
            TrialStage::Rung(rung) => self.plan.rung_mixtures(rung).len(),
            TrialStage::HeldOut => self.plan.mixtures + LEARNING_WORK,
        }
    }
}
