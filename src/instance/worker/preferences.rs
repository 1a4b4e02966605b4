//! What a person has chosen for every instance: a small file in the user's folder.
//!
//! An instance reads the file again before it writes it, replaces it as a whole, and leaves in it what it does not
//! know.

use super::{Worker, error::WorkerError};
use crate::{
    instance::state::preferences::{Preferences, Theme},
    preset::{file::replace_whole, library::user_dir},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// A hidden file, which is not taken for a preset.
const FILE_NAME: &str = ".preferences.json";
/// A longer file was not written here, in bytes.
const MAX_BYTES: u64 = 64 << 10;
const THEME: &str = "theme";
const SHORTCUTS: &str = "shortcuts_in_hosts";

impl Worker {
    /// Shows what was chosen in whatever instance. Without a folder, or a file in it, nothing was.
    pub(super) fn read_preferences(&mut self) {
        if let Some(folder) = user_dir() {
            self.context.session.set_preferences(known(&read(&folder)));
        }
    }

    /// Chooses this for this window and every one that opens.
    pub(super) fn set_preferences(&mut self, preferences: Preferences) -> Result<(), WorkerError> {
        let before = self.context.session.preferences();
        self.context.session.set_preferences(preferences);
        let folder = user_dir().ok_or_else(|| WorkerError::PreferencesNotSaved(io::ErrorKind::NotFound.into()))?;
        let written = write(&folder, before, preferences).map_err(WorkerError::PreferencesNotSaved)?;
        self.context.session.set_preferences(written);
        Ok(())
    }
}

/// All that is in the file. A missing or damaged one counts as empty.
fn read(folder: &Path) -> Map<String, Value> {
    let text = File::open(folder.join(FILE_NAME)).and_then(|file| {
        let mut text = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut text)?;
        Ok(text)
    });
    text.ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// What of it is known here.
fn known(file: &Map<String, Value>) -> Preferences {
    Preferences {
        theme: file.get(THEME).and_then(|theme| Theme::deserialize(theme).ok()).unwrap_or_default(),
        shortcuts_in_hosts: file.get(SHORTCUTS).and_then(Value::as_bool).unwrap_or_default(),
    }
}

/// Writes what is different in `chosen` from what was known `before`; another window may have chosen the rest
/// meanwhile. Gives what counts now.
fn write(folder: &Path, before: Preferences, chosen: Preferences) -> io::Result<Preferences> {
    let mut file = read(folder);
    if chosen.theme != before.theme {
        file.insert(THEME.to_owned(), json!(chosen.theme));
    }
    if chosen.shortcuts_in_hosts != before.shortcuts_in_hosts {
        file.insert(SHORTCUTS.to_owned(), json!(chosen.shortcuts_in_hosts));
    }
    fs::create_dir_all(folder)?;
    replace_whole(&folder.join(FILE_NAME), &serde_json::to_vec_pretty(&file)?)?;
    Ok(known(&file))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_kept_and_what_a_later_version_chose_stays() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("new");
        assert_eq!(known(&read(&folder)), Preferences::default());
        for theme in Theme::ALL {
            for shortcuts_in_hosts in [true, false] {
                let chosen = Preferences { theme, shortcuts_in_hosts };
                assert_eq!(write(&folder, known(&read(&folder)), chosen).unwrap(), chosen);
                assert_eq!(known(&read(&folder)), chosen);
            }
        }
        fs::write(folder.join(FILE_NAME), r#"{"theme": "sepia", "language": "eo"}"#).unwrap();
        assert_eq!(known(&read(&folder)), Preferences::default());
        let chosen = Preferences { theme: Theme::Light, ..Preferences::default() };
        write(&folder, Preferences::default(), chosen).unwrap();
        let kept = read(&folder);
        assert_eq!((known(&kept), kept["language"].as_str()), (chosen, Some("eo")));
        // Nothing but the file is left in the folder.
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_file_counts_as_empty_and_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        for damage in ["", "{", "[1]", "{\"theme\": 7}", "\u{0}\u{1}"] {
            fs::write(folder.path().join(FILE_NAME), damage).unwrap();
            assert_eq!(known(&read(folder.path())), Preferences::default(), "{damage:?}");
        }
        let chosen = Preferences { theme: Theme::HighContrast, shortcuts_in_hosts: true };
        write(folder.path(), Preferences::default(), chosen).unwrap();
        assert_eq!(known(&read(folder.path())), chosen);
    }

    #[test]
    fn what_another_window_has_chosen_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let opened = Preferences::default();
        let shortcuts = Preferences { shortcuts_in_hosts: true, ..opened };
        write(folder.path(), opened, shortcuts).unwrap();
        let written = write(folder.path(), opened, Preferences { theme: Theme::Light, ..opened }).unwrap();
        assert_eq!(written, Preferences { theme: Theme::Light, shortcuts_in_hosts: true });
    }
}
