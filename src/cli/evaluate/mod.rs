//! `unbraid evaluate`: how good a separation is.

mod mask_meter;
mod method;
mod playing;
mod results;

use super::{
    arguments::{parse_in_range, parse_path},
    error::CliError,
    files::{canonical, ensure_kept, ensure_writable},
    input::Input,
    plot,
    progress::TaskProgress,
    report::{Report, shown},
};
use crate::{
    evaluation::{Evaluation, FrameLengths, Preparation, WantedFigures},
    preset::file::replace_whole,
    recording::{RecordingError, SILENCE_PEAK},
};
use clap::Args;
use mask_meter::MaskMeter;
use method::Method;
use playing::{Lengths, Recordings};
use results::Results;
use std::path::{Path, PathBuf};

/// The shortest and the longest frame and hop, in seconds.
const FRAME_SECONDS: (f64, f64) = (0.001, 100_000.0);

/// Score estimates of sources against the true ones, in dB.
///
/// Files are cut to the shortest. Stereo is heard: every channel counts, and beside stereo files a mono one plays alike
/// on both channels. A source whose reference or estimate is silent has a row that says so. In --json a ratio without
/// any error, or without a meaning, is null.
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    /// The true sources.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    reference: Vec<PathBuf>,

    /// An estimate of each, in the same order unless --permute is given.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    estimate: Vec<PathBuf>,

    /// What to measure with; several are separated by commas.
    #[arg(
        long,
        value_name = "METHOD",
        value_enum,
        ignore_case = true,
        value_delimiter = ',',
        default_value = "v3",
        conflicts_with = "all"
    )]
    method: Vec<Method>,

    /// Measure with every method.
    #[arg(long)]
    all: bool,

    /// Find which estimate belongs to which reference: that with the best mean SIR (BSS Eval 3) over the sources.
    #[arg(long)]
    permute: bool,

    /// Length of the frames of BSS Eval 4, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds)]
    window: f64,

    /// Distance between the beginnings of two frames, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds)]
    hop: f64,

    /// Write the table as CSV: one row per source.
    #[arg(long, value_name = "FILE.csv", value_parser = |path: &str| parse_path(path, "csv", "tables are CSV"))]
    csv: Option<PathBuf>,

    /// Write the frames of BSS Eval 4 as CSV: one row per source and frame.
    #[arg(long, value_name = "FILE.csv", value_parser = |path: &str| parse_path(path, "csv", "tables are CSV"))]
    csv_frames: Option<PathBuf>,

    /// Draw the figures of each source as bars.
    #[arg(long, value_name = "FILE.png", value_parser = |path: &str| parse_path(path, "png", "plots are PNG"))]
    plot: Option<PathBuf>,

    /// Draw the frames of BSS Eval 4 as curves over time.
    #[arg(long, value_name = "FILE.png", value_parser = |path: &str| parse_path(path, "png", "plots are PNG"))]
    plot_frames: Option<PathBuf>,

    /// Draw the masks that the estimates amount to, beside the ideal ones.
    #[arg(long, value_name = "FILE.png", value_parser = |path: &str| parse_path(path, "png", "plots are PNG"))]
    plot_masks: Option<PathBuf>,
}

fn parse_seconds(text: &str) -> Result<f64, String> {
    parse_in_range(text, "s", FRAME_SECONDS.0, FRAME_SECONDS.1)
}

