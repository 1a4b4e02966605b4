//! What is tried, and in which order: brackets of trials, of which fewer and fewer go on to more mixtures (successive
//! halving: Karnin, Koren and Somekh 2013; Jamieson and Talwalkar 2016).
//!
//! Whether a trial goes on depends on its bracket alone. So brackets can be computed anywhere and in any order, and
//! nothing has to be known of the others.

use super::{
    material::BLOCKS,
    results::{TrialResult, TrialStage},
    settings::Tunable,
    space::{SearchSpace, TuningAxis},
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Trials of a bracket.
pub const BRACKET_TRIALS: usize = 9;
/// One in this many goes on to the next rung.
const ELIMINATION: usize = 3;
/// Number of rungs: 9 trials, 3 trials, 1 trial.
pub(super) const RUNGS: usize = 3;
/// A rung ends after this share of the mixtures, as a divisor.
const RUNG_DIVISORS: [usize; RUNGS] = [4, 2, 1];
/// Most trials: a table and a plot hold all of them.
pub const MAX_TRIALS: usize = 10_000;
/// Most mixtures.
pub const MAX_MIXTURES: usize = 10_000;
/// Fewest mixtures, so that the first two rungs have one of each block.
pub const MIN_MIXTURES: usize = 8;

/// A search: everything that its result depends on but the recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TuningPlan {
    /// What is tried.
    pub space: SearchSpace,
    /// Number of trials, the defaults among them.
    pub trials: usize,
    /// Number of mixtures to choose by, at least [`MIN_MIXTURES`], and of as many to report by.
    pub mixtures: usize,
    /// Longest mixture, in seconds.
    pub seconds: f64,
    /// Seed of settings, mixtures and learning.
    pub seed: u64,
}

/// One of several workers that share a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which one, counted from 0.
    pub index: usize,
    /// How many there are.
    pub count: usize,
}

/// Trials that compete with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bracket {
    pub(super) trials: Vec<usize>,
}

impl TuningPlan {
    /// Whether it is a search over so many `sources`: one that was read from a file may be anything.
    pub fn is_of(&self, sources: usize) -> bool {
        let Self { space: SearchSpace { defaults, axes }, trials, mixtures, seconds, .. } = self;
        let is_axis = |axis: &TuningAxis| {
            let has_source = !matches!(axis.tunable, Tunable::Components(source) if source >= sources);
            has_source && !axis.values.is_empty()
        };
        (1..=MAX_TRIALS).contains(trials)
            && (MIN_MIXTURES..=MAX_MIXTURES).contains(mixtures)
            && seconds.is_finite()
            && defaults.components.len() == sources
            && axes.iter().all(is_axis)
    }

    /// The mixtures that `rung` adds, counted from 0.
    pub(super) fn rung_mixtures(&self, rung: usize) -> Range<usize> {
        // A multiple of the blocks, so that a rung has as many mixtures of each; only the last may end between.
        let end = |rung: usize| (self.mixtures / RUNG_DIVISORS[rung]).next_multiple_of(BLOCKS).min(self.mixtures);
        if rung == 0 { 0..end(0) } else { end(rung - 1)..end(rung) }
    }

    /// Number of mixtures of `stage`.
    pub(super) fn mixtures_in(&self, stage: TrialStage) -> usize {
        match stage {
            TrialStage::Rung(rung) => self.rung_mixtures(rung).len(),
            TrialStage::HeldOut => self.mixtures,
        }
    }

    /// Whether `result` can be one of this search: a trial and a stage that there is, with the scores of all sources in
    /// all of its mixtures.
    pub fn admits(&self, result: &TrialResult) -> bool {
        let TrialResult { trial, stage, scores } = result;
        let sources = self.space.defaults.components.len();
        let is_stage = !matches!(stage, TrialStage::Rung(RUNGS..));
        *trial < self.trials
            && is_stage
            && scores.len() == self.mixtures_in(*stage)
            && scores.iter().all(|mixture| mixture.len() == sources)
    }

    /// The brackets of `shard`, if there are `trials` trials in all. The defaults are a bracket of their own.
    pub(super) fn brackets(&self, trials: usize, shard: Shard) -> Vec<Bracket> {
        let competing: Vec<usize> = (1..trials).collect();
        let brackets = competing.chunks(BRACKET_TRIALS).map(<[usize]>::to_vec);
        let all = [vec![0]].into_iter().chain(brackets).map(|trials| Bracket { trials });
        all.skip(shard.index).step_by(shard.count.max(1)).collect()
    }
}

