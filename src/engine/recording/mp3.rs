//! Several MP3 files in one, as programs leave them that only append: where each begins.
//!
//! Every file begins with a frame that holds no sound but says how long the file is (its Xing or Info tag). What is
//! decoded must be cut there, or all that follows the first would be taken for what its encoder added.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek},
};

/// Bytes that are searched for the next frame where there is none.
const MOST_SKIPPED: u64 = 1 << 20;
/// kbit/s by index, of MPEG 1 and of MPEG 2 and 2.5, layer III.
const BITRATES: [[u32; 16]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
];
/// Hz by index, of MPEG 1.
const SAMPLE_RATES: [u32; 3] = [44_100, 48_000, 32_000];

/// A frame of layer III.
struct Mp3Frame {
    bytes: u64,
    /// Where a tag would begin, after the frame's header and side information.
    tag: u64,
}

/// Where each of several files begins in `file`, of `len` bytes, in order; empty unless there are two or more.
pub(super) fn beginnings(file: &mut File, len: u64) -> io::Result<Vec<u64>> {
    let mut reader = BufReader::new(file);
    let (mut place, mut beginnings) = (0, Vec::new());
    let mut gap_began = None;
    while place + 4 <= len {
        let head: [u8; 4] = read_at(&mut reader, place)?;
        if &head[..3] == b"ID3" && place + 10 <= len {
            let head: [u8; 10] = read_at(&mut reader, place)?;
            let size = head[6..].iter().fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f));
            // What a tag stands before begins with it.
            gap_began.get_or_insert(place);
            place += 10 + size;
            continue;
        }
        let Some(frame) = Mp3Frame::parse(head) else {
            // No MP3 file at all, or something else between two.
            let began = *gap_began.get_or_insert(place);
            if place - began > MOST_SKIPPED {
                break;
            }
            place += 1;
            continue;
        };
        if place + frame.tag + 4 <= len {
            let tag: [u8; 4] = read_at(&mut reader, place + frame.tag)?;
            if &tag == b"Xing" || &tag == b"Info" {
                beginnings.push(if beginnings.is_empty() { 0 } else { gap_began.unwrap_or(place) });
            } else if beginnings.is_empty() {
                // Without a tag nothing is cut, so that nothing is lost.
                return Ok(Vec::new());
            }
        }
        gap_began = None;
        place += frame.bytes;
    }
    Ok(if beginnings.len() > 1 { beginnings } else { Vec::new() })
}

fn read_at<const N: usize>(reader: &mut BufReader<&mut File>, place: u64) -> io::Result<[u8; N]> {
    // Stays within the buffer where it can.
    let here = reader.stream_position()?;
    reader.seek_relative(place as i64 - here as i64)?;
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

impl Mp3Frame {
    fn parse(head: [u8; 4]) -> Option<Self> {
        let [sync, version, rates, mode] = head;
        // Eleven bits of synchronisation, a version that is in use, layer III.
        if sync != 0xff || version & 0xe0 != 0xe0 || version & 0x18 == 0x08 || version & 0x06 != 0x02 {
            return None;
        }
        let (is_first, is_mono) = (version & 0x18 == 0x18, mode & 0xc0 == 0xc0);
        let kbits = BITRATES[usize::from(!is_first)][usize::from(rates >> 4)];
        let halvings = match version & 0x18 {
            0x18 => 0,
            0x10 => 1,
            _ => 2,
        };
        let rate = SAMPLE_RATES.get(usize::from(rates >> 2 & 3))? >> halvings;
        if kbits == 0 {
            return None;
        }
        let samples = if is_first { 1152 } else { 576 };
        let padding = u64::from(rates >> 1 & 1);
        let tag = match (is_first, is_mono) {
            (true, false) => 36,
            (true, true) | (false, false) => 21,
            (false, true) => 13,
        };
        Some(Self { bytes: u64::from(samples / 8 * kbits * 1_000 / rate) + padding, tag })
    }
}
