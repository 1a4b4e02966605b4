//! Runs the trials of a search.

use super::{
    halving::{self, BracketStep},
    learned::{LearnedCache, LearnedWith, preset_of},
    material::{self, BLOCKS, LearnedPart, MaterialError, MixedPart, TuningSource},
    plan::{Bracket, RUNGS, Shard, TuningPlan},
    results::{TrialResult, TrialResults, TrialStage},
    settings::TuningSettings,
    test_mixture::{MixtureDraw, TestMixture, TrialError},
};
use crate::preset::{LearnedBases, Preset};
use rayon::prelude::*;
use std::{
    collections::HashSet,
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
    /// Sample rate of a mixture in Hz, and its length in samples.
    sample_rate: u32,
    len: usize,
    /// Mixtures to choose by, and to report by; made when they are first needed.
    choosing: Vec<OnceLock<TestMixture>>,
    held_out: Vec<OnceLock<TestMixture>>,
    learned: LearnedCache,
}

/// Receives what a search finishes while it runs, on several threads.
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
        let sample_rate = material::mixture_rate(&sources);
        // Bases that are found while the mixture plays take their time: there passages go round.
        let goes_round = sources.iter().any(|source| source.finds_bases);
        let longest = if goes_round { f64::INFINITY } else { material::shortest_part_seconds(&sources) };
        let len = (plan.seconds.min(longest) * f64::from(sample_rate)).round() as usize;
        let mixtures = || (0..plan.mixtures).map(|_| OnceLock::new()).collect();
        Ok(Self {
            trials: plan.space.trials(plan.trials, plan.seed),
            choosing: mixtures(),
            held_out: mixtures(),
            learned: LearnedCache::default(),
            plan,
            sources,
            sample_rate,
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

    /// Runs what of `shard` is not `known`, on all threads of the current pool, and gives all that is known then. The
    /// plan [admits](TuningPlan::admits) what is known.
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
            let step = halving::next_step(bracket, &results.lock().unwrap_or_else(PoisonError::into_inner));
            let BracketStep::Run { stage, missing, remaining } = step else {
                self.forget(&bracket.trials, &[]);
                return Ok(());
            };
            self.forget(&bracket.trials, &remaining);
            // First all that is learned, each once; then whoever plays with it.
            let wanted: HashSet<LearnedWith> =
                missing.iter().flat_map(|trial| parts_of(stage).map(|part| self.learned_with(*trial, part))).collect();
            wanted.par_iter().try_for_each(|with| self.learned(with, count).map(drop))?;
            missing.par_iter().try_for_each(|trial| {
                let result = self.evaluate(*trial, stage, count)?;
                if count.listener.finished(&result).is_break() {
                    return Err(TrialError::Stopped);
                }
                results.lock().unwrap_or_else(PoisonError::into_inner).add(result);
                Ok(())
            })?;
        }
    }

    /// What `trial` gives in `stage`.
    fn evaluate(&self, trial: usize, stage: TrialStage, count: &WorkCount<'_>) -> Result<TrialResult, TrialError> {
        let settings = &self.trials[trial];
        let mixtures: Vec<usize> = match stage {
            TrialStage::Rung(rung) => self.plan.rung_mixtures(rung).collect(),
            TrialStage::HeldOut => (0..self.plan.mixtures).collect(),
        };
        let preset = |part: LearnedPart| {
            let learned = self.learned(&self.learned_with(trial, part), count)?;
            Ok::<_, TrialError>(preset_of(&self.sources, settings, learned.to_vec()))
        };
        let presets = parts_of(stage).map(preset).collect::<Result<Vec<_>, _>>()?;
        let scores = mixtures
            .par_iter()
            .map(|number| {
                if count.poll().is_break() {
                    return Err(TrialError::Stopped);
                }
                let (mixture, preset) = match stage {
                    TrialStage::Rung(_) => (self.choosing_mixture(*number)?, &presets[number % BLOCKS]),
                    TrialStage::HeldOut => (self.held_out_mixture(*number)?, &presets[0]),
                };
                let scores = mixture.score(preset, settings)?;
                let _ = count.add(1);
                Ok(scores)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(TrialResult { trial, stage, scores })
    }

    /// Mixture `number` to choose by: the blocks take turns.
    fn choosing_mixture(&self, number: usize) -> Result<&TestMixture, TrialError> {
        self.mixture(&self.choosing[number], MixedPart::Block(number % BLOCKS), number)
    }

    fn held_out_mixture(&self, number: usize) -> Result<&TestMixture, TrialError> {
        self.mixture(&self.held_out[number], MixedPart::Last, number)
    }

    /// What is in `place`, made if nothing is.
    fn mixture<'a>(
        &self,
        place: &'a OnceLock<TestMixture>,
        part: MixedPart,
        number: usize,
    ) -> Result<&'a TestMixture, TrialError> {
        if let Some(mixture) = place.get() {
            return Ok(mixture);
        }
        let Self { sample_rate, len, .. } = *self;
        let draw = MixtureDraw { part, number, seed: self.plan.seed, sample_rate, len };
        let bytes = 2 * self.plan.mixtures * TestMixture::bytes_kept(self.sources.len());
        let mixture = TestMixture::new(&self.sources, draw, bytes <= BYTES_KEPT)?;
        Ok(place.get_or_init(|| mixture))
    }

    fn learned_with(&self, trial: usize, part: LearnedPart) -> LearnedWith {
        LearnedWith::of(&self.trials[trial], &self.sources, part)
    }

    /// What is learned `with` these settings, when it is first wanted.
    fn learned(&self, with: &LearnedWith, count: &WorkCount<'_>) -> Result<Arc<Vec<LearnedBases>>, TrialError> {
        if let Some(learned) = self.learned.get(with) {
            return Ok(learned);
        }
        let learned = Arc::new(with.learn(&self.sources, self.plan.seed, &mut |_| count.poll())?);
        let _ = count.add(LEARNING_WORK);
        self.learned.keep(with, Arc::clone(&learned));
        Ok(learned)
    }

    /// Forgets what was learned for `trials` and not for those that are `remaining`.
    fn forget(&self, trials: &[usize], remaining: &[usize]) {
        let [trials, remaining] = [trials, remaining].map(|list| list.iter().map(|trial| &self.trials[*trial]));
        self.learned.forget(&self.sources, trials, remaining);
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
        let with = LearnedWith::of(settings, &self.sources, LearnedPart::Whole);
        Ok(preset_of(&self.sources, settings, with.learn(&self.sources, self.plan.seed, progress)?))
    }

    /// The work of `bracket`: all that is learned, each once, and all mixtures.
    fn work_of(&self, bracket: &Bracket) -> usize {
        let wanted = bracket.trials.iter().map(|trial| self.learned_with(*trial, LearnedPart::Blocks));
        // The winner learns once more, from all blocks.
        let learned = BLOCKS * wanted.collect::<HashSet<_>>().len() + 1;
        let rungs = (0..RUNGS).map(|rung| bracket.survivors(rung) * self.plan.mixtures_in(TrialStage::Rung(rung)));
        LEARNING_WORK * learned + rungs.sum::<usize>() + self.plan.mixtures_in(TrialStage::HeldOut)
    }

    /// What of it is `known`. What was learned is not, unless it is no longer wanted.
    fn work_done(&self, bracket: &Bracket, known: &TrialResults) -> usize {
        if halving::next_step(bracket, known) == BracketStep::Done {
            return self.work_of(bracket);
        }
        let stages = || (0..RUNGS).map(TrialStage::Rung).chain([TrialStage::HeldOut]);
        let of_trial = |trial: &usize| {
            let finished = stages().filter(|stage| known.of(*trial, *stage).is_some());
            finished.map(|stage| self.plan.mixtures_in(stage)).sum::<usize>()
        };
        bracket.trials.iter().map(of_trial).sum()
    }
}

/// What is learned from for `stage`.
fn parts_of(stage: TrialStage) -> impl Iterator<Item = LearnedPart> {
    let blocks = if matches!(stage, TrialStage::Rung(_)) { BLOCKS } else { 0 };
    let all = (blocks == 0).then_some(LearnedPart::Blocks);
    (0..blocks).map(LearnedPart::AllBut).chain(all)
}
