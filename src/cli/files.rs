//! Files that commands read and write: presets, recordings, folders for results.

use super::error::CliError;
use crate::{
    preset::{
        Preset,
        file::{self, SUFFIX},
        library::{self, Entry},
    },
    recording::{self, RecordingError},
};
use fnv::FnvHasher;
use std::{
    fs::{self, File},
    hash::Hasher,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Reads the preset at a path or, if `preset` looks like none, the factory or user preset of that name.
pub(super) fn read_preset(preset: &str) -> Result<Preset, CliError> {
    match find_preset(preset)? {
        Entry { path: Some(path), .. } => Ok(file::read(&path)?),
        entry => Ok(library::load(&entry)?),
    }
}

/// The preset at a path or, if `preset` looks like none, the factory or user preset of that name.
pub(super) fn find_preset(preset: &str) -> Result<Entry, CliError> {
    let path = Path::new(preset);
    let is_path = preset.ends_with(SUFFIX) || path.components().count() > 1 || path.exists();
    if is_path {
        return Ok(Entry::of_file(path.to_owned()));
    }
    let mut entries = library::entries();
    let named = |entry: &Entry| entry.name == preset;
    let own = entries.iter().position(|entry| named(entry) && entry.path.is_some());
    match own.or_else(|| entries.iter().position(named)) {
        Some(found) => Ok(entries.swap_remove(found)),
        None => Err(CliError::UnknownPreset {
            name: preset.to_owned(),
            known: entries.into_iter().map(|entry| entry.name).collect(),
        }),
    }
}

/// Says before the work begins what would make it impossible to write `path` at its end.
pub(super) fn ensure_writable(path: &Path) -> Result<(), CliError> {
    recording::replacement_for(path).map(drop).map_err(|error| CliError::unwritable(path, error))
}

/// Refuses to write over `input`.
pub(super) fn ensure_kept(input: &Path, output: &Path) -> Result<(), CliError> {
    match (output.canonicalize(), input.canonicalize()) {
        (Ok(same), Ok(input)) if same == input => Err(CliError::WouldOverwrite { path: output.to_path_buf() }),
        _ => Ok(()),
    }
}

/// The one path of a file that there is, or may be in a folder that there is; otherwise the path as it is.
pub(super) fn canonical(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let to_be_made = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(to_be_made).unwrap_or_else(|| path.to_path_buf())
}

/// A folder for results. Dropped, it is removed again if it is new and still empty.
pub(super) struct ResultFolder<'a> {
    path: &'a Path,
    is_new: bool,
}

impl<'a> ResultFolder<'a> {
    pub(super) fn create(path: &'a Path) -> io::Result<Self> {
        let is_new = !path.exists();
        fs::create_dir_all(path)?;
        Ok(Self { path, is_new })
    }
}

impl Drop for ResultFolder<'_> {
    fn drop(&mut self) {
        if self.is_new {
            // Fails if something is in it, and then it is to stay.
            let _ = fs::remove_dir(self.path);
        }
    }
}

/// A number for the bytes of the file at `path`, the same on every machine: FNV-1a, 64 bits.
pub(super) fn fingerprint(path: &Path) -> Result<String, CliError> {
    let unreadable = |source| RecordingError::Unreadable { path: path.to_path_buf(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let (mut hasher, mut bytes) = (FnvHasher::default(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut bytes).map_err(unreadable)?;
        if count == 0 {
            return Ok(format!("{:016x}", hasher.finish()));
        }
        hasher.write(&bytes[..count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_that_of_fnv() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it");
        // From the test vectors of Fowler, Noll and Vo.
        for (text, expected) in [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")] {
            fs::write(&path, text).unwrap();
            assert_eq!(fingerprint(&path).unwrap(), expected);
        }
    }
}
