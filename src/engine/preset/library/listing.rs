//! The presets to choose from: factory presets, the user's, and those that were played lately.

use super::{Entry, entries_in, factory_bytes, factory_names, favourites, instrument_names, recent, user_dir};
use crate::preset::{
    About,
    file::{self, Peeked, PresetError, Problem},
};
use std::path::Path;

/// What is wrong with a preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Its file is not there.
    Missing,
    /// Its file cannot be played; the sentence says why.
    Damaged(String),
}

/// A preset in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its name and where it is.
    pub entry: Entry,
    /// The names of its sources; empty where they are not known.
    pub sources: Vec<String>,
    /// What somebody has noted about it.
    pub about: About,
    /// What is wrong with it, as far as its header shows.
    pub trouble: Option<Trouble>,
}

impl Listing {
    /// Reads the header of the preset of `entry`.
    pub fn of(entry: Entry) -> Self {
        let known = match (&entry.path, factory_bytes(&entry.name)) {
            (Some(path), _) => file::peek(path),
            (None, Some(bytes)) => file::peek_bytes(bytes, &entry.name),
            (None, None) => Err(Problem::NotFound.of(entry.name.clone())),
        };
        match known {
            Ok(Peeked { sources, about }) => Self { entry, sources, about, trouble: None },
            Err(error) => Self { entry, sources: Vec::new(), about: About::default(), trouble: Some(error.into()) },
        }
    }
}

impl From<PresetError> for Trouble {
    fn from(error: PresetError) -> Self {
        match error.problem {
            Problem::NotFound => Self::Missing,
            _ => Self::Damaged(error.to_string()),
        }
    }
}

/// All presets to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Library {
    /// Those shipped with the plugin to begin with, in their order.
    pub factory: Vec<Listing>,
    /// Sources by instrument, shipped with the plugin, by family.
    pub instruments: Vec<Listing>,
    /// Those in the user's folder, by name.
    pub user: Vec<Listing>,
    /// Those that were played lately, the newest first, wherever they are.
    pub recent: Vec<Listing>,
    /// Those that the user has given a star, wherever they are.
    pub favourites: Vec<Entry>,
    /// Whether the file of the current preset is missing.
    pub origin_missing: bool,
}

impl Library {
    /// Reads the user's folder. `origin` is the file of the current preset, if it came from one.
    pub fn read(origin: Option<&Path>) -> Self {
        Self::read_in(user_dir().as_deref(), origin)
    }

    fn read_in(folder: Option<&Path>, origin: Option<&Path>) -> Self {
        let user = folder.map(entries_in).unwrap_or_default();
        let recent = folder.map(recent::read).unwrap_or_default();
        let look = |entries: Vec<Entry>| entries.into_iter().map(Listing::of).collect();
        Self {
            factory: look(factory_names().map(Entry::of_factory).collect()),
            instruments: look(instrument_names().map(Entry::of_factory).collect()),
            user: look(user),
            recent: look(recent),
            favourites: folder.map(favourites::read).unwrap_or_default(),
            origin_missing: origin.is_some_and(|file| !file.exists()),
        }
    }

    /// Factory presets, then the user's, then sources by instrument.
    pub fn all(&self) -> impl Iterator<Item = &Listing> {
        self.factory.iter().chain(&self.user).chain(&self.instruments)
    }

    /// Whether the user has a preset with this name. Case does not count, because some file systems ignore it.
    pub fn has_user_preset(&self, name: &str) -> bool {
        self.user.iter().any(|listing| listing.entry.name.to_lowercase() == name.to_lowercase())
    }

    /// Whether the user has given the preset of `entry` a star.
    pub fn is_favourite(&self, entry: &Entry) -> bool {
        self.favourites.contains(entry)
    }

    /// Whether `file` is one of the presets that were found in the user's folder.
    pub fn is_users(&self, file: &Path) -> bool {
        self.user.iter().any(|listing| listing.entry.path.as_deref() == Some(file))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;
    use crate::preset::file::SUFFIX;
    use std::fs;

    #[test]
    fn a_preset_is_listed_with_its_sources_and_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let whole = factory_bytes("Drums + Bass").unwrap();
        let path = |name: &str| folder.path().join(format!("{name}{SUFFIX}"));
        fs::write(path("Good"), whole).unwrap();
        fs::write(path("Cut off"), &whole[..whole.len() / 2]).unwrap();
        fs::write(path("Empty"), b"").unwrap();
        fs::write(path("Text"), b"this is no preset but some text of a certain length").unwrap();
        let library = Library::read_in(Some(folder.path()), Some(&path("Gone")));
        assert!(library.origin_missing);
        assert_eq!(library.factory[0].sources, ["drums", "bass", "rest"]);
        assert_eq!(library.factory[0].trouble, None);
        let names: Vec<&str> = library.user.iter().map(|listing| listing.entry.name.as_str()).collect();
        assert_eq!(names, ["Cut off", "Empty", "Good", "Text"]);
        assert_eq!(library.user[2].sources, ["drums", "bass"]);
        for bad in [0, 1, 3] {
            let Some(Trouble::Damaged(sentence)) = &library.user[bad].trouble else {
                panic!("{:?}", library.user[bad])
            };
            assert!(sentence.contains(names[bad]), "{sentence}");
        }
        let gone = Listing::of(Entry { name: "Gone".to_owned(), path: Some(path("Gone")) });
        assert_eq!(gone.trouble, Some(Trouble::Missing));
        assert!(library.has_user_preset("GOOD") && !library.has_user_preset("Goo"));
        assert!(library.is_users(&path("Good")) && !library.is_users(Path::new("/Good")));
    }

    #[test]
    fn without_a_folder_there_are_the_factory_presets() {
        let library = Library::read_in(None, None);
        assert_eq!(library.all().count(), factory_names().count() + instrument_names().count());
        assert!(!library.origin_missing);
    }
}
