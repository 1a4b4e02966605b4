//! What can be wrong with a preset file, in one sentence each.

use super::{FORMAT_VERSION, MAX_FILE_BYTES, MAX_HEADER_BYTES, SUFFIX};
use crate::dictionary::Flaw;
use std::io;

/// A preset that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct PresetError {
    /// The file's path, or how else the preset is called.
    pub file: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a preset file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing is there.
    #[error("there is no such file; check the path")]
    NotFound,
    /// A folder is there.
    #[error("this is a folder; choose a file that ends in {SUFFIX}")]
    Folder,
    /// A device or a pipe is there.
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
        /// Bytes of header that the file announces.
        promised: u64,
        /// Bytes that follow.
        held: u64,
    },
    /// The header is no safetensors header.
    #[error("the header is not that of a safetensors file ({0}); the file is damaged or is not a preset")]
    NotSafetensors(#[source] serde_json::Error),
    /// The tensors are longer or shorter than the header says.
    #[error("the tensors should take {promised} bytes but {held} are there; the file was cut off or is damaged")]
    DataCutOff {
        /// Bytes of tensors that the header announces.
        promised: u64,
        /// Bytes that follow the header.
        held: u64,
    },
    /// Safetensors, but of something else.
    #[error("this is a safetensors file but not a preset; expected `unbraid` in its `__metadata__`")]
    NotAPreset,
    /// The document in the metadata is not JSON.
    #[error("`__metadata__.unbraid` is not JSON ({0}); the file is damaged")]
    NotJson(#[source] serde_json::Error),
    /// Written by a later version.
    #[error("written by a newer Unbraid (format {0}, this one reads up to {FORMAT_VERSION}); update Unbraid")]
    Newer(u64),
    /// A value is missing or not what it has to be.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// The system refuses to write it.
    #[error("the file cannot be written ({0}); what was there before is unchanged")]
    Unwritable(#[source] io::Error),
    /// No file can be called so.
    #[error(
        "a preset's name has 1 to 64 characters, none of / \\ : * ? \" < > |, and no dot or space at its beginning; choose another"
    )]
    Name,
    /// Another preset is called so.
    #[error("another preset is called so; choose another name")]
    Taken,
    /// The system refuses to move it.
    #[error("the file cannot be moved ({0}); it is where it was")]
    Immovable(#[source] io::Error),
    /// The user has no folder for presets; the environment variable of this name would give one.
    #[error("there is no folder to save presets in; set {0} to one")]
    NoFolder(&'static str),
    /// No factory preset is called so.
    #[error("there is no factory preset of this name; choose one of: {0}")]
    NotInFactory(String),
}

impl Problem {
    /// The problem, as one of `file`.
    pub fn of(self, file: impl Into<String>) -> PresetError {
        PresetError { file: file.into(), problem: self }
    }
}
