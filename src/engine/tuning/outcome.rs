//! What a search has found: every trial beside the best and beside the defaults.

use super::{
    halving::{self, BracketStep},
    plan::{Shard, TuningPlan},
    results::{TrialResults, TrialStage, mean, mean_sdrs},
    scored_trial::ScoredTrial,
    settings::TuningSettings,
    significance::{PairedDifference, SIGNIFICANCE, deviation, holm},
    test_mixture::SourceScore,
};

/// One trial, as far as it was evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct TunedTrial {
    /// The trial, counted from 0, the defaults.
    pub trial: usize,
    /// Its settings.
    pub settings: TuningSettings,
    /// Whether it was evaluated on all mixtures.
    pub is_finished: bool,
    /// Its scores.
    pub summary: ScoreSummary,
    /// Its SDR less that of the defaults, over the mixtures that it was evaluated on. The probability is adjusted for
    /// the number of trials that were scored, wherever they ended.
    pub gain: PairedDifference,
    /// The SDR of the best less its own, likewise.
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

/// How good the candidate is on what it was not chosen by.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOutScores {
    /// The candidate.
    pub candidate: ScoreSummary,
    /// The defaults.
    pub defaults: ScoreSummary,
    /// The SDR of the candidate less that of the defaults.
    pub gain: PairedDifference,
}

/// How many brackets a search has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BracketCount {
    /// Those that are not finished.
    pub unfinished: usize,
    /// All.
    pub all: usize,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct TuningOutcome {
    /// The trials that were scored: those with the most mixtures first, and of these the best first.
    pub trials: Vec<TunedTrial>,
    /// Number of trials that were planned.
    pub planned: usize,
    /// The brackets of these.
    pub brackets: BracketCount,
    /// The best trial that is better than the defaults significantly, in every block and, if sources are learned anew
    /// for it, over the blocks, and was evaluated on the held-out mixtures; otherwise the defaults.
    pub candidate: usize,
    /// The trial that is chosen: the candidate, unless it is significantly worse than the defaults on what it was not
    /// chosen by; then the defaults.
    pub chosen: usize,
    /// How good the candidate is on what it was not chosen by.
    pub held_out: HeldOutScores,
}

impl TuningOutcome {
    /// What `results`, all of which `plan` [admits](TuningPlan::admits), say of it; `None` if the defaults were not
    /// evaluated on all mixtures yet, for the others are compared with them.
    pub fn of(plan: &TuningPlan, results: &TrialResults) -> Option<Self> {
        let settings = plan.space.trials(plan.trials, plan.seed);
        let scored: Vec<ScoredTrial> = (0..settings.len()).filter_map(|n| ScoredTrial::of(n, results)).collect();
        let defaults = scored.iter().find(|scored| scored.trial == 0 && scored.is_finished())?.sdrs.clone();
        let gains = differences(&scored, 0, |scored| PairedDifference::of(&scored.sdrs, &defaults))?;
        let mut ranked: Vec<(ScoredTrial, PairedDifference)> = scored.into_iter().zip(gains).collect();
        ranked.sort_by(|(a, a_gain), (b, b_gain)| {
            let by_gain = b_gain.mean_db.total_cmp(&a_gain.mean_db).then(a.trial.cmp(&b.trial));
            b.sdrs.len().cmp(&a.sdrs.len()).then(by_gain)
        });
        let (scored, gains): (Vec<ScoredTrial>, Vec<PairedDifference>) = ranked.into_iter().unzip();
        let best = &scored[0];
        let behind = differences(&scored, best.trial, |scored| PairedDifference::of(&best.sdrs, &scored.sdrs))?;
        let held_out_of = |trial: usize| results.of(trial, TrialStage::HeldOut);
        let is_candidate = |scored: &ScoredTrial, gain: &PairedDifference| {
            scored.is_finished()
                && gain.is_gain()
                && scored.is_better_in_every_block(&defaults)
                && (!plan.space.is_learned_anew(&settings[scored.trial]) || scored.is_better_over_blocks(&defaults))
                && held_out_of(scored.trial).is_some()
        };
        let candidate = scored.iter().zip(&gains).find(|(scored, gain)| is_candidate(scored, gain));
        let candidate = candidate.map_or(0, |(scored, _)| scored.trial);
        let held_out = HeldOutScores::of(held_out_of(candidate)?, held_out_of(0)?)?;
        let trial = |((scored, gain), behind_best): ((&ScoredTrial, PairedDifference), PairedDifference)| TunedTrial {
            trial: scored.trial,
            settings: settings[scored.trial].clone(),
            is_finished: scored.is_finished(),
            summary: ScoreSummary::of(&scored.scores),
            gain,
            behind_best,
        };
        Some(Self {
            trials: scored.iter().zip(gains).zip(behind).map(trial).collect(),
            planned: settings.len(),
            brackets: BracketCount::of(plan, settings.len(), results),
            candidate,
            chosen: if held_out.gain.is_loss() { 0 } else { candidate },
            held_out,
        })
    }

