//! What a bracket needs next, and who stays in it.

use super::{
    plan::{Bracket, RUNGS, TuningPlan, best_of},
    results::{TrialResults, TrialStage, mean, mean_sdrs},
};

/// What a bracket needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BracketStep {
    /// The trials `missing` in `stage`, of those that are still `alive`.
    Run { stage: TrialStage, missing: Vec<usize>, alive: Vec<usize> },
    /// Nothing.
    Done,
}

/// What `bracket` needs beyond `results`.
pub(super) fn next_step(plan: &TuningPlan, bracket: &Bracket, results: &TrialResults) -> BracketStep {
    let mut alive = bracket.trials.clone();
    for rung in 0..RUNGS {
        let stage = TrialStage::Rung(rung);
        // What was heard of other mixtures than those of this plan is no result of it.
        let is_there = |trial: &usize| {
            results.of(*trial, stage).is_some_and(|scores| scores.len() == plan.rung_mixtures(rung).len())
        };
        let missing: Vec<usize> = alive.iter().copied().filter(|trial| !is_there(trial)).collect();
        if !missing.is_empty() {
            return BracketStep::Run { stage, missing, alive };
        }
        let scored = alive.iter().map(|trial| (*trial, mean(sdrs_up_to(*trial, rung, results).into_iter()))).collect();
        alive = best_of(scored, bracket.survivors(rung + 1));
    }
    let missing: Vec<usize> =
        alive.iter().copied().filter(|trial| results.of(*trial, TrialStage::HeldOut).is_none()).collect();
    if missing.is_empty() { BracketStep::Done } else { BracketStep::Run { stage: TrialStage::HeldOut, missing, alive } }
}

/// Mean SDR over the sources of each mixture that `trial` was heard in, up to `rung`.
pub(super) fn sdrs_up_to(trial: usize, rung: usize, results: &TrialResults) -> Vec<f64> {
    (0..=rung).filter_map(|rung| results.of(trial, TrialStage::Rung(rung))).flat_map(mean_sdrs).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{results::TrialResult, settings::TuningSettings, space::SearchSpace, test_mixture::SourceScore},
        *,
    };

    /// Results in which trial `n` has `quality(n)` dB in every mixture.
    fn run(bracket: &Bracket, quality: impl Fn(usize) -> f64) -> (TrialResults, Vec<(TrialStage, Vec<usize>)>) {
        let (mut results, mut steps) = (TrialResults::default(), Vec::new());
        while let BracketStep::Run { stage, missing, .. } = next_step(&plan(), bracket, &results) {
            for trial in &missing {
                let count = match stage {
                    TrialStage::Rung(rung) => plan().rung_mixtures(rung).len(),
                    TrialStage::HeldOut => plan().mixtures,
                };
                let score = SourceScore { sdr: quality(*trial), sir: 0.0, sar: 0.0 };
                results.add(TrialResult { trial: *trial, stage, scores: vec![vec![score]; count] });
            }
            steps.push((stage, missing));
        }
        (results, steps)
    }

    fn plan() -> TuningPlan {
        let space = SearchSpace { defaults: TuningSettings::defaults(vec![25]), axes: Vec::new() };
        TuningPlan { space, trials: 10, mixtures: 24, seconds: 5.0, seed: 0 }
    }

    #[test]
    fn a_third_goes_on_and_the_best_is_heard_in_the_held_out_mixtures_too() {
        let bracket = Bracket { trials: (1..=9).collect() };
        let (_, steps) = run(&bracket, |trial| ((trial * 5) % 9) as f64);
        // 5 n modulo 9 is largest at 7, then 5 and 3.
        let expected = [
            (TrialStage::Rung(0), (1..=9).collect()),
            (TrialStage::Rung(1), vec![7, 5, 3]),
            (TrialStage::Rung(2), vec![7]),
            (TrialStage::HeldOut, vec![7]),
        ];
        assert_eq!(steps, expected);
    }

    #[test]
    fn what_is_known_is_not_run_again() {
        let bracket = Bracket { trials: (1..=9).collect() };
        let (all, _) = run(&bracket, |trial| trial as f64);
        let mut known = TrialResults::default();
        all.iter().filter(|result| result.trial != 4).for_each(|result| known.add(result));
        let step = next_step(&plan(), &bracket, &known);
        assert_eq!(step, BracketStep::Run { stage: TrialStage::Rung(0), missing: vec![4], alive: (1..=9).collect() });
        assert_eq!(next_step(&plan(), &bracket, &all), BracketStep::Done);
    }
}
