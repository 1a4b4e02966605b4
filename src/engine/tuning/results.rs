//! What trials gave, however they come together.

use super::test_mixture::SourceScore;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which mixtures a trial was evaluated on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialStage {
    /// Those of a rung, counted from 0: what is chosen by.
    Rung(usize),
    /// Those of the last third of the recordings: what is reported.
    HeldOut,
}

/// What one trial gave in one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialResult {
    /// The trial, counted from 0, the defaults.
    pub trial: usize,
    /// The stage.
    pub stage: TrialStage,
    /// Indexed by `[mixture][source]`, in the order of the stage's mixtures.
    pub scores: Vec<Vec<SourceScore>>,
}

/// The results of a search, as far as they are known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialResults {
    known: BTreeMap<(usize, TrialStage), Vec<Vec<SourceScore>>>,
}

impl TrialResults {
    /// Adds `result`. Of two for the same trial and stage, which other machines may give in other last digits, the same
    /// one stays whatever their order.
    pub fn add(&mut self, result: TrialResult) {
        let TrialResult { trial, stage, scores } = result;
        match self.known.get_mut(&(trial, stage)) {
            Some(known) if is_before(&scores, known) => *known = scores,
            Some(_) => {}
            None => {
                self.known.insert((trial, stage), scores);
            }
        }
    }

    /// The scores of `trial` in `stage`, indexed by `[mixture][source]`.
    pub fn of(&self, trial: usize, stage: TrialStage) -> Option<&[Vec<SourceScore>]> {
        self.known.get(&(trial, stage)).map(Vec::as_slice)
    }

    /// The scores of `trial` in the first `rungs` rungs, as far as it has finished them one after another, and how many
    /// of them it has.
    pub(super) fn of_rungs(&self, trial: usize, rungs: usize) -> (usize, Vec<Vec<SourceScore>>) {
        let finished = (0..rungs).map_while(|rung| self.of(trial, TrialStage::Rung(rung)));
        let finished: Vec<&[Vec<SourceScore>]> = finished.collect();
        (finished.len(), finished.concat())
    }

    /// All that is known, in order.
    pub fn iter(&self) -> impl Iterator<Item = TrialResult> + '_ {
        self.known.iter().map(|((trial, stage), scores)| TrialResult {
            trial: *trial,
            stage: *stage,
            scores: scores.clone(),
        })
    }

    /// Number of results.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

fn is_before(a: &[Vec<SourceScore>], b: &[Vec<SourceScore>]) -> bool {
    let values = |scores: &[Vec<SourceScore>]| -> Vec<f64> {
        scores.iter().flatten().flat_map(|score| [score.sdr, score.sir, score.sar]).collect()
    };
    let (a, b) = (values(a), values(b));
    let differs = a.iter().zip(&b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
    differs.unwrap_or(a.len().cmp(&b.len())).is_lt()
}

/// Mean SDR over the sources of each mixture.
pub(super) fn mean_sdrs(scores: &[Vec<SourceScore>]) -> Vec<f64> {
    scores.iter().map(|sources| mean(sources.iter().map(|score| score.sdr))).collect()
}

pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    if count > 0 { sum / count as f64 } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(trial: usize, stage: TrialStage, sdr: f64) -> TrialResult {
        TrialResult { trial, stage, scores: vec![vec![SourceScore { sdr, sir: 1.0, sar: 2.0 }]] }
    }

    #[test]
    fn results_come_together_the_same_in_any_order() {
        let all = [
            result(3, TrialStage::Rung(0), 1.0),
            result(1, TrialStage::HeldOut, 2.0),
            // The same trial from another machine.
            result(3, TrialStage::Rung(0), 1.000_000_1),
        ];
        let together = |order: [usize; 3]| {
            let mut results = TrialResults::default();
            order.into_iter().for_each(|index| results.add(all[index].clone()));
            results
        };
        let first = together([0, 1, 2]);
        assert_eq!(first.len(), 2);
        for order in [[2, 1, 0], [1, 0, 2], [2, 0, 1]] {
            assert_eq!(together(order), first);
        }
    }

    #[test]
    fn a_result_comes_back_from_json_to_the_bit() {
        for stage in [TrialStage::Rung(2), TrialStage::HeldOut] {
            let result = result(7, stage, 1.0 / 3.0);
            let text = serde_json::to_string(&result).unwrap();
            assert_eq!(serde_json::from_str::<TrialResult>(&text).unwrap(), result);
        }
    }
}
