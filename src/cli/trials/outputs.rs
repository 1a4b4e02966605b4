//! What a search leaves: its table, a plot, and a preset with the chosen settings.

use super::{
    search::{SearchHeader, SearchedSource},
    table::{TrialTable, name, p},
};
use crate::{
    cli::{
        arguments::{parse_path, parse_preset_path},
        error::CliError,
        files::ensure_writable,
        interrupt, plot,
        progress::TaskProgress,
        report::{Report, shown},
    },
    preset::{PlaySettings, file},
    recording::file_name,
    tuning::{BracketCount, HeldOutScores, TrialError, TrialResults, TunedTrial, Tuner, TuningOutcome, TuningSettings},
};
use clap::Args;
use serde_json::json;
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

/// Characters of a list of trials; a longer one is cut.
const MOST_LISTED: usize = 20;

/// Files that are written when a search is complete.
#[derive(Debug, Args)]
pub(crate) struct SearchOutputs {
    /// Write a preset with the chosen settings, learned from all of the recordings; its name must end in
    /// .unbraid.safetensors. An existing one is replaced.
    #[arg(short, long, value_name = "PRESET", value_parser = parse_preset_path)]
    output: Option<PathBuf>,

    /// Write the table of trials as CSV.
    #[arg(long, value_name = "FILE.csv", value_parser = |path: &str| parse_path(path, "csv", "the table is CSV"))]
    csv: Option<PathBuf>,

    /// Draw what each setting does.
    #[arg(long, value_name = "FILE.png", value_parser = |path: &str| parse_path(path, "png", "plots are PNG"))]
    plot: Option<PathBuf>,
}

impl SearchOutputs {
    /// Whether none is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        self.wants_preset().is_none() && self.csv.is_none() && self.plot.is_none()
    }

    /// The preset that is wanted.
    pub(crate) fn wants_preset(&self) -> Option<&PathBuf> {
        self.output.as_ref()
    }

    /// The preset, if nothing else is wanted.
    pub(crate) fn only_preset(&self) -> Option<&Path> {
        if self.csv.is_some() || self.plot.is_some() { None } else { self.output.as_deref() }
    }

    /// Says before the work begins what could not be written.
    pub(crate) fn ensure_writable(&self) -> Result<(), CliError> {
        [&self.output, &self.csv, &self.plot].into_iter().flatten().try_for_each(|path| ensure_writable(path))
    }

    /// Writes what is wanted of `results`, and reports all. `tuner` gives the search again, where a preset is learned.
    pub(crate) fn write(
        &self,
        header: &SearchHeader,
        results: &TrialResults,
        tuner: impl FnOnce() -> Result<Tuner, CliError>,
    ) -> Result<Report, CliError> {
        let Some(outcome) = TuningOutcome::of(&header.plan, results) else {
            let reason = "the default settings, with which all others are compared, were not evaluated on all mixtures \
                          yet: add the results of the first shard, or let it finish";
            return Err(CliError::Usage(reason.to_owned()));
        };
        let sources = header.names();
        let axes = &header.plan.space.axes;
        let table = TrialTable { outcome: &outcome, axes, sources: &sources };
        let mut messages = Vec::new();
        let mut wrote = |path: &PathBuf| messages.push(format!("wrote {}", path.display()));
        // What takes longest to make comes first: it is there, whatever happens to the others.
        if let Some(path) = &self.output {
            self.write_preset(path, header, &outcome, &tuner()?)?;
            wrote(path);
        }
        if let Some(path) = &self.csv {
            file::replace_whole(path, table.csv().as_bytes()).map_err(|error| CliError::unwritable(path, error))?;
            wrote(path);
        }
        if let Some(path) = &self.plot {
            let figure = plot::TuningFigure { outcome: &outcome, axes, sources: &sources };
            plot::tuning(path, &figure).map_err(|error| CliError::unwritable(path, error))?;
            wrote(path);
        }
        let mut json = table.json();
        json["sources"] = json!(sources);
        json["preset"] = json!(self.output.as_ref().map(shown));
        let text = format!("{}\n{}", table.text(), conclusions(&outcome, header));
        Ok(Report { text, messages, json })
    }

    fn write_preset(
        &self,
        path: &Path,
        header: &SearchHeader,
        outcome: &TuningOutcome,
        tuner: &Tuner,
    ) -> Result<(), CliError> {
        let chosen = outcome.chosen();
        let mut progress = TaskProgress::start("learning the chosen settings");
        let preset = tuner.preset(&chosen.settings, &mut |share| progress.update(share));
        drop(progress);
        interrupt::check()?;
        let mut preset = preset.map_err(|error| match error {
            TrialError::Stopped => CliError::Interrupted,
            error => error.into(),
        })?;
        for (source, SearchedSource { recordings, .. }) in preset.sources.iter_mut().zip(&header.sources) {
            if let Some(learned) = source.learned_mut() {
                learned.learned_from = recordings.iter().map(|recording| file_name(&recording.path)).collect();
            }
        }
        preset.about.notes = notes(outcome, &played(header, &chosen.settings));
        Ok(file::write(&preset, path)?)
    }
}

