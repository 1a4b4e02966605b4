//! The options that `separate` and `remix` share, and the separation itself: through the real-time engine, or by the
//! batch algorithm.

use super::{
    arguments::{parse_components, parse_focus, parse_name_of, parse_strength},
    error::CliError,
    files::{read_audible, read_preset},
    interrupt,
    progress::TaskProgress,
};
use crate::{
    learner::adaptive::COMPONENTS,
    nmf::discriminative::FOCUS,
    preset::{Cue, MAX_SOURCES, Preset, Source},
    recording::{Recording, SampleFormat},
    separator::{
        Controls, LatencyMode, Layout,
        batch::{self, BatchSettings, Passes},
        offline::{self, SeparateError, Separation},
    },
};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// A mixture, the preset to separate it with, and how.
#[derive(Debug, Args)]
pub(super) struct SeparationOptions {
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
    #[arg(
        long,
        value_name = "K",
        requires = "sources",
        conflicts_with = "preset",
        default_value_t = COMPONENTS,
        value_parser = parse_components
    )]
    components: usize,

    /// By what they are told apart: percussive to tonal, what sounds at the same time, or left to right.
    #[arg(
        long,
        value_name = "CUE",
        requires = "sources",
        conflicts_with = "preset",
        default_value = Cue::default().name(),
        value_parser = parse_name_of(Cue::ALL.map(Cue::name), Cue::named)
    )]
    by: Cue,

    /// Look at the whole mixture at once, as the tutorial's algorithm does, not through the real-time engine. Adaptive
    /// sources are then learned from all of it. With recognised sources the real-time engine hears the mixture twice.
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
        value_parser = parse_name_of(LatencyMode::ALL.map(LatencyMode::name), LatencyMode::named)
    )]
    mode: LatencyMode,

    /// Exponent of the masks, 0.5 to 4: more than 1 separates harder, less than 1 softer.
    #[arg(long, value_name = "P", default_value_t = FOCUS, value_parser = parse_focus)]
    focus: f32,

    /// Weight of the prior that few bases sound at once, 0 to 1.
    #[arg(long, value_name = "L", default_value_t = 0.0, value_parser = parse_strength)]
    sparsity: f32,

    /// Weight of the prior that activations change slowly, 0 to 1.
    #[arg(long, value_name = "L", default_value_t = 0.0, value_parser = parse_strength)]
    smoothness: f32,

    /// How the WAV files hold a sample: 32-bit float, or 24- or 16-bit integer.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = SampleFormat::Float32.name(),
        value_parser = parse_name_of(SampleFormat::ALL.map(SampleFormat::name), SampleFormat::named)
    )]
    pub(super) format: SampleFormat,
}

impl SeparationOptions {
    /// The preset that is named, or one whose sources are all adaptive.
    pub(super) fn preset(&self) -> Result<Preset, CliError> {
        match (&self.preset, self.sources) {
            (Some(preset), _) => read_preset(preset),
            (None, Some(sources)) => Ok(self.unsupervised(sources)),
            (None, None) => Err(CliError::Usage(
                "name a preset with --preset, or give --sources N to look for sources that nobody taught".to_owned(),
            )),
        }
    }

    fn unsupervised(&self, sources: usize) -> Preset {
        let name = |source: usize| match (self.by, sources) {
            (Cue::Timbre, 2) => ["percussive", "tonal"][source].to_owned(),
            _ => format!("source {}", source + 1),
        };
        let sources = (0..sources).map(|source| Source::adaptive(name(source), source, self.components)).collect();
        Preset { grouping: self.by, ..Preset::of(sources) }
    }

    /// What the user called the preset.
    pub(super) fn preset_name(&self) -> String {
        self.preset.clone().unwrap_or_else(|| format!("--sources {}", self.sources.unwrap_or_default()))
    }

    pub(super) fn read_mixture(&self) -> Result<Recording, CliError> {
        let mixture = read_audible(&self.mixture)?;
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

    /// The controls as the options set them, gains at unity.
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
        let mut progress = TaskProgress::start(format!("separating {}", self.mixture.display()));
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
        progress: &mut TaskProgress,
    ) -> Result<Separated, SeparateError> {
        let on_progress = &mut |share| progress.update(share);
        if !self.batch {
            let separation = offline::separate(preset, mixture, self.mode, controls, on_progress)?;
            return Ok(Separated { separation, passes: None });
        }
        let settings = BatchSettings {
            iterations: self.iterations,
            seed: self.seed,
            focus: controls.focus,
            gains: controls.gains,
        };
        let batch = batch::separate(preset, mixture, &settings, on_progress)?;
        Ok(Separated { separation: batch.separation, passes: Some(batch.passes) })
    }

    /// The part of `--json` that `separate` and `remix` have in common.
    pub(super) fn json(&self, separated: &Separated, mixture: &Recording) -> serde_json::Value {
        let mut json = json!({
            "mode": self.mode.name(),
            "latency_samples": separated.separation.latency_samples,
            "sample_rate": mixture.sample_rate,
            "samples": mixture.len(),
        });
        if let Some(passes) = separated.passes {
            json["mode"] = "batch".into();
            json["iterations"] = passes.map(|passes| passes.iterations).into();
            json["converged"] = passes.map(|passes| passes.converged).into();
        }
        json
    }
}

/// A mixture taken apart.
pub(super) struct Separated {
    pub(super) separation: Separation,
    /// Only of `--batch`: its passes, or `None` where the real-time engine has heard the mixture twice.
    passes: Option<Option<Passes>>,
}

impl Separated {
    /// What `--batch` did, in words; nothing for the real-time engine.
    pub(super) fn message(&self) -> Option<String> {
        self.passes.map(|passes| match passes {
            Some(Passes { iterations, converged: true }) => format!("converged after {iterations} passes"),
            Some(Passes { iterations, .. }) => format!("stopped after {iterations} passes, before it converged"),
            None => "heard twice; what was learned the first time is known from the beginning on".to_owned(),
        })
    }
}

fn parse_sources(argument: &str) -> Result<usize, String> {
    match argument.parse() {
        Ok(sources) if (2..=MAX_SOURCES).contains(&sources) => Ok(sources),
        _ => Err(format!("the number of sources is a whole number from 2 to {MAX_SOURCES}")),
    }
}
