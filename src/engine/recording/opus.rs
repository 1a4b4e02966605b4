//! What the decoder does not take from an Opus stream's header: how many samples come before the sound, and the gain
//! that every player has to apply (RFC 7845, section 5.1).

use crate::decibels;

/// Opus is decoded at this sample rate, in Hz, whatever rate the sound had before.
pub(super) const SAMPLE_RATE: u32 = 48_000;

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OpusHeader {
    /// Samples at [`SAMPLE_RATE`] that the decoder needs to settle, and that are not heard.
    pub(super) pre_skip: u64,
    /// Factor on every sample.
    pub(super) gain: f32,
}

impl OpusHeader {
    /// Reads a header that begins with `OpusHead`; `None` if it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let fields = bytes.strip_prefix(b"OpusHead")?;
        // MP4 writes version 0 and the high byte first; all others version 1 and the low byte first.
        let pair = |place: usize| match (fields.first()?, fields.get(place..place + 2)?) {
            (0, &[high, low]) | (_, &[low, high]) => Some(u16::from_le_bytes([low, high])),
            _ => None,
        };
        let gain_db = f32::from(pair(8)?.cast_signed()) / 256.0;
        Some(Self { pre_skip: u64::from(pair(2)?), gain: decibels::to_gain(gain_db) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version, 2 channels, 312 samples, 44,100 Hz before, -6 dB, mapping 0.
    #[test]
    fn both_byte_orders_are_read() {
        let low_first = b"OpusHead\x01\x02\x38\x01\x44\xac\x00\x00\x00\xfa\x00";
        let high_first = b"OpusHead\x00\x02\x01\x38\x00\x00\xac\x44\xfa\x00\x00";
        for bytes in [low_first, high_first] {
            let header = OpusHeader::read(bytes).unwrap();
            assert_eq!(header.pre_skip, 312);
            assert!((header.gain - 0.501_187).abs() < 1e-5, "{}", header.gain);
        }
    }

    #[test]
    fn what_is_too_short_or_something_else_is_no_header() {
        assert_eq!(OpusHeader::read(b"OpusHead\x01\x02\x38\x01\x44\xac\x00\x00\x00"), None);
        assert_eq!(OpusHeader::read(b"OpusTags\x01\x02\x38\x01\x44\xac\x00\x00\x00\xfa\x00"), None);
        assert_eq!(OpusHeader::read(b""), None);
    }
}
