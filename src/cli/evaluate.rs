//! `unbraid evaluate`: how good a separation is.

use super::{
    error::CliError,
    files::read_recording,
    interrupt,
    report::{Report, shown},
};
use crate::{
    evaluation::{Score, bss_eval_sources},
    recording::Recording,
};
use clap::Args;
use serde_json::{Value, json};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

/// Score estimates of sources against the true ones: SDR, SIR and SAR in dB (BSS Eval, version 3).
///
/// Files are mixed down to mono and cut to the shortest. In --json a ratio without any error is null.
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    /// The true sources.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    reference: Vec<PathBuf>,

    /// An estimate of each, in the same order.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    estimate: Vec<PathBuf>,
}

impl Evaluate {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        let (references, estimates) = (self.reference.len(), self.estimate.len());
        if references != estimates {
            return Err(CliError::Usage(format!(
                "{references} references and {estimates} estimates are named; give one estimate for each reference"
            )));
        }
        let mut references = read_all(&self.reference)?;
        let mut estimates = read_all(&self.estimate)?;
        self.check_sample_rates(references.iter().chain(&estimates))?;
        for (path, recording) in self.reference.iter().zip(&references).chain(self.estimate.iter().zip(&estimates)) {
            recording.ensure_audible(path)?;
        }
        let shortest = references.iter().chain(&estimates).map(Recording::len).min().unwrap_or_default();
        let mono = |recordings: &mut Vec<Recording>| -> Vec<Vec<f32>> {
            recordings.drain(..).map(|recording| recording.downmix()[..shortest].to_vec()).collect()
        };
        let scores = bss_eval_sources(&mono(&mut references), &mono(&mut estimates))?;
        Ok(self.report(&scores))
    }

    fn check_sample_rates<'a>(&self, recordings: impl Iterator<Item = &'a Recording>) -> Result<(), CliError> {
        let first = &self.reference[0];
        let mut expected = None;
        for (path, recording) in self.reference.iter().chain(&self.estimate).zip(recordings) {
            let rate = recording.sample_rate;
            let expected = *expected.get_or_insert(rate);
            if rate != expected {
                return Err(CliError::SampleRates { path: path.clone(), rate, first: first.clone(), expected });
            }
        }
        Ok(())
    }

    fn report(&self, scores: &[Score]) -> Report {
        let names: Vec<String> = self.reference.iter().map(|path| stem(path)).collect();
        let count = scores.len() as f64;
        let mean = Score {
            sdr: scores.iter().map(|score| score.sdr).sum::<f64>() / count,
            sir: scores.iter().map(|score| score.sir).sum::<f64>() / count,
            sar: scores.iter().map(|score| score.sar).sum::<f64>() / count,
        };
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default().max("source".len());
        let mut text = format!("{:width$}   SDR dB   SIR dB   SAR dB\n", "source");
        let rows = names.iter().map(String::as_str).zip(scores).chain((scores.len() > 1).then_some(("mean", &mean)));
        for (name, score) in rows {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name:width$} {:8.2} {:8.2} {:8.2}", score.sdr, score.sir, score.sar);
        }
        let sources: Vec<Value> = (self.reference.iter().zip(&self.estimate).zip(scores))
            .map(|((reference, estimate), score)| {
                let mut entry = json!({ "reference": shown(reference), "estimate": shown(estimate) });
                if let (Value::Object(entry), Value::Object(ratios)) = (&mut entry, ratios(score)) {
                    entry.extend(ratios);
                }
                entry
            })
            .collect();
        Report { text, messages: Vec::new(), json: json!({ "sources": sources, "mean": ratios(&mean) }) }
    }
}

fn ratios(score: &Score) -> Value {
    json!({ "sdr": score.sdr, "sir": score.sir, "sar": score.sar })
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<Recording>, CliError> {
    let read = |path: &PathBuf| {
        interrupt::check()?;
        read_recording(path)
    };
    paths.iter().map(read).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
