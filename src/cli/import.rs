//! `unbraid import`: bases that other programs have found to a preset.

use super::{
    arguments::{parse_frame, parse_preset_path, parse_rate},
    error::CliError,
    exchange::{ForeignSource, Part, StatedAnalysis},
    files::ensure_writable,
    report::{Report, shown, source_json},
    source_files::parse_name,
};
use crate::{
    dictionary::FrameSpec,
    preset::{MAX_COMPONENTS_IN_ALL, MAX_SOURCES, Preset, Source, file},
};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Make a preset of bases that other programs have found.
///
/// Reads NumPy's .npz and .npy, FluCoMa's WAV (a channel per basis, a sample per bin) and .csv (a line per bin, a
/// column per basis). They are spectra of magnitudes |X|, from 0 Hz to half the sample rate in equal steps. Bases on
/// the bins of a latency mode stay as they are to the bit; others are resampled over frequency, unless their bins are
/// more than four times as wide.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files with bases; each is a source of its own unless --source says otherwise.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The preset to write; its name must end in .unbraid.safetensors. An existing one is replaced.
    #[arg(short, long, value_name = "PRESET", value_parser = parse_preset_path)]
    output: PathBuf,

    /// A source and which part of the file it is: an array's name, or numbers of bases, counted from 1; all of it
    /// unless given. With several files, the name for each in their order. Without it sources are called like arrays
    /// or files.
    #[arg(long, value_name = "NAME[=ARRAY|FIRST-LAST]", value_parser = parse_source)]
    source: Vec<(String, Part)>,

    /// Sample rate of the sound that the bases were learned from, if the file does not say or says it wrongly.
    #[arg(long, value_name = "HZ", value_parser = parse_rate)]
    rate: Option<f64>,

    /// Length of the Fourier transform, if it is not twice the number of bins less one.
    #[arg(long, value_name = "SAMPLES", value_parser = parse_frame)]
    frame: Option<usize>,
}

/// A file, and the sources that are wanted of it; all if none is named.
type WantedOfFile<'a> = (&'a PathBuf, Vec<(String, Part)>);

impl Import {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        ensure_writable(&self.output)?;
        let stated = StatedAnalysis::by_hand(self.rate, self.frame);
        let (mut found, mut messages) = (Vec::new(), Vec::new());
        for (file, wanted) in self.wanted()? {
            let (sources, remarks) = ForeignSource::read(file, &wanted, &stated)?;
            messages.extend(remarks);
            found.extend(sources);
            // After each file, so that no more are read than a preset can hold.
            self.check(&found)?;
        }
        for source in &found {
            messages.push(told(&source.name, source.components(), source.frame()));
            messages.extend(source.too_coarse());
        }
        let learned = found.into_iter().enumerate().map(|(strip, source)| {
            let name = source.name.clone();
            Ok(Source::fixed(name, strip, source.learned()?))
        });
        let preset = Preset::of(learned.collect::<Result<_, CliError>>()?);
        file::write(&preset, &self.output)?;
        Ok(self.report(&preset, messages))
    }

    /// Each file with the sources that are wanted of it.
    fn wanted(&self) -> Result<Vec<WantedOfFile<'_>>, CliError> {
        match &self.files[..] {
            [one] => Ok(vec![(one, self.source.clone())]),
            several if self.source.is_empty() => Ok(several.iter().map(|file| (file, Vec::new())).collect()),
            several if several.len() == self.source.len() => {
                Ok(several.iter().zip(&self.source).map(|(file, source)| (file, vec![source.clone()])).collect())
            }
            several => Err(CliError::Usage(format!(
                "there are {} files and {} of --source; give one for each file, in their order",
                several.len(),
                self.source.len()
            ))),
        }
    }

    /// Refuses sources that do not go together.
    fn check(&self, found: &[ForeignSource]) -> Result<(), CliError> {
        if found.len() > MAX_SOURCES {
            let reason = format!("there are more sources than the {MAX_SOURCES} that a preset holds");
            return Err(CliError::Usage(format!("{reason}; choose some with --source")));
        }
        let bases: usize = found.iter().map(ForeignSource::components).sum();
        if bases > MAX_COMPONENTS_IN_ALL {
            let limit = format!("a preset holds at most {MAX_COMPONENTS_IN_ALL}");
            return Err(CliError::Usage(format!("there are {bases} bases or more; {limit}")));
        }
        for (index, source) in found.iter().enumerate() {
            let name = parse_name(&source.name).map_err(CliError::Usage)?;
            let same = |earlier: &&ForeignSource| earlier.name.to_lowercase() == name.to_lowercase();
            if found[..index].iter().any(|earlier| same(&earlier)) {
                return Err(CliError::Usage(format!("two sources are called {name:?}; name them with --source")));
            }
        }
        Ok(())
    }

    fn report(&self, preset: &Preset, mut messages: Vec<String>) -> Report {
        messages.push(format!("wrote {}", self.output.display()));
        let sources: Vec<Value> = preset.sources.iter().map(source_json).collect();
        Report { text: String::new(), messages, json: json!({ "preset": shown(&self.output), "sources": sources }) }
    }
}

/// A line on a source that was found.
fn told(name: &str, components: usize, frame: &FrameSpec) -> String {
    let noun = if components == 1 { "basis" } else { "bases" };
    let (bins, spacing, rate) = (frame.bins(), frame.bin_spacing(), frame.sample_rate);
    let limit = if rate < 40_000.0 {
        format!("; above {:.0} Hz they know nothing, and the mask of their top band goes on", rate / 2.0)
    } else {
        String::new()
    };
    format!("{name}: {components} {noun} of {bins} bins {spacing:.2} Hz apart, from sound at {rate} Hz{limit}")
}

/// NAME, NAME=ARRAY or NAME=FIRST-LAST.
fn parse_source(argument: &str) -> Result<(String, Part), String> {
    let Some((name, part)) = argument.split_once('=') else { return Ok((parse_name(argument)?, Part::All)) };
    let bases = part.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    let part = match bases.or_else(|| part.parse().ok().map(|only: usize| (only, only))) {
        Some((first, last)) if (1..=last).contains(&first) => Part::Bases(first, last),
        Some(_) => return Err("bases are counted from 1, the first before the last, as in drums=1-25".to_owned()),
        None if part.is_empty() => return Err("write NAME, NAME=ARRAY or NAME=FIRST-LAST".to_owned()),
        None => Part::Array(part.to_owned()),
    };
    Ok((parse_name(name)?, part))
}
