//! Reads and writes files by their names.

use super::{bases_wav, columns::BasisColumns, contents::Contents, npz, table};
use crate::{cli::error::CliError, preset::file::MAX_FILE_BYTES};
use std::{
    fs::File,
    io::{Read, Seek, Write},
    path::Path,
};

/// What is said of a file whose name ends in something else.
pub(super) const UNKNOWN_FORMAT: &str = "bases are read from files that end in .npz, .npy, .wav or .csv";

/// A kind of file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Npz,
    Npy,
    Wav,
    Csv,
}

impl Format {
    /// The format that the name of `path` ends in, in capitals or not.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        match &*path.extension()?.to_string_lossy().to_lowercase() {
            "npz" => Some(Self::Npz),
            "npy" => Some(Self::Npy),
            "wav" => Some(Self::Wav),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// The matrices in the file at `path`, and what it says of their analysis.
pub(super) fn read(path: &Path) -> Result<Contents, CliError> {
    let wrong = |reason: String| CliError::File { path: path.to_owned(), reason };
    let format = Format::of(path).ok_or_else(|| wrong(UNKNOWN_FORMAT.to_owned()))?;
    load(path).and_then(|bytes| parse(format, &bytes)).map_err(wrong)
}

/// The matrices in `bytes`, a whole file.
pub(super) fn parse(format: Format, bytes: &[u8]) -> Result<Contents, String> {
    match format {
        Format::Npz => npz::read(bytes),
        Format::Npy => npz::read_one(bytes),
        Format::Wav => bases_wav::read(bytes),
        Format::Csv => table::read(bytes),
    }
}

/// All bytes of a file, unless there are too many.
fn load(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read ({error})");
    // Looked at before it is opened: opening a pipe would wait for its other end.
    let status = std::fs::metadata(path).map_err(unreadable)?;
    if !status.is_file() {
        return Err("this is not a file; choose one that holds bases".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    match bytes.len() as u64 {
        0 => Err("the file is empty".to_owned()),
        length if length > MAX_FILE_BYTES => {
            Err(format!("the file is larger than the {} MB that bases may take", MAX_FILE_BYTES >> 20))
        }
        _ => Ok(bytes),
    }
}

/// Writes `columns` to `file` in `format`.
pub(crate) fn write(columns: &BasisColumns, format: Format, file: impl Write + Seek) -> std::io::Result<()> {
    match format {
        Format::Npz | Format::Npy => npz::write(columns, file),
        Format::Wav => bases_wav::write(columns, file),
        Format::Csv => table::write(columns, file),
    }
}