impl Bracket {
    /// How many of its trials reach `rung`.
    pub(super) fn survivors(&self, rung: usize) -> usize {
        self.trials.len().div_ceil(ELIMINATION.pow(rung as u32))
    }
}

/// The `count` best of trials with these mean scores, best first; the earlier trial where two are as good.
pub(super) fn best_of(mut scored: Vec<(usize, f64)>, count: usize) -> Vec<usize> {
    scored.sort_by(|(a, a_score), (b, b_score)| b_score.total_cmp(a_score).then(a.cmp(b)));
    scored.into_iter().take(count).map(|(trial, _)| trial).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{settings::TuningSettings, test_mixture::SourceScore},
        *,
    };

    fn plan(mixtures: usize) -> TuningPlan {
        let space = SearchSpace { defaults: TuningSettings::defaults(vec![25]), axes: Vec::new() };
        TuningPlan { space, trials: 100, mixtures, seconds: 5.0, seed: 0 }
    }

    #[test]
    fn the_rungs_together_have_every_mixture_once() {
        for mixtures in MIN_MIXTURES..60 {
            let all: Vec<usize> = (0..RUNGS).flat_map(|rung| plan(mixtures).rung_mixtures(rung)).collect();
            assert_eq!(all, (0..mixtures).collect::<Vec<_>>());
            assert!((0..2).all(|rung| plan(mixtures).rung_mixtures(rung).len() >= BLOCKS), "{mixtures}");
        }
        let ends = [24, 48].map(|mixtures| [0, 1, 2].map(|rung| plan(mixtures).rung_mixtures(rung).end));
        assert_eq!(ends, [[6, 12, 24], [12, 24, 48]]);
    }

    #[test]
    fn the_shards_together_have_every_trial_once_and_brackets_stay_whole() {
        let plan = plan(24);
        let whole = plan.brackets(100, Shard { index: 0, count: 1 });
        for count in [2, 3, 5, 20] {
            let mut shared: Vec<Bracket> =
                (0..count).flat_map(|index| plan.brackets(100, Shard { index, count })).collect();
            shared.sort_by_key(|bracket| bracket.trials[0]);
            assert_eq!(shared, whole);
        }
        assert_eq!(whole.len(), 12);
        assert_eq!([0, 1, 2].map(|rung| whole[1].survivors(rung)), [9, 3, 1]);
        assert_eq!([0, 1, 2].map(|rung| whole[0].survivors(rung)), [1, 1, 1]);
    }

    #[test]
    fn a_result_of_other_mixtures_sources_trials_or_stages_is_not_admitted() {
        let score = SourceScore { sdr: 1.0, sir: 2.0, sar: 3.0 };
        let result = |trial: usize, stage: TrialStage, mixtures: usize, sources: usize| {
            plan(24).admits(&TrialResult { trial, stage, scores: vec![vec![score; sources]; mixtures] })
        };
        assert!(result(99, TrialStage::Rung(0), 6, 1) && result(0, TrialStage::HeldOut, 24, 1));
        assert!(!result(100, TrialStage::Rung(0), 6, 1));
        assert!(!result(0, TrialStage::Rung(RUNGS), 6, 1));
        assert!(!result(0, TrialStage::Rung(0), 7, 1) && !result(0, TrialStage::Rung(0), 6, 0));
    }

    #[test]
    fn a_plan_that_no_search_has_is_none_of_its_sources() {
        let good = plan(24);
        assert!(good.is_of(1) && !good.is_of(2));
        let axis = |source: usize, values: Vec<f64>| {
            let axes = vec![TuningAxis { tunable: Tunable::Components(source), values }];
            TuningPlan { space: SearchSpace { axes, ..good.space.clone() }, ..good.clone() }
        };
        assert!(axis(0, vec![1.0]).is_of(1) && !axis(1, vec![1.0]).is_of(1) && !axis(0, Vec::new()).is_of(1));
        for other in [
            TuningPlan { trials: MAX_TRIALS + 1, ..good.clone() },
            TuningPlan { mixtures: 7, ..good.clone() },
            TuningPlan { seconds: f64::NAN, ..good.clone() },
        ] {
            assert!(!other.is_of(1), "{other:?}");
        }
    }

    #[test]
    fn the_best_go_on_and_the_earlier_one_of_two_that_are_as_good() {
        assert_eq!(best_of(vec![(4, 1.0), (2, 3.0), (1, 2.0), (3, 3.0)], 3), [2, 3, 1]);
    }
}
