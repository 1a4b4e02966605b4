//! `unbraid separate`: a mixture to one file per source.

use super::{
    error::CliError,
    files::{ResultFolder, ensure_kept},
    interrupt,
    report::{Report, shown},
    separation::SeparationOptions,
};
use crate::{preset::library::stems::wav_names, recording::WavFiles};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Separate a mixture into one WAV file per source.
///
/// The files are as long as the mixture and aligned with it: the engine's latency is removed.
#[derive(Debug, Args)]
pub(super) struct Separate {
    #[command(flatten)]
    options: SeparationOptions,

    /// The folder to write SOURCE.wav into for each source; created if need be.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

impl Separate {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        let preset = self.options.preset()?;
        if self.output.exists() && !self.output.is_dir() {
            return Err(CliError::unwritable(&self.output, "this is a file; name a folder"));
        }
        let names: Vec<&str> = preset.sources.iter().map(|source| source.name.as_str()).collect();
        let paths: Vec<PathBuf> = wav_names(names.iter().copied()).iter().map(|name| self.output.join(name)).collect();
        for path in &paths {
            ensure_kept(&self.options.mixture, path)?;
        }
        self.options.check_learned()?;
        let mixture = self.options.open_mixture()?;

        let _folder = ResultFolder::create(&self.output).map_err(|error| CliError::unwritable(&self.output, error))?;
        let mut files = WavFiles::default();
        for path in &paths {
            files.begin(path, self.options.wav_format(&mixture), mixture.survey.len)?;
        }
        let separated = self.options.separate(&preset, &mixture, &self.options.controls(&preset), true, |block| {
            for (index, source) in block.sources.iter().enumerate() {
                files.append(index, source)?;
            }
            Ok(())
        })?;
        interrupt::check()?;
        files.commit()?;
        let learned = self.options.write_learned(&separated)?;

        let sources: Vec<_> =
            names.iter().zip(&paths).map(|(name, path)| json!({ "name": name, "file": shown(path) })).collect();
        let mut json = self.options.json(&separated, &mixture);
        json["sources"] = sources.into();
        let written = paths.iter().map(|path| format!("wrote {}", path.display()));
        Ok(Report {
            text: String::new(),
            messages: separated.message().into_iter().chain(written).chain(learned).collect(),
            json,
        })
    }
}
