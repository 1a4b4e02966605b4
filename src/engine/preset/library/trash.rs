//! Renames, deletes and restores preset files.
//!
//! A deleted preset moves into a hidden folder beside it, so that it can be restored byte for byte.

use super::{Entry, hidden::hide, path_of, preset_name};
use crate::preset::file::{PresetError, Problem};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Name of the folder that keeps deleted presets.
const FOLDER: &str = ".trash";

/// A deleted preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// Its file before it was deleted.
    pub file: PathBuf,
    /// Its file in the folder of deleted presets.
    pub kept_at: PathBuf,
}

impl Trashed {
    /// Its name.
    pub fn name(&self) -> String {
        preset_name(&self.file).unwrap_or_default()
    }
}

/// Renames the preset in `file`; it stays in its folder.
///
/// # Errors
/// If the name is not allowed or is another preset's, or the system refuses.
pub fn rename(file: &Path, name: &str) -> Result<Entry, PresetError> {
    let to = path_of(file.parent().unwrap_or(Path::new("")), name)?;
    relocate(file, &to)?;
    Ok(Entry { name: name.to_owned(), path: Some(to) })
}

/// Moves a preset's file; replaces nothing.
///
/// # Errors
/// If there is a file at `to`, or the system refuses.
pub fn relocate(from: &Path, to: &Path) -> Result<(), PresetError> {
    let of = |problem: Problem| problem.of(from.display().to_string());
    // On file systems that ignore case, `to` may be the file itself.
    let itself = || from.canonicalize().is_ok_and(|own| to.canonicalize().is_ok_and(|other| own == other));
    if to.symlink_metadata().is_ok() && !itself() {
        return Err(Problem::Taken.of(to.display().to_string()));
    }
    fs::rename(from, to).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound if !from.exists() => of(Problem::NotFound),
        _ => of(Problem::Immovable(error)),
    })
}

/// Deletes the preset in `file`, so that [`restore`] brings it back.
///
/// # Errors
/// If the system refuses.
pub fn delete(file: &Path) -> Result<Trashed, PresetError> {
    let of = |error| Problem::Immovable(error).of(file.display().to_string());
    let folder = file.parent().unwrap_or(Path::new("")).join(FOLDER);
    fs::create_dir_all(&folder).map_err(of)?;
    hide(&folder);
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let free = (0_u64..).map(|number| folder.join(format!("{number}.{name}"))).find(|path| !path.exists());
    let trashed = Trashed { file: file.to_owned(), kept_at: free.unwrap_or_else(|| folder.join(name)) };
    delete_again(&trashed)?;
    Ok(trashed)
}

/// Deletes a preset again that was restored.
///
/// # Errors
/// If the system refuses.
pub fn delete_again(trashed: &Trashed) -> Result<(), PresetError> {
    relocate(&trashed.file, &trashed.kept_at)
}

/// Restores a deleted preset.
///
/// # Errors
/// If another preset has taken its name, or the system refuses.
pub fn restore(trashed: &Trashed) -> Result<(), PresetError> {
    relocate(&trashed.kept_at, &trashed.file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;
    use crate::preset::{file::SUFFIX, library::entries_in};

    fn folder_of(names: &[&str]) -> (tempfile::TempDir, impl Fn(&str) -> PathBuf + use<>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let path = move |name: &str| root.join(format!("{name}{SUFFIX}"));
        for name in names {
            fs::write(path(name), name).unwrap();
        }
        (folder, path)
    }

    #[test]
    fn a_preset_is_renamed_and_never_takes_the_place_of_another() {
        let (folder, path) = folder_of(&["a", "b"]);
        let renamed = rename(&path("a"), "My kit").unwrap();
        assert_eq!(renamed, Entry { name: "My kit".to_owned(), path: Some(path("My kit")) });
        assert_eq!(fs::read_to_string(path("My kit")).unwrap(), "a");
        for (file, name, part) in
            [("My kit", "b", "choose another name"), ("b", "x/y", "1 to 64"), ("gone", "c", "no such file")]
        {
            let sentence = rename(&path(file), name).unwrap_err().to_string();
            assert!(sentence.contains(part), "{sentence}");
        }
        rename(&path("b"), "B").unwrap();
        let names: Vec<String> = entries_in(folder.path()).into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["B", "My kit"]);
    }

    #[test]
    fn what_is_deleted_comes_back_byte_for_byte() {
        let (folder, path) = folder_of(&["a"]);
        let first = delete(&path("a")).unwrap();
        assert_eq!(first.name(), "a");
        assert!(entries_in(folder.path()).is_empty());
        // Another one with the same name is deleted too; both are kept.
        fs::write(path("a"), "another").unwrap();
        let sentence = restore(&first).unwrap_err().to_string();
        assert!(sentence.contains("another preset is called so"), "{sentence}");
        let second = delete(&path("a")).unwrap();
        restore(&first).unwrap();
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "a");
        delete_again(&first).unwrap();
        restore(&second).unwrap();
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "another");
    }

    #[test]
    fn what_is_not_there_cannot_be_deleted() {
        let (_folder, path) = folder_of(&[]);
        let sentence = delete(&path("a")).unwrap_err().to_string();
        assert!(sentence.contains("no such file"), "{sentence}");
    }
}
