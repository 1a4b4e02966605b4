//! What a bracket needs next, and who stays in it.

use super::{
    plan::{Bracket, RUNGS, best_of},
    results::{TrialResults, TrialStage, mean, mean_sdrs},
};

/// What a bracket needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BracketStep {
    /// The trials `missing` in `stage`, of those that are `remaining`.
    Run { stage: TrialStage, missing: Vec<usize>, remaining: Vec<usize> },
    /// Nothing.
    Done,
}

/// What `bracket` needs beyond `results`, all of which their plan admits.
pub(super) fn next_step(bracket: &Bracket, results: &TrialResults) -> BracketStep {
    let missing = |remaining: &[usize], stage: TrialStage| {
        let is_missing = |trial: &usize| results.of(*trial, stage).is_none();
        let missing: Vec<usize> = remaining.iter().copied().filter(is_missing).collect();
        (!missing.is_empty()).then_some(missing)
    };
    let mut remaining = bracket.trials.clone();
    for rung in 0..RUNGS {
        let stage = TrialStage::Rung(rung);
        if let Some(missing) = missing(&remaining, stage) {
            return BracketStep::Run { stage, missing, remaining };
        }
        let score = |trial: usize| mean(mean_sdrs(&results.of_rungs(trial, rung + 1).1).into_iter());
        let scored = remaining.iter().map(|trial| (*trial, score(*trial))).collect();
        remaining = best_of(scored, bracket.survivors(rung + 1));
    }
    let stage = TrialStage::HeldOut;
    missing(&remaining, stage).map_or(BracketStep::Done, |missing| BracketStep::Run { stage, missing, remaining })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            plan::TuningPlan, results::TrialResult, settings::TuningSettings, space::SearchSpace,
            test_mixture::SourceScore,
        },
        *,
    };

    /// Results in which trial `n` has `quality(n)` dB in every mixture.
    fn run(bracket: &Bracket, quality: impl Fn(usize) -> f64) -> (TrialResults, Vec<(TrialStage, Vec<usize>)>) {
        let (mut results, mut steps) = (TrialResults::default(), Vec::new());
        while let BracketStep::Run { stage, missing, .. } = next_step(bracket, &results) {
            for trial in &missing {
                let count = plan().mixtures_in(stage);
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
    fn a_third_goes_on_and_the_best_is_evaluated_on_the_held_out_mixtures_too() {
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
        let step = next_step(&bracket, &known);
        assert_eq!(
            step,
            BracketStep::Run { stage: TrialStage::Rung(0), missing: vec![4], remaining: (1..=9).collect() }
        );
        assert_eq!(next_step(&bracket, &all), BracketStep::Done);
    }
}
