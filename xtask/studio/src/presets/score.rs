//! What the factory presets' players play: drum patterns and bass lines, the same in every run.

/// A key that is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    /// When, in 16th notes from the beginning.
    pub(super) at: u32,
    /// How long, in 16th notes.
    pub(super) lasts: u32,
    /// MIDI key; on a drum kit, which drum.
    pub(super) key: u8,
    /// MIDI velocity, 1 to 127.
    pub(super) velocity: u8,
}

/// Who plays: a General MIDI instrument.
#[derive(Debug, Clone, Copy)]
pub(super) struct Player {
    pub(super) name: &'static str,
    /// General MIDI program, counted from 0; for a kit its number in General Standard.
    pub(super) program: u8,
}

/// The kits, in General Standard's numbering.
pub(super) const KITS: [Player; 7] = [
    Player { name: "standard kit", program: 0 },
    Player { name: "room kit", program: 8 },
    Player { name: "power kit", program: 16 },
    Player { name: "electronic kit", program: 24 },
    Player { name: "TR-808 kit", program: 25 },
    Player { name: "jazz kit", program: 32 },
    Player { name: "brush kit", program: 40 },
];

/// The basses.
pub(super) const BASSES: [Player; 8] = [
    Player { name: "acoustic bass", program: 32 },
    Player { name: "finger bass", program: 33 },
    Player { name: "pick bass", program: 34 },
    Player { name: "fretless bass", program: 35 },
    Player { name: "slap bass 1", program: 36 },
    Player { name: "slap bass 2", program: 37 },
    Player { name: "synth bass 1", program: 38 },
    Player { name: "synth bass 2", program: 39 },
];

const KICK: u8 = 36;
const SIDE_STICK: u8 = 37;
const SNARE: u8 = 38;
const CLAP: u8 = 39;
const LOW_TOM: u8 = 43;
const CLOSED_HAT: u8 = 42;
const PEDAL_HAT: u8 = 44;
const MID_TOM: u8 = 47;
const OPEN_HAT: u8 = 46;
const CRASH: u8 = 49;
const HIGH_TOM: u8 = 50;
const RIDE: u8 = 51;
const RIDE_BELL: u8 = 53;
const TAMBOURINE: u8 = 54;
const COWBELL: u8 = 56;

/// Every drum, struck alone.
const DRUMS: [u8; 15] = [
    KICK, SNARE, SIDE_STICK, CLAP, CLOSED_HAT, PEDAL_HAT, OPEN_HAT, LOW_TOM, MID_TOM, HIGH_TOM, CRASH, RIDE, RIDE_BELL,
    TAMBOURINE, COWBELL,
];

/// A bar of drums: per drum one character per 16th note, `g` ghost, `o` soft, `x` plain, `X` loud.
type Bar = &'static [(u8, &'static str)];

#[rustfmt::skip]
const BARS: [Bar; 9] = [
    // Rock
    &[(CLOSED_HAT, "x-o-x-o-x-o-x-o-"),
      (SNARE,      "----X-------X---"),
      (KICK,       "X-------X-x-----")],
    // Funk, with ghost notes
    &[(CLOSED_HAT, "xoxoxoxoxoxoxo--"),
      (OPEN_HAT,   "--------------x-"),
      (SNARE,      "----X--g-g--X--g"),
      (KICK,       "X-x---x---x--x--")],
    // Disco
    &[(OPEN_HAT,   "--x---x---x---x-"),
      (CLOSED_HAT, "x---x---x---x---"),
      (CLAP,       "----x-------x---"),
      (KICK,       "X---X---X---X---")],
    // Half time on the ride
    &[(RIDE,       "x-o-x-o-x-o-x-o-"),
      (RIDE_BELL,  "----x-------x---"),
      (SNARE,      "--------X-------"),
      (KICK,       "X-----x-----x---")],
    // Swing
    &[(RIDE,       "x---x-ox---x--ox"),
      (PEDAL_HAT,  "----x-------x---"),
      (SIDE_STICK, "--------------o-"),
      (KICK,       "o---o---o---o---")],
    // Bossa nova
    &[(CLOSED_HAT, "oooooooooooooooo"),
      (SIDE_STICK, "x-----x-----x---"),
      (KICK,       "x-----xxx-----xx")],
    // Breakbeat
    &[(RIDE,       "x-x-x-x-x-x-x-x-"),
      (SNARE,      "----X--o-o--X--o"),
      (KICK,       "X-X-------XX----")],
    // Fill
    &[(SNARE,      "xoxo------------"),
      (HIGH_TOM,   "----xoxo--------"),
      (MID_TOM,    "--------xoxo----"),
      (LOW_TOM,    "------------xoxo"),
      (KICK,       "x---x---x---x---")],
    // And out of it
    &[(CRASH,      "X---------------"),
      (TAMBOURINE, "--x---x---x---x-"),
      (COWBELL,    "x---x---x---x---"),
      (SNARE,      "----X-------X---"),
      (KICK,       "X-----x-X-------")],
];

const STEPS_PER_BAR: u32 = 16;

/// Every drum alone at three strengths, then every bar of [`BARS`] twice.
pub(super) fn drums() -> Vec<Note> {
    let mut notes = Vec::new();
    let mut at = 0;
    for key in DRUMS {
        for velocity in [120, 85, 50] {
            notes.push(Note { at, lasts: 2, key, velocity });
            at += 3;
        }
        // Cymbals ring.
        at += if matches!(key, CRASH | RIDE | OPEN_HAT) { 12 } else { 1 };
    }
    for bar in BARS.iter().flat_map(|bar| [bar, bar]) {
        notes.extend(bar.iter().flat_map(|(key, steps)| line(at, *key, steps)));
        at += STEPS_PER_BAR;
    }
    notes.sort_by_key(|note| (note.at, note.key));
    notes
}

fn line(begin: u32, key: u8, steps: &str) -> impl Iterator<Item = Note> {
    (begin..).zip(steps.chars()).filter_map(move |(at, step)| {
        let velocity = match step {
            'X' => 122,
            'x' => 100,
            'o' => 75,
            'g' => 40,
            _ => return None,
        };
        Some(Note { at, lasts: 1, key, velocity })
    })
}

/// The lowest and the highest key of the bass lines: B0 of a five-string bass, and G4.
const BASS_RANGE: std::ops::RangeInclusive<u8> = 23..=67;

/// Every key three times: loud and long, plain and short, soft and in between.
pub(super) fn bass() -> Vec<Note> {
    let mut notes = Vec::new();
    let mut at = 0;
    for key in BASS_RANGE {
        for (velocity, lasts) in [(115, 5), (90, 1), (60, 3)] {
            notes.push(Note { at, lasts, key, velocity });
            at += lasts + 1;
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_is_a_bar_long_and_every_drum_is_played() {
        assert!(BARS.iter().copied().flatten().all(|(_, steps)| steps.len() == STEPS_PER_BAR as usize));
        assert!(DRUMS.iter().all(|drum| drums().iter().filter(|note| note.key == *drum).count() > 3));
    }

    #[test]
    fn bass_lines_are_monophonic() {
        assert!(bass().windows(2).all(|pair| pair[0].at + pair[0].lasts <= pair[1].at));
    }
}
