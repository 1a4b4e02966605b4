//! What a search has found: every trial beside the best and beside the defaults.

use super::{
    halving::{self, BracketStep},
    plan::{RUNGS, Shard, TuningPlan},
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
    /// The chosen settings.
    pub chosen: ScoreSummary,
    /// The defaults.
    pub defaults: ScoreSummary,
    /// The SDR of the chosen settings less that of the defaults.
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
    /// The trial that is chosen: the best, if it is significantly better than the defaults; otherwise the defaults.
    pub chosen: usize,
    /// How good it is on what it was not chosen by.
    pub held_out: Option<HeldOutScores>,
}

impl TuningOutcome {
    /// What `results` say of `plan`; `None` if the defaults were not heard in all mixtures yet, for the others are
    /// compared with them.
    pub fn of(plan: &TuningPlan, results: &TrialResults) -> Option<Self> {
        let settings = plan.space.trials(plan.trials, plan.seed);
        let heard: Vec<Heard> = (0..settings.len()).filter_map(|trial| Heard::of(trial, results)).collect();
        let defaults = heard.iter().find(|heard| heard.trial == 0 && heard.is_finished())?.sdrs.clone();
        let gain = |heard: &Heard| PairedDifference::of(&heard.sdrs, &defaults);
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
        let chosen = choose(&heard, best, &defaults);
        Some(Self {
            trials,
            planned: settings.len(),
            unfinished: unfinished(plan, settings.len(), results),
            chosen,
            held_out: held_out(chosen, results),
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
struct Heard {
    trial: usize,
    /// Rungs that it has finished.
    rungs: usize,
    scores: Vec<Vec<SourceScore>>,
    sdrs: Vec<f64>,
}

impl Heard {
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
fn adjusted(heard: &[Heard], differences: &[PairedDifference], compared: impl Fn(&Heard) -> bool) -> Vec<f64> {
    let is_compared: Vec<bool> = heard.iter().map(compared).collect();
    let p: Vec<f64> = differences.iter().zip(&is_compared).filter(|(_, is)| **is).map(|(one, _)| one.p).collect();
    let mut adjusted = holm(&p).into_iter();
    is_compared.into_iter().map(|is| if is { adjusted.next().unwrap_or(1.0) } else { 1.0 }).collect()
}

/// The best, unless it may be better than the `defaults` by chance alone: among many, one always is.
fn choose(heard: &[Heard], best: &Heard, defaults: &[f64]) -> usize {
    let finished: Vec<&Heard> = heard.iter().filter(|heard| heard.is_finished() && heard.trial != 0).collect();
    let gains: Vec<PairedDifference> =
        finished.iter().filter_map(|heard| PairedDifference::of(&heard.sdrs, defaults)).collect();
    let p = holm(&gains.iter().map(|gain| gain.p).collect::<Vec<_>>());
    let of_best = finished.iter().zip(gains.iter().zip(p)).find(|(heard, _)| heard.trial == best.trial);
    let is_sure = of_best.is_some_and(|(_, (gain, p))| PairedDifference { p, ..*gain }.is_gain());
    if is_sure { best.trial } else { 0 }
}

fn held_out(chosen: usize, results: &TrialResults) -> Option<HeldOutScores> {
    let [chosen, defaults] = [chosen, 0].map(|trial| results.of(trial, TrialStage::HeldOut));
    let (chosen, defaults) = (chosen?, defaults?);
    let gain = PairedDifference::of(&mean_sdrs(chosen), &mean_sdrs(defaults))?;
    Some(HeldOutScores { chosen: ScoreSummary::of(chosen), defaults: ScoreSummary::of(defaults), gain })
}

/// Brackets that are not finished, and all.
fn unfinished(plan: &TuningPlan, trials: usize, results: &TrialResults) -> [usize; 2] {
    let brackets = plan.brackets(trials, Shard { index: 0, count: 1 });
    let is_open = |bracket: &&_| halving::next_step(plan, bracket, results) != BracketStep::Done;
    [brackets.iter().filter(is_open).count(), brackets.len()]
}
