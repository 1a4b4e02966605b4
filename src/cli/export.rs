//! `unbraid export`: the bases of a preset for other programs.

use super::{
    arguments::{parse_frame, parse_rate},
    error::CliError,
    exchange::{self, BasisColumns, Format, FoundAnalysis, SourceColumns},
    files::{ResultFolder, ensure_kept, read_preset},
    report::{Report, shown},
};
use crate::{
    dictionary::{Dictionary, FrameSpec},
    preset::{Preset, Source, library::stems::wav_names},
    recording::replacement_for,
};
use clap::Args;
use serde_json::json;
use std::{
    io::BufWriter,
    path::{Path, PathBuf},
};

/// Write the bases of a preset for other programs.
///
/// A name that ends in .npz gives NumPy's arrays, one per source, .wav FluCoMa's buffer of bases (a channel per basis,
/// a sample per bin), .csv a table (a line per bin, a column per basis). Any other name is a folder, with a WAV file
/// per source.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// A preset file, or the name of a factory or user preset.
    #[arg(value_name = "PRESET")]
    preset: String,

    /// The file or folder to write. An existing file is replaced.
    #[arg(short, long, value_name = "FILE|FOLDER")]
    to: PathBuf,

    /// Write this source alone (may be given again).
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,

    /// Length of the Fourier transform to write the bases for, which are resampled over frequency: FluCoMa takes powers
    /// of two. Unless given, the bases are written as they are.
    #[arg(long, value_name = "SAMPLES", value_parser = parse_frame)]
    frame: Option<usize>,

    /// Sample rate to write the bases for, with --frame; that of the recordings unless given.
    #[arg(long, value_name = "HZ", value_parser = parse_rate, requires = "frame")]
    rate: Option<f64>,
}

