//! The last seconds: a ring of columns, one per frame, as numbers for the readout and as colours to draw.

use super::{
    axis::ROWS,
    colour_map::ColourMap,
    frame_rows::{FrameRows, SILENCE_DB, height},
    state::ShownSignal,
};
use crate::{preset::MAX_SOURCES, separator::MusicalTime};
use egui::Color32;

/// Columns of the ring: more than are shown at the highest frame rate there is, with the longest burst.
pub const COLUMNS: usize = 1280;
/// Longest gap between two frames that is filled, in columns. After a longer one the ring begins anew.
const LONGEST_GAP: u64 = COLUMNS as u64 / 2;
/// Levels above this are visible, 0 to 1 on the scale.
const VISIBLE: f32 = 0.06;
/// Resolution of the levels in the ring, in dB.
pub const STEP_DB: f32 = 0.6;

/// The ring. A column is counted from the beginning of the stream.
#[derive(Clone, Default)]
pub struct Columns {
    input: SignalColumns,
    output: SignalColumns,
    /// Each source's share times 255, `[COLUMNS, S, ROWS]`.
    shares: Vec<u8>,
    /// What is left of each source in the output, `[COLUMNS]`.
    gains: Vec<[f32; MAX_SOURCES]>,
    /// Where the host's music was, `[COLUMNS]`.
    times: Vec<Option<MusicalTime>>,
    sources: usize,
    /// The next column.
    next: u64,
    /// The first column with shares of the present sources.
    known_from: u64,
}

/// What comes in, or what goes out.
#[derive(Clone, Default)]
struct SignalColumns {
    /// Level, as [`packed`], `[COLUMNS, ROWS]`.
    levels: Vec<u8>,
    /// `[COLUMNS, ROWS]`
    colours: Vec<Color32>,
    /// The last column with a visible level.
    visible: Option<u64>,
}

/// What the ring holds at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct RingCell {
    /// Level of the mixture, in dB.
    pub input_db: f32,
    /// Level of the main output, in dB.
    pub output_db: f32,
    /// Each source's share of the mixture, if the same sources play now.
    pub shares: Option<Vec<f32>>,
    /// What is left of each source in the output.
    pub gains: [f32; MAX_SOURCES],
}

impl Columns {
    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Other sources play from now on.
    pub fn set_sources(&mut self, sources: usize, ground: Color32) {
        self.forget_shares();
        if sources != self.sources || self.times.is_empty() {
            self.sources = sources;
            for signal in [&mut self.input, &mut self.output] {
                signal.levels.resize(COLUMNS * ROWS, 0);
                signal.colours.resize(COLUMNS * ROWS, ground);
            }
            self.gains.resize(COLUMNS, [1.0; MAX_SOURCES]);
            self.times.resize(COLUMNS, None);
            self.shares = vec![0; COLUMNS * sources * ROWS];
        }
    }

    /// The shares that are held belong to sources that are gone.
    pub fn forget_shares(&mut self) {
        self.known_from = self.next;
    }

    /// Number of sources.
    pub fn sources(&self) -> usize {
        self.sources
    }

    /// The next column to come.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The place of `column` in the ring.
    pub fn place(column: u64) -> usize {
        (column % COLUMNS as u64) as usize
    }

    /// Writes `frame` into column `column`, and into the columns since the last frame that were left out.
    pub fn take(&mut self, column: u64, frame: &FrameRows, map: &ColourMap) {
        if column.saturating_sub(self.next) > LONGEST_GAP {
            self.next = column;
        }
        let input = column_of(&frame.mixture_db, map, |source, row| frame.share(source, row));
        let output = column_of(&frame.output_db, map, |source, row| frame.heard_share(source, row));
        let byte = |share: &f32| (share * 255.0).round() as u8;
        let shares: Vec<u8> = frame.shares[..self.sources * ROWS].iter().map(byte).collect();
        // The newest frame is at its own time; those before it in a gap are earlier.
        while self.next <= column {
            let at = Self::place(self.next);
            for (signal, new) in [(&mut self.input, &input), (&mut self.output, &output)] {
                signal.levels[at * ROWS..][..ROWS].copy_from_slice(&new.levels);
                signal.colours[at * ROWS..][..ROWS].copy_from_slice(&new.colours);
                if new.visible.is_some() {
                    signal.visible = Some(self.next);
                }
            }
            self.shares[at * shares.len()..][..shares.len()].copy_from_slice(&shares);
            self.gains[at] = frame.gains;
            self.times[at] = frame.musical_time.filter(|_| self.next == column);
            self.next += 1;
        }
    }

    fn signal(&self, shown: ShownSignal) -> &SignalColumns {
        match shown {
            ShownSignal::Heard => &self.output,
            ShownSignal::Input => &self.input,
        }
    }

    /// Whether any of the last `columns` columns has a visible level.
    pub fn shows_something(&self, shown: ShownSignal, columns: u64) -> bool {
        self.signal(shown).visible.is_some_and(|visible| visible + columns >= self.next)
    }

    fn holds(&self, column: u64) -> bool {
        column < self.next && column + COLUMNS as u64 > self.next
    }

