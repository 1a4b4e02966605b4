//! A file of results: the search in its first line, then a line of JSON for each trial that has finished a stage.
//!
//! A line is written at once and is not lost afterwards, whatever ends the process. A last line that was not written
//! whole is no result.
//!
//! One process at a time adds to a file. It says so by locking an empty file beside it, `.lock` after its name: on
//! Windows nobody else could read a file that is locked itself.

use super::search::{FOREIGN, SearchHeader};
use crate::{
    cli::error::CliError,
    tuning::{TrialResult, TrialResults},
};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// A file of results that is being added to. No other process adds to it meanwhile.
pub(crate) struct ResultsFile {
    path: PathBuf,
    /// Its end is the end of a line.
    file: Mutex<File>,
    /// Locked as long as it is open.
    _lock: File,
}

impl ResultsFile {
    /// Opens the file at `path` to go on with the search of `header`, or begins it; gives what is in it.
    pub(crate) fn open(path: &Path, header: &SearchHeader) -> Result<(Self, TrialResults), CliError> {
        let unwritable = |error: io::Error| CliError::unwritable(path, error);
        let line = serde_json::to_string(header).map_err(io::Error::other).map_err(unwritable)?;
        if path.exists() {
            // What is refused gets no file beside it.
            known_of(path, &fs::read(path).map_err(unwritable)?, header, &line)?;
        }
        let lock = lock(path)?;
        // Not to append: on Windows such a file cannot be cut.
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(path).map_err(unwritable)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(unwritable)?;
        let known = known_of(path, &text, header, &line)?;
        file.set_len(whole(&text).len() as u64).and_then(|()| file.seek(SeekFrom::End(0))).map_err(unwritable)?;
        if known.is_none() {
            write_line(&mut file, &line).map_err(unwritable)?;
        }
        Ok((Self { path: path.to_path_buf(), file: Mutex::new(file), _lock: lock }, known.unwrap_or_default()))
    }

    /// Adds `result`, whole or not at all.
    pub(crate) fn add(&self, result: &TrialResult) -> Result<(), CliError> {
        let line = serde_json::to_string(result).map_err(io::Error::other);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        line.and_then(|line| write_line(&mut file, &line)).map_err(|error| CliError::unwritable(&self.path, error))
    }
}

/// The results of the search of `header` in `text`; `None` if not even its first `line` is whole.
fn known_of(path: &Path, text: &[u8], header: &SearchHeader, line: &str) -> Result<Option<TrialResults>, CliError> {
    let refused = |reason: String| Err(CliError::File { path: path.to_path_buf(), reason });
    let Some((found, results)) = parse(path, text)? else {
        // Nothing, or as much of the first line as was written before the process ended.
        return if line.as_bytes().starts_with(text) { Ok(None) } else { refused(FOREIGN.to_owned()) };
    };
    match header.difference(&found) {
        Some(difference) => refused(format!(
            "holds results of {difference}; name another file with --results, or the arguments of that search"
        )),
        None => Ok(Some(results)),
    }
}

/// Locks the file at `path` for this process: the file beside it.
fn lock(path: &Path) -> Result<File, CliError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&beside);
    let file = file.map_err(|error| CliError::unwritable(&beside, error))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let reason = "is being written by another run; wait for it, or name another file with --results";
            Err(CliError::File { path: path.to_path_buf(), reason: reason.to_owned() })
        }
        // A file system without locks is believed to have one user.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(file),
    }
}

/// What is in the file at `path`.
pub(crate) fn read(path: &Path) -> Result<(SearchHeader, TrialResults), CliError> {
    let refused = |reason: String| CliError::File { path: path.to_path_buf(), reason };
    let text = fs::read(path).map_err(|error| refused(format!("cannot be read ({error})")))?;
    parse(path, &text)?.ok_or_else(|| refused(FOREIGN.to_owned()))
}

/// The search and its results in `text`; `None` if there is not even a whole first line.
fn parse(path: &Path, text: &[u8]) -> Result<Option<(SearchHeader, TrialResults)>, CliError> {
    let refused = |reason: String| CliError::File { path: path.to_path_buf(), reason };
    let text = String::from_utf8_lossy(whole(text));
    let mut lines = (1_usize..).zip(text.lines());
    let Some((_, first)) = lines.next() else { return Ok(None) };
    let header = SearchHeader::parse(first).map_err(refused)?;
    let mut results = TrialResults::default();
    for (number, line) in lines {
        let result = serde_json::from_str(line).ok().filter(|result| header.plan.admits(result));
        let damaged = || refused(format!("line {number} is damaged; delete that line, and its trial is run again"));
        results.add(result.ok_or_else(damaged)?);
    }
    Ok(Some((header, results)))
}

/// The whole lines of `text`.
fn whole(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    &text[..end]
}

/// In one call, so that a line is there whole or is the last one; if it cannot be written whole, nothing of it stays.
fn write_line(file: &mut File, line: &str) -> io::Result<()> {
    let end = file.stream_position()?;
    let written = file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_data());
    if written.is_err() {
        // The first error is what is said. Should this fail too, the half line is cut when the file is next opened.
        let _ = file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end)));
    }
    written
}