impl Export {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        let preset = read_preset(&self.preset)?;
        ensure_kept(Path::new(&self.preset), &self.to)?;
        let sources = self.sources(&preset)?;
        let written = match Format::of(&self.to) {
            Some(Format::Npy) => {
                let reason = "one source can be written so at most; take a name that ends in .npz";
                return Err(CliError::Usage(format!("{}: {reason}", self.to.display())));
            }
            Some(format) => {
                let columns = self.columns(&sources)?;
                self.check_names(&columns, format)?;
                write(&columns, format, &self.to)?;
                vec![self.to.clone()]
            }
            None => self.write_folder(&sources)?,
        };
        Ok(self.report(&preset, &written))
    }

    /// The sources to write: those that were asked for, or all that have bases.
    fn sources<'a>(&self, preset: &'a Preset) -> Result<Vec<&'a Source>, CliError> {
        let named = |name: &String| {
            let source = preset.sources.iter().find(|source| source.name == *name);
            match source {
                Some(source) if source.finds_bases() => {
                    Err(CliError::FindsBases { preset: self.preset.clone(), source_name: name.clone() })
                }
                Some(source) => Ok(source),
                None => Err(CliError::UnknownSource {
                    preset: self.preset.clone(),
                    name: name.clone(),
                    known: preset.sources.iter().map(|source| source.name.clone()).collect(),
                }),
            }
        };
        let sources: Vec<&Source> = if self.source.is_empty() {
            preset.sources.iter().filter(|source| !source.finds_bases()).collect()
        } else {
            let is_first = |(index, name): &(usize, &String)| !self.source[..*index].contains(name);
            let names = self.source.iter().enumerate().filter(is_first);
            names.map(|(_, name)| named(name)).collect::<Result<_, _>>()?
        };
        if sources.is_empty() {
            return Err(CliError::NothingLearned { preset: self.preset.clone() });
        }
        Ok(sources)
    }

    /// The bases of `sources`, for the analysis that was asked for, or for the finest that one of them was learned in.
    fn columns(&self, sources: &[&Source]) -> Result<BasisColumns, CliError> {
        let finest = sources.iter().filter_map(|source| source.finest()).map(|dictionary| &dictionary.frame);
        let finest = finest.min_by(|a, b| a.bin_spacing().total_cmp(&b.bin_spacing()));
        let Some(finest) = finest else { return Err(CliError::NothingLearned { preset: self.preset.clone() }) };
        let frame = match self.frame {
            Some(frame_len) => {
                FoundAnalysis { sample_rate: self.rate.unwrap_or(finest.sample_rate), frame_len }.frame()
            }
            None => finest.clone(),
        };
        if self.rate.is_none() {
            self.check_rates(sources)?;
        }
        let sources = sources.iter().map(|source| self.source_columns(source, &frame));
        Ok(BasisColumns { sources: sources.collect::<Result<_, _>>()?, frame })
    }

    /// Refuses sources of different sample rates: a file has one, and above half of a lower one a source knows nothing.
    fn check_rates(&self, sources: &[&Source]) -> Result<(), CliError> {
        let rate = |source: &Source| source.finest().map(|dictionary| dictionary.frame.sample_rate);
        let Some(other) = sources.iter().find(|source| rate(source) != rate(sources[0])) else { return Ok(()) };
        let [first, other] = [sources[0], other].map(|source| {
            let rate = rate(source).unwrap_or_default();
            format!("{:?} at {rate} Hz", source.name)
        });
        let reason = format!(
            "the sources were learned at different sample rates, {first} and {other}, and a file has one; write a \
             folder, or each source alone with --source, or choose both --frame and --rate"
        );
        Err(CliError::File { path: self.to.clone(), reason })
    }

    /// The bases of `source` for `frame`, and, where nothing else was asked for, those for its other frame lengths.
    fn source_columns(&self, source: &Source, frame: &FrameSpec) -> Result<SourceColumns, CliError> {
        let all = source.dictionaries();
        let Some(nearest) = Dictionary::nearest(all, frame) else {
            return Err(CliError::NothingLearned { preset: self.preset.clone() });
        };
        let bases = nearest.rebinned(frame).map_err(|flaw| CliError::Foreign {
            source_name: source.name.clone(),
            file: self.preset.clone(),
            flaw,
        })?;
        let mut others: Vec<Dictionary> = Vec::new();
        for dictionary in all.iter().filter(|_| self.frame.is_none()) {
            // A file has one sample rate, and each frame length in it one name.
            let has_name = |other: &Dictionary| other.frame.has_spectra_of(&dictionary.frame);
            let is_new = !dictionary.frame.has_spectra_of(frame) && !others.iter().any(has_name);
            if is_new && dictionary.frame.sample_rate == frame.sample_rate {
                others.push(dictionary.clone());
            }
        }
        Ok(SourceColumns { name: source.name.clone(), bases, others })
    }

    /// Refuses names of sources that mean something else in a file of NumPy's.
    fn check_names(&self, columns: &BasisColumns, format: Format) -> Result<(), CliError> {
        match exchange::ambiguous(columns).filter(|_| format == Format::Npz) {
            Some(name) => {
                let reason = format!("a source is called {name:?}, which is something else in such a file; rename it");
                Err(CliError::File { path: self.to.clone(), reason })
            }
            None => Ok(()),
        }
    }

    /// Writes a WAV file per source. Each has its own analysis, unless one was asked for.
    fn write_folder(&self, sources: &[&Source]) -> Result<Vec<PathBuf>, CliError> {
        if self.to.exists() && !self.to.is_dir() {
            let reason = "this is a file; name a folder, or a file that ends in .npz, .wav or .csv";
            return Err(CliError::unwritable(&self.to, reason));
        }
        let parts = sources.iter().map(|source| self.columns(&[source])).collect::<Result<Vec<_>, _>>()?;
        let _folder = ResultFolder::create(&self.to).map_err(|error| CliError::unwritable(&self.to, error))?;
        let names = wav_names(sources.iter().map(|source| source.name.as_str()));
        let paths: Vec<PathBuf> = names.iter().map(|name| self.to.join(name)).collect();
        parts.iter().zip(&paths).try_for_each(|(part, path)| write(part, Format::Wav, path))?;
        Ok(paths)
    }

    fn report(&self, preset: &Preset, written: &[PathBuf]) -> Report {
        let mut messages: Vec<String> = written.iter().map(|path| format!("wrote {}", path.display())).collect();
        let left: Vec<&str> =
            preset.sources.iter().filter(|source| source.finds_bases()).map(|source| source.name.as_str()).collect();
        if !left.is_empty() && self.source.is_empty() {
            let reason = "has no bases in the preset, for it finds them while the mixture plays";
            messages.push(format!("left out: {}, which {reason}", left.join(", ")));
        }
        let written: Vec<String> = written.iter().map(shown).collect();
        Report { text: String::new(), messages, json: json!({ "preset": self.preset, "written": written }) }
    }
}

/// Writes one file, whole or not at all.
fn write(columns: &BasisColumns, format: Format, path: &Path) -> Result<(), CliError> {
    let unwritable = |error: std::io::Error| CliError::unwritable(path, error);
    let mut file = replacement_for(path).map_err(unwritable)?;
    exchange::write(columns, format, BufWriter::new(file.as_file_mut())).map_err(unwritable)?;
    file.persist(path).map_err(|error| unwritable(error.error))?;
    Ok(())
}
