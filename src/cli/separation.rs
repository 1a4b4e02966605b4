//! The options that `separate` and `remix` share, and the separation itself: through the real-time engine, or by the
//! batch algorithm.

use super::{
    arguments::{parse_components, parse_focus, parse_name_of, parse_preset_path, parse_strength},
    error::CliError,
    files::{ensure_kept, ensure_writable, read_preset},
    input::Input,
    interrupt,
    marks::MarkFile,
    memory,
    progress::TaskProgress,
    report::shown,
};
use crate::{
    learner::adaptive::COMPONENTS,
    preset::{Cue, MAX_SOURCES, PlaySettings, Preset, Source, file},
    recording::{Recording, SampleFormat, Survey, WavFormat},
    separator::{
        Controls, LatencyMode, Layout, ModelError,
        batch::{self, BatchSettings, MarkedRecording, Passes},
        offline::{OfflineSeparator, SeparateError, SeparatedBlock, Separation},
    },
};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Share of the time that learning under marks takes, roughly.
const LEARNING_SHARE: f32 = 0.7;

/// A mixture, the preset to separate it with, and how.
#[derive(Debug, Args)]
pub(super) struct SeparationOptions {
    /// The mixture: WAV, AIFF, FLAC, MP3, OGG Vorbis, Opus, ALAC or AAC/M4A, mono or stereo; - reads it from stdin.
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
    /// sources are then learned from all of it, and all of it is kept in memory. With recognised sources the real-time
    /// engine hears the mixture twice.
    #[arg(long, conflicts_with_all = ["mode", "sparsity", "smoothness"])]
    batch: bool,

    /// Marks on the mixture, which say what belongs to which source: a JSON file, or a label image (PNG). The whole
    /// mixture is looked at at once, as with --batch. Under the marks all sources learn from it that find their bases,
    /// and those that are marked.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mode", "sparsity", "smoothness", "iterations", "seed"])]
    marks: Option<PathBuf>,

    /// Also write a preset that has learned from the marks, to play on with.
    #[arg(long, value_name = "PRESET", requires = "marks", value_parser = parse_preset_path)]
    learned: Option<PathBuf>,

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

