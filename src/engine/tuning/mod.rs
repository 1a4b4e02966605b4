//! Chooses settings by experiment: mixtures are made of recordings of each source alone, and taken apart with one
//! choice of settings after another.
//!
//! Each recording is cut into parts that never meet. Settings are chosen by mixtures of each of three blocks, with what
//! was learned from the other two (cross-validation); the choice is measured on mixtures of the last third, with what
//! was learned from the blocks, and dropped if it is significantly worse than the defaults there. All trials are
//! evaluated on the same mixtures, so that they are compared mixture by mixture. Results depend on the seed, and
//! neither on the number of threads nor on how trials are shared out.
//!
//! - `settings`: what can be set. `space`: which settings are tried.
//! - `material`: the recordings and their parts. `test_mixture`: mixtures of them, and their scores.
//! - `plan`: brackets of trials, rungs of mixtures. `halving`: who goes on. `learned`: what was learned, kept as long
//!   as it is needed. `tuner`: runs it.
//! - `results`: what trials gave. `scored_trial`: one trial beside the defaults. `significance`: paired tests.
//!   `outcome`: the best, and what is as good.

mod halving;
mod learned;
mod material;
mod outcome;
mod plan;
mod results;
mod scored_trial;
mod settings;
mod significance;
mod space;
mod test_mixture;
mod tuner;

pub use material::{MIN_TUNING_SECONDS, MaterialError, MaterialFault, TuningSource};
pub use outcome::{BracketCount, HeldOutScores, ScoreSummary, TunedTrial, TuningOutcome};
pub use plan::{BRACKET_TRIALS, MAX_MIXTURES, MAX_TRIALS, MIN_MIXTURES, Shard, TuningPlan};
pub use results::{TrialResult, TrialResults, TrialStage};
pub use settings::{Tunable, TuningSettings};
pub use significance::{PairedDifference, SIGNIFICANCE};
pub use space::{SearchSpace, TuningAxis};
pub use test_mixture::{SourceScore, TrialError};
pub use tuner::{Tuner, TuningListener};
