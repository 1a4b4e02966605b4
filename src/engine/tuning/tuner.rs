//! Runs the trials of a search.

use super::{
    halving::{self, BracketStep},
    material::{self, BLOCKS, LearnedPart, MaterialError, MixedPart, TuningSource},
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
    stft::LatencyMode,
};
use rayon::prelude::*;
use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Bytes of what scoring needs that are kept from trial to trial.
const BYTES_KEPT: usize = 1 << 30;
/// The work of learning, in mixtures separated and scored.
const LEARNING_WORK: usize = 20;

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
    learned: Mutex<HashMap<LearnedWith, Arc<Vec<LearnedBases>>>>,
}

/// All that learned bases depend on: trials that differ in other settings share them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LearnedWith {
    part: LearnedPart,
    components: Vec<usize>,
    universal: bool,
    iterations: u32,
    mode: LatencyMode,
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
        self.listener.progress((*done as f32 / self.all.max(1) as f32).min(1.0))
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
        let shortest = material::shortest_part(&sources);
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
        let done = brackets.iter().map(|bracket| self.work_done(bracket, &known)).sum();
        let count = WorkCount { done: Mutex::new(done), all, listener };
        let results = Mutex::new(known);
        brackets.par_iter().try_for_each(|bracket| self.run_bracket(bracket, &results, &count))?;
        let _ = listener.progress(1.0);
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
                self.forget(&bracket.trials, &[]);
                return Ok(());
            };
            self.forget(&bracket.trials, &alive);
            // First all that is learned, each once; then whoever plays with it.
            let wanted: HashSet<LearnedWith> =
                missing.iter().flat_map(|trial| parts_of(stage).map(|part| self.learned_with(*trial, part))).collect();
            wanted.par_iter().try_for_each(|with| self.learned(with, count).map(drop))?;
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
        let mixtures: Vec<usize> = match stage {
            TrialStage::Rung(rung) => self.plan.rung_mixtures(rung).collect(),
            TrialStage::HeldOut => (0..self.plan.mixtures).collect(),
        };
        let preset = |part: LearnedPart| {
            let learned = self.learned(&self.learned_with(trial, part), count)?;
            Ok::<_, TrialError>(self.preset_of(settings, learned.to_vec()))
        };
        let presets = parts_of(stage).map(preset).collect::<Result<Vec<_>, _>>()?;
        let scores = mixtures
            .par_iter()
            .map(|number| {
                if count.poll().is_break() {
                    return Err(TrialError::Stopped);
                }
                let (mixture, preset) = match stage {
                    TrialStage::Rung(_) => (self.choosing_mixture(*number), &presets[number % BLOCKS]),
                    TrialStage::HeldOut => (self.held_out_mixture(*number), &presets[0]),
                };
                let scores = mixture.score(preset, settings)?;
                let _ = count.add(1);
                Ok(scores)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(TrialResult { trial, stage, scores })
    }

    /// Mixture `number` to choose by: the blocks take turns.
    fn choosing_mixture(&self, number: usize) -> &TestMixture {
        self.choosing[number].get_or_init(|| self.mixture(MixedPart::Block(number % BLOCKS), number))
    }

    fn held_out_mixture(&self, number: usize) -> &TestMixture {
        self.held_out[number].get_or_init(|| self.mixture(MixedPart::Last, number))
    }

    fn mixture(&self, part: MixedPart, number: usize) -> TestMixture {
        let bytes = 2 * self.plan.mixtures * TestMixture::bytes_kept(self.sources.len());
        let draw = MixtureDraw { part, number, seed: self.plan.seed, len: self.len };
        TestMixture::new(&self.sources, draw, bytes <= BYTES_KEPT)
    }

    fn learned_with(&self, trial: usize, part: LearnedPart) -> LearnedWith {
        let TuningSettings { components, universal, iterations, mode, .. } = &self.trials[trial];
        let taught = self.sources.iter().zip(components).filter(|(source, _)| !source.finds_bases);
        LearnedWith {
            part,
            components: taught.map(|(_, components)| *components).collect(),
            universal: *universal,
            iterations: *iterations,
            mode: *mode,
        }
    }

    /// What is learned `with` these settings, when it is first wanted.
    fn learned(&self, with: &LearnedWith, count: &WorkCount<'_>) -> Result<Arc<Vec<LearnedBases>>, TrialError> {
        let all = || self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(learned) = all().get(with) {
            return Ok(Arc::clone(learned));
        }
        let learned = Arc::new(self.learn(with, &mut |_| count.poll())?);
        let _ = count.add(LEARNING_WORK);
        all().insert(with.clone(), Arc::clone(&learned));
        Ok(learned)
    }

    /// Forgets what was learned for `trials` and not for those that are still `alive`.
    fn forget(&self, trials: &[usize], alive: &[usize]) {
        let parts = || (0..BLOCKS).map(LearnedPart::AllBut).chain([LearnedPart::Blocks]);
        let of = |trials: &[usize]| -> HashSet<LearnedWith> {
            trials.iter().flat_map(|trial| parts().map(|part| self.learned_with(*trial, part))).collect()
        };
        let (gone, kept) = (of(trials), of(alive));
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.retain(|with, _| !gone.contains(with) || kept.contains(with));
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
        let taught = self.sources.iter().zip(&settings.components).filter(|(source, _)| !source.finds_bases);
        let with = LearnedWith {
            part: LearnedPart::Whole,
            components: taught.map(|(_, components)| *components).collect(),
            universal: settings.universal,
            iterations: settings.iterations,
            mode: settings.mode,
        };
        Ok(self.preset_of(settings, self.learn(&with, progress)?))
    }

    /// The bases of the sources that are learned.
    fn learn(
        &self,
        with: &LearnedWith,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Vec<LearnedBases>, TrialError> {
        // The choice does not depend on one random start.
        let block = if let LearnedPart::AllBut(block) = with.part { block } else { 0 };
        let seed = self.plan.seed.wrapping_add(block as u64);
        let taught: Vec<&TuningSource> = self.sources.iter().filter(|source| !source.finds_bases).collect();
        let part = |recording: &Recording| learner::padded(with.part.of(recording));
        let parts: Vec<Vec<Recording>> =
            taught.iter().map(|source| source.recordings.iter().map(part).collect()).collect();
        let lessons: Vec<Lesson<'_>> = with
            .components
            .iter()
            .zip(&parts)
            .map(|(components, recordings)| {
                let universal = with.universal && recordings.len() > 1;
                let settings = LearnSettings { components: *components, universal, iterations: with.iterations, seed };
                Lesson { recordings, settings, known: &[] }
            })
            .collect();
        let learned = match with.part {
            _ if lessons.is_empty() => Ok(Vec::new()),
            LearnedPart::Whole => learner::learn(&lessons, progress),
            _ => learner::learn_for(with.mode, &lessons, progress),
        };
        learned.map_err(|error| match error.error {
            LearnError::Factorization(FactorizationError::Cancelled) => TrialError::Stopped,
            cause => TrialError::Learn { source_name: taught[error.lesson].name.clone(), error: cause },
        })
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

    /// The work of `bracket`: all that is learned, each once, and all mixtures.
    fn work_of(&self, bracket: &Bracket) -> usize {
        let wanted = bracket.trials.iter().map(|trial| self.learned_with(*trial, LearnedPart::Blocks));
        // The winner learns once more, from all blocks.
        let learned = BLOCKS * wanted.collect::<HashSet<_>>().len() + 1;
        let rungs = (0..RUNGS).map(|rung| bracket.survivors(rung) * self.mixtures_in(TrialStage::Rung(rung)));
        LEARNING_WORK * learned + rungs.sum::<usize>() + self.mixtures_in(TrialStage::HeldOut)
    }

    /// What of it is `known`. What was learned is not, unless it is no longer wanted.
    fn work_done(&self, bracket: &Bracket, known: &TrialResults) -> usize {
        if halving::next_step(&self.plan, bracket, known) == BracketStep::Done {
            return self.work_of(bracket);
        }
        let of_bracket = known.iter().filter(|result| bracket.trials.contains(&result.trial));
        of_bracket.map(|result| self.mixtures_in(result.stage)).sum()
    }

    fn mixtures_in(&self, stage: TrialStage) -> usize {
        match stage {
            TrialStage::Rung(rung) => self.plan.rung_mixtures(rung).len(),
            TrialStage::HeldOut => self.plan.mixtures,
        }
    }
}

/// What is learned from for `stage`.
fn parts_of(stage: TrialStage) -> impl Iterator<Item = LearnedPart> {
    let blocks = if matches!(stage, TrialStage::Rung(_)) { BLOCKS } else { 0 };
    let all = (blocks == 0).then_some(LearnedPart::Blocks);
    (0..blocks).map(LearnedPart::AllBut).chain(all)
}
