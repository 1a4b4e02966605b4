//! The table of trials: as text, as CSV, as JSON.

use crate::tuning::{
    HeldOutScores, PairedDifference, ScoreSummary, SourceScore, Tunable, TunedTrial, TuningAxis, TuningOutcome,
    TuningSettings,
};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// An outcome, and what its numbers are called.
pub(super) struct TrialTable<'a> {
    pub(super) outcome: &'a TuningOutcome,
    pub(super) axes: &'a [TuningAxis],
    pub(super) sources: &'a [String],
}

impl TrialTable<'_> {
    /// A line per trial, best first.
    pub(super) fn text(&self) -> String {
        let axes: Vec<(String, &TuningAxis)> =
            self.axes.iter().map(|axis| (axis.tunable.name_among(self.sources), axis)).collect();
        let value = |axis: &TuningAxis, trial: &TunedTrial| axis.tunable.shown(axis.tunable.of(&trial.settings));
        let width = |(name, axis): &(String, &TuningAxis)| {
            let values = self.outcome.trials.iter().map(|trial| value(axis, trial).chars().count());
            values.max().unwrap_or_default().max(name.chars().count())
        };
        let widths: Vec<usize> = axes.iter().map(width).collect();
        let mut text = "  trial  mixtures  SDR dB    ± sd  SIR dB  SAR dB  to defaults   95 %  p to best".to_owned();
        for ((name, _), width) in axes.iter().zip(&widths) {
            // Writing to a string cannot fail.
            let _ = write!(text, "  {name:>width$}");
        }
        text.push('\n');
        for trial in &self.outcome.trials {
            let ScoreSummary { mixtures, mean, sdr_deviation, .. } = &trial.summary;
            let (gain, interval) = match trial.trial {
                0 => (String::new(), String::new()),
                _ => (format!("{:+.2}", trial.gain.mean_db), format!("{:.2}", trial.gain.half_interval_db)),
            };
            let p = if trial.trial == self.outcome.best().trial { "best".to_owned() } else { p(trial.behind_best.p) };
            let _ = write!(
                text,
                "{:>7}  {mixtures:>8}  {:>6.2}  {sdr_deviation:>6.2}  {:>6.2}  {:>6.2}  {gain:>11}  {interval:>5}  \
                 {p:>9}",
                name(trial),
                mean.sdr,
                mean.sir,
                mean.sar,
            );
            for ((_, axis), width) in axes.iter().zip(&widths) {
                let _ = write!(text, "  {:>width$}", value(axis, trial));
            }
            text.push('\n');
        }
        text
    }

    /// A line per trial, best first, all numbers in full.
    pub(super) fn csv(&self) -> String {
        let mut columns: Vec<String> = [
            "rank",
            "trial",
            "finished",
            "mixtures",
            "sdr",
            "sdr_sd",
            "sdr_min",
            "sdr_max",
            "sir",
            "sar",
            "gain",
            "gain_interval",
            "gain_p",
            "behind_best",
            "behind_best_p",
        ]
        .map(str::to_owned)
        .to_vec();
        columns.extend(self.sources.iter().map(|source| format!("sdr.{source}")));
        columns.extend(self.axes.iter().map(|axis| axis.tunable.name_among(self.sources)));
        let mut text = line(columns.into_iter());
        for (rank, trial) in (1..).zip(&self.outcome.trials) {
            let TunedTrial { trial: number, settings, is_finished, summary, gain, behind_best } = trial;
            let numbers = [
                f64::from(rank),
                *number as f64,
                f64::from(u8::from(*is_finished)),
                summary.mixtures as f64,
                summary.mean.sdr,
                summary.sdr_deviation,
                summary.sdr_range[0],
                summary.sdr_range[1],
                summary.mean.sir,
                summary.mean.sar,
                gain.mean_db,
                gain.half_interval_db,
                gain.p,
                behind_best.mean_db,
                behind_best.p,
            ];
            let sources = summary.sources.iter().map(|source| source.sdr.to_string());
            let settings = self.axes.iter().map(|axis| axis.tunable.shown(axis.tunable.of(settings)));
            text += &line(numbers.iter().map(f64::to_string).chain(sources).chain(settings));
        }
        text
    }

    /// The whole outcome.
    pub(super) fn json(&self) -> Value {
        let trials: Vec<Value> = self.outcome.trials.iter().map(|trial| self.trial_json(trial)).collect();
        json!({
            "best": self.outcome.best().trial,
            "candidate": self.outcome.candidate,
            "chosen": self.outcome.chosen,
            "chosen_settings": self.settings_json(&self.outcome.chosen().settings),
            "held_out": self.held_out_json(&self.outcome.held_out),
            "planned_trials": self.outcome.planned,
            "unfinished_brackets": self.outcome.brackets.unfinished,
            "trials": trials,
        })
    }

    fn trial_json(&self, trial: &TunedTrial) -> Value {
        json!({
            "trial": trial.trial,
            "finished": trial.is_finished,
            "settings": self.settings_json(&trial.settings),
            "scores": self.summary_json(&trial.summary),
            "gain": difference_json(&trial.gain),
            "behind_best": difference_json(&trial.behind_best),
            "worse_than_best": trial.is_worse(),
        })
    }

    fn held_out_json(&self, held_out: &HeldOutScores) -> Value {
        json!({
            "candidate": self.summary_json(&held_out.candidate),
            "defaults": self.summary_json(&held_out.defaults),
            "gain": difference_json(&held_out.gain),
        })
    }

    fn summary_json(&self, summary: &ScoreSummary) -> Value {
        let ratios = |score: &SourceScore| json!({ "sdr": score.sdr, "sir": score.sir, "sar": score.sar });
        let sources: Map<String, Value> =
            self.sources.iter().zip(&summary.sources).map(|(name, score)| (name.clone(), ratios(score))).collect();
        json!({
            "mixtures": summary.mixtures,
            "mean": ratios(&summary.mean),
            "sdr_deviation": summary.sdr_deviation,
            "sdr_range": summary.sdr_range,
            "sources": sources,
        })
    }

    /// Every setting, varied or not.
    fn settings_json(&self, settings: &TuningSettings) -> Value {
        let components: Map<String, Value> =
            self.sources.iter().zip(&settings.components).map(|(name, k)| (name.clone(), json!(k))).collect();
        let mut all = json!(settings);
        all["components"] = Value::Object(components);
        // As they were typed, and not with the digits of a rounded 0.35.
        for tunable in [Tunable::Evidence, Tunable::Focus, Tunable::Sparsity, Tunable::Smoothness] {
            all[tunable.name()] = json!(tunable.of(settings));
        }
        all
    }
}

/// What a trial is called.
pub(super) fn name(trial: &TunedTrial) -> String {
    if trial.trial == 0 { "default".to_owned() } else { trial.trial.to_string() }
}

/// A probability for people.
pub(super) fn p(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

fn difference_json(difference: &PairedDifference) -> Value {
    let PairedDifference { mixtures, mean_db, half_interval_db, p } = difference;
    json!({ "mixtures": mixtures, "mean_db": mean_db, "half_interval_db": half_interval_db, "p": p })
}

/// A line of CSV (RFC 4180).
fn line(fields: impl Iterator<Item = String>) -> String {
    let quoted = |field: String| {
        if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
    };
    fields.map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas_and_quotes_stay_one_field() {
        let fields = ["kick, snare", "12\" mix", "bass"].map(str::to_owned);
        assert_eq!(line(fields.into_iter()), "\"kick, snare\",\"12\"\" mix\",bass\n");
    }
}
