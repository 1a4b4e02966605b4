//! What `separate` and `remix` have in common: their options, the preset, the run through the real-time engine or the batch
//! algorithm.

use super::{error::CliError, interrupt, learn::parse_components, progress::Progress};
use crate::{
    learner::adaptive::COMPONENTS,
    nmf::discriminative::FOCUS,
    preset::{
        Cue, MAX_SOURCES, Preset, Source,
        file::{self, SUFFIX},
        library,
    },
    recording::{self, Recording, SampleFormat},
    separator::{
        Controls, LatencyMode, Layout,
        batch::{self, BatchSettings},
        offline::{self, SeparateError, Separation},
    },
};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use serde_json::json;
use std::path::{Path, PathBuf};

/// A mixture, a preset, and how to separate the one with the other.
#[derive(Debug, Args)]
pub(super) struct Task {
    /// The mixture: WAV, AIFF, FLAC, MP3, OGG Vorbis or AAC/M4A, mono or stereo.
    #[arg(value_name = "MIX")]
    pub(super) mixture: PathBuf,

    /// A preset file, or the name of a factory or user preset.
    #[arg(short, long, value_name = "PRESET", conflicts_with = "sources")]
    preset: Option<String>,

    /// Look for this many sources, 2 to 8, that nobody taught, instead of those of a preset.
    #[arg(long, value_name = "N", value_parser = parse_sources)]
    sources: Option<usize>,

    /// Number of bases for each of them.
    #[arg(long, value_name = "K", requires = "sources", conflicts_with = "preset", default_value_t = COMPONENTS, value_parser = parse_components)]
    components: usize,

    /// By what they are told apart: percussive to tonal, what sounds at the same time, or left to right.
    #[arg(
        long,
        value_name = "CUE",
        requires = "sources",
        conflicts_with = "preset",
        default_value = Cue::default().name(),
        value_parser = PossibleValuesParser::new(Cue::ALL.map(Cue::name)).map(cue_named)
    )]
    by: Cue,

    /// Look at the whole mixture at once, as the tutorial's algorithm does, not through the real-time engine. Adaptive sources are then
    /// learned from all of it.
    #[arg(long, conflicts_with_all = ["mode", "sparsity", "smoothness"])]
    batch: bool,

    /// Most passes over the mixture; fewer are made when little changes any more.
    #[arg(
        long,
        value_name = "N",
        requires = "batch",
        default_value_t = BatchSettings::default().iterations,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    iterations: u32,

    /// Seed of the random start of bases that are not known; the same seed gives the same files.
    #[arg(long, value_name = "S", requires = "batch", default_value_t = BatchSettings::default().seed)]
    seed: u64,

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
    /// The preset that is named, or one of sources that nobody taught.
    pub(super) fn preset(&self) -> Result<Preset, CliError> {
        match (&self.preset, self.sources) {
            (Some(preset), _) => load_preset(preset),
            (None, Some(sources)) => Ok(self.untaught(sources)),
            (None, None) => Err(CliError::Usage(
                "name a preset with --preset, or give --sources N to look for sources that nobody taught".to_owned(),
            )),
        }
    }

    fn untaught(&self, sources: usize) -> Preset {
        let name = |source: usize| match (self.by, sources) {
            (Cue::Timbre, 2) => ["percussive", "tonal"][source].to_owned(),
            _ => format!("source {}", source + 1),
        };
        let sources = (0..sources).map(|source| Source::adaptive(name(source), source, self.components)).collect();
        Preset { grouping: self.by, ..Preset::of(sources) }
    }

    /// What the preset was called by.
    pub(super) fn preset_name(&self) -> String {
        self.preset.clone().unwrap_or_else(|| format!("--sources {}", self.sources.unwrap_or_default()))
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
    ) -> Result<Separated, CliError> {
        let failed = |error| CliError::Separate { path: self.mixture.clone(), error };
        if self.sources.is_some() && self.by == Cue::Position && mixture.is_mono() {
            return Err(failed(SeparateError::NoPositions));
        }
        let mut progress = Progress::start(format!("separating {}", self.mixture.display()));
        let separated = self.run(preset, mixture, controls, &mut progress);
        drop(progress);
        interrupt::check()?;
        separated.map_err(failed)
    }

    fn run(
        &self,
        preset: &Preset,
        mixture: &Recording,
        controls: &Controls,
        progress: &mut Progress,
    ) -> Result<Separated, SeparateError> {
        let told = &mut |share| progress.update(share);
        if !self.batch {
            let separation = offline::separate(preset, mixture, self.mode, controls, told)?;
            return Ok(Separated { separation, passes: None });
        }
        let settings = BatchSettings {
            iterations: self.iterations,
            seed: self.seed,
            focus: controls.focus,
            gains: controls.gains,
        };
        let batch = batch::separate(preset, mixture, &settings, told)?;
        Ok(Separated { separation: batch.separation, passes: Some((batch.iterations, batch.converged)) })
    }

    /// What `--json` tells of a run, whatever was written.
    pub(super) fn json(&self, separated: &Separated, mixture: &Recording) -> serde_json::Value {
        let mut json = json!({
            "mode": self.mode.name(),
            "latency_samples": separated.separation.latency_samples,
            "sample_rate": mixture.sample_rate,
            "samples": mixture.len(),
        });
        if let Some((iterations, converged)) = separated.passes {
            json["mode"] = "batch".into();
            json["iterations"] = iterations.into();
            json["converged"] = converged.into();
        }
        json
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

/// A mixture taken apart.
pub(super) struct Separated {
    pub(super) separation: Separation,
    /// Passes of the batch algorithm, and whether it converged in them.
    passes: Option<(u32, bool)>,
}

impl Separated {
    /// What happened on the way, in words.
    pub(super) fn message(&self) -> Option<String> {
        self.passes.map(|(passes, converged)| {
            if converged {
                format!("converged after {passes} passes")
            } else {
                format!("stopped after {passes} passes, before it converged")
            }
        })
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

fn parse_sources(argument: &str) -> Result<usize, String> {
    match argument.parse() {
        Ok(sources) if (2..=MAX_SOURCES).contains(&sources) => Ok(sources),
        _ => Err(format!("the number of sources is a whole number from 2 to {MAX_SOURCES}")),
    }
}

fn cue_named(name: String) -> Cue {
    Cue::named(&name).unwrap_or_default()
}

fn mode_named(name: String) -> LatencyMode {
    LatencyMode::ALL.into_iter().find(|mode| mode.name() == name).unwrap_or_default()
}

fn format_named(name: String) -> SampleFormat {
    SampleFormat::ALL.into_iter().find(|format| format.name() == name).unwrap_or_default()
}
