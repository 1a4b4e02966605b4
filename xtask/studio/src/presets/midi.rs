//! Standard MIDI files of one track (The Complete MIDI 1.0 Detailed Specification).

use super::score::{Note, Player};

/// Clock ticks per 16th note.
const TICKS: u32 = 24;
/// Channel 10, counted from 0: General MIDI plays drums there.
pub(super) const DRUM_CHANNEL: u8 = 9;

/// A file of format 0 in which `player` plays `notes` on `channel` at `beats_per_minute` quarter notes.
pub(super) fn file(player: Player, channel: u8, beats_per_minute: u32, notes: &[Note]) -> Vec<u8> {
    let mut events: Vec<(u32, [u8; 3])> = Vec::new();
    for Note { at, lasts, key, velocity } in notes.iter().copied() {
        events.push((at * TICKS, [0x90 | channel, key, velocity]));
        // A tick early, so that a repeated key is released before it is struck again.
        events.push(((at + lasts) * TICKS - 1, [0x80 | channel, key, 0]));
    }
    events.sort();

    let mut track = vec![0x00, 0xFF, 0x51, 0x03];
    track.extend(&(60_000_000 / beats_per_minute).to_be_bytes()[1..]);
    track.extend([0x00, 0xC0 | channel, player.program]);
    let mut now = 0;
    for (tick, event) in events {
        track.extend(variable_length(tick - now));
        track.extend(event);
        now = tick;
    }
    // Two bars in which the last note dies away.
    track.extend(variable_length(32 * TICKS));
    track.extend([0xFF, 0x2F, 0x00]);

    let mut file = b"MThd\0\0\0\x06\0\0\0\x01".to_vec();
    file.extend((4 * TICKS as u16).to_be_bytes());
    file.extend(b"MTrk");
    file.extend((track.len() as u32).to_be_bytes());
    file.extend(track);
    file
}

/// Seven bits per byte, the highest bit set in all but the last.
fn variable_length(value: u32) -> Vec<u8> {
    let groups = (0..4).rev().map(|group| (value >> (7 * group)) as u8 & 0x7F);
    let mut bytes: Vec<u8> = groups.skip_while(|bits| *bits == 0).map(|bits| bits | 0x80).collect();
    match bytes.last_mut() {
        Some(last) => *last &= 0x7F,
        None => bytes.push(0),
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_the_specification_lists_them() {
        let examples: [(u32, &[u8]); 6] = [
            (0, &[0x00]),
            (0x7F, &[0x7F]),
            (0x80, &[0x81, 0x00]),
            (0x2000, &[0xC0, 0x00]),
            (0x4000, &[0x81, 0x80, 0x00]),
            (0x0FFF_FFFF, &[0xFF, 0xFF, 0xFF, 0x7F]),
        ];
        examples.iter().for_each(|(value, bytes)| assert_eq!(variable_length(*value), *bytes));
    }
}
