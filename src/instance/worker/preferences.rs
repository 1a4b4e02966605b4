//! What a person has chosen for every instance: a small file in the user's folder.
//!
//! An instance reads the file again before it writes it, replaces it as a whole, and leaves in it what it does not know.

use super::{Worker, error::WorkerError};
use crate::{
    instance::state::theme::Theme,
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

impl Worker {
    /// Shows what was chosen in whatever instance. Without a folder, or a file in it, nothing was.
    pub(super) fn read_preferences(&mut self) {
        if let Some(folder) = user_dir() {
            self.context.session.set_theme(theme(&read(&folder)));
        }
    }

    /// Draws in this theme from now on, here and in every window that opens.
    pub(super) fn choose_theme(&mut self, theme: Theme) -> Result<(), WorkerError> {
        self.context.session.set_theme(theme);
        let folder = user_dir().ok_or_else(|| WorkerError::ThemeNotKept(io::ErrorKind::NotFound.into()))?;
        write(&folder, theme).map_err(WorkerError::ThemeNotKept)
    }
}

/// All preferences. A missing or damaged file counts as empty.
fn read(folder: &Path) -> Map<String, Value> {
    let text = File::open(folder.join(FILE_NAME)).and_then(|file| {
        let mut text = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut text)?;
        Ok(text)
    });
    text.ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// The theme; the first one where none is chosen that is known here.
fn theme(preferences: &Map<String, Value>) -> Theme {
    preferences.get(THEME).and_then(|theme| Theme::deserialize(theme).ok()).unwrap_or_default()
}

fn write(folder: &Path, theme: Theme) -> io::Result<()> {
    let mut preferences = read(folder);
    preferences.insert(THEME.to_owned(), json!(theme));
    fs::create_dir_all(folder)?;
    replace_whole(&folder.join(FILE_NAME), &serde_json::to_vec_pretty(&preferences)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_kept_and_what_a_later_version_chose_stays() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("new");
        assert_eq!(theme(&read(&folder)), Theme::Dark);
        for chosen in Theme::ALL {
            write(&folder, chosen).unwrap();
            assert_eq!(theme(&read(&folder)), chosen);
        }
        fs::write(folder.join(FILE_NAME), r#"{"theme": "sepia", "language": "eo"}"#).unwrap();
        assert_eq!(theme(&read(&folder)), Theme::Dark);
        write(&folder, Theme::Light).unwrap();
        let kept = read(&folder);
        assert_eq!((theme(&kept), kept["language"].as_str()), (Theme::Light, Some("eo")));
        // Nothing but the file is left in the folder.
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_file_counts_as_empty_and_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        for damage in ["", "{", "[1]", "{\"theme\": 7}", "\u{0}\u{1}"] {
            fs::write(folder.path().join(FILE_NAME), damage).unwrap();
            assert_eq!(theme(&read(folder.path())), Theme::Dark, "{damage:?}");
        }
        write(folder.path(), Theme::HighContrast).unwrap();
        assert_eq!(theme(&read(folder.path())), Theme::HighContrast);
    }
}
