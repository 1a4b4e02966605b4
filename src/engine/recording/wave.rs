//! WAV files whose headers are wrong about their sizes, as programs leave them: piped, cut off, never finished, or
//! longer than 4 GiB. What is decoded is a file with a header of our own, and of the samples what is there.

use super::sizes::{ENDLESS, Found, MOST_FORMAT_BYTES, SampleBytes};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

/// Sizes from here on may be what programs write that do not know the size yet.
const UNKNOWN_SIZES: u64 = 0x7FFF_F000;

/// Looks into `file`, of `len` bytes, from its beginning on. `None` if it is no WAV file, or has no samples that can be
/// found.
pub(super) fn find(file: &mut File, len: u64) -> io::Result<Option<Found>> {
    let mut start = [0; 12];
    if len < 12 {
        return Ok(None);
    }
    file.read_exact(&mut start)?;
    if !matches!(&start[..4], b"RIFF" | b"RF64" | b"BW64") || &start[8..] != b"WAVE" {
        return Ok(None);
    }
    let (mut format, mut long_size, mut place) = (None, None, 12);
    while place + 8 <= len {
        file.seek(SeekFrom::Start(place))?;
        let mut chunk = [0; 8];
        file.read_exact(&mut chunk)?;
        let size = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        let body = place + 8;
        match &chunk[..4] {
            b"ds64" if size >= 16 && body + 16 <= len => {
                let mut sizes = [0; 16];
                file.read_exact(&mut sizes)?;
                long_size = sizes[8..].try_into().ok().map(u64::from_le_bytes);
            }
            b"fmt " if (16..=MOST_FORMAT_BYTES).contains(&size) && body + u64::from(size) <= len => {
                let mut bytes = vec![0; size as usize];
                file.read_exact(&mut bytes)?;
                format = Some(bytes);
            }
            b"data" => {
                let Some(format) = format else { return Ok(None) };
                let said = if size == u32::MAX { long_size.unwrap_or(size.into()) } else { size.into() };
                let is_unfinished = said == 0 && !begins_chunk(file, body, len)?;
                let is_beyond = said > len - body || ENDLESS.contains(&said);
                let is_unknown = said >= UNKNOWN_SIZES && long_size.is_none() && is_beyond;
                let size = SampleBytes { said, there: len - body, is_unfinished, is_unknown };
                return Ok(Some(found(&format, body, &size)));
            }
            _ => {}
        }
        // Chunks begin at even places.
        place = body + u64::from(size) + u64::from(size % 2);
    }
    Ok(None)
}

/// What is to be decoded of a file whose samples begin at `start`; `format` is the content of a WAV file's format
/// chunk.
pub(super) fn found(format: &[u8], start: u64, size: &SampleBytes) -> Found {
    let frame = u64::from(u16::from_le_bytes([format[12], format[13]]));
    // As many as a header can count.
    let most = u64::from(u32::MAX) - u64::from(MOST_FORMAT_BYTES) - 64;
    let (bytes, wrong_size) = size.whole_frames(frame, most);
    Found { header: header(format, bytes), start, bytes, wrong_size }
}

/// Whether another chunk begins at `place`: then an empty one before it is empty indeed.
fn begins_chunk(file: &mut File, place: u64, len: u64) -> io::Result<bool> {
    if place == len {
        return Ok(true);
    }
    if place + 8 > len {
        return Ok(false);
    }
    let mut chunk = [0; 8];
    file.read_exact(&mut chunk)?;
    let size = u64::from(u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]));
    Ok(chunk[..4].iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') && place + 8 + size <= len)
}

fn header(format: &[u8], bytes: u64) -> Vec<u8> {
    let padded = format.len() + format.len() % 2;
    let mut header = b"RIFF".to_vec();
    header.extend((bytes as u32 + 20 + padded as u32 + (bytes % 2) as u32).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend((format.len() as u32).to_le_bytes());
    header.extend(format);
    header.resize(20 + padded, 0);
    header.extend(b"data");
    header.extend((bytes as u32).to_le_bytes());
    header
}
