//! `unbraid inspect`: what is in a preset.

use super::{
    arguments::parse_path,
    error::CliError,
    files::read_preset,
    plot,
    report::{Report, about_json, source_json},
};
use crate::{
    dictionary::{Dictionary, Training},
    preset::{About, PlaySettings, Preset, Source},
};
use clap::Args;
use serde_json::{Value, json};
use std::{fmt::Write, path::PathBuf};

/// Tell what is in a preset: its sources, their bases, and how they were learned.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// A preset file, or the name of a factory or user preset.
    #[arg(value_name = "PRESET")]
    preset: String,

    /// Draw the bases of every source.
    #[arg(long, value_name = "FILE.png", value_parser = |path: &str| parse_path(path, "png", "plots are PNG"))]
    plot: Option<PathBuf>,
}

impl Inspect {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        let preset = read_preset(&self.preset)?;
        let mut messages = Vec::new();
        if let Some(path) = &self.plot {
            plot::preset(path, &self.preset, &preset).map_err(|error| CliError::unwritable(path, error))?;
            messages.push(format!("wrote {}", path.display()));
        }
        let sources: Vec<Value> = preset.sources.iter().map(source_json).collect();
        Ok(Report {
            text: describe(&self.preset, &preset),
            messages,
            json: json!({
                "preset": self.preset,
                "written_by": preset.written_by,
                "about": about_json(&preset.about),
                "sources": sources,
            }),
        })
    }
}

fn describe(name: &str, preset: &Preset) -> String {
    let count = preset.sources.len();
    let mut text = format!("{name}\n{} written by Unbraid {}\n", counted(count, "source"), preset.written_by);
    let About { tags, author, notes } = &preset.about;
    if let Some(PlaySettings { mode, focus, sparsity, smoothness, memory_seconds }) = preset.play {
        let memory = memory_seconds.map_or_else(String::new, |seconds| format!(", memory {seconds} s"));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "tuned to {}, focus {focus}, sparsity {sparsity}, smoothness {smoothness}{memory}",
            mode.name()
        );
    }
    for (what, noted) in [("author", author), ("tags", &tags.join(", ")), ("notes", &notes.replace('\n', "\n   "))] {
        if !noted.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{what}: {noted}");
        }
    }
    for (index, source) in preset.sources.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{}. {}  {}", index + 1, source.name, describe_kind(source));
        let _ = write!(text, "\n   colour {}, {}", source.colour, describe_knobs(source));
        for dictionary in source.dictionaries() {
            let _ = write!(text, "\n   {}", describe_dictionary(dictionary));
        }
        if let Some(learned) = source.learned() {
            if !learned.learned_from.is_empty() {
                let _ = write!(text, "\n   learned from {}", learned.learned_from.join(", "));
            }
            if let Some(tally) = &learned.tally {
                let _ = write!(text, "\n   has heard {:.1} min", tally.seconds / 60.0);
            }
            let _ = write!(text, "\n   licence: {}", learned.licence.as_deref().unwrap_or("not stated"));
        }
        text.push('\n');
    }
    text
}

fn describe_kind(source: &Source) -> String {
    let components = source.components();
    match source.learned() {
        None => {
            let found = format!("{} learned while it plays", counted(components, "basis"));
            match source.role {
                Some(role) => format!("recognised as {}, {found}", role.name()),
                None => format!("adaptive, {found}"),
            }
        }
        Some(learned) => {
            let drift = if learned.drift { ", may drift" } else { "" };
            let (bases, blocks) = (counted(components, "basis"), counted(learned.blocks().len(), "block"));
            let helped =
                source.role.map_or_else(String::new, |role| format!(", helped by the source model as {}", role.name()));
            let weight = learned.evidence_weight.filter(|_| source.role.is_some());
            let weight = weight.map_or_else(String::new, |weight| format!(", weight {weight}"));
            format!("fixed, {bases} in {blocks}{drift}{helped}{weight}")
        }
    }
}

fn describe_knobs(source: &Source) -> String {
    let gain = source.knobs.gain_db.map_or("-inf dB".to_owned(), |db| format!("{db} dB"));
    let mute = if source.knobs.mute { ", muted" } else { "" };
    format!("gain {gain}{mute}")
}

fn describe_dictionary(dictionary: &Dictionary) -> String {
    let (frame, training) = (&dictionary.frame, &dictionary.training);
    let reconstruction = if dictionary.reconstruction.is_some() { "; with reconstruction bases" } else { "" };
    let learned = match training.divergence.as_str() {
        Training::UNKNOWN => "found by another program".to_owned(),
        divergence => {
            let iterations = counted(training.iterations as usize, "iteration");
            format!("{} divergence, {iterations}, seed {}", divergence.to_uppercase(), training.seed)
        }
    };
    format!(
        "{} bins of {:.2} Hz: {} frames of {} samples at {} Hz, |X|^{}; {learned}{reconstruction}",
        dictionary.bins,
        frame.bin_spacing(),
        frame.window,
        frame.frame_len,
        frame.sample_rate,
        frame.exponent,
    )
}

fn counted(count: usize, thing: &str) -> String {
    match (count, thing) {
        (1, _) => format!("1 {thing}"),
        (_, "basis") => format!("{count} bases"),
        _ => format!("{count} {thing}s"),
    }
}
