//! The audio files that a path names: a file, a folder with all below it, or a pattern.

use super::error::CliError;
use crate::recording::{self, RecordingError};
use glob::MatchOptions;
use std::{
    io,
    path::{Path, PathBuf},
};
use walkdir::WalkDir;

/// Characters that make a path a pattern, if there is no file of that name.
const WILDCARDS: [char; 3] = ['*', '?', '['];

/// An audio file, and whether it was named itself, not found in a folder or by a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) was_named: bool,
}

/// The audio files that `path` stands for, sorted. Says how many others were passed over.
pub(super) fn files_of(path: &Path) -> Result<Vec<SourceFile>, CliError> {
    let is_pattern = !path.exists() && path.to_str().is_some_and(|text| text.contains(WILDCARDS));
    if !path.is_dir() && !is_pattern {
        return Ok(vec![SourceFile { path: path.to_owned(), was_named: true }]);
    }
    let mut found = FoundFiles::default();
    if is_pattern {
        found.add_matches(path)?
    } else {
        found.add_folder(path)?
    }
    if found.files.is_empty() {
        return Err(CliError::NoAudio { path: path.to_owned(), is_pattern });
    }
    if found.skipped > 0 {
        let files = if found.skipped == 1 { "1 file that is" } else { &format!("{} files that are", found.skipped) };
        eprintln!("{}: skipped {files} hidden or no audio", path.display());
    }
    Ok(found.files.into_iter().map(|path| SourceFile { path, was_named: false }).collect())
}

#[derive(Default)]
struct FoundFiles {
    files: Vec<PathBuf>,
    /// Files that are hidden or no audio; a hidden folder counts as one.
    skipped: usize,
}

impl FoundFiles {
    fn add_folder(&mut self, folder: &Path) -> Result<(), CliError> {
        let mut entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(folder).to_path_buf();
                RecordingError::Unreadable { path, source: io::Error::from(error) }
            })?;
            let is_hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type().is_dir() {
                true if is_hidden => {
                    self.skipped += 1;
                    entries.skip_current_dir();
                }
                true => {}
                false => self.add_file(entry.into_path(), is_hidden),
            }
        }
        Ok(())
    }

    fn add_matches(&mut self, pattern: &Path) -> Result<(), CliError> {
        let refused = |reason: &str| CliError::Usage(format!("{}: is no pattern ({reason})", pattern.display()));
        let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::new() };
        let text = pattern.to_str().ok_or_else(|| refused("its name is no UTF-8"))?;
        for found in glob::glob_with(text, options).map_err(|error| refused(error.msg))? {
            let found = found.map_err(|error| {
                let path = error.path().to_path_buf();
                RecordingError::Unreadable { path, source: error.into() }
            })?;
            if found.is_dir() { self.add_folder(&found)? } else { self.add_file(found, false) }
        }
        Ok(())
    }

    fn add_file(&mut self, path: PathBuf, is_hidden: bool) {
        if is_hidden || !recording::is_audio(&path) { self.skipped += 1 } else { self.files.push(path) }
    }
}
