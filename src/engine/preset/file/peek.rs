//! The names of a preset's sources, without its numbers: for lists of many presets.

use super::{
    MAX_HEADER_BYTES, PresetError, Problem, container,
    fields::Fields,
    read::{check_version, length, unreadable},
};
use crate::preset::validate::DOCUMENT;
use serde_json::Value;
use std::{fs::File, io::Read, path::Path};

/// Size of the header's length, in bytes.
const LENGTH_BYTES: u64 = 8;

/// The names of the sources of the preset in the file at `path`. Reads only the header.
///
/// # Errors
/// If there is no such file, or its header or its length show that it is damaged. The numbers are not checked.
pub fn peek(path: &Path) -> Result<Vec<String>, PresetError> {
    look(path).map_err(|problem| problem.of(path.display().to_string()))
}

/// The names of the sources of the preset in `bytes`, a whole file. `origin` is what an error calls it.
///
/// # Errors
/// See [`peek`].
pub fn peek_bytes(bytes: &[u8], origin: &str) -> Result<Vec<String>, PresetError> {
    container::split(bytes).and_then(|(header, _)| names(header)).map_err(|problem| problem.of(origin))
}

fn look(path: &Path) -> Result<Vec<String>, Problem> {
    let length = length(path)?;
    let mut file = File::open(path).map_err(unreadable)?;
    let Some(held) = length.checked_sub(LENGTH_BYTES) else { return Err(Problem::NoHeader(length)) };
    let mut promised = [0; LENGTH_BYTES as usize];
    file.read_exact(&mut promised).map_err(unreadable)?;
    let promised = u64::from_le_bytes(promised);
    if promised > held {
        return Err(Problem::HeaderCutOff { promised, held });
    }
    if promised > MAX_HEADER_BYTES {
        return Err(Problem::HeaderTooLarge(promised));
    }
    let mut text = vec![0; promised as usize];
    file.read_exact(&mut text).map_err(unreadable)?;
    names(container::parse(&text, held - promised)?)
}

fn names(mut header: container::Header) -> Result<Vec<String>, Problem> {
    let document = header.metadata.remove(DOCUMENT).ok_or(Problem::NotAPreset)?;
    let document: Value = serde_json::from_str(&document).map_err(Problem::NotJson)?;
    let mut document = Fields::of(document, String::new())?;
    check_version(&mut document)?;
    let sources = document.list_of_fields("sources")?;
    Ok(sources.into_iter().map(|mut source| source.text("name")).collect::<Result<_, _>>()?)
}
