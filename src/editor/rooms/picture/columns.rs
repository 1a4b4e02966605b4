//! The last seconds: a ring of columns, one per frame, as numbers for the readout and as colours to draw.

use super::{
    axis::ROWS,
    colour_map::ColourMap,
    frame_rows::{FrameRows, SILENCE_DB, height},
    state::ShownSignal,
};
use crate::{preset::MAX_SOURCES, separator::MusicalTime};
use egui::Color32;
use std::{iter, sync::Arc};

/// Columns of the ring: more than are shown at the highest frame rate there is, with the longest burst.
pub const COLUMNS: usize = 1280;
/// Columns of a chunk. Two rings share chunks; one that is written is copied first.
const CHUNK: usize = 32;
/// Longest gap between two frames that is filled, in columns. After a longer one the ring begins anew.
const LONGEST_GAP: u64 = COLUMNS as u64 / 2;
/// Levels above this are visible, 0 to 1 on the scale.
const VISIBLE: f32 = 0.06;
/// Resolution of the levels in the ring, in dB.
pub const STEP_DB: f32 = 0.6;

/// The ring. A column is counted from the beginning of the stream. A clone shares its chunks, and each is
/// copied when one of the two rings is written there: freezing copies nothing.
#[derive(Clone, Default)]
pub struct Columns {
    /// `[COLUMNS / CHUNK]`; empty before the first sources.
    chunks: Vec<Arc<Chunk>>,
    /// Each source's share times 255, `[COLUMNS / CHUNK]` of `[CHUNK, S, ROWS]`.
    shares: Vec<Arc<Vec<u8>>>,
    /// The last column of the input with a visible level, and of the output.
    visible: [Option<u64>; 2],
    sources: usize,
    /// The next column.
    next: u64,
    /// The first column with shares of the present sources.
    known_from: u64,
}

/// Some columns.
#[derive(Clone)]
struct Chunk {
    input: SignalColumns,
    output: SignalColumns,
    /// What is left of each source in the output.
    gains: [[f32; MAX_SOURCES]; CHUNK],
    /// Where the host's music was.
    times: [Option<MusicalTime>; CHUNK],
}

/// Columns of what comes in, or of what goes out.
#[derive(Clone)]
struct SignalColumns {
    /// Level, as [`packed`], `[CHUNK, ROWS]`.
    levels: Vec<u8>,
    /// `[CHUNK, ROWS]`
    colours: Vec<Color32>,
}

impl SignalColumns {
    fn silent(columns: usize, ground: Color32) -> Self {
        Self { levels: vec![0; columns * ROWS], colours: vec![ground; columns * ROWS] }
    }

    /// Takes column 0 of `new` over as column `at`.
    fn put(&mut self, at: usize, new: &Self) {
        self.levels[at * ROWS..][..ROWS].copy_from_slice(&new.levels);
        self.colours[at * ROWS..][..ROWS].copy_from_slice(&new.colours);
    }
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
        if self.chunks.is_empty() {
            let silence = SignalColumns::silent(CHUNK, ground);
            let (gains, times) = ([[1.0; MAX_SOURCES]; CHUNK], [None; CHUNK]);
            let chunk = Chunk { input: silence.clone(), output: silence, gains, times };
            self.chunks = iter::repeat_n(Arc::new(chunk), COLUMNS / CHUNK).collect();
        }
        if sources != self.sources || self.shares.is_empty() {
            self.sources = sources;
            let shares = Arc::new(vec![0; CHUNK * sources * ROWS]);
            self.shares = iter::repeat_n(shares, COLUMNS / CHUNK).collect();
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
        let input = column_of(&frame.mixture_db, map, |row| frame.shares_of(row));
        let output = if frame.is_heard_as_it_came() {
            input.clone()
        } else {
            column_of(&frame.output_db, map, |row| frame.heard_shares_of(row))
        };
        let ((input, input_is_visible), (output, output_is_visible)) = (input, output);
        let byte = |share: &f32| (share * 255.0).round() as u8;
        let shares: Vec<u8> = frame.shares[..self.sources * ROWS].iter().map(byte).collect();
        // The newest frame is at its own time; those before it in a gap are earlier.
        while self.next <= column {
            let (chunk, at) = split(Self::place(self.next));
            Arc::make_mut(&mut self.shares[chunk])[at * shares.len()..][..shares.len()].copy_from_slice(&shares);
            let chunk = Arc::make_mut(&mut self.chunks[chunk]);
            chunk.input.put(at, &input);
            chunk.output.put(at, &output);
            chunk.gains[at] = frame.gains;
            chunk.times[at] = frame.musical_time.filter(|_| self.next == column);
            for (visible, is_visible) in self.visible.iter_mut().zip([input_is_visible, output_is_visible]) {
                *visible = if is_visible { Some(self.next) } else { *visible };
            }
            self.next += 1;
        }
    }