/// What the preset says of how it was tuned. It is `played` with these options.
fn notes(outcome: &TuningOutcome, played: &str) -> String {
    let mut notes = format!("Tuned in {} trials. It is played with {played}.", outcome.planned);
    if outcome.chosen == outcome.candidate {
        // Writing to a string cannot fail.
        let _ = write!(
            notes,
            " SDR {:.2} dB on mixtures that it was not chosen by, {:+.2} dB to the default settings.",
            outcome.held_out.candidate.mean.sdr, outcome.held_out.gain.mean_db
        );
    }
    notes
}

/// How sources are played with `settings`: as options of `separate` and `remix`, and the memory, which is none of them.
fn played(header: &SearchHeader, settings: &TuningSettings) -> String {
    let moves = settings.drift || header.sources.iter().any(|source| source.finds_bases);
    let PlaySettings { mode, focus, sparsity, smoothness, memory_seconds } = settings.play(moves);
    let options = format!("--mode {} --focus {focus} --sparsity {sparsity} --smoothness {smoothness}", mode.name());
    memory_seconds.map_or_else(|| options.clone(), |seconds| format!("{options} and a memory of {seconds} s"))
}

fn called(trial: &TunedTrial) -> String {
    if trial.trial == 0 { "the default settings".to_owned() } else { format!("trial {}", trial.trial) }
}

/// How good the candidate, which is `called` so, is on what nothing was chosen by.
fn on_last_thirds(HeldOutScores { candidate, defaults, gain }: &HeldOutScores, called: &str) -> String {
    let mut text = format!(
        "On {} mixtures of the last thirds, by which nothing was chosen, {called}: {:.2} dB, standard deviation \
         {:.2} dB",
        candidate.mixtures, candidate.mean.sdr, candidate.sdr_deviation
    );
    let (low, high) = (gain.mean_db - gain.half_interval_db, gain.mean_db + gain.half_interval_db);
    // Writing to a string cannot fail.
    let _ = match candidate == defaults {
        true => writeln!(text, "."),
        false => writeln!(
            text,
            "; the defaults {:.2} dB.\nThe gain there: {:+.2} dB, 95 % interval {low:+.2} to {high:+.2} dB, p {}.",
            defaults.mean.sdr,
            gain.mean_db,
            p(gain.p)
        ),
    };
    text
}

/// What follows from the table, in sentences.
fn conclusions(outcome: &TuningOutcome, header: &SearchHeader) -> String {
    let (best, chosen) = (outcome.best(), outcome.chosen());
    let summary = &best.summary;
    let mut text = format!(
        "The best is {}: SDR {:.2} dB over {} mixtures, standard deviation {:.2} dB, from {:.2} to {:.2} dB.\n",
        called(best),
        summary.mean.sdr,
        summary.mixtures,
        summary.sdr_deviation,
        summary.sdr_range[0],
        summary.sdr_range[1]
    );
    let alike: Vec<String> = (outcome.trials.iter())
        .filter(|trial| trial.is_finished && trial.trial != best.trial && !trial.is_worse())
        .map(name)
        .collect();
    // Writing to a string cannot fail.
    let _ = match alike.is_empty() {
        true => {
            writeln!(
                text,
                "All others that were evaluated on all mixtures are significantly worse (paired t-test, Holm)."
            )
        }
        false => writeln!(
            text,
            "Not significantly worse (p of a paired t-test over mixtures, adjusted for all trials, is 0.05 or more): \
             {}{}.",
            alike[..alike.len().min(MOST_LISTED)].join(", "),
            if alike.len() > MOST_LISTED { ", and others" } else { "" }
        ),
    };
    let candidate = outcome.candidate();
    let _ = match best.trial {
        0 => writeln!(text, "The default settings are the best, and are kept."),
        _ if candidate.trial == 0 => writeln!(
            text,
            "The default settings are kept: no trial is better than they are significantly, in every block and by \
             more than a random start changes."
        ),
        _ => writeln!(
            text,
            "The best that is better than the defaults significantly, in every block and by more than a random start \
             changes is {}.",
            called(candidate)
        ),
    };
    text += &on_last_thirds(&outcome.held_out, &called(candidate));
    if candidate.trial != chosen.trial {
        text += "There it is significantly worse than the defaults, so these are kept: give more recordings.\n";
    }
    if chosen.trial != 0 {
        let changes = header.plan.space.changes(&chosen.settings, &header.names());
        let _ = writeln!(text, "Other than by default: {}.", changes.join(", "));
    }
    let _ = writeln!(text, "It is played with {}.", played(header, &chosen.settings));
    let BracketCount { unfinished, all } = outcome.brackets;
    if unfinished > 0 {
        let _ =
            writeln!(text, "{unfinished} of {all} brackets of trials are not finished: this is what is known so far.");
    }
    text
}
