//! Where presets are: the factory presets inside the binary, and the user's folder.
//!
//! - `factory`: the presets inside the binary: those to begin with, and sources by instrument.
//! - [`listing`]: the presets to choose from, and what is wrong with them.
//! - [`recent`]: the presets that were played lately. [`favourites`]: those with a star. `entry_list`: how both are
//!   kept.
//! - [`trash`]: renaming, deleting and restoring presets; [`hidden`]: where they are kept out of sight.

mod entry_list;
mod factory;
pub mod favourites;
mod hidden;
pub mod listing;
pub mod recent;
pub mod stems;
pub mod trash;

pub use factory::{factory_bytes, factory_names, instrument_names};
pub use listing::{Library, Listing, Trouble};
pub use trash::Trashed;

use super::{
    Preset,
    file::{self, PresetError, Problem, SUFFIX},
};
use crate::dictionary::MAX_NAME_CHARS;
use directories::BaseDirs;
use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// Environment variable that sets the user's folder, for portable installations and for tests.
pub const FOLDER_VARIABLE: &str = "UNBRAID_PRESETS";

/// Characters that some file systems do not allow in a name.
pub const FORBIDDEN: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

/// A preset that can be chosen by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The preset's name: its file name without the suffix.
    pub name: String,
    /// Its file, or `None` for a factory preset.
    pub path: Option<PathBuf>,
}

impl Entry {
    /// The preset in the file `path`.
    pub fn of_file(path: PathBuf) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.strip_suffix(SUFFIX).unwrap_or(&name).to_owned();
        Self { name, path: Some(path) }
    }

    /// The factory preset called `name`.
    pub fn of_factory(name: &str) -> Self {
        Self { name: name.to_owned(), path: None }
    }

    /// Whether it is one of the factory's sources by instrument.
    pub fn is_instrument(&self) -> bool {
        self.path.is_none() && instrument_names().any(|name| name == self.name)
    }
}

/// Factory presets first, then the user's, by name, then the factory's sources by instrument. A folder that cannot be
/// read counts as empty.
pub fn entries() -> Vec<Entry> {
    let user = user_dir().map(|folder| entries_in(&folder)).unwrap_or_default();
    factory_names().map(Entry::of_factory).chain(user).chain(instrument_names().map(Entry::of_factory)).collect()
}

/// Reads the preset of `entry`.
///
/// # Errors
/// If there is no factory preset with this name, or the file cannot be read or is not a valid preset.
pub fn load(entry: &Entry) -> Result<Preset, PresetError> {
    if let Some(path) = &entry.path {
        return file::read(path);
    }
    let origin = format!("factory preset {:?}", entry.name);
    match factory_bytes(&entry.name) {
        Some(bytes) => file::from_bytes(bytes, &origin),
        None => {
            let names: Vec<&str> = factory_names().chain(instrument_names()).collect();
            Err(Problem::NotInFactory(names.join(", ")).of(origin))
        }
    }
}

/// Writes `preset` into the user's folder under `name`, and replaces a preset with that name. Gives the file's path.
///
/// # Errors
/// If the name cannot be a file name, there is no folder, or the file cannot be written.
pub fn save(preset: &Preset, name: &str) -> Result<PathBuf, PresetError> {
    let folder = user_dir().ok_or_else(|| Problem::NoFolder(FOLDER_VARIABLE).of(format!("preset {name:?}")))?;
    save_in(&folder, preset, name)
}

fn save_in(folder: &Path, preset: &Preset, name: &str) -> Result<PathBuf, PresetError> {
    let path = path_of(folder, name)?;
    fs::create_dir_all(folder).map_err(|error| Problem::Unwritable(error).of(folder.display().to_string()))?;
    file::write(preset, &path)?;
    Ok(path)
}

/// The file of the preset `name` in `folder`.
fn path_of(folder: &Path, name: &str) -> Result<PathBuf, PresetError> {
    if !is_name(name) {
        return Err(Problem::Name.of(format!("preset {name:?}")));
    }
    Ok(folder.join(format!("{name}{SUFFIX}")))
}

/// Whether `name` is allowed as the name of a preset, on any file system.
pub fn is_name(name: &str) -> bool {
    let bad = name.trim() != name || name.is_empty() || name.starts_with('.') || name.contains(FORBIDDEN);
    !bad && !is_device(name) && !name.chars().any(char::is_control) && name.chars().count() <= MAX_NAME_CHARS
}

