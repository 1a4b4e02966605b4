//! AIFF and AIFF-C files that are cut off or were never finished. What is decoded is their own beginning, with sizes of
//! what is there.

use super::sizes::{ENDLESS, Found, MOST_FORMAT_BYTES, MOST_HEADER_BYTES, SampleBytes};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

/// What a sample of these takes is not told by their bits.
const ONE_BYTE_SAMPLES: [&[u8; 4]; 4] = [b"alaw", b"ALAW", b"ulaw", b"ULAW"];
/// Compression types of plain samples.
const PLAIN_SAMPLES: [&[u8; 4]; 10] =
    [b"NONE", b"twos", b"sowt", b"raw ", b"in24", b"in32", b"fl32", b"FL32", b"fl64", b"FL64"];

/// The chunk that says what samples are.
struct Common {
    /// Where it is.
    place: u64,
    /// Frames of samples that it counts.
    frames: u32,
    /// Bytes of one of them; 0 if that is not known.
    frame_bytes: u64,
}

/// Looks into `file`, of `len` bytes, from its beginning on. `None` if it is no AIFF file, or is as it says, or has no
/// samples that can be found.
pub(super) fn find(file: &mut File, len: u64) -> io::Result<Option<Found>> {
    let mut start = [0; 12];
    if len < 12 {
        return Ok(None);
    }
    file.read_exact(&mut start)?;
    if &start[..4] != b"FORM" || !matches!(&start[8..], b"AIFF" | b"AIFC") {
        return Ok(None);
    }
    let (mut common, mut place) = (None, 12);
    while place + 8 <= len {
        file.seek(SeekFrom::Start(place))?;
        let mut chunk = [0; 8];
        file.read_exact(&mut chunk)?;
        let size = u32::from_be_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        let body = place + 8;
        match &chunk[..4] {
            b"COMM" if (18..=MOST_FORMAT_BYTES).contains(&size) && body + u64::from(size) <= len => {
                let mut bytes = vec![0; size as usize];
                file.read_exact(&mut bytes)?;
                common = Some(Common::new(body, &bytes));
            }
            b"SSND" => return common.map_or(Ok(None), |common| with_right_sizes(file, &common, body, size, len)),
            _ => {}
        }
        // Chunks begin at even places.
        place = body + u64::from(size) + u64::from(size % 2);
    }
    Ok(None)
}

/// The file with samples in the chunk at `body`, which says that it has `size` bytes.
fn with_right_sizes(file: &mut File, common: &Common, body: u64, size: u32, len: u64) -> io::Result<Option<Found>> {
    const OFFSET_BYTES: u64 = 8;
    if common.frame_bytes == 0 || body + OFFSET_BYTES > len {
        return Ok(None);
    }
    let mut offset = [0; 4];
    file.read_exact(&mut offset)?;
    let start = body + OFFSET_BYTES + u64::from(u32::from_be_bytes(offset));
    if start > len || start > MOST_HEADER_BYTES {
        return Ok(None);
    }
    // The sizes are written last: they are 0 in a file that was never finished.
    let is_unfinished = common.frames == 0 && u64::from(size) <= start - body && start < len;
    let is_unknown = ENDLESS.contains(&size.into());
    if !is_unfinished && u64::from(size) <= len - body {
        return Ok(None);
    }
    let said = u64::from(size).saturating_sub(start - body);
    let found = SampleBytes { said, there: len - start, is_unfinished, is_unknown };
    let (bytes, wrong_size) = found.whole_frames(common.frame_bytes, u64::from(u32::MAX) - start);
    let mut header = vec![0; start as usize];
    file.rewind()?;
    file.read_exact(&mut header)?;
    let mut set = |place: u64, value: u64| {
        header[place as usize..][..4].copy_from_slice(&(value as u32).to_be_bytes());
    };
    set(4, start + bytes - 8);
    set(common.place + 2, bytes / common.frame_bytes);
    set(body - 4, start - body + bytes);
    Ok(Some(Found { header, start, bytes, wrong_size }))
}

impl Common {
    fn new(place: u64, bytes: &[u8]) -> Self {
        let channels = u64::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        let bits = u64::from(u16::from_be_bytes([bytes[6], bytes[7]]));
        let compression: Option<&[u8; 4]> = bytes.get(18..22).and_then(|name| name.try_into().ok());
        let sample_bytes = match compression {
            Some(name) if ONE_BYTE_SAMPLES.contains(&name) => 1,
            Some(name) if !PLAIN_SAMPLES.contains(&name) => 0,
            _ => bits.div_ceil(8),
        };
        let frames = u32::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]);
        Self { place, frames, frame_bytes: channels * sample_bytes }
    }
}
