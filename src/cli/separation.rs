//! What `separate` and `remix` have in common: their options, the preset, the run through the real-time engine.

use super::{error::CliError, interrupt, progress::Progress};
use crate::{
    nmf::discriminative::FOCUS,
    preset::{
        Preset,
        file::{self, SUFFIX},
        library,
    },
    recording::{self, Recording, SampleFormat},
    separator::{
        Controls, LatencyMode, Layout,
        offline::{self, Separation},
    },
};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use std::path::{Path, PathBuf};

/// A mixture, a preset, and how to separate the one with the other.
#[derive(Debug, Args)]
pub(super) struct Task {
    /// The mixture: WAV, AIFF, FLAC, MP3, OGG Vorbis or AAC/M4A, mono or stereo.
    #[arg(value_name = "MIX")]
    pub(super) mixture: PathBuf,

    /// A preset file, or the name of a factory or user preset.
    #[arg(short, long, value_name = "PRESET")]
    preset: String,

    /// The engine's latency mode: the longer the latency, the better the separation.
    #[arg(
        long,
        value_name = "MODE",
        default_value = LatencyMode::Quality.name(),
        value_parser = PossibleValuesParser::new(LatencyMode::ALL.map(LatencyMode::name)).map(mode_named)
    )]
    mode: LatencyMode,

    /// Exponent of the masks, 0.5 to 4: more than 1 separates harder, less than 1 softer.
    #[arg(long, value_name = "P", default_value_t = FOCUS, value_parser = |text: &str| parse_in_range(text, 0.5, 4.0))]
    focus: f32,

    /// Weight of the prior that few bases sound at once, 0 to 1.
    #[arg(long, value_name = "L", default_value_t = 0.0, value_parser = |text: &str| parse_in_range(text, 0.0, 1.0))]
    sparsity: f32,

    /// Weight of the prior that activations change slowly, 0 to 1.
    #[arg(long, value_name = "L", default_value_t = 0.0, value_parser = |text: &str| parse_in_range(text, 0.0, 1.0))]
    smoothness: f32,

    /// How the WAV files hold a sample: 32-bit float, or 24- or 16-bit integer.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = SampleFormat::Float32.name(),
        value_parser = PossibleValuesParser::new(SampleFormat::ALL.map(SampleFormat::name)).map(format_named)
    )]
    pub(super) format: SampleFormat,
}

impl Task {
    pub(super) fn load_preset(&self) -> Result<Preset, CliError> {
        load_preset(&self.preset)
    }

    /// What the preset was called by.
    pub(super) fn preset_name(&self) -> &str {
        &self.preset
    }

    pub(super) fn mode_name(&self) -> &'static str {
        self.mode.name()
    }

    pub(super) fn read_mixture(&self) -> Result<Recording, CliError> {
        let mixture = recording::read(&self.mixture)?;
        mixture.ensure_audible(&self.mixture)?;
        let frame_len = Layout::new(f64::from(mixture.sample_rate), LatencyMode::Live).windows.frame_len();
        if mixture.len() < frame_len {
            let milliseconds = |samples: usize| 1e3 * samples as f64 / f64::from(mixture.sample_rate);
            return Err(CliError::TooShort {
                path: self.mixture.clone(),
                milliseconds: milliseconds(mixture.len()),
                frame_milliseconds: milliseconds(frame_len),
            });
        }
        interrupt::check()?;
        Ok(mixture)
    }

    /// The knobs as the options set them, gains at unity.
    pub(super) fn controls(&self) -> Controls {
        Controls { focus: self.focus, sparsity: self.sparsity, smoothness: self.smoothness, ..Controls::default() }
    }

    pub(super) fn separate(
        &self,
        preset: &Preset,
        mixture: &Recording,
        controls: &Controls,
    ) -> Result<Separation, CliError> {
        let mut progress = Progress::start(format!("separating {}", self.mixture.display()));
        let separated = offline::separate(preset, mixture, self.mode, controls, &mut |share| progress.update(share));
        drop(progress);
        interrupt::check()?;
        separated.map_err(|error| CliError::Separate { path: self.mixture.clone(), error })
    }

    /// Refuses an output file that is the mixture itself.
    pub(super) fn keep_mixture(&self, output: &Path) -> Result<(), CliError> {
        let same = match (output.canonicalize(), self.mixture.canonicalize()) {
            (Ok(output), Ok(mixture)) => output == mixture,
            _ => false,
        };
        if same { Err(CliError::WouldOverwrite { path: output.to_path_buf() }) } else { Ok(()) }
    }
}

/// Reads the preset at a path or, if `preset` looks like none, the factory or user preset of that name.
pub(super) fn load_preset(preset: &str) -> Result<Preset, CliError> {
    let path = Path::new(preset);
    let is_path = preset.ends_with(SUFFIX) || path.components().count() > 1 || path.exists();
    if is_path {
        return Ok(file::read(path)?);
    }
    let entries = library::entries();
    match entries.iter().rev().find(|entry| entry.name == preset) {
        Some(entry) => Ok(library::load(entry)?),
        None => Err(CliError::UnknownPreset {
            name: preset.to_owned(),
            known: entries.into_iter().map(|entry| entry.name).collect(),
        }),
    }
}

/// Says before the work begins what would make it impossible to write `path` at its end.
pub(super) fn ensure_writable(path: &Path) -> Result<(), CliError> {
    recording::replacement_for(path).map(drop).map_err(|error| CliError::unwritable(path, error))
}

/// Parses a number from `low` to `high`.
pub(super) fn parse_in_range(text: &str, low: f32, high: f32) -> Result<f32, String> {
    match text.trim().parse::<f32>() {
        Ok(value) if (low..=high).contains(&value) => Ok(value),
        _ => Err(format!("give a number from {low} to {high}")),
    }
}

fn mode_named(name: String) -> LatencyMode {
    LatencyMode::ALL.into_iter().find(|mode| mode.name() == name).unwrap_or_default()
}

fn format_named(name: String) -> SampleFormat {
    SampleFormat::ALL.into_iter().find(|format| format.name() == name).unwrap_or_default()
}