    /// The engine's latency mode: the longer the latency, the better the separation. What the preset was tuned for,
    /// otherwise quality, unless given.
    #[arg(
        long,
        value_name = "MODE",
        value_parser = parse_name_of(LatencyMode::ALL.map(LatencyMode::name), LatencyMode::named)
    )]
    mode: Option<LatencyMode>,

    /// Exponent of the masks, 0.5 to 4: more than 1 separates harder, less than 1 softer. What the preset was tuned to,
    /// otherwise 1.5, unless given.
    #[arg(long, value_name = "P", value_parser = parse_focus)]
    focus: Option<f32>,

    /// Weight of the prior that few bases sound at once, 0 to 1. What the preset was tuned to, otherwise 0, unless
    /// given.
    #[arg(long, value_name = "L", value_parser = parse_strength)]
    sparsity: Option<f32>,

    /// Weight of the prior that activations change slowly, 0 to 1. What the preset was tuned to, otherwise 0, unless
    /// given.
    #[arg(long, value_name = "L", value_parser = parse_strength)]
    smoothness: Option<f32>,

    /// How the WAV files hold a sample: 32-bit float, or 24- or 16-bit integer.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = SampleFormat::Float32.name(),
        value_parser = parse_name_of(SampleFormat::ALL.map(SampleFormat::name), SampleFormat::named)
    )]
    format: SampleFormat,
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

    /// Writes what was learned from marks, once the sound is there; gives the message about it.
    pub(super) fn write_learned(&self, separated: &Separated) -> Result<Option<String>, CliError> {
        let Some((path, learned)) = self.learned.as_ref().zip(separated.learned.as_ref()) else { return Ok(None) };
        file::write(learned, path)?;
        Ok(Some(format!("wrote {}", path.display())))
    }

    /// Refuses a `--learned` that cannot be written, or that is the preset itself.
    pub(super) fn check_learned(&self) -> Result<(), CliError> {
        let Some(learned) = &self.learned else { return Ok(()) };
        self.preset.as_ref().map_or(Ok(()), |preset| ensure_kept(Path::new(preset), learned))?;
        ensure_writable(learned)
    }

    /// Reads through the mixture once, and refuses what cannot be taken apart.
    pub(super) fn open_mixture(&self) -> Result<Mixture, CliError> {
        interrupt::check()?;
        let input = Input::open(&self.mixture)?;
        let survey = input.survey(&mut |_| interrupt::poll())?;
        let frame_len = Layout::new(f64::from(survey.sample_rate), LatencyMode::Live).windows.frame_len();
        if survey.len < frame_len {
            let milliseconds = |samples: usize| 1e3 * samples as f64 / f64::from(survey.sample_rate);
            return Err(CliError::TooShort {
                path: input.name,
                milliseconds: milliseconds(survey.len),
                frame_milliseconds: milliseconds(frame_len),
            });
        }
        if self.sources.is_some() && self.by == Cue::Position && survey.is_mono() {
            return Err(CliError::Separate { path: input.name, error: SeparateError::NoPositions });
        }
        Ok(Mixture { input, survey })
    }

    /// What the files that are written for `mixture` hold.
    pub(super) fn wav_format(&self, mixture: &Mixture) -> WavFormat {
        let Survey { sample_rate, channels, .. } = mixture.survey;
        WavFormat { sample_rate, channels, format: self.format }
    }

    /// The controls as the options set them, or what `preset` was tuned to, gains at unity.
    pub(super) fn controls(&self, preset: &Preset) -> Controls {
        let otherwise = Controls::default();
        let (focus, sparsity, smoothness) = match preset.play {
            Some(PlaySettings { focus, sparsity, smoothness, .. }) => (focus, sparsity, smoothness),
            None => (otherwise.focus, otherwise.sparsity, otherwise.smoothness),
        };
        Controls {
            focus: self.focus.unwrap_or(focus),
            sparsity: self.sparsity.unwrap_or(sparsity),
            smoothness: self.smoothness.unwrap_or(smoothness),
            ..otherwise
        }
    }

    /// The latency mode as the options set it, or what `preset` was tuned for.
    fn mode(&self, preset: &Preset) -> LatencyMode {
        self.mode.or(preset.play.map(|play| play.mode)).unwrap_or_default()
    }

    /// Takes `mixture` apart and calls `give` with what has come out, block by block. Only where `needs_sources` do the
    /// sources come along.
    pub(super) fn separate(
        &self,
        preset: &Preset,
        mixture: &Mixture,
        controls: &Controls,
        needs_sources: bool,
        mut give: impl FnMut(&SeparatedBlock<'_>) -> Result<(), CliError>,
    ) -> Result<Separated, CliError> {
        let mut progress = TaskProgress::start(format!("separating {}", mixture.input.name.display()));
        if self.batch || self.marks.is_some() {
            return self.separate_whole(preset, mixture, controls, &mut progress, give);
        }
        let Mixture { input, survey } = mixture;
        let failed = |error: ModelError| CliError::Separate { path: input.name.clone(), error: error.into() };
        let separator = OfflineSeparator::new(preset, survey.sample_rate, survey.channels, self.mode(preset), controls);
        let mut separator = separator.map_err(failed)?;
        if !needs_sources {
            separator = separator.without_sources();
        }
        let latency_samples = separator.latency_samples();
        let all = (survey.len + latency_samples) as f32;
        let (mut reader, mut played) = (input.reader()?, 0);
        while let Some(block) = reader.next_block()? {
            let block: Vec<&[f32]> = block.iter().map(Vec::as_slice).collect();
            separator.play(&block, &mut give)?;
            played += block[0].len();
            // Stopped or not, the check says so.
            let _ = progress.update(played as f32 / all);
            interrupt::check()?;
        }
        separator.finish(&mut give)?;
        let _ = progress.update(1.0);
        Ok(Separated { mode: self.mode(preset).name(), latency_samples, passes: None, learned: None })
    }

    /// The same by the batch algorithm, which needs the whole mixture at once.
    fn separate_whole(
        &self,
        preset: &Preset,
        Mixture { input, survey }: &Mixture,
        controls: &Controls,
        progress: &mut TaskProgress,
        mut give: impl FnMut(&SeparatedBlock<'_>) -> Result<(), CliError>,
    ) -> Result<Separated, CliError> {
        let failed = |error| CliError::Separate { path: input.name.clone(), error };
        let names: Vec<&str> = preset.sources.iter().map(|source| source.name.as_str()).collect();
        let marks = self.marks.as_deref().map(|path| MarkFile::read(path, &names, survey)).transpose()?;
        let needed = match marks {
            Some(_) => MarkedRecording::memory_needed(preset, survey.sample_rate, survey.len, survey.channels),
            None => batch::memory_needed(preset, survey.sample_rate, survey.len, survey.channels),
        };
        let needed = needed.map_err(failed)?;
        memory::ensure_fits(&input.name, needed)?;
        let (mixture, _) = input.reader()?.read_to_end()?;
        if let Some(marks) = &marks {
            return self.separate_marked(preset, (input, &mixture), marks, controls, progress, give);
        }
        let settings = BatchSettings {
            iterations: self.iterations,
            seed: self.seed,
            focus: controls.focus,
            gains: controls.gains,
        };
        let batch = batch::separate(preset, &mixture, &settings, &mut |share| progress.update(share));
        interrupt::check()?;
        let batch = batch.map_err(failed)?;
        let Separation { main, sources, latency_samples } = &batch.separation;
        give(&SeparatedBlock { main: main.samples(), sources: sources.iter().map(Recording::samples).collect() })?;
        Ok(Separated { mode: "batch", latency_samples: *latency_samples, passes: Some(batch.passes), learned: None })
    }

    /// The same under `marks`.
    fn separate_marked(
        &self,
        preset: &Preset,
        (input, mixture): (&Input, &Recording),
        marks: &MarkFile,
        controls: &Controls,
        progress: &mut TaskProgress,
        mut give: impl FnMut(&SeparatedBlock<'_>) -> Result<(), CliError>,
    ) -> Result<Separated, CliError> {
        let failed = |error| CliError::Separate { path: input.name.clone(), error };
        let recording = MarkedRecording::new(preset, mixture).map_err(failed)?;
        interrupt::check()?;
        let marked = marks.on(&recording.grid());
        let learned = recording.learn(&marked, &mut |share| progress.update(LEARNING_SHARE * share));
        interrupt::check()?;
        let learned = learned.map_err(failed)?;
        let settings = BatchSettings { focus: controls.focus, gains: controls.gains, ..BatchSettings::default() };
        let told = &mut |share| progress.update(LEARNING_SHARE + (1.0 - LEARNING_SHARE) * share);
        let separation = recording.separate(&learned, &settings, told);
        interrupt::check()?;
        let Separation { main, sources, latency_samples } = separation.map_err(failed)?;
        give(&SeparatedBlock { main: main.samples(), sources: sources.iter().map(Recording::samples).collect() })?;
        let learned = self.learned.is_some().then(|| recording.taught(preset, &learned));
        Ok(Separated { mode: "marks", latency_samples, passes: None, learned })
    }

    /// The part of `--json` that `separate` and `remix` have in common.
    pub(super) fn json(&self, separated: &Separated, mixture: &Mixture) -> serde_json::Value {
        let mut json = json!({
            "mode": separated.mode,
            "latency_samples": separated.latency_samples,
            "sample_rate": mixture.survey.sample_rate,
            "samples": mixture.survey.len,
        });
        if let Some(path) = &self.learned {
            json["learned"] = shown(path).into();
        }
        if let Some(passes) = separated.passes {
            json["iterations"] = passes.map(|passes| passes.iterations).into();
            json["converged"] = passes.map(|passes| passes.converged).into();
        }
        json
    }
}

/// A mixture that has been looked through.
pub(super) struct Mixture {
    input: Input,
    pub(super) survey: Survey,
}

/// How a mixture was taken apart.
pub(super) struct Separated {
    /// The latency mode, or what else it was.
    mode: &'static str,
    /// The engine's latency, which was removed.
    latency_samples: usize,
    /// Only of `--batch`: its passes, or `None` where the real-time engine has heard the mixture twice.
    passes: Option<Option<Passes>>,
    /// Only where it is wanted: the preset with what was learned from marks.
    learned: Option<Preset>,
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
