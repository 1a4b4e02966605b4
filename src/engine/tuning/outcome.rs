//! What a search has found: every trial beside the best and beside the defaults.

use super::{
    halving::{self, BracketStep},
    material::BLOCKS,
    plan::{RUNGS, Shard, TuningPlan, best_of},
    results::{TrialResults, TrialStage, mean, mean_sdrs},
    settings::TuningSettings,
    significance::{PairedDifference, SIGNIFICANCE, deviation, holm},
    test_mixture::SourceScore,
};

/// One trial, as far as it was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct TunedTrial {
    /// The trial, counted from 0, the defaults.
    pub trial: usize,
    /// Its settings.
    pub settings: TuningSettings,
    /// Whether it was heard in all mixtures.
    pub is_finished: bool,
    /// How it came out of them.
    pub summary: ScoreSummary,
    /// Its SDR less that of the defaults, over the mixtures that it was heard in.
    pub gain: PairedDifference,
    /// The SDR of the best less its own, over the same; the probability is adjusted for the number of trials.
    pub behind_best: PairedDifference,
}

impl TunedTrial {
    /// Whether it is worse than the best, and not only by chance.
    pub fn is_worse(&self) -> bool {
        self.behind_best.p < SIGNIFICANCE
    }
}

/// Scores over mixtures, in dB.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreSummary {
    /// Number of mixtures.
    pub mixtures: usize,
    /// Mean over mixtures and sources.
    pub mean: SourceScore,
    /// Mean over mixtures of each source.
    pub sources: Vec<SourceScore>,
    /// Standard deviation over mixtures of their mean SDR.
    pub sdr_deviation: f64,
    /// The lowest and the highest SDR of a mixture, the mean over its sources.
    pub sdr_range: [f64; 2],
}

/// How good the choice is on what it was not chosen by.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOutScores {
    /// The candidate.
    pub candidate: ScoreSummary,
    /// The defaults.
    pub defaults: ScoreSummary,
    /// The SDR of the candidate less that of the defaults.
    pub gain: PairedDifference,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningOutcome {
    /// The trials that were heard: those that were heard in all mixtures first, the best of each first.
    pub trials: Vec<TunedTrial>,
    /// Those that were to be heard.
    pub planned: usize,
    /// Brackets that are not finished, of so many.
    pub unfinished: [usize; 2],
    /// The best trial that is better than the defaults significantly and in every block; otherwise the defaults.
    pub candidate: usize,
    /// The trial that is chosen: the candidate, unless it is significantly worse than the defaults on what it was not
    /// chosen by; then the defaults.
    pub chosen: usize,
    /// How good the candidate is on what it was not chosen by.
    pub held_out: Option<HeldOutScores>,
}

impl TuningOutcome {
    /// What `results` say of `plan`; `None` if the defaults were not heard in all mixtures yet, for the others are
    /// compared with them.
    pub fn of(plan: &TuningPlan, results: &TrialResults) -> Option<Self> {
        let settings = plan.space.trials(plan.trials, plan.seed);
        let heard: Vec<HeardTrial> = (0..settings.len()).filter_map(|trial| HeardTrial::of(trial, results)).collect();
        let defaults = heard.iter().find(|heard| heard.trial == 0 && heard.is_finished())?.sdrs.clone();
        let gain = |heard: &HeardTrial| PairedDifference::of(&heard.sdrs, &defaults);
        let finished = heard.iter().filter(|heard| heard.is_finished());
        let best = finished.max_by(|a, b| a.mean().total_cmp(&b.mean()).then(b.trial.cmp(&a.trial)))?;
        let behind: Vec<PairedDifference> =
            heard.iter().filter_map(|heard| PairedDifference::of(&best.sdrs, &heard.sdrs)).collect();
        let adjusted = adjusted(&heard, &behind, |heard| heard.trial != best.trial);
        let mut trials: Vec<TunedTrial> = heard
            .iter()
            .zip(behind)
            .zip(adjusted)
            .filter_map(|((heard, behind), p)| {
                Some(TunedTrial {
                    trial: heard.trial,
                    settings: settings[heard.trial].clone(),
                    is_finished: heard.is_finished(),
                    summary: ScoreSummary::of(&heard.scores),
                    gain: gain(heard)?,
                    behind_best: PairedDifference { p, ..behind },
                })
            })
            .collect();
        trials.sort_by(|a, b| {
            let by_gain = b.gain.mean_db.total_cmp(&a.gain.mean_db).then(a.trial.cmp(&b.trial));
            b.summary.mixtures.cmp(&a.summary.mixtures).then(by_gain)
        });
        let candidate = choose(&heard, &defaults);
        let held_out = held_out(candidate, results);
        let is_refuted = held_out.as_ref().is_some_and(|held_out| held_out.gain.is_loss());
        Some(Self {
            trials,
            planned: settings.len(),
            unfinished: unfinished(plan, settings.len(), results),
            candidate,
            chosen: if is_refuted { 0 } else { candidate },
            held_out,
        })
    }

