//! The presets that the user has given a star. It is the user's and not in the preset's file.

use super::{Entry, entry_list::EntryList};
use std::path::Path;

/// Most entries that are kept.
pub const MAX_FAVOURITES: usize = 512;
const LIST: EntryList = EntryList { file_name: ".favourites.json", key: "favourites", most: MAX_FAVOURITES };

/// The presets with a star, the newest first. A missing or damaged file counts as empty.
pub fn read(folder: &Path) -> Vec<Entry> {
    LIST.read(folder)
}

/// Gives the preset of `entry` a star, or takes it away.
///
/// # Errors
/// If the file cannot be written; what was there before is unchanged.
pub fn set(folder: &Path, entry: &Entry, has_star: bool) -> std::io::Result<()> {
    LIST.change(folder, |entries| {
        entries.retain(|known| known != entry);
        if has_star {
            entries.insert(0, entry.clone());
        }
    })
}

/// The preset in the file `from` is `to` now. One that is deleted keeps its star, as it can come back.
///
/// # Errors
/// See [`set`].
pub fn rename(folder: &Path, from: &Path, to: &Entry) -> std::io::Result<()> {
    LIST.replace(folder, from, Some(to))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry { name: name.to_owned(), path: Some(format!("/presets/{name}").into()) }
    }

    #[test]
    fn a_star_is_given_taken_and_goes_along_with_a_renamed_preset() {
        let parent = tempfile::tempdir().unwrap();
        let folder = &parent.path().join("new");
        let factory = Entry { name: "Drums + Bass".to_owned(), path: None };
        for (entry, has_star) in [(&entry("a"), true), (&factory, true), (&entry("b"), true), (&entry("b"), false)] {
            set(folder, entry, has_star).unwrap();
        }
        assert_eq!(read(folder), [factory.clone(), entry("a")]);
        rename(folder, Path::new("/presets/a"), &entry("A")).unwrap();
        assert_eq!(read(folder), [factory, entry("A")]);
    }

    #[test]
    fn as_many_stars_as_are_kept_come_back_with_paths_as_long_as_systems_allow() {
        let parent = tempfile::tempdir().unwrap();
        // 4096 bytes on Linux.
        let long = format!("/{}", "folder/".repeat(580));
        let entries: Vec<Entry> = (0..MAX_FAVOURITES).map(|n| entry(&format!("{long}{n}"))).collect();
        LIST.change(parent.path(), |kept| kept.clone_from(&entries)).unwrap();
        assert_eq!(read(parent.path()), entries);
    }

    #[test]
    fn stars_that_cannot_be_written_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(set(&file, &entry("a"), true).is_err());
        assert_eq!(read(&file), []);
    }
}
