//! The preset inside the host's project, with what its adaptive sources have learned.
//!
//! The host saves and loads on a thread of its own while audio runs: see [`super::playback`].

use super::{
    packed_file::{self, UnpackError},
    stored_adaptive_state::StoredAdaptiveState,
};
use crate::instance::state::summary::{Origin, Summary};
use crate::preset::{Preset, file::PresetError};
use serde::{Deserialize, Serialize};

/// A preset as a project stores it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StoredPreset {
    /// What the preset was called.
    pub title: String,
    /// The preset: see [`packed_file`].
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
    /// What was marked by hand: see [`crate::marks::to_json`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<String>,
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
    /// `preset`, called `title`.
    ///
    /// # Errors
    /// If the preset is not valid.
    pub fn pack(title: impl Into<String>, preset: &Preset) -> Result<Self, PresetError> {
        Ok(Self { title: title.into(), file: packed_file::pack(preset)?, ..Self::default() })
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

    /// As it was read, or as it plays.
    fn learned(is_rounded: bool) -> Preset {
        let mut preset = file::from_bytes(LEARNED, "the learned preset").unwrap();
        if is_rounded {
            file::round(&mut preset, None);
        }
        preset
    }

    fn stored(preset: &Preset) -> StoredPreset {
        StoredPreset::pack("Drums + Bass", preset).unwrap()
    }

    #[test]
    fn a_packed_preset_comes_back_bit_for_bit_and_is_packed_to_the_same_text() {
        for preset in [learned(false), learned(true)] {
            let first = stored(&preset);
            assert_eq!(first.unpack().unwrap(), preset);
            assert!(stored(&first.unpack().unwrap()) == first);
        }
        let earlier = StoredPreset { file: packed_file::text(LEARNED), ..StoredPreset::default() };
        assert_eq!(earlier.unpack().unwrap(), learned(false), "all in f32");
    }

    #[test]
    fn what_was_learned_takes_half_the_bytes() {
        let [whole, halves] = [false, true].map(|is_rounded| stored(&learned(is_rounded)).file.len());
        assert!(halves * 20 < whole * 11, "{halves} of {whole} bytes");
    }

    #[test]
    fn damage_is_named_and_not_believed() {
        let whole = stored(&learned(true));
        let not_base64 = StoredPreset { file: "%%%".into(), ..whole.clone() };
        let damage = |stored: StoredPreset| stored.unpack().unwrap_err().source;
        assert!(matches!(damage(not_base64), UnpackError::Text));
        let cut = StoredPreset { file: whole.file[..400].to_owned(), ..whole.clone() };
        assert!(matches!(damage(cut), UnpackError::Compression(_)));
        let no_preset =
            StoredPreset { file: packed_file::text(b"no preset at all"), title: "Mine".to_owned(), ..whole };
        let sentence = no_preset.unpack().unwrap_err().to_string();
        assert!(sentence.contains("Mine"), "{sentence}");
    }
}
