//! CAF files that are cut off, or that a recorder has left open: while it records, their samples have no size. What is
//! decoded is their own beginning, with a size of what is there. A-law and µ-law get a WAV file's header, because the
//! decoder of CAF does not know them.

use super::{
    sizes::{Found, MOST_HEADER_BYTES, SampleBytes},
    wave,
};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

/// Bytes of a chunk's name and size.
const HEAD_BYTES: u64 = 12;
/// Bytes of the description, and of the number of edits before the samples.
const DESCRIPTION_BYTES: usize = 32;
const EDITS_BYTES: u64 = 4;

/// Looks into `file`, of `len` bytes, from its beginning on. `None` if it is no CAF file, or is as it says, or has no
/// samples that can be found.
pub(super) fn find(file: &mut File, len: u64) -> io::Result<Option<Found>> {
    let mut place = 8;
    if len < place {
        return Ok(None);
    }
    let mut start = [0; 8];
    file.read_exact(&mut start)?;
    if &start[..4] != b"caff" {
        return Ok(None);
    }
    let mut description = None;
    while place + HEAD_BYTES <= len {
        file.seek(SeekFrom::Start(place))?;
        let mut head = [0; HEAD_BYTES as usize];
        file.read_exact(&mut head)?;
        let [name @ .., a, b, c, d, e, f, g, h] = head;
        let (size, body) = (i64::from_be_bytes([a, b, c, d, e, f, g, h]), place + HEAD_BYTES);
        match &name {
            b"desc" if size >= DESCRIPTION_BYTES as i64 && body + DESCRIPTION_BYTES as u64 <= len => {
                let mut bytes = [0; DESCRIPTION_BYTES];
                file.read_exact(&mut bytes)?;
                description = Some(bytes);
            }
            b"data" => return description.map_or(Ok(None), |known| with_right_size(file, &known, body, size, len)),
            _ => {}
        }
        match u64::try_from(size).ok().and_then(|size| body.checked_add(size)) {
            Some(next) => place = next,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The file with samples in the chunk at `body`, which says that it has `size` bytes; -1 is all that follow.
fn with_right_size(
    file: &mut File,
    description: &[u8; DESCRIPTION_BYTES],
    body: u64,
    size: i64,
    len: u64,
) -> io::Result<Option<Found>> {
    let number = |place: usize| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|byte| description[place + byte]);
        u32::from_be_bytes([a, b, c, d])
    };
    let start = body + EDITS_BYTES;
    let is_unknown = size == -1;
    let Some(said) = (if is_unknown { Some(0) } else { (size as u64).checked_sub(EDITS_BYTES) }) else {
        return Ok(None);
    };
    if start > len || start > MOST_HEADER_BYTES || size < -1 {
        return Ok(None);
    }
    let found = SampleBytes { said, there: len - start, is_unfinished: false, is_unknown };
    if let Some(tag) = law_tag(&description[8..12]) {
        let sample_rate = f64::from_be_bytes(std::array::from_fn(|byte| description[byte]));
        return Ok(Some(wave::found(&law_format(tag, number(24), sample_rate), start, &found)));
    }
    if !is_unknown && said <= len - start {
        return Ok(None);
    }
    // Packets of no fixed length are told apart by a table of their lengths.
    let (bytes, wrong_size) = found.whole_frames(number(16).into(), u64::MAX);
    let mut header = vec![0; start as usize];
    file.rewind()?;
    file.read_exact(&mut header)?;
    header[body as usize - 8..body as usize].copy_from_slice(&(EDITS_BYTES + bytes).to_be_bytes());
    Ok(Some(Found { header, start, bytes, wrong_size }))
}

/// What WAV calls the codec that CAF calls `name`, if it is one of the two.
fn law_tag(name: &[u8]) -> Option<u16> {
    match name {
        b"alaw" => Some(6),
        b"ulaw" => Some(7),
        _ => None,
    }
}

/// The content of a WAV file's format chunk for a byte per sample.
fn law_format(tag: u16, channels: u32, sample_rate: f64) -> Vec<u8> {
    let (channels, sample_rate) = (channels.min(u16::MAX.into()) as u16, sample_rate as u32);
    let mut format = Vec::new();
    for value in [tag, channels] {
        format.extend(value.to_le_bytes());
    }
    for value in [sample_rate, sample_rate.saturating_mul(channels.into())] {
        format.extend(value.to_le_bytes());
    }
    for value in [channels, 8, 0] {
        format.extend(value.to_le_bytes());
    }
    format
}