    /// The best of those that were heard in all mixtures.
    pub fn best(&self) -> &TunedTrial {
        &self.trials[0]
    }

    /// The chosen trial.
    pub fn chosen(&self) -> &TunedTrial {
        self.trials.iter().find(|trial| trial.trial == self.chosen).unwrap_or(&self.trials[0])
    }

    /// The defaults.
    pub fn defaults(&self) -> &TunedTrial {
        self.trials.iter().find(|trial| trial.trial == 0).unwrap_or(&self.trials[0])
    }
}

impl ScoreSummary {
    /// Of `scores`, indexed by `[mixture][source]`.
    pub fn of(scores: &[Vec<SourceScore>]) -> Self {
        let sdrs = mean_sdrs(scores);
        let over = |pick: &dyn Fn(&SourceScore) -> f64, source: Option<usize>| {
            mean(scores.iter().map(|sources| match source {
                Some(source) => pick(&sources[source]),
                None => mean(sources.iter().map(pick)),
            }))
        };
        let score = |source: Option<usize>| SourceScore {
            sdr: over(&|score| score.sdr, source),
            sir: over(&|score| score.sir, source),
            sar: over(&|score| score.sar, source),
        };
        let sources = scores.first().map_or(0, Vec::len);
        let extreme = |pick: fn(f64, f64) -> f64, first: f64| sdrs.iter().copied().fold(first, pick);
        Self {
            mixtures: scores.len(),
            mean: score(None),
            sources: (0..sources).map(|source| score(Some(source))).collect(),
            sdr_deviation: deviation(&sdrs),
            sdr_range: [extreme(f64::min, f64::INFINITY), extreme(f64::max, f64::NEG_INFINITY)],
        }
    }
}

/// What is known of one trial.
struct HeardTrial {
    trial: usize,
    /// Rungs that it has finished.
    rungs: usize,
    scores: Vec<Vec<SourceScore>>,
    sdrs: Vec<f64>,
}

impl HeardTrial {
    fn of(trial: usize, results: &TrialResults) -> Option<Self> {
        let stages = (0..RUNGS).map_while(|rung| results.of(trial, TrialStage::Rung(rung)));
        let stages: Vec<&[Vec<SourceScore>]> = stages.collect();
        let scores = stages.concat();
        let sdrs = mean_sdrs(&scores);
        (!stages.is_empty()).then_some(Self { trial, rungs: stages.len(), scores, sdrs })
    }

    fn is_finished(&self) -> bool {
        self.rungs == RUNGS
    }

    fn mean(&self) -> f64 {
        mean(self.sdrs.iter().copied())
    }
}

/// The probabilities of `differences`, adjusted for the number of those that are `compared`; 1 for the others.
fn adjusted(
    heard: &[HeardTrial],
    differences: &[PairedDifference],
    compared: impl Fn(&HeardTrial) -> bool,
) -> Vec<f64> {
    let is_compared: Vec<bool> = heard.iter().map(compared).collect();
    let p: Vec<f64> = differences.iter().zip(&is_compared).filter(|(_, is)| **is).map(|(one, _)| one.p).collect();
    let mut adjusted = holm(&p).into_iter();
    is_compared.into_iter().map(|is| if is { adjusted.next().unwrap_or(1.0) } else { 1.0 }).collect()
}

/// The best that is better than the `defaults` in every block, and not by chance alone: among many trials, one always
/// is better in all mixtures together. The defaults, if there is none.
fn choose(heard: &[HeardTrial], defaults: &[f64]) -> usize {
    let finished: Vec<&HeardTrial> = heard.iter().filter(|heard| heard.is_finished() && heard.trial != 0).collect();
    let gains: Vec<PairedDifference> =
        finished.iter().filter_map(|heard| PairedDifference::of(&heard.sdrs, defaults)).collect();
    let p = holm(&gains.iter().map(|gain| gain.p).collect::<Vec<_>>());
    let of_block = |sdrs: &[f64], block: usize| mean(sdrs.iter().skip(block).step_by(BLOCKS).copied());
    let is_better = |heard: &HeardTrial, block: usize| of_block(&heard.sdrs, block) > of_block(defaults, block);
    let sure = finished.iter().zip(gains.iter().zip(p)).filter(|(heard, (gain, p))| {
        PairedDifference { p: *p, ..**gain }.is_gain() && (0..BLOCKS).all(|block| is_better(heard, block))
    });
    let scored: Vec<(usize, f64)> = sure.map(|(heard, _)| (heard.trial, heard.mean())).collect();
    best_of(scored, 1).first().copied().unwrap_or(0)
}

