//! `unbraid separate`: a mixture to one file per source.

use super::{Report, error::CliError, file_name::wav_names, interrupt, separation::Task};
use crate::recording::WavFiles;
use clap::Args;
use serde_json::json;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Separate a mixture into one WAV file per source.
///
/// The files are as long as the mixture and aligned with it: the engine's latency is removed.
#[derive(Debug, Args)]
pub(super) struct Separate {
    #[command(flatten)]
    task: Task,

    /// The folder to write SOURCE.wav into for each source; created if need be.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

impl Separate {
    pub(super) fn run(&self) -> Result<Report, CliError> {
        let preset = self.task.preset()?;
        if self.output.exists() && !self.output.is_dir() {
            return Err(CliError::unwritable(&self.output, "this is a file; name a folder"));
        }
        let names: Vec<&str> = preset.sources.iter().map(|source| source.name.as_str()).collect();
        let paths: Vec<PathBuf> = wav_names(names.iter().copied()).iter().map(|name| self.output.join(name)).collect();
        for path in &paths {
            self.task.keep_mixture(path)?;
        }
        let mixture = self.task.read_mixture()?;
        let separated = self.task.separate(&preset, &mixture, &self.task.controls())?;

        let folder = NewFolder::create(&self.output).map_err(|error| CliError::unwritable(&self.output, error))?;
        let mut files = WavFiles::default();
        for (path, source) in paths.iter().zip(&separated.separation.sources) {
            interrupt::check()?;
            files.stage(path, source, self.task.format)?;
        }
        files.commit()?;
        folder.keep();

        let sources: Vec<_> =
            names.iter().zip(&paths).map(|(name, path)| json!({ "name": name, "file": path })).collect();
        let mut json = self.task.json(&separated, &mixture);
        json["sources"] = sources.into();
        let written = paths.iter().map(|path| format!("wrote {}", path.display()));
        Ok(Report { text: String::new(), messages: separated.message().into_iter().chain(written).collect(), json })
    }
}

/// A folder that is removed again, if it was not there before and nothing came to be in it.
struct NewFolder<'a> {
    path: &'a Path,
    remove: bool,
}

impl<'a> NewFolder<'a> {
    fn create(path: &'a Path) -> io::Result<Self> {
        let remove = !path.exists();
        fs::create_dir_all(path)?;
        Ok(Self { path, remove })
    }

    fn keep(mut self) {
        self.remove = false;
    }
}

impl Drop for NewFolder<'_> {
    fn drop(&mut self) {
        if self.remove {
            // It stays if something is in it, and that is as it should be.
            let _ = fs::remove_dir(self.path);
        }
    }
}
