//! A preset as text, as a project stores it: a small file, zlib, then base64.

use crate::preset::{
    Preset,
    file::{self, MAX_FILE_BYTES, PresetError},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use std::io::{self, Read, Write};

/// Why a text is no preset.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The text is not base64.
    #[error("not base64")]
    Text,
    /// The bytes do not unpack.
    #[error("{0}")]
    Compression(io::Error),
    /// The file inside is not valid.
    #[error("{0}")]
    Preset(PresetError),
    /// What stands beside the file does not fit it.
    #[error("its parts do not fit each other")]
    Misfit,
}

/// The text for `preset`, which loses nothing by it.
///
/// # Errors
/// If the preset is not valid.
pub fn pack(preset: &Preset) -> Result<String, PresetError> {
    file::to_packed_bytes(preset).map(|bytes| text(&bytes))
}

/// The text for the file `bytes`.
pub fn text(bytes: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to a vector cannot fail; a shorter text would be refused on loading.
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default();
    STANDARD.encode(packed)
}

/// The preset in `text`, of this or an earlier version. Errors call it `name`.
///
/// # Errors
/// If text, compression or the file inside are damaged.
pub fn unpack(text: &str, name: &str) -> Result<Preset, UnpackError> {
    let packed = STANDARD.decode(text).map_err(|_| UnpackError::Text)?;
    let mut bytes = Vec::new();
    // A file that is too long is refused without being unpacked to its end.
    let mut decoder = ZlibDecoder::new(packed.as_slice()).take(MAX_FILE_BYTES + 1);
    decoder.read_to_end(&mut bytes).map_err(UnpackError::Compression)?;
    file::from_bytes(&bytes, name).map_err(UnpackError::Preset)
}
