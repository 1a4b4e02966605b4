//! The scores of one trial, and whether it is better than the defaults in every block of the recordings.

use super::{
    material::BLOCKS,
    plan::RUNGS,
    results::{TrialResults, mean, mean_sdrs},
    significance::{PairedDifference, SIGNIFICANCE},
    test_mixture::SourceScore,
};

/// What is known of one trial.
pub(super) struct ScoredTrial {
    pub(super) trial: usize,
    /// Rungs that it has finished.
    rungs: usize,
    pub(super) scores: Vec<Vec<SourceScore>>,
    /// Mean over the sources of each mixture.
    pub(super) sdrs: Vec<f64>,
}

impl ScoredTrial {
    /// `None` if it has finished no rung.
    pub(super) fn of(trial: usize, results: &TrialResults) -> Option<Self> {
        let (rungs, scores) = results.of_rungs(trial, RUNGS);
        let sdrs = mean_sdrs(&scores);
        (rungs > 0).then_some(Self { trial, rungs, scores, sdrs })
    }

    pub(super) fn is_finished(&self) -> bool {
        self.rungs == RUNGS
    }

    /// Among many trials, one always is better in all mixtures together.
    pub(super) fn is_better_in_every_block(&self, defaults: &[f64]) -> bool {
        self.block_means().iter().zip(block_means(defaults)).all(|(own, default)| *own > default)
    }

    /// The mixtures of a block share what was learned, from one random start: of settings that are learned with, a
    /// block is one observation. A one-sided test over blocks.
    pub(super) fn is_better_over_blocks(&self, defaults: &[f64]) -> bool {
        let difference = PairedDifference::of(&self.block_means(), &block_means(defaults));
        difference.is_some_and(|difference| difference.mean_db > 0.0 && difference.p < 2.0 * SIGNIFICANCE)
    }

    fn block_means(&self) -> [f64; BLOCKS] {
        block_means(&self.sdrs)
    }
}

/// The mean of each block of `sdrs`, which are of its mixtures in turn.
fn block_means(sdrs: &[f64]) -> [f64; BLOCKS] {
    std::array::from_fn(|block| mean(sdrs.iter().skip(block).step_by(BLOCKS).copied()))
}
