//! The preset inside the host's project, with what its adaptive sources have learned.
//!
//! The host saves and loads on a thread of its own while audio runs: see [`super::playback`].

use super::{
    packed_file::{self, UnpackError},
    stored_adaptive_state::StoredAdaptiveState,
};
use crate::instance::state::summary::{Origin, Summary};
use crate::preset::Preset;
use serde::{Deserialize, Serialize};

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
    /// What its adaptive sources have learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapted: Option<StoredAdaptiveState>,
}

/// Why a project's preset cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the preset \"{title}\" in the project is damaged ({source}): load a preset and save the project again")]
pub struct StoredPresetError {
    /// What the preset was called.
    pub title: String,
    /// What is wrong with it.
    pub source: UnpackError,
}

impl StoredPreset {
    /// A preset called `title` whose file is `bytes`.
    pub fn pack(title: impl Into<String>, bytes: &[u8]) -> Self {
        Self { title: title.into(), file: packed_file::pack(bytes), ..Self::default() }
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
        let preset = packed_file::unpack(&self.file, &format!("preset \"{}\"", self.title));
        preset.map_err(|source| StoredPresetError { title: self.title.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{instance::LEARNED, preset::file};

    fn learned() -> StoredPreset {
        StoredPreset::pack("Drums + Bass", LEARNED)
    }

    #[test]
    fn a_packed_preset_comes_back() {
        let direct = file::from_bytes(LEARNED, "the learned preset").unwrap();
        assert_eq!(learned().unpack().unwrap(), direct);
    }

    #[test]
    fn damage_is_named_and_not_believed() {
        let whole = learned();
        let not_base64 = StoredPreset { file: "%%%".into(), ..whole.clone() };
        let damage = |stored: StoredPreset| stored.unpack().unwrap_err().source;
        assert!(matches!(damage(not_base64), UnpackError::Text));
        let cut = StoredPreset { file: whole.file[..400].to_owned(), ..whole.clone() };
        assert!(matches!(damage(cut), UnpackError::Compression(_)));
        let no_preset = StoredPreset::pack("Mine", b"no preset at all");
        let sentence = no_preset.unpack().unwrap_err().to_string();
        assert!(sentence.contains("Mine"), "{sentence}");
    }
}
