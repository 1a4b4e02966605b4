//! What the decoder does not take from MP4 and QuickTime files: which samples are to be heard, and which byte of a
//! sample comes first.
//!
//! An AAC encoder puts silence before the sound. How much is said by the track's edit list, or else by the comment
//! `iTunSMPB`; players and DAWs leave it out. (ISO/IEC 14496-12; QuickTime File Format Specification.)

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

/// Most bytes of descriptions (`moov`) that are looked at.
const MOST_DESCRIPTION_BYTES: u64 = 1 << 26;

/// What is said of a track.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct TrackDescription {
    pub(super) id: u32,
    /// The first unit of time that is heard, and how many are; in units of `timescale` per second.
    pub(super) first: u64,
    pub(super) heard: Option<u64>,
    pub(super) timescale: u32,
    /// How long a unit is in which `heard` was rounded, in units of `timescale`.
    pub(super) rounding: u64,
    /// Whether the samples are PCM whose high byte comes first, though the name of their format leaves it open.
    pub(super) is_big_endian: bool,
}

/// The tracks of `file`, of `len` bytes; none if it is no MP4 file.
pub(super) fn describe(file: &mut File, len: u64) -> io::Result<Vec<TrackDescription>> {
    let mut place = 0;
    let mut is_mp4 = false;
    while place + 8 <= len {
        file.seek(SeekFrom::Start(place))?;
        let mut head = [0; 16];
        let read = if place + 16 <= len { 16 } else { 8 };
        file.read_exact(&mut head[..read])?;
        let (size, head_bytes) = match u32_at(&head, 0) {
            Some(0) => (len - place, 8),
            Some(1) => (u64_at(&head, 8).unwrap_or(0), 16),
            size => (u64::from(size.unwrap_or(0)), 8),
        };
        if size < head_bytes || size > len - place {
            break;
        }
        match &head[4..8] {
            b"ftyp" => is_mp4 = true,
            b"moov" if size <= MOST_DESCRIPTION_BYTES => {
                let mut moov = vec![0; (size - head_bytes) as usize];
                file.seek(SeekFrom::Start(place + head_bytes))?;
                file.read_exact(&mut moov)?;
                return Ok(if is_mp4 { tracks(&moov) } else { Vec::new() });
            }
            _ => {}
        }
        place += size;
    }
    Ok(Vec::new())
}

fn tracks(moov: &[u8]) -> Vec<TrackDescription> {
    let movie_timescale = first(moov, &[b"mvhd"]).and_then(timescale).unwrap_or(0);
    let comment = gapless_comment(moov);
    let tracks = boxes(moov).filter(|(name, _)| name == b"trak");
    tracks.filter_map(|(_, trak)| track(trak, movie_timescale, comment)).collect()
}

fn track(trak: &[u8], movie_timescale: u32, comment: Option<(u64, u64)>) -> Option<TrackDescription> {
    let tkhd = first(trak, &[b"tkhd"])?;
    let id = u32_at(tkhd, if tkhd.first() == Some(&1) { 20 } else { 12 })?;
    let timescale = timescale(first(trak, &[b"mdia", b"mdhd"])?)?;
    let is_big_endian = first(trak, &[b"mdia", b"minf", b"stbl", b"stsd"]).is_some_and(is_big_endian);
    let mut track = TrackDescription { id, timescale, is_big_endian, ..TrackDescription::default() };
    let edits: Vec<(u64, u64)> = first(trak, &[b"edts", b"elst"]).map(edits).unwrap_or_default();
    match (edits.first(), comment) {
        (Some((_, start)), Some((delay, heard))) if *start == 0 => (track.first, track.heard) = (delay, Some(heard)),
        (None, Some((delay, heard))) => (track.first, track.heard) = (delay, Some(heard)),
        (Some((length, start)), _) => {
            track.first = *start;
            // Several edits are not followed: all that comes after the first one's beginning is heard.
            if edits.len() == 1 && *length > 0 && movie_timescale > 0 {
                let scaled = u128::from(*length) * u128::from(timescale) / u128::from(movie_timescale);
                track.heard = u64::try_from(scaled).ok();
                track.rounding = u64::from(timescale.div_ceil(movie_timescale));
            }
        }
        (None, None) => {}
    }
    Some(track)
}

/// The edits that play something: their length in the movie's time, and where they begin in the track's.
fn edits(elst: &[u8]) -> Vec<(u64, u64)> {
    let is_long = elst.first() == Some(&1);
    let entry_bytes = if is_long { 20 } else { 12 };
    let entries = elst.get(8..).unwrap_or_default().chunks_exact(entry_bytes);
    let edit = |entry: &[u8]| {
        let (length, start) = if is_long {
            (u64_at(entry, 0)?, u64_at(entry, 8)? as i64)
        } else {
            (u64::from(u32_at(entry, 0)?), i64::from(u32_at(entry, 4)? as i32))
        };
        Some((length, u64::try_from(start).ok()?))
    };
    entries.filter_map(edit).collect()
}

/// Whether a sample description of QuickTime means PCM whose high byte comes first. Its formats in24, in32, fl32 and
/// fl64 do, unless the box `enda` says otherwise.
fn is_big_endian(stsd: &[u8]) -> bool {
    let Some(entry) = stsd.get(8..) else { return false };
    let is_open = matches!(entry.get(4..8), Some(b"in24" | b"in32" | b"fl32" | b"fl64"));
    // Only descriptions of version 1 have room for the box.
    let is_little = u16_at(entry, 16) == Some(1)
        && entry.get(52..).and_then(|rest| first(rest, &[b"wave", b"enda"])).and_then(|enda| u16_at(enda, 0))
            == Some(1);
    is_open && !is_little
}

/// The encoder's delay and the number of samples that are heard, from the comment that Apple's encoders write.
fn gapless_comment(moov: &[u8]) -> Option<(u64, u64)> {
    let name = moov.windows(8).position(|bytes| bytes == b"iTunSMPB")?;
    let data = moov[name..].windows(4).position(|bytes| bytes == b"data")?;
    // The type and the language of the text come first.
    let text = moov.get(name + data + 12..)?;
    let text = text.iter().take(64).map(|byte| char::from(*byte)).collect::<String>();
    let mut numbers = text.split_ascii_whitespace().map(|number| u64::from_str_radix(number, 16));
    let (_, delay, _, heard) =
        (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some((delay, heard))
}

fn timescale(header: &[u8]) -> Option<u32> {
    u32_at(header, if header.first() == Some(&1) { 20 } else { 12 }).filter(|timescale| *timescale > 0)
}

/// The content of the first box along `path`.
fn first<'a>(content: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(content, |content, wanted| {
        boxes(content).find(|(name, _)| name == *wanted).map(|(_, content)| content)
    })
}

/// The boxes one after another in `content`: names and contents.
fn boxes(content: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = content;
    std::iter::from_fn(move || {
        let size = usize::try_from(u32_at(rest, 0)?).ok()?;
        let name = rest.get(4..8)?.try_into().ok()?;
        let size = if size == 0 { rest.len() } else { size };
        let inside = rest.get(8..size)?;
        rest = &rest[size..];
        Some((name, inside))
    })
}

fn u16_at(bytes: &[u8], place: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(place..place + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(place..place + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], place: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(place..place + 8)?.try_into().ok()?))
}
