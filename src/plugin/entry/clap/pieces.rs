//! Blocks that are longer than was announced: they are processed in pieces that are not.

use clap_sys::{
    events::{
        CLAP_TRANSPORT_HAS_BEATS_TIMELINE, CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, CLAP_TRANSPORT_HAS_TEMPO,
        CLAP_TRANSPORT_IS_PLAYING, clap_event_transport,
    },
    fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR},
};
use std::ops::Range;

/// The pieces of a block of `frames` samples, none longer than `most`.
pub(super) fn of_block(frames: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let most = most.max(1);
    // A block of no samples is one piece: it has events all the same.
    (0..frames.div_ceil(most).max(1)).map(move |piece| piece * most..((piece + 1) * most).min(frames))
}

/// The transport `samples` samples later.
pub(super) fn later(transport: &clap_event_transport, samples: usize, sample_rate: f64) -> clap_event_transport {
    let mut later = *transport;
    if transport.flags & CLAP_TRANSPORT_IS_PLAYING == 0 {
        return later;
    }
    advance(&mut later, samples as f64 / sample_rate);
    later
}

/// Moves the places of the transport by `seconds`.
pub(super) fn advance(transport: &mut clap_event_transport, seconds: f64) {
    if transport.flags & CLAP_TRANSPORT_HAS_SECONDS_TIMELINE != 0 {
        let step = (seconds * CLAP_SECTIME_FACTOR as f64).round() as i64;
        transport.song_pos_seconds = transport.song_pos_seconds.saturating_add(step);
    }
    if transport.flags & CLAP_TRANSPORT_HAS_BEATS_TIMELINE != 0 && transport.flags & CLAP_TRANSPORT_HAS_TEMPO != 0 {
        let step = (seconds / 60.0 * transport.tempo * CLAP_BEATTIME_FACTOR as f64).round() as i64;
        transport.song_pos_beats = transport.song_pos_beats.saturating_add(step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_block_and_are_as_long_as_was_announced() {
        let pieces = |frames, most| of_block(frames, most).map(|piece| (piece.start, piece.end)).collect::<Vec<_>>();
        assert_eq!(pieces(512, 512), [(0, 512)]);
        assert_eq!(pieces(1100, 512), [(0, 512), (512, 1024), (1024, 1100)]);
        assert_eq!(pieces(0, 512), [(0, 0)]);
    }

    #[test]
    fn a_piece_begins_where_the_song_has_come_to() {
        // SAFETY: a value of numbers.
        let mut transport = unsafe { std::mem::zeroed::<clap_event_transport>() };
        transport.flags =
            CLAP_TRANSPORT_HAS_SECONDS_TIMELINE | CLAP_TRANSPORT_HAS_BEATS_TIMELINE | CLAP_TRANSPORT_HAS_TEMPO;
        transport.tempo = 120.0;
        assert_eq!(later(&transport, 48_000, 48_000.0).song_pos_seconds, 0, "it stands");
        transport.flags |= CLAP_TRANSPORT_IS_PLAYING;
        let later = later(&transport, 48_000, 48_000.0);
        assert_eq!((later.song_pos_seconds, later.song_pos_beats), (CLAP_SECTIME_FACTOR, 2 * CLAP_BEATTIME_FACTOR));
    }
}