    /// The best of those that were evaluated on all mixtures.
    pub fn best(&self) -> &TunedTrial {
        &self.trials[0]
    }

    /// The candidate.
    pub fn candidate(&self) -> &TunedTrial {
        self.trial(self.candidate)
    }

    /// The chosen trial.
    pub fn chosen(&self) -> &TunedTrial {
        self.trial(self.chosen)
    }

    /// The defaults.
    pub fn defaults(&self) -> &TunedTrial {
        self.trial(0)
    }

    /// One of those that were scored; the best where `trial` was not.
    fn trial(&self, trial: usize) -> &TunedTrial {
        self.trials.iter().find(|one| one.trial == trial).unwrap_or(&self.trials[0])
    }
}

impl HeldOutScores {
    /// `None` if there are no mixtures.
    fn of(candidate: &[Vec<SourceScore>], defaults: &[Vec<SourceScore>]) -> Option<Self> {
        let gain = PairedDifference::of(&mean_sdrs(candidate), &mean_sdrs(defaults))?;
        let [candidate, defaults] = [candidate, defaults].map(ScoreSummary::of);
        Some(Self { candidate, defaults, gain })
    }
}

impl BracketCount {
    fn of(plan: &TuningPlan, trials: usize, results: &TrialResults) -> Self {
        let brackets = plan.brackets(trials, Shard { index: 0, count: 1 });
        let is_unfinished = |bracket: &&_| halving::next_step(bracket, results) != BracketStep::Done;
        Self { unfinished: brackets.iter().filter(is_unfinished).count(), all: brackets.len() }
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

/// The differences that `of` gives of all that were `scored`, their probabilities adjusted for the number of
/// comparisons: all but that of trial `reference` with itself. `None` if one of them has no mixtures.
fn differences(
    scored: &[ScoredTrial],
    reference: usize,
    of: impl Fn(&ScoredTrial) -> Option<PairedDifference>,
) -> Option<Vec<PairedDifference>> {
    let mut differences = scored.iter().map(of).collect::<Option<Vec<_>>>()?;
    let compared = || scored.iter().map(|scored| scored.trial != reference);
    let p: Vec<f64> = differences.iter().zip(compared()).filter(|(_, is)| *is).map(|(one, _)| one.p).collect();
    let own = differences.iter_mut().zip(compared()).filter(|(_, is)| *is);
    own.zip(holm(&p)).for_each(|((one, _), p)| one.p = p);
    Some(differences)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            material::BLOCKS,
            results::TrialResult,
            settings::Tunable,
            space::{SearchSpace, TuningAxis},
        },
        *,
    };

    fn outcome(sdr: impl Fn(usize, usize) -> f64) -> TuningOutcome {
        outcome_with(&sdr, &sdr)
    }

    fn plan() -> TuningPlan {
        let axes = vec![TuningAxis { tunable: Tunable::Focus, values: vec![1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0] }];
        let space = SearchSpace { defaults: TuningSettings::defaults(vec![25]), axes };
        TuningPlan { space, trials: 10, mixtures: 24, seconds: 5.0, seed: 0 }
    }

    /// Trial `trial` in `stage`, with `sdr(mixture)` dB.
    fn result(trial: usize, stage: TrialStage, sdr: impl Fn(usize) -> f64) -> TrialResult {
        let mixtures = match stage {
            TrialStage::Rung(rung) => plan().rung_mixtures(rung),
            TrialStage::HeldOut => 0..24,
        };
        let score = |mixture: usize| vec![SourceScore { sdr: sdr(mixture), sir: 20.0, sar: 10.0 }];
        TrialResult { trial, stage, scores: mixtures.map(score).collect() }
    }

    const STAGES: [TrialStage; 4] =
        [TrialStage::Rung(0), TrialStage::Rung(1), TrialStage::Rung(2), TrialStage::HeldOut];

