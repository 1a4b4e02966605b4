//! A preset's sources by name, and what was noted about it, without its numbers: for lists of many presets.

use super::{
    MAX_HEADER_BYTES, PresetError, Problem, container,
    fields::Fields,
    read::{about, check_version, length, unreadable},
};
use crate::preset::{About, validate::DOCUMENT};
use serde_json::Value;
use std::{fs::File, io::Read, path::Path};

/// Size of the header's length, in bytes.
const LENGTH_BYTES: u64 = 8;

/// What a preset's header says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peeked {
    /// The names of the sources, in order.
    pub sources: Vec<String>,
    /// What somebody has noted about it.
    pub about: About,
}

/// What the header of the preset in the file at `path` says. Reads only that.
///
/// # Errors
/// If there is no such file, or its header or its length show that it is damaged. The numbers are not checked.
pub fn peek(path: &Path) -> Result<Peeked, PresetError> {
    look(path).map_err(|problem| problem.of(path.display().to_string()))
}

/// What the header of the preset in `bytes`, a whole file, says. `origin` is what an error calls it.
///
/// # Errors
/// See [`peek`].
pub fn peek_bytes(bytes: &[u8], origin: &str) -> Result<Peeked, PresetError> {
    container::split(bytes).and_then(|(header, _)| peeked(header)).map_err(|problem| problem.of(origin))
}

fn look(path: &Path) -> Result<Peeked, Problem> {
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
    peeked(container::parse(&text, held - promised)?)
}

fn peeked(mut header: container::Header) -> Result<Peeked, Problem> {
    let document = header.metadata.remove(DOCUMENT).ok_or(Problem::NotAPreset)?;
    let document: Value = serde_json::from_str(&document).map_err(Problem::NotJson)?;
    let mut document = Fields::of(document, String::new())?;
    check_version(&mut document)?;
    let (about, _) = about(&mut document)?;
    let sources = document.list_of_fields("sources")?;
    let sources = sources.into_iter().map(|mut source| source.text("name")).collect::<Result<_, _>>()?;
    Ok(Peeked { sources, about })
}
