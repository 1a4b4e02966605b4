//! `unbraid export`: the bases of a preset for other programs.

use super::{
    error::CliError,
    exchange::{self, BasisColumns, Format, SourceColumns},
    files::{ResultFolder, ensure_kept, read_preset},
    import::{parse_frame, parse_rate},
    report::{Report, shown},
};
use crate::{
    dictionary::{Dictionary, FrameSpec},
    preset::{Preset, Source},
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
        let columns = self.columns(&preset)?;
        let written = match Format::of(&self.to) {
            Some(Format::Npy) => {
                let reason = "one source can be written so at most; take a name that ends in .npz";
                return Err(CliError::Usage(format!("{}: {reason}", self.to.display())));
            }
            Some(format) => {
                self.check_names(&columns, format)?;
                write(&columns, format, &self.to)?;
                vec![self.to.clone()]
            }
            None => self.write_folder(columns.split())?,
        };
        Ok(self.report(&preset, &written))
    }

    /// The bases to write.
    fn columns(&self, preset: &Preset) -> Result<BasisColumns, CliError> {
        let mut sources: Vec<&Source> = preset.sources.iter().collect();
        if !self.source.is_empty() {
            let named = |name: &String| {
                preset.sources.iter().find(|source| source.name == *name).ok_or_else(|| CliError::UnknownSource {
                    preset: self.preset.clone(),
                    name: name.clone(),
                    known: preset.sources.iter().map(|source| source.name.clone()).collect(),
                })
            };
            sources = self.source.iter().map(named).collect::<Result<_, _>>()?;
        }
        sources.retain(|source| !source.dictionaries().is_empty());
        let Some(first) = sources.first() else {
            return Err(CliError::NothingLearned { preset: self.preset.clone() });
        };
        let frame = self.frame_of(first);
        let sources = sources.into_iter().map(|source| self.source_columns(source, &frame));
        Ok(BasisColumns { sources: sources.collect::<Result<_, _>>()?, frame })
    }

    /// The analysis to write for: what was asked for, or the finest that the source was learned in.
    fn frame_of(&self, source: &Source) -> FrameSpec {
        let finest = |a: &&Dictionary, b: &&Dictionary| a.frame.bin_spacing().total_cmp(&b.frame.bin_spacing());
        let own = source.dictionaries().iter().min_by(finest).map(|dictionary| dictionary.frame.clone());
        let own = own.unwrap_or_else(|| FrameSpec::hann(44_100.0, 4_096));
        match self.frame {
            Some(frame_len) => {
                let sample_rate = self.rate.unwrap_or(own.sample_rate);
                exchange::FoundAnalysis { sample_rate, frame_len }.frame()
            }
            None => own,
        }
    }

    /// The bases of `source` for `frame`, and, where nothing else was asked for, those for its other analyses.
    fn source_columns(&self, source: &Source, frame: &FrameSpec) -> Result<SourceColumns, CliError> {
        let same = |dictionary: &&Dictionary| {
            (dictionary.frame.sample_rate, dictionary.frame.frame_len) == (frame.sample_rate, frame.frame_len)
        };
        let distance = |dictionary: &&Dictionary| {
            let ratio = dictionary.frame.bin_spacing() / frame.bin_spacing();
            // What has to become finer comes last.
            if ratio > 1.01 { 1e3 * ratio } else { ratio.ln().abs() }
        };
        let all = source.dictionaries();
        let nearest = all.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let bases = match (all.iter().find(same), nearest) {
            (Some(same), _) => same.clone(),
            (None, Some(nearest)) => nearest.rebinned(frame).map_err(|flaw| CliError::Foreign {
                source_name: source.name.clone(),
                file: self.preset.clone(),
                flaw,
            })?,
            (None, None) => return Err(CliError::NothingLearned { preset: self.preset.clone() }),
        };
        let others = all.iter().filter(|dictionary| self.frame.is_none() && !same(dictionary)).cloned().collect();
        Ok(SourceColumns { name: source.name.clone(), bases, others })
    }

    /// Refuses names of sources that mean something else in a file of NumPy's.
    fn check_names(&self, columns: &BasisColumns, format: Format) -> Result<(), CliError> {
        let reserved = columns.sources.iter().find(|source| exchange::is_reserved(&source.name));
        match reserved.filter(|_| format == Format::Npz) {
            Some(source) => {
                let reason = format!("a source is called {:?}, which is something else in such a file", source.name);
                Err(CliError::Bases { path: self.to.clone(), reason: format!("{reason}; rename it") })
            }
            None => Ok(()),
        }
    }

    fn write_folder(&self, parts: Vec<BasisColumns>) -> Result<Vec<PathBuf>, CliError> {
        let folder = ResultFolder::create(&self.to).map_err(|error| CliError::unwritable(&self.to, error))?;
        let mut written = Vec::new();
        for part in parts {
            let path = self.to.join(format!("{}.wav", part.sources[0].name));
            write(&part, Format::Wav, &path)?;
            written.push(path);
        }
        drop(folder);
        Ok(written)
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
