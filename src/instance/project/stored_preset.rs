//! The preset inside the host's project: its title, its file, compressed and as text, and what its adaptive sources
//! have become.
//!
//! The host saves and loads on a thread of its own while audio runs: see [`super::playback`].

use super::stored_adaptive_state::StoredAdaptiveState;
use crate::instance::state::summary::{Origin, Summary};
use crate::preset::{
    Preset,
    file::{self, MAX_FILE_BYTES, PresetError},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

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
    pub adapted: Option<StoredAdaptiveState>,
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

/// A preset's file as a project stores it: zlib, then base64.
pub fn pack_file(bytes: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to a vector cannot fail; a shorter text would be refused on loading.
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default();
    STANDARD.encode(packed)
}

impl StoredPreset {
    /// A preset called `title` whose file is `bytes`.
    pub fn pack(title: impl Into<String>, bytes: &[u8]) -> Self {
        Self { title: title.into(), file: pack_file(bytes), ..Self::default() }
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
}