    /// Whether any of the last `columns` columns has a visible level.
    pub fn shows_something(&self, shown: ShownSignal, columns: u64) -> bool {
        let [input, output] = self.visible;
        let visible = if shown == ShownSignal::Heard { output } else { input };
        visible.is_some_and(|visible| visible + columns >= self.next)
    }

    fn holds(&self, column: u64) -> bool {
        column < self.next && column + COLUMNS as u64 > self.next
    }

    /// What is in `row` of `column`; `None` if the ring does not hold the column.
    pub fn at(&self, column: u64, row: usize) -> Option<RingCell> {
        if !self.holds(column) {
            return None;
        }
        let place = Self::place(column);
        let (chunk, at) = split(place);
        let share = |source: usize| f32::from(self.share(source, place).0[row]) / 255.0;
        let level = |signal: &SignalColumns| unpacked(signal.levels[at * ROWS + row]);
        let chunk = &self.chunks[chunk];
        Some(RingCell {
            input_db: level(&chunk.input),
            output_db: level(&chunk.output),
            shares: (column >= self.known_from).then(|| (0..self.sources).map(share).collect()),
            gains: chunk.gains[at],
        })
    }

    /// Where the host's music was in `column`, if the ring holds it and the host said so.
    pub fn musical_time(&self, column: u64) -> Option<MusicalTime> {
        let (chunk, at) = split(Self::place(column));
        self.holds(column).then(|| self.chunks[chunk].times[at]).flatten()
    }

    /// Whether there are no places in it, before the first sources.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The colours at `place` in the ring, `[ROWS]`.
    pub fn colours(&self, shown: ShownSignal, place: usize) -> &[Color32] {
        let (chunk, at) = split(place);
        &self.chunks[chunk].signal(shown).colours[at * ROWS..][..ROWS]
    }

    /// The levels at `place` in the ring of what is shown, as [`packed`], and of the mixture, `[ROWS]`.
    pub fn levels(&self, shown: ShownSignal, place: usize) -> (&[u8], &[u8]) {
        let (chunk, at) = split(place);
        let chunk = &self.chunks[chunk];
        (&chunk.signal(shown).levels[at * ROWS..][..ROWS], &chunk.input.levels[at * ROWS..][..ROWS])
    }

    /// The share of `source` at `place` in the ring, times 255, `[ROWS]`; and what is left of it in the output.
    pub fn share(&self, source: usize, place: usize) -> (&[u8], f32) {
        let (chunk, at) = split(place);
        let shares = &self.shares[chunk][(at * self.sources + source) * ROWS..][..ROWS];
        (shares, self.chunks[chunk].gains[at][source])
    }
}

impl Chunk {
    fn signal(&self, shown: ShownSignal) -> &SignalColumns {
        match shown {
            ShownSignal::Heard => &self.output,
            ShownSignal::Input => &self.input,
        }
    }
}

/// The chunk of a place in the ring, and the column within it.
fn split(place: usize) -> (usize, usize) {
    (place / CHUNK, place % CHUNK)
}

/// A column of levels `db`, `[ROWS]`, and whether anything is visible in it. `shares` says what part each source has in
/// a row.
fn column_of(db: &[f32], map: &ColourMap, shares: impl Fn(usize) -> [f32; MAX_SOURCES]) -> (SignalColumns, bool) {
    let mut is_visible = false;
    let colour = |(row, db): (usize, &f32)| {
        let height = height(*db, row);
        is_visible |= height > VISIBLE;
        map.colour(height, &shares(row))
    };
    let colours = db.iter().enumerate().map(colour).collect();
    (SignalColumns { levels: db.iter().map(|db| packed(*db)).collect(), colours }, is_visible)
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
        let colour = |shown| ring.colours(shown, 0)[200];
        assert_eq!(colour(ShownSignal::Input), map.colour(height(-40.0, 200), &[1.0, 0.0]));
        assert_eq!(colour(ShownSignal::Heard), map.colour(height(-52.0, 200), &[1.0, 0.0]));
    }

    #[test]
    fn a_clone_stays_as_it_was_and_shares_what_is_not_written() {
        let (mut ring, map) = ring();
        (0..100).for_each(|column| ring.take(column, &frame(-40.0), &map));
        let frozen = ring.clone();
        ring.take(100, &frame(-20.0), &map);
        (101..COLUMNS as u64 + 50).for_each(|column| ring.take(column, &frame(-30.0), &map));
        assert_eq!((ring.at(20, 200), frozen.at(100, 200)), (None, None));
        assert!((0..100).all(|column| (frozen.at(column, 200).unwrap().input_db + 40.0).abs() < 0.4));
        let mut another = frozen.clone();
        another.take(100, &frame(-20.0), &map);
        let is_shared = |n: usize| {
            Arc::ptr_eq(&frozen.chunks[n], &another.chunks[n]) && Arc::ptr_eq(&frozen.shares[n], &another.shares[n])
        };
        let copied: Vec<usize> = (0..COLUMNS / CHUNK).filter(|n| !is_shared(*n)).collect();
        assert_eq!(copied, [100 / CHUNK]);
    }
}
