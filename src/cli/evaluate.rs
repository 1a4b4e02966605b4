//! `unbraid evaluate`: how good a separation is.

use super::{
    error::CliError,
    input::Input,
    interrupt,
    progress::TaskProgress,
    report::{Report, shown},
};
use crate::{
    evaluation::{FirstPass, Score},
    recording::{RecordingError, Survey},
};
use clap::Args;
use serde_json::{Value, json};
use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

/// Samples of every file that are looked at together.
const BLOCK_SAMPLES: usize = 1 << 16;

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
        let paths = self.reference.iter().chain(&self.estimate);
        let inputs = paths.map(|path| Input::open(path)).collect::<Result<Vec<_>, _>>()?;
        let surveys = inputs.iter().map(Input::survey).collect::<Result<Vec<_>, _>>()?;
        check_sample_rates(&inputs, &surveys)?;
        let shortest = surveys.iter().map(|survey| survey.len).min().unwrap_or_default();
        let mut progress = TaskProgress::start("evaluating");
        let mut first = FirstPass::new(references);
        play(&inputs, shortest, |references, estimates, share| {
            first.add(references, estimates);
            let _ = progress.update(share / 2.0);
        })?;
        let mut second = first.finish()?;
        play(&inputs, shortest, |references, estimates, share| {
            second.add(references, estimates);
            let _ = progress.update(0.5 + share / 2.0);
        })?;
        Ok(self.report(&second.finish()))
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

fn check_sample_rates(inputs: &[Input], surveys: &[Survey]) -> Result<(), CliError> {
    let expected = surveys[0].sample_rate;
    match inputs.iter().zip(surveys).find(|(_, survey)| survey.sample_rate != expected) {
        Some((input, survey)) => Err(CliError::SampleRates {
            path: input.name.clone(),
            rate: survey.sample_rate,
            first: inputs[0].name.clone(),
            expected,
        }),
        None => Ok(()),
    }
}

/// Reads the first `samples` of all inputs at the same pace, mixed down to mono. `hear` is given the next block of
/// every reference and of every estimate, and the share that is done.
fn play(inputs: &[Input], samples: usize, mut hear: impl FnMut(&[Vec<f32>], &[Vec<f32>], f32)) -> Result<(), CliError> {
    let mut readers = inputs.iter().map(Input::reader).collect::<Result<Vec<_>, _>>()?;
    // What was read of each, and not heard yet.
    let mut waiting: Vec<Vec<f32>> = vec![Vec::new(); readers.len()];
    let mut heard = 0;
    while heard < samples {
        interrupt::check()?;
        let wanted = BLOCK_SAMPLES.min(samples - heard);
        for ((reader, waiting), input) in readers.iter_mut().zip(&mut waiting).zip(inputs) {
            while waiting.len() < wanted {
                // It was as long when it was looked through.
                let changed = || RecordingError::Damaged { path: input.name.clone(), reason: "it has changed".into() };
                let block = reader.next_block()?.ok_or_else(changed)?;
                let scale = 1.0 / block.len() as f32;
                waiting
                    .extend((0..block[0].len()).map(|t| block.iter().map(|channel| channel[t]).sum::<f32>() * scale));
            }
        }
        let blocks: Vec<Vec<f32>> = waiting.iter_mut().map(|waiting| waiting.drain(..wanted).collect()).collect();
        let (references, estimates) = blocks.split_at(blocks.len() / 2);
        heard += wanted;
        hear(references, estimates, heard as f32 / samples as f32);
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
