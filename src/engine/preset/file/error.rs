//! What can be wrong with a preset file, one sentence each.

use super::{FORMAT_VERSION, MAX_FILE_BYTES, MAX_HEADER_BYTES, SUFFIX};
use crate::dictionary::Flaw;
use std::io;

/// A preset that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct PresetError {
    /// The path of the file, or another name for the preset.
    pub file: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a preset file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// There is no such file.
    #[error("there is no such file; check the path")]
    NotFound,
    /// The path leads to a folder.
    #[error("this is a folder; choose a file that ends in {SUFFIX}")]
    Folder,
    /// The path leads to a device or a pipe.
    #[error("this is not a regular file; choose a file that ends in {SUFFIX}")]
    NotAFile,
    /// The system refuses to read it.
    #[error("the file cannot be read ({0}); check its permissions")]
    Unreadable(#[source] io::Error),
    /// Larger than [`MAX_FILE_BYTES`].
    #[error("the preset takes {0} bytes, more than the {MAX_FILE_BYTES} that a preset may have")]
    TooLarge(u64),
    /// Metadata larger than [`MAX_HEADER_BYTES`].
    #[error("the header takes {0} bytes, more than the {MAX_HEADER_BYTES} that a preset's may have")]
    HeaderTooLarge(u64),
    /// Too short to hold a header's length.
    #[error("the file is {0} bytes long and holds nothing; it was cut off or is not a preset")]
    NoHeader(u64),
    /// Shorter than its header.
    #[error("the header should take {promised} bytes but {held} are left; the file was cut off or is not a preset")]
    HeaderCutOff {
        /// Length of the header according to the file, in bytes.
        promised: u64,
        /// Bytes that the file holds after the header's length.
        held: u64,
    },
    /// The header is not that of a safetensors file.
    #[error("the header is not that of a safetensors file ({0}); the file is damaged or is not a preset")]
    NotSafetensors(#[source] serde_json::Error),
    /// The tensors are longer or shorter than the header says.
    #[error("the tensors should take {promised} bytes but {held} are there; the file was cut off or is damaged")]
    DataCutOff {
        /// Length of all tensors according to the header, in bytes.
        promised: u64,
        /// Bytes that the file holds after the header.
        held: u64,
    },
    /// A safetensors file that is not a preset.
    #[error("this is a safetensors file but not a preset; expected `unbraid` in its `__metadata__`")]
    NotAPreset,
    /// The document in the metadata is not JSON.
    #[error("`__metadata__.unbraid` is not JSON ({0}); the file is damaged")]
    NotJson(#[source] serde_json::Error),
    /// Written by a later version.
    #[error("written by a newer Unbraid (format {0}, this one reads up to {FORMAT_VERSION}); update Unbraid")]
    Newer(u64),
    /// A value is missing or wrong.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// The system refuses to write it.
    #[error("the file cannot be written ({0}); what was there before is unchanged")]
    Unwritable(#[source] io::Error),
    /// The name cannot be a preset's.
    #[error(
        "a preset's name has 1 to 64 characters, none of / \\ : * ? \" < > |, no dot or space at its beginning, and \
         is not what Windows calls a device (CON, NUL, COM1 …); choose another"
    )]
    Name,
    /// Another preset has this name.
    #[error("another preset is called so; choose another name")]
    Taken,
    /// The system refuses to move it.
    #[error("the file cannot be moved ({0}); it is where it was")]
    Immovable(#[source] io::Error),
    /// The user has no folder for presets. The environment variable with this name can set one.
    #[error("there is no folder to save presets in; set {0} to one")]
    NoFolder(&'static str),
    /// There is no factory preset with this name; these are the names there are.
    #[error("there is no factory preset of this name; choose one of: {0}")]
    NotInFactory(String),
}

impl Problem {
    /// The problem as an error that names `file`.
    pub fn of(self, file: impl Into<String>) -> PresetError {
        PresetError { file: file.into(), problem: self }
    }
}