fn held_out(candidate: usize, results: &TrialResults) -> Option<HeldOutScores> {
    let [candidate, defaults] = [candidate, 0].map(|trial| results.of(trial, TrialStage::HeldOut));
    let (candidate, defaults) = (candidate?, defaults?);
    let gain = PairedDifference::of(&mean_sdrs(candidate), &mean_sdrs(defaults))?;
    Some(HeldOutScores { candidate: ScoreSummary::of(candidate), defaults: ScoreSummary::of(defaults), gain })
}

/// Brackets that are not finished, and all.
fn unfinished(plan: &TuningPlan, trials: usize, results: &TrialResults) -> [usize; 2] {
    let brackets = plan.brackets(trials, Shard { index: 0, count: 1 });
    let is_open = |bracket: &&_| halving::next_step(plan, bracket, results) != BracketStep::Done;
    [brackets.iter().filter(is_open).count(), brackets.len()]
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            results::TrialResult,
            settings::Tunable,
            space::{SearchSpace, TuningAxis},
        },
        *,
    };

    fn outcome(sdr: impl Fn(usize, usize) -> f64) -> TuningOutcome {
        outcome_with(&sdr, &sdr)
    }

    /// A search of three trials over 24 mixtures, in which trial `n` has `sdr(n, mixture)` dB, and `held_out(n,
    /// mixture)` in what nothing is chosen by.
    fn outcome_with(sdr: impl Fn(usize, usize) -> f64, held_out: impl Fn(usize, usize) -> f64) -> TuningOutcome {
        let axes = vec![TuningAxis { tunable: Tunable::Focus, values: vec![1.0, 1.5, 2.0] }];
        let space = SearchSpace { defaults: TuningSettings::defaults(vec![25]), axes };
        let plan = TuningPlan { space, trials: 10, mixtures: 24, seconds: 5.0, seed: 0 };
        let mut results = TrialResults::default();
        for trial in 0..3 {
            let score = |sdr: f64| vec![SourceScore { sdr, sir: 20.0, sar: 10.0 }];
            for rung in 0..RUNGS {
                let stage = TrialStage::Rung(rung);
                let scores = plan.rung_mixtures(rung).map(|mixture| score(sdr(trial, mixture))).collect();
                results.add(TrialResult { trial, stage, scores });
            }
            let scores = (0..24).map(|mixture| score(held_out(trial, mixture))).collect();
            results.add(TrialResult { trial, stage: TrialStage::HeldOut, scores });
        }
        TuningOutcome::of(&plan, &results).unwrap()
    }

    /// Numbers around 0 that differ from mixture to mixture.
    fn scatter(n: usize) -> f64 {
        ((n * 7) % 11) as f64 / 5.0 - 1.0
    }

    #[test]
    fn what_is_better_everywhere_is_chosen() {
        let found =
            outcome(|trial, mixture| 8.0 + scatter(mixture) + 0.3 * trial as f64 + 0.1 * scatter(mixture + trial));
        assert_eq!((found.chosen, found.best().trial), (2, 2));
        assert!(found.trials[1..].iter().all(TunedTrial::is_worse));
        let gain = found.held_out.unwrap().gain;
        assert!(gain.is_gain() && (0.5..0.7).contains(&gain.mean_db), "{gain:?}");
    }

    #[test]
    fn what_does_not_hold_on_the_last_thirds_is_not_chosen_and_said() {
        let better =
            |trial: usize, mixture: usize| 8.0 + scatter(mixture) + 0.3 * trial as f64 + 0.1 * scatter(mixture + trial);
        let worse =
            |trial: usize, mixture: usize| 8.0 + scatter(mixture) - 0.3 * trial as f64 + 0.1 * scatter(mixture + trial);
        let found = outcome_with(better, worse);
        assert_eq!((found.candidate, found.chosen), (2, 0));
        assert!(found.held_out.unwrap().gain.is_loss());
        // Neither better nor worse is no reason to refuse it.
        let found = outcome_with(better, |trial, mixture| 8.0 + scatter(mixture * (trial + 1)));
        assert_eq!((found.candidate, found.chosen), (2, 2));
    }

    #[test]
    fn what_is_better_by_chance_or_in_one_block_is_not_chosen() {
        let by_chance = outcome(|trial, mixture| 8.0 + scatter(mixture * (trial + 1)) + 0.01 * trial as f64);
        assert_eq!(by_chance.chosen, 0);
        assert!(by_chance.trials.iter().all(|trial| !trial.is_worse()));
        // Much better in two blocks, and worse in the third.
        let in_two = |mixture: usize| if mixture % 3 == 1 { -0.2 } else { 1.0 };
        let uneven = outcome(|trial, mixture| 8.0 + scatter(mixture) + if trial == 1 { in_two(mixture) } else { 0.0 });
        assert_eq!((uneven.best().trial, uneven.chosen), (1, 0));
        assert!(uneven.best().gain.p < 0.01, "{:?}", uneven.best().gain);
    }
}