    /// What is in `row` of `column`; `None` if the ring does not hold the column.
    pub fn at(&self, column: u64, row: usize) -> Option<RingCell> {
        if !self.holds(column) {
            return None;
        }
        let at = Self::place(column);
        let share = |source: usize| f32::from(self.shares[(at * self.sources + source) * ROWS + row]) / 255.0;
        let level = |signal: &SignalColumns| unpacked(signal.levels[at * ROWS + row]);
        Some(RingCell {
            input_db: level(&self.input),
            output_db: level(&self.output),
            shares: (column >= self.known_from).then(|| (0..self.sources).map(share).collect()),
            gains: self.gains[at],
        })
    }

    /// Where the host's music was in `column`, if the ring holds it and the host said so.
    pub fn musical_time(&self, column: u64) -> Option<MusicalTime> {
        self.holds(column).then(|| self.times[Self::place(column)]).flatten()
    }

    /// The colours of the ring, `[COLUMNS, ROWS]`.
    pub fn colours(&self, shown: ShownSignal) -> &[Color32] {
        &self.signal(shown).colours
    }

    /// The levels at `place` in the ring of what is shown, as [`packed`], and of the mixture, `[ROWS]`.
    pub fn levels(&self, shown: ShownSignal, place: usize) -> (&[u8], &[u8]) {
        let rows = |signal: &'_ SignalColumns| place * ROWS..(place * ROWS + ROWS).min(signal.levels.len());
        let shown = self.signal(shown);
        (&shown.levels[rows(shown)], &self.input.levels[rows(&self.input)])
    }

    /// The share of `source` at `place` in the ring, times 255, `[ROWS]`; and what is left of it in the output.
    pub fn share(&self, source: usize, place: usize) -> (&[u8], f32) {
        (&self.shares[(place * self.sources + source) * ROWS..][..ROWS], self.gains[place][source])
    }
}

/// A column of levels `db`, `[ROWS]`.
fn column_of(db: &[f32], map: &ColourMap, share: impl Fn(usize, usize) -> f32) -> SignalColumns {
    let heights = db.iter().enumerate().map(|(row, db)| height(*db, row));
    let mut visible = None;
    let colours = heights.enumerate().map(|(row, height)| {
        if height > VISIBLE {
            visible = Some(0);
        }
        map.colour(height, |source| share(source, row))
    });
    let colours = colours.collect();
    SignalColumns { levels: db.iter().map(|db| packed(*db)).collect(), colours, visible }
}

/// A level in steps of [`STEP_DB`] above silence.
fn packed(db: f32) -> u8 {
    ((db - SILENCE_DB) / STEP_DB).round() as u8
}

/// The level, in dB.
pub fn unpacked(level: u8) -> f32 {
    SILENCE_DB + STEP_DB * f32::from(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(db: f32) -> FrameRows {
        let mut frame = FrameRows {
            mixture_db: vec![db; ROWS],
            output_db: vec![db - 12.0; ROWS],
            sources: 2,
            ..FrameRows::default()
        };
        frame.shares[..ROWS].fill(1.0);
        frame
    }

    fn ring() -> (Columns, ColourMap) {
        let mut ring = Columns::default();
        ring.set_sources(2, Color32::BLACK);
        (ring, ColourMap::new([Color32::RED, Color32::GREEN].into_iter()))
    }

    #[test]
    fn a_column_is_kept_until_the_ring_comes_round() {
        let (mut ring, map) = ring();
        ring.take(0, &frame(-40.0), &map);
        let cell = ring.at(0, 200).unwrap();
        assert!((cell.input_db + 40.0).abs() < 0.4 && (cell.output_db + 52.0).abs() < 0.4);
        assert_eq!(cell.shares, Some(vec![1.0, 0.0]));
        assert_eq!(ring.at(1, 200), None);
        for column in 1..COLUMNS as u64 {
            ring.take(column, &frame(-140.0), &map);
        }
        assert_eq!(ring.at(0, 200), None);
        assert!(!ring.shows_something(ShownSignal::Input, 500));
    }

    #[test]
    fn a_frame_that_was_lost_leaves_no_hole() {
        let (mut ring, map) = ring();
        ring.take(0, &frame(-140.0), &map);
        ring.take(4, &frame(-40.0), &map);
        assert!((1..=4).all(|column| ring.at(column, 200).unwrap().input_db > -41.0));
        assert_eq!(ring.next(), 5);
    }

    #[test]
    fn shares_of_sources_that_are_gone_are_not_told() {
        let (mut ring, map) = ring();
        ring.take(0, &frame(-40.0), &map);
        ring.set_sources(2, Color32::BLACK);
        ring.take(1, &frame(-40.0), &map);
        assert_eq!(ring.at(0, 200).unwrap().shares, None);
        assert!(ring.at(1, 200).unwrap().shares.is_some());
    }

    #[test]
    fn what_is_heard_and_what_comes_in_have_colours_of_their_own() {
        let (mut ring, map) = ring();
        ring.take(0, &frame(-40.0), &map);
        let colour = |shown| ring.colours(shown)[200];
        assert_eq!(colour(ShownSignal::Input), map.colour(height(-40.0, 200), |source| [1.0, 0.0][source]));
        assert_eq!(colour(ShownSignal::Heard), map.colour(height(-52.0, 200), |source| [1.0, 0.0][source]));
    }
}
