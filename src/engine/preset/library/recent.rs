//! The presets that were played lately.

use super::{Entry, entry_list::EntryList};
use std::path::Path;

/// Most entries that are kept.
pub const MAX_RECENT: usize = 16;
const LIST: EntryList = EntryList { file_name: ".recent.json", key: "recent", most: MAX_RECENT };

/// The presets that were played lately, the newest first. A missing or damaged file counts as empty.
pub fn read(folder: &Path) -> Vec<Entry> {
    LIST.read(folder)
}

/// Notes that `entry` was played just now.
///
/// # Errors
/// If the file cannot be written; what was there before is unchanged.
pub fn note(folder: &Path, entry: &Entry) -> std::io::Result<()> {
    LIST.change(folder, |entries| {
        entries.retain(|known| known != entry);
        entries.insert(0, entry.clone());
    })
}

/// Notes that the preset in the file `from` has become `to`, or was deleted.
///
/// # Errors
/// See [`note`].
pub fn replace(folder: &Path, from: &Path, to: Option<&Entry>) -> std::io::Result<()> {
    LIST.replace(folder, from, to)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;
    use std::fs;

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
            fs::write(folder.join(LIST.file_name), damage).unwrap();
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