/// Whether Windows takes a file of this name for a device, whatever follows its first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let is_port = number.is_some_and(|number| {
        let mut digits = number.chars();
        matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    });
    is_port || ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
}

/// The user's folder of presets, which may not exist yet: the one that [`FOLDER_VARIABLE`] names, or `Unbraid/Presets`
/// in the system's folder for application data. `None` for a user without a home.
pub fn user_dir() -> Option<PathBuf> {
    folder(env::var_os(FOLDER_VARIABLE), BaseDirs::new().as_ref().map(BaseDirs::data_dir))
}

fn folder(named: Option<OsString>, data_dir: Option<&Path>) -> Option<PathBuf> {
    match named.filter(|named| !named.is_empty()) {
        Some(named) => Some(named.into()),
        None => Some(data_dir?.join("Unbraid").join("Presets")),
    }
}

/// The presets in a folder, by name.
fn entries_in(folder: &Path) -> Vec<Entry> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let paths = files.filter_map(|file| Some(file.ok()?.path())).filter(|path| path.is_file());
    let mut entries: Vec<_> =
        paths.filter_map(|path| Some(Entry { name: preset_name(&path)?, path: Some(path) })).collect();
    entries.sort_by_cached_key(|entry| (entry.name.to_lowercase(), entry.name.clone()));
    entries
}

/// The name of the preset in the file at `path`, or `None` if the file is not a preset or is hidden (macOS leaves
/// `._NAME` beside each file on other file systems).
pub fn preset_name(path: &Path) -> Option<String> {
    let file_name = path.file_name()?.to_string_lossy();
    let name = file_name.strip_suffix(SUFFIX)?;
    (!name.is_empty() && !name.starts_with('.')).then(|| name.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_folder_offers_its_presets_by_name_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["Zither", "amen break", "Band"];
        let others = ["notes.txt", "model.safetensors", "._Band.unbraid.safetensors", ".unbraid.safetensors"];
        for name in names.map(|name| format!("{name}{SUFFIX}")).iter().map(String::as_str).chain(others) {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join(format!("Folder{SUFFIX}"))).unwrap();
        let found = entries_in(folder.path());
        let expected = ["amen break", "Band", "Zither"]
            .map(|name| Entry { name: name.to_owned(), path: Some(folder.path().join(format!("{name}{SUFFIX}"))) });
        assert_eq!(found, expected);
    }

    #[test]
    fn a_folder_that_cannot_be_read_counts_as_empty() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(entries_in(&folder.path().join("missing")), []);
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(entries_in(&file), []);
    }

    #[test]
    fn a_preset_is_saved_under_its_name_or_refused_with_a_sentence() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("new");
        let preset = load(&Entry { name: "Drums + Bass".to_owned(), path: None }).unwrap();
        for _ in 0..2 {
            let path = save_in(&folder, &preset, "My band, live").unwrap();
            assert_eq!(file::read(&path).unwrap().sources.len(), preset.sources.len());
        }
        assert_eq!(entries_in(&folder).len(), 1);
        for name in
            ["", " x", "a/b", "..", "what?", &"x".repeat(65), "CON", "nul", "Com1", "LPT9.old", "aux .b", "com²"]
        {
            let error = save_in(&folder, &preset, name).unwrap_err().to_string();
            assert!(error.contains("a preset's name has 1 to 64 characters"), "{error}");
        }
        assert_eq!(entries_in(&folder).len(), 1);
    }

    #[test]
    fn what_only_begins_like_a_device_of_windows_is_a_name() {
        for name in ["Console", "Congas", "com", "COM10", "Null", "auxiliary", "my CON"] {
            assert!(is_name(name), "{name}");
        }
    }

    #[test]
    fn the_environment_names_the_folder_before_the_system_does() {
        let data = Path::new("data");
        let own = Some(data.join("Unbraid").join("Presets"));
        assert_eq!(folder(Some("stick".into()), Some(data)), Some("stick".into()));
        assert_eq!(folder(Some("stick".into()), None), Some("stick".into()));
        assert_eq!(folder(Some(OsString::new()), Some(data)), own);
        assert_eq!(folder(None, Some(data)), own);
        assert_eq!(folder(None, None), None);
    }
}
