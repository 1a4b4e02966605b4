//! A list of presets in a small file in the user's folder that all instances share.
//!
//! An instance reads the file again before it writes it, and replaces it as a whole. If two write at the same moment,
//! one entry is lost.

use super::Entry;
use crate::preset::{file::temporary, stored_path};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

/// A longer file was not written here, in bytes: some hundred entries with paths as long as systems allow.
const MAX_BYTES: u64 = 4 << 20;

/// A list of presets.
pub(super) struct EntryList {
    /// The name of a hidden file, which is not taken for a preset.
    pub(super) file_name: &'static str,
    /// The key of the list in that file.
    pub(super) key: &'static str,
    /// Most entries that are kept.
    pub(super) most: usize,
}

#[derive(Serialize, Deserialize)]
struct Item {
    name: String,
    /// The preset's file, or `null` for a factory preset.
    #[serde(with = "stored_path::optional", default)]
    path: Option<PathBuf>,
}

impl EntryList {
    /// The list, in its order. A missing or damaged file counts as empty.
    pub(super) fn read(&self, folder: &Path) -> Vec<Entry> {
        let text = fs::File::open(folder.join(self.file_name)).and_then(|file| {
            let mut text = Vec::new();
            file.take(MAX_BYTES).read_to_end(&mut text)?;
            Ok(text)
        });
        let document = text.ok().and_then(|text| serde_json::from_slice::<BTreeMap<String, Vec<Item>>>(&text).ok());
        let items = document.and_then(|mut document| document.remove(self.key)).unwrap_or_default();
        items.into_iter().take(self.most).map(|Item { name, path }| Entry { name, path }).collect()
    }

    /// Changes the list; its first entries are kept.
    ///
    /// # Errors
    /// If the file cannot be written; what was there before is unchanged.
    pub(super) fn change(&self, folder: &Path, change: impl FnOnce(&mut Vec<Entry>)) -> std::io::Result<()> {
        let before = self.read(folder);
        let mut entries = before.clone();
        change(&mut entries);
        entries.truncate(self.most);
        if entries == before {
            return Ok(());
        }
        let items = entries.into_iter().map(|Entry { name, path }| Item { name, path });
        // A path that is not Unicode cannot be written as text.
        let items = items.filter(|item| item.path.as_ref().is_none_or(|path| path.to_str().is_some()));
        let document = BTreeMap::from([(self.key, items.collect::<Vec<_>>())]);
        let text = serde_json::to_vec_pretty(&document)?;
        fs::create_dir_all(folder)?;
        let mut file = temporary::in_folder(folder)?;
        file.write_all(&text)?;
        file.persist(folder.join(self.file_name))?;
        Ok(())
    }

    /// The preset in the file `from` has become `to`, or was deleted.
    ///
    /// # Errors
    /// See [`Self::change`].
    pub(super) fn replace(&self, folder: &Path, from: &Path, to: Option<&Entry>) -> std::io::Result<()> {
        self.change(folder, |entries| {
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
}