impl Evaluate {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        self.check()?;
        let methods = self.methods();
        let paths = self.reference.iter().chain(&self.estimate);
        let inputs = paths.map(|path| Input::open(path)).collect::<Result<Vec<_>, _>>()?;
        let recordings = Recordings::open(inputs)?;
        let figures = self.figures(&methods, &recordings);
        let mut progress = TaskProgress::start("evaluating");
        let mut first = Preparation::new(self.reference.len(), recordings.channels, figures);
        let lengths = recordings.play_through(|references, estimates, share| {
            first.add(references, estimates);
            let _ = progress.update(share / 2.0);
        })?;
        self.ensure_something_sounds(&recordings, first.peaks())?;
        let mut second = first.finish()?;
        let mut masks = self
            .plot_masks
            .is_some()
            .then(|| MaskMeter::new(second.order(), recordings.channels, recordings.sample_rate, lengths.shortest));
        recordings.play(lengths.shortest, |references, estimates, share| {
            second.add(references, estimates);
            if let Some(masks) = &mut masks {
                masks.add(references, estimates);
            }
            let _ = progress.update(0.5 + share / 2.0);
        })?;
        drop(progress);
        let evaluation = second.finish();
        let mut messages = self.messages(&recordings, &lengths, &evaluation);
        let results = Results {
            references: &self.reference,
            estimates: &self.estimate,
            methods: &methods,
            grid: figures.frames,
            sample_rate: recordings.sample_rate,
            evaluation: &evaluation,
        };
        self.write(&results, masks, &mut messages)?;
        Ok(Report { text: results.table(), messages, json: results.json() })
    }

    /// Says what makes no sense before any work.
    fn check(&self) -> Result<(), CliError> {
        let (references, estimates) = (self.reference.len(), self.estimate.len());
        if references != estimates {
            return Err(CliError::Usage(format!(
                "{references} references and {estimates} estimates are named; give one estimate for each reference"
            )));
        }
        let outputs = self.outputs();
        for path in &outputs {
            ensure_writable(path)?;
            for input in self.reference.iter().chain(&self.estimate) {
                ensure_kept(input, path)?;
            }
        }
        let places: Vec<PathBuf> = outputs.iter().map(|path| canonical(path)).collect();
        match (1..places.len()).find(|index| places[..*index].contains(&places[*index])) {
            Some(index) => {
                Err(CliError::Usage(format!("{} is to be written twice; name two files", outputs[index].display())))
            }
            None => Ok(()),
        }
    }

    fn outputs(&self) -> Vec<&Path> {
        let outputs = [&self.csv, &self.csv_frames, &self.plot, &self.plot_frames, &self.plot_masks];
        outputs.into_iter().flatten().map(PathBuf::as_path).collect()
    }

    /// What is measured with: what is asked for, and what is drawn or written besides.
    fn methods(&self) -> Vec<Method> {
        let mut methods = if self.all { Method::ALL.to_vec() } else { self.method.clone() };
        if self.csv_frames.is_some() || self.plot_frames.is_some() {
            methods.push(Method::Frames);
        }
        methods.sort();
        methods.dedup();
        methods
    }

    fn figures(&self, methods: &[Method], recordings: &Recordings) -> WantedFigures {
        let sample_rate = f64::from(recordings.sample_rate);
        // Part of a sample is cut off, as in museval; but what is part of one by rounding alone is a whole one.
        let samples = |seconds: f64| ((seconds * sample_rate + 1e-6) as usize).max(1);
        let grid = FrameLengths { window: samples(self.window), hop: samples(self.hop) };
        WantedFigures {
            filtered: methods.contains(&Method::Sources) || methods.contains(&Method::Images),
            frames: methods.contains(&Method::Frames).then_some(grid),
            bands: methods.contains(&Method::Snr).then_some(sample_rate),
            permute: self.permute,
        }
    }

    /// Refuses files of which no pair can be scored, naming the first that is silent.
    fn ensure_something_sounds(&self, recordings: &Recordings, peaks: &[f32]) -> Result<(), CliError> {
        let (references, estimates) = peaks.split_at(self.reference.len());
        let sound = |peaks: &[f32]| peaks.iter().any(|peak| *peak > 0.0);
        let can_be_scored = if self.permute {
            sound(references) && sound(estimates)
        } else {
            references.iter().zip(estimates).any(|(reference, estimate)| *reference > 0.0 && *estimate > 0.0)
        };
        if can_be_scored {
            return Ok(());
        }
        let silent = peaks.iter().position(|peak| *peak == 0.0).unwrap_or_default();
        Err(RecordingError::Silent { path: recordings.name(silent).to_path_buf() }.into())
    }

    fn messages(&self, recordings: &Recordings, lengths: &Lengths, evaluation: &Evaluation) -> Vec<String> {
        let mut messages = Vec::new();
        let files = 0..lengths.of_files.len();
        let seconds = |samples: usize| samples as f64 / f64::from(recordings.sample_rate);
        if let Some(longest) = files.clone().max_by_key(|file| lengths.of_files[*file])
            && lengths.of_files[longest] > lengths.shortest
        {
            messages.push(format!(
                "all files are cut to the shortest, {:.3} s; {} lasts {:.3} s",
                seconds(lengths.shortest),
                recordings.name(longest).display(),
                seconds(lengths.of_files[longest])
            ));
        }
        let mono = files.filter(|file| recordings.is_doubled(*file)).map(|file| shown(recordings.name(file)));
        let mono: Vec<String> = mono.collect();
        if !mono.is_empty() {
            messages.push(format!("mono beside stereo, taken as the same on both channels: {}", mono.join(", ")));
        }
        for dependence in &evaluation.dependences {
            let own = if dependence.own_db < -120.0 {
                "nothing".to_owned()
            } else {
                format!("only {:.0} dB", dependence.own_db)
            };
            messages.push(format!(
                "warning: {} is nearly a filtered copy of other references, or a sum of them ({own} of it is its own): \
                 its SIR and SAR, and those of what it depends on, mean little",
                recordings.name(dependence.reference).display()
            ));
        }
        for (file, peak) in peaks(evaluation).into_iter().enumerate() {
            if peak > 0.0 && peak <= SILENCE_PEAK {
                let level = crate::decibels::of_amplitude(peak);
                let name = recordings.name(file).display();
                messages
                    .push(format!("warning: {name} is so quiet that it could be called silent ({level:.0} dB peak)"));
            }
        }
        messages
    }

    fn write(
        &self,
        results: &Results<'_>,
        masks: Option<MaskMeter>,
        messages: &mut Vec<String>,
    ) -> Result<(), CliError> {
        let mut wrote = |path: &Path| messages.push(format!("wrote {}", path.display()));
        if let Some(path) = &self.csv {
            write_csv(path, |writer| results.write_csv(writer))?;
            wrote(path);
        }
        if let Some(path) = &self.csv_frames {
            write_csv(path, |writer| results.write_frames_csv(writer))?;
            wrote(path);
        }
        if let Some(path) = &self.plot {
            plot::bars(path, &results.bars()).map_err(|error| CliError::unwritable(path, error))?;
            wrote(path);
        }
        if let Some(path) = &self.plot_frames {
            plot::curves(path, &results.curves()).map_err(|error| CliError::unwritable(path, error))?;
            wrote(path);
        }
        if let (Some(path), Some(masks)) = (&self.plot_masks, masks) {
            let figure = masks.finish(&results.names());
            plot::masks(path, &figure).map_err(|error| CliError::unwritable(path, error))?;
            wrote(path);
        }
        Ok(())
    }
}

/// Writes a table, all of it or nothing.
fn write_csv(path: &Path, write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>) -> Result<(), CliError> {
    let unwritable = |error: &dyn std::fmt::Display| CliError::unwritable(path, error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    write(&mut writer).map_err(|error| unwritable(&error))?;
    let bytes = writer.into_inner().map_err(|error| unwritable(&error))?;
    replace_whole(path, &bytes).map_err(|error| unwritable(&error))
}

/// Of each reference, and then of each estimate in the order in which they were named.
fn peaks(evaluation: &Evaluation) -> Vec<f32> {
    let mut peaks: Vec<f32> = evaluation.sources.iter().map(|source| source.reference_peak).collect();
    let mut estimates = vec![0.0; peaks.len()];
    for source in &evaluation.sources {
        estimates[source.estimate] = source.estimate_peak;
    }
    peaks.extend(estimates);
    peaks
}
