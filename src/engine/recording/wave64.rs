//! Sony Wave64: chunks with names of 16 bytes and sizes of 8, in which the parts of a WAV file are found.

use super::{
    sizes::{Found, MOST_FORMAT_BYTES, SampleBytes},
    wave,
};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

/// The first chunk's name, and the name of what it holds.
const RIFF: [u8; 16] = *b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";
const WAVE: [u8; 16] = *b"wave\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
/// How the names of all other chunks end.
const TAIL: [u8; 12] = *b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
/// Bytes of a chunk's name and size, which counts them too.
const HEAD_BYTES: u64 = 24;

/// Looks into `file`, of `len` bytes, from its beginning on. `None` if it is no Wave64 file, or has no samples that can
/// be found.
pub(super) fn find(file: &mut File, len: u64) -> io::Result<Option<Found>> {
    let mut start = [0; 40];
    if len < 40 {
        return Ok(None);
    }
    file.read_exact(&mut start)?;
    if start[..16] != RIFF || start[24..] != WAVE {
        return Ok(None);
    }
    let (mut format, mut place) = (None, 40);
    while place + HEAD_BYTES <= len {
        file.seek(SeekFrom::Start(place))?;
        let mut head = [0; HEAD_BYTES as usize];
        file.read_exact(&mut head)?;
        let [.., a, b, c, d, e, f, g, h] = head;
        let size = u64::from_le_bytes([a, b, c, d, e, f, g, h]).saturating_sub(HEAD_BYTES);
        let body = place + HEAD_BYTES;
        if head[4..16] == TAIL {
            match &head[..4] {
                b"fmt " if (16..=u64::from(MOST_FORMAT_BYTES)).contains(&size) && body + size <= len => {
                    let mut bytes = vec![0; size as usize];
                    file.read_exact(&mut bytes)?;
                    format = Some(bytes);
                }
                b"data" => {
                    // Written last, the size is 0 in a file that was never finished.
                    let is_unfinished = size == 0 && body < len;
                    let size = SampleBytes { said: size, there: len - body, is_unfinished, is_unknown: false };
                    return Ok(format.map(|format| wave::found(&format, body, &size)));
                }
                _ => {}
            }
        }
        // Chunks begin at multiples of 8.
        match body.checked_add(size).and_then(|end| end.checked_next_multiple_of(8)) {
            Some(next) => place = next,
            None => return Ok(None),
        }
    }
    Ok(None)
}
