//! Finds the numbers of bases with which mixtures of the takes are separated best, by trying them.

use super::{
    super::error::WorkerError,
    material::{Material, evidence_weight},
};
use crate::{
    preset::Preset,
    tuning::{
        BRACKET_TRIALS, SearchSpace, Shard, TrialError, TrialResult, Tunable, Tuner, TuningAxis, TuningListener,
        TuningOutcome, TuningPlan, TuningSettings, TuningSource,
    },
};
use std::ops::ControlFlow;

/// The numbers of bases that every source is tried with.
const SIZES: [usize; 6] = [8, 12, 16, 25, 32, 50];
/// Combinations of them, with the present one; mixtures that each is tried on; and their length in seconds.
const TRIALS: usize = 1 + BRACKET_TRIALS;
const MIXTURES: usize = 9;
const MIXTURE_SECONDS: f64 = 4.0;
const SEED: u64 = 0;

/// What was found.
pub(super) struct BestBases {
    /// The number of bases of each source that was tried.
    pub(super) components: Vec<usize>,
    /// What it gains over the present numbers on passages that nothing was chosen by, in dB; `None` if those stay.
    pub(super) gain_db: Option<f64>,
    /// How many combinations were tried.
    pub(super) tried: usize,
}

/// Tries numbers of bases for the sources that the strips were learned from, and tells the share done, 0 to 1, until
/// `tell` breaks off.
///
/// # Errors
/// If the takes cannot be cut into parts to learn from and parts to mix, or nobody waits any more.
pub(super) fn find(
    strips: &[(usize, &Material)],
    preset: &Preset,
    tell: &(dyn Fn(f32) -> ControlFlow<()> + Sync),
) -> Result<BestBases, WorkerError> {
    let source = |(strip, material): &(usize, &Material)| {
        let source = &preset.sources[*strip];
        TuningSource {
            name: source.name.clone(),
            recordings: material.recordings.clone(),
            finds_bases: false,
            role: source.role,
        }
    };
    let present: Vec<usize> = strips.iter().map(|(_, material)| material.components).collect();
    let axes = (0..strips.len()).map(|number| TuningAxis {
        tunable: Tunable::Components(number),
        values: SIZES.map(|size| size as f64).to_vec(),
    });
    // They are tried as they will be learned.
    let evidence = evidence_weight(strips, preset).unwrap_or(0.0);
    let defaults = TuningSettings { evidence, ..TuningSettings::defaults(present.clone()) };
    let space = SearchSpace { defaults, axes: axes.collect() };
    let plan = TuningPlan { space, trials: TRIALS, mixtures: MIXTURES, seconds: MIXTURE_SECONDS, seed: SEED };
    let tuner = Tuner::new(strips.iter().map(source).collect(), plan.clone())?;
    let whole = Shard { index: 0, count: 1 };
    let results = tuner.run(whole, Default::default(), &Listener { tell }).map_err(not_tried)?;
    let outcome = TuningOutcome::of(&plan, &results).ok_or(WorkerError::LearningDropped)?;
    let components = outcome.chosen().settings.components.clone();
    let gain_db = (components != present).then_some(outcome.held_out.gain.mean_db);
    Ok(BestBases { components, gain_db, tried: outcome.trials.len() })
}

impl BestBases {
    /// In a sentence, for the sources in the order of the strips.
    pub(super) fn sentence(&self, strips: &[(usize, &Material)], preset: &Preset) -> String {
        let Some(gain_db) = self.gain_db else {
            return format!(
                "No other number of bases is surely better: {} were tried on mixtures of your takes",
                self.tried
            );
        };
        let named = strips.iter().zip(&self.components);
        let sizes: Vec<String> =
            named.map(|((strip, _), size)| format!("{size} for {}", preset.sources[*strip].display_name())).collect();
        format!("Bases now: {}; {gain_db:+.1} dB on parts of your takes that they were not chosen by", sizes.join(", "))
    }
}

fn not_tried(error: TrialError) -> WorkerError {
    match error {
        TrialError::Stopped => WorkerError::LearningDropped,
        other => WorkerError::BasesNotTried(other),
    }
}

struct Listener<'a> {
    tell: &'a (dyn Fn(f32) -> ControlFlow<()> + Sync),
}

impl TuningListener for Listener<'_> {
    fn finished(&self, _: &TrialResult) -> ControlFlow<()> {
        // Whether it goes on is asked with every piece of work.
        ControlFlow::Continue(())
    }

    fn progress(&self, share: f32) -> ControlFlow<()> {
        (self.tell)(share)
    }
}
