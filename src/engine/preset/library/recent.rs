//! The presets that were played lately, in a small file in the user's folder that all instances share.
//!
//! An instance reads the file again before it writes it, and replaces it as a whole. If two write at the same moment,
//! one entry is lost.

use super::Entry;
use crate::preset::{file::temporary, stored_path};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

/// Most entries that are kept.
pub const MAX_RECENT: usize = 16;
/// A longer file was not written here, in bytes.
const MAX_BYTES: u64 = 256 << 10;
/// A hidden file, which is not taken for a preset.
const FILE_NAME: &str = ".recent.json";

#[derive(Serialize, Deserialize)]
struct Document {
    /// The newest first.
    recent: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    name: String,
    /// The preset's file, or `null` for a factory preset.
    #[serde(with = "stored_path::optional", default)]
    path: Option<PathBuf>,
}

/// The presets that were played lately, the newest first. A missing or damaged file counts as empty.
pub fn read(folder: &Path) -> Vec<Entry> {
    let text = fs::File::open(folder.join(FILE_NAME)).and_then(|file| {
        let mut text = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut text)?;
        Ok(text)
    });
    let document = text.ok().and_then(|text| serde_json::from_slice::<Document>(&text).ok());
    let items = document.map(|document| document.recent).unwrap_or_default();
    items.into_iter().take(MAX_RECENT).map(|Item { name, path }| Entry { name, path }).collect()
}

/// Notes that `entry` was played just now.
///
/// # Errors
/// If the file cannot be written; what was there before is unchanged.
pub fn note(folder: &Path, entry: &Entry) -> std::io::Result<()> {
    change(folder, |entries| {
        entries.retain(|known| known != entry);
        entries.insert(0, entry.clone());
    })
}

/// Notes that the preset in the file `from` has become `to`, or was deleted.
///
/// # Errors
/// See [`note`].
pub fn replace(folder: &Path, from: &Path, to: Option<&Entry>) -> std::io::Result<()> {
    change(folder, |entries| {
        if let Some(to) = to {
            entries.retain(|known| known != to);
        }
        entries.retain_mut(|known| {
            let is_it = known.path.as_deref() == Some(from);
            if let (true, Some(to)) = (is_it, to) {
                known.clone_from(to);
            }
            !is_it || to.is_some()
        });
    })
}

fn change(folder: &Path, change: impl FnOnce(&mut Vec<Entry>)) -> std::io::Result<()> {
    let before = read(folder);
    let mut entries = before.clone();
    change(&mut entries);
    entries.truncate(MAX_RECENT);
    if entries == before {
        return Ok(());
    }
    let items = entries.into_iter().map(|Entry { name, path }| Item { name, path });
    // A path that is not Unicode cannot be written as text.
    let items = items.filter(|item| item.path.as_ref().is_none_or(|path| path.to_str().is_some()));
    let text = serde_json::to_vec_pretty(&Document { recent: items.collect() })?;
    fs::create_dir_all(folder)?;
    let mut file = temporary::in_folder(folder)?;
    file.write_all(&text)?;
    file.persist(folder.join(FILE_NAME))?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry { name: name.to_owned(), path: Some(format!("/presets/{name}").into()) }
    }

    fn names(folder: &Path) -> Vec<String> {
        read(folder).into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn the_newest_comes_first_once_and_the_list_is_bounded() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("new");
        for name in ["a", "b", "a"] {
            note(&folder, &entry(name)).unwrap();
        }
        note(&folder, &Entry { name: "Drums + Bass".to_owned(), path: None }).unwrap();
        assert_eq!(names(&folder), ["Drums + Bass", "a", "b"]);
        assert_eq!(read(&folder)[0].path, None);
        for number in 0..40 {
            note(&folder, &entry(&number.to_string())).unwrap();
        }
        let names = names(&folder);
        assert_eq!((names.len(), names[0].as_str(), names[15].as_str()), (MAX_RECENT, "39", "24"));
        // Nothing but the list is left in the folder.
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_renamed_preset_keeps_its_place_and_a_deleted_one_goes() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in ["a", "b", "c"] {
            note(folder, &entry(name)).unwrap();
        }
        replace(folder, Path::new("/presets/b"), Some(&entry("B"))).unwrap();
        assert_eq!(names(folder), ["c", "B", "a"]);
        replace(folder, Path::new("/presets/c"), None).unwrap();
        assert_eq!(names(folder), ["B", "a"]);
    }

    #[test]
    fn a_damaged_list_counts_as_empty_and_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for damage in ["", "{", "[1, 2]", "{\"recent\": [{\"name\": 7}]}", "\u{0}\u{1}"] {
            fs::write(folder.join(FILE_NAME), damage).unwrap();
            assert_eq!(read(folder), []);
        }
        note(folder, &entry("a")).unwrap();
        assert_eq!(names(folder), ["a"]);
    }

    #[test]
    fn a_list_that_cannot_be_written_is_an_error_and_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(note(&file, &entry("a")).is_err());
        assert_eq!(read(&file), []);
    }
}
