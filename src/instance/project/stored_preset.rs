//! The preset inside the host's project: its title, its file, compressed and as text, and what its adaptive sources have become.
//!
//! The host saves and loads on a thread of its own while audio runs. Saving hands out ready text. What a
//! project brings is put down here and taken up by the worker, or by the activation if that comes first.

use super::stored_adapted::StoredAdapted;
use crate::instance::state::summary::{Origin, Summary};
use crate::preset::{
    Preset,
    file::{self, MAX_FILE_BYTES, PresetError},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use nice_plug::params::persist::PersistentField;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Read, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A preset as a project stores it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StoredPreset {
    /// What the preset was called.
    pub title: String,
    /// The preset's file: zlib, then base64.
    pub file: String,
    /// Where it came from; not known of projects of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Whether something was learned since it was loaded or saved.
    #[serde(default)]
    pub changed: bool,
    /// What its adaptive sources have become.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapted: Option<StoredAdapted>,
}

/// Why a project's preset cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoredPresetError {
    /// The text is not base64.
    #[error("the preset \"{0}\" in the project is damaged (not base64): load a preset and save the project again")]
    Text(String),
    /// The bytes do not unpack.
    #[error("the preset \"{title}\" in the project is damaged ({source}): load a preset and save the project again")]
    Compression {
        /// What the preset was called.
        title: String,
        /// What the decompressor says.
        source: io::Error,
    },
    /// The file inside is not valid.
    #[error("the project's {0}: load a preset and save the project again")]
    Preset(#[from] PresetError),
}

impl StoredPreset {
    /// Packs the preset file `bytes`.
    pub fn pack(title: impl Into<String>, bytes: &[u8]) -> Self {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        // Writing to a vector cannot fail; a shorter text would be refused on loading.
        let packed = encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        Self { title: title.into(), file: STANDARD.encode(packed), ..Self::default() }
    }

    /// Packs the preset file `bytes` of what `summary` describes.
    pub fn of(summary: &Summary, bytes: &[u8]) -> Self {
        let (origin, changed) = (Some(summary.origin.clone()), summary.changed);
        Self { origin, changed, ..Self::pack(summary.title.as_str(), bytes) }
    }

    /// What the editor shows of `preset`, which was read from this.
    pub fn summary(&self, preset: &Preset) -> Summary {
        let origin = self.origin.clone().unwrap_or(Origin::Project);
        Summary { changed: self.changed, ..Summary::new(self.title.as_str(), origin, preset) }
    }

    /// Reads the preset.
    ///
    /// # Errors
    /// If text, compression or the file inside are damaged.
    pub fn unpack(&self) -> Result<Preset, StoredPresetError> {
        let packed = STANDARD.decode(&self.file).map_err(|_| StoredPresetError::Text(self.title.clone()))?;
        let mut bytes = Vec::new();
        ZlibDecoder::new(packed.as_slice())
            .take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| StoredPresetError::Compression { title: self.title.clone(), source })?;
        Ok(file::from_bytes(&bytes, &format!("preset \"{}\"", self.title))?)
    }
}

/// What a project stores at present, and what it has brought. Clones share their content.
#[derive(Debug, Clone, Default)]
pub struct PresetField(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    /// What is stored with the project: the preset that plays, or what the project brought, be it readable or not, so that
    /// saving never puts another in its place.
    kept: Arc<StoredPreset>,
    /// What its adaptive sources have become since.
    adapted: Option<Arc<StoredAdapted>>,
    /// One that a project has brought and nobody has taken up yet.
    arrived: Option<Arc<StoredPreset>>,
}

impl Content {
    /// What the sources had become when `preset` was stored is kept beside it, for it changes while the preset does not.
    fn keep(&mut self, preset: Arc<StoredPreset>) {
        self.adapted = preset.adapted.clone().map(Arc::new);
        self.kept = match &self.adapted {
            None => preset,
            Some(_) => Arc::new(StoredPreset { adapted: None, ..StoredPreset::clone(&preset) }),
        };
    }
}

impl PresetField {
    /// A field that stores `preset`.
    pub fn new(preset: Arc<StoredPreset>) -> Self {
        Self(Arc::new(Mutex::new(Content { kept: preset, ..Content::default() })))
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // A poisoned lock still guards whole values: every write below is an assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Main thread, worker: what a project has brought since the last call.
    pub fn take_arrived(&self) -> Option<Arc<StoredPreset>> {
        self.content().arrived.take()
    }

    /// Worker: what the project stores at present.
    pub fn kept(&self) -> Arc<StoredPreset> {
        self.content().kept.clone()
    }

    /// Main thread, worker: this preset plays from now on.
    pub fn keep(&self, preset: Arc<StoredPreset>) {
        self.content().keep(preset);
    }

    /// Worker: what the adaptive sources of the preset that plays have become.
    pub fn keep_adapted(&self, adapted: Option<StoredAdapted>) {
        self.content().adapted = adapted.map(Arc::new);
    }
}

impl PersistentField<'_, StoredPreset> for PresetField {
    fn set(&self, new_value: StoredPreset) {
        let arrived = Arc::new(new_value);
        let mut content = self.content();
        content.keep(arrived.clone());
        content.arrived = Some(arrived);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&StoredPreset) -> R,
    {
        let (stored, adapted) = {
            let content = self.content();
            (content.kept.clone(), content.adapted.clone())
        };
        match adapted {
            None => f(&stored),
            Some(adapted) => f(&StoredPreset { adapted: Some((*adapted).clone()), ..(*stored).clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::preset::library;

    fn factory() -> StoredPreset {
        StoredPreset::pack("Drums + Bass", library::factory_bytes("Drums + Bass").unwrap())
    }

    #[test]
    fn a_packed_preset_comes_back() {
        let stored = factory();
        let direct = file::from_bytes(library::factory_bytes("Drums + Bass").unwrap(), "factory").unwrap();
        assert_eq!(stored.unpack().unwrap(), direct);
    }

    #[test]
    fn damage_is_named_and_not_believed() {
        let whole = factory();
        let not_base64 = StoredPreset { file: "%%%".into(), ..whole.clone() };
        assert!(matches!(not_base64.unpack(), Err(StoredPresetError::Text(_))));
        let cut = StoredPreset { file: whole.file[..400].to_owned(), ..whole.clone() };
        assert!(matches!(cut.unpack(), Err(StoredPresetError::Compression { .. })));
        let no_preset = StoredPreset::pack("Mine", b"no preset at all");
        let sentence = no_preset.unpack().unwrap_err().to_string();
        assert!(sentence.contains("Mine"), "{sentence}");
    }

    #[test]
    fn what_a_project_brings_is_saved_again_until_another_preset_plays() {
        let field = PresetField::new(Arc::new(factory()));
        let brought = StoredPreset { title: "Brought".into(), ..StoredPreset::default() };
        field.set(brought.clone());
        assert_eq!(field.map(|stored| stored.title.clone()), "Brought");
        assert_eq!(*field.take_arrived().unwrap(), brought);
        assert!(field.take_arrived().is_none());
        assert_eq!(field.map(|stored| stored.title.clone()), "Brought");
        field.keep(Arc::new(factory()));
        assert_eq!(field.map(|stored| stored.title.clone()), "Drums + Bass");
    }
}