    /// A search of three trials over 24 mixtures, in which trial `n` has `sdr(n, mixture)` dB, and `held_out(n,
    /// mixture)` in what nothing is chosen by.
    fn outcome_with(sdr: impl Fn(usize, usize) -> f64, held_out: impl Fn(usize, usize) -> f64) -> TuningOutcome {
        let mut results = TrialResults::default();
        for (trial, stage) in (0..3).flat_map(|trial| STAGES.map(|stage| (trial, stage))) {
            results.add(match stage {
                TrialStage::Rung(_) => result(trial, stage, |mixture| sdr(trial, mixture)),
                TrialStage::HeldOut => result(trial, stage, |mixture| held_out(trial, mixture)),
            });
        }
        TuningOutcome::of(&plan(), &results).unwrap()
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
        let gain = found.held_out.gain;
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
        assert!(found.held_out.gain.is_loss());
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

    #[test]
    fn what_was_learned_with_a_luckier_random_start_is_not_chosen() {
        let axes = vec![TuningAxis { tunable: Tunable::Components(0), values: vec![10.0, 25.0, 50.0] }];
        let space = SearchSpace { defaults: TuningSettings::defaults(vec![25]), axes };
        let plan = TuningPlan { space, trials: 3, ..plan() };
        let chosen = |gains: [f64; BLOCKS]| {
            let sdr = |trial: usize, mixture: usize| {
                8.0 + scatter(mixture)
                    + if trial == 1 { gains[mixture % BLOCKS] + 0.01 * scatter(mixture) } else { 0.0 }
            };
            let mut results = TrialResults::default();
            for (trial, stage) in (0..2).flat_map(|trial| STAGES.map(|stage| (trial, stage))) {
                results.add(result(trial, stage, |mixture| sdr(trial, mixture)));
            }
            TuningOutcome::of(&plan, &results).unwrap().chosen
        };
        assert_eq!(chosen([0.08, 0.97, 0.32]), 0);
        assert_eq!(chosen([0.4, 0.6, 0.35]), 1);
    }

    #[test]
    fn what_is_significant_alone_is_not_among_all_that_were_scored() {
        // Trial 1 is a little better in all mixtures: p is 0.01 alone.
        let sdr = |trial: usize, mixture: usize| {
            8.0 + scatter(mixture) + if trial == 1 { 0.3 * scatter(3 * mixture + 1) + 0.1 } else { 0.0 }
        };
        let mut results = TrialResults::default();
        for (trial, stage) in (0..2).flat_map(|trial| STAGES.map(|stage| (trial, stage))) {
            results.add(result(trial, stage, |mixture| sdr(trial, mixture)));
        }
        let alone = TuningOutcome::of(&plan(), &results).unwrap();
        assert_eq!(alone.chosen, 1);
        assert!((0.005..0.05).contains(&alone.best().gain.p), "{:?}", alone.best().gain);
        // Those that went no further than the first rung were tried as well.
        for trial in 2..8 {
            results.add(result(trial, STAGES[0], |mixture| sdr(0, mixture) + [0.1, -0.1][mixture % 2]));
        }
        let among = TuningOutcome::of(&plan(), &results).unwrap();
        assert_eq!((among.best().trial, among.trials.len(), among.chosen), (1, 8, 0));
        assert!((among.best().gain.p - 7.0 * alone.best().gain.p).abs() < 1e-12, "{:?}", among.best().gain);
    }

    #[test]
    fn what_has_no_scores_on_the_last_thirds_yet_is_not_chosen() {
        let sdr =
            |trial: usize, mixture: usize| 8.0 + scatter(mixture) + 0.3 * trial as f64 + 0.1 * scatter(mixture + trial);
        let mut results = TrialResults::default();
        for (trial, stage) in (0..3).flat_map(|trial| STAGES.map(|stage| (trial, stage))) {
            if (trial, stage) != (2, TrialStage::HeldOut) {
                results.add(result(trial, stage, |mixture| sdr(trial, mixture)));
            }
        }
        let found = TuningOutcome::of(&plan(), &results).unwrap();
        assert_eq!((found.best().trial, found.candidate, found.chosen), (2, 1, 1));
        // Without those of the defaults there is nothing to compare with.
        let mut results = TrialResults::default();
        STAGES[..3].iter().for_each(|stage| results.add(result(0, *stage, |mixture| sdr(0, mixture))));
        assert_eq!(TuningOutcome::of(&plan(), &results), None);
    }

    #[test]
    fn the_best_is_the_one_that_the_others_are_compared_with() {
        let found = outcome(|trial, mixture| 8.0 + scatter(mixture) + 0.3 * trial as f64);
        assert_eq!(found.best().behind_best.mean_db, 0.0);
        assert!(found.trials[1..].iter().all(|trial| trial.behind_best.mean_db > 0.0));
        assert_eq!(found.trials.iter().map(|trial| trial.trial).collect::<Vec<_>>(), [2, 1, 0]);
    }
}
