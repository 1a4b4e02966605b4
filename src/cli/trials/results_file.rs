//! A file of results: the search in its first line, then a line of JSON for each trial that has finished a stage.
//!
//! A line is written at once and is not lost afterwards, whatever ends the process. A last line that was not written
//! whole is no result.

use super::search::SearchHeader;
use crate::{
    cli::error::CliError,
    tuning::{TrialResult, TrialResults},
};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// A file of results that is being added to. No other process adds to it meanwhile.
pub(crate) struct ResultsFile {
    path: PathBuf,
    file: Mutex<File>,
}

impl ResultsFile {
    /// Opens the file at `path` to go on with the search of `header`, or begins it; gives what is in it.
    pub(crate) fn open(path: &Path, header: &SearchHeader) -> Result<(Self, TrialResults), CliError> {
        let unwritable = |error: io::Error| CliError::unwritable(path, error);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(unwritable)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let reason = "is being written by another run; wait for it, or name another file with --results";
                return Err(CliError::Trials { path: path.to_path_buf(), reason: reason.to_owned() });
            }
            // A file system without locks is believed to have one user.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(unwritable)?;
        let results = match parse(path, &text)? {
            Some((known, results)) => {
                if let Some(difference) = header.difference(&known) {
                    let reason = format!(
                        "holds results of {difference}; name another file with --results, or the arguments of that \
                         search"
                    );
                    return Err(CliError::Trials { path: path.to_path_buf(), reason });
                }
                file.set_len(whole(&text).len() as u64).map_err(unwritable)?;
                results
            }
            None => {
                file.set_len(0).map_err(unwritable)?;
                write_line(&mut file, &serde_json::to_string(header).map_err(io::Error::other).map_err(unwritable)?)
                    .map_err(unwritable)?;
                TrialResults::default()
            }
        };
        Ok((Self { path: path.to_path_buf(), file: Mutex::new(file) }, results))
    }

    /// Adds `result`.
    pub(crate) fn add(&self, result: &TrialResult) -> Result<(), CliError> {
        let line = serde_json::to_string(result).map_err(io::Error::other);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        line.and_then(|line| write_line(&mut file, &line)).map_err(|error| CliError::unwritable(&self.path, error))
    }
}

/// What is in the file at `path`.
pub(crate) fn read(path: &Path) -> Result<(SearchHeader, TrialResults), CliError> {
    let refused = |reason: String| CliError::Trials { path: path.to_path_buf(), reason };
    let text = fs::read(path).map_err(|error| refused(format!("cannot be read ({error})")))?;
    parse(path, &text)?.ok_or_else(|| refused("is empty; name a file that `unbraid tune` wrote".to_owned()))
}

/// The search and its results in `text`; `None` if there is not even a whole first line.
fn parse(path: &Path, text: &[u8]) -> Result<Option<(SearchHeader, TrialResults)>, CliError> {
    let refused = |reason: String| CliError::Trials { path: path.to_path_buf(), reason };
    let text = String::from_utf8_lossy(whole(text));
    let mut lines = (1_usize..).zip(text.lines());
    let Some((_, first)) = lines.next() else { return Ok(None) };
    let header = SearchHeader::parse(first).map_err(refused)?;
    let mut results = TrialResults::default();
    for (number, line) in lines {
        let damaged = |_| refused(format!("line {number} is damaged; delete that line, and its trial is run again"));
        results.add(serde_json::from_str(line).map_err(damaged)?);
    }
    Ok(Some((header, results)))
}

/// The whole lines of `text`.
fn whole(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    &text[..end]
}

/// In one call, so that a line is there whole or is the last one.
fn write_line(file: &mut File, line: &str) -> io::Result<()> {
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}
