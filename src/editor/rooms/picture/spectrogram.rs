//! The last seconds of the mixture: a ring of columns, kept as numbers for the readout and as a texture for the eye.
//!
//! One column per frame. The texture is written column by column and repeats, so that scrolling only moves the corner at which it is
//! looked up.

use super::{
    axis::ROWS,
    colour_map::Map,
    frame_rows::{SILENCE_DB, Slice, height},
};
use egui::{Color32, ColorImage, Context, Rect, TextureHandle, TextureOptions, pos2};

/// Columns of the ring: more than the picture shows at the most frames a second that there are.
const COLUMNS: usize = 1024;
/// What the picture shows, in seconds.
pub const SECONDS: f64 = 7.0;
/// Columns that are written over after a gap, at the most: a longer one begins the picture anew.
const LONGEST_GAP: u64 = COLUMNS as u64 / 2;
/// Levels above this height are seen.
const SEEN: f32 = 0.06;

/// Step of the levels that are kept, in dB.
const STEP_DB: f32 = 0.6;

/// The ring.
#[derive(Default)]
pub struct History {
    /// Per column and row, the level of the mixture as [`packed`], `[COLUMNS, ROWS]`.
    levels: Vec<u8>,
    /// Per column, source and row, the share times 255, `[COLUMNS, S, ROWS]`.
    shares: Vec<u8>,
    sources: usize,
    /// Columns since the beginning: the next one, and the first that knows these sources.
    next: u64,
    known_from: u64,
    /// The last column with something to see.
    seen: Option<u64>,
    texture: Option<TextureHandle>,
    /// Columns that the texture does not have yet.
    fresh: Vec<(usize, Vec<Color32>)>,
}

impl History {
    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self { texture: None, ..Self::default() };
    }

    /// The sources are others from now on.
    pub fn set_sources(&mut self, sources: usize) {
        self.known_from = self.next;
        if sources != self.sources || self.levels.is_empty() {
            self.sources = sources;
            self.levels.resize(COLUMNS * ROWS, 0);
            self.shares = vec![0; COLUMNS * sources * ROWS];
        }
    }

    /// Takes `slice` as column `column`; columns that were left out look like it.
    pub fn take(&mut self, column: u64, slice: &Slice, map: &Map) {
        if column.saturating_sub(self.next) > LONGEST_GAP {
            self.next = column;
        }
        let (mut pixels, mut seen) = (vec![Color32::BLACK; ROWS], false);
        for (row, db) in slice.mixture_db.iter().enumerate() {
            let height = height(*db, row);
            // The texture's first pixel is the top.
            pixels[ROWS - 1 - row] = map.colour(height, |source| slice.share(source, row));
            seen |= height > SEEN;
        }
        while self.next <= column {
            let at = (self.next % COLUMNS as u64) as usize;
            let byte = |value: f32| (value * 255.0).round() as u8;
            let kept = self.levels[at * ROWS..][..ROWS].iter_mut();
            kept.zip(&slice.mixture_db).for_each(|(kept, db)| *kept = packed(*db));
            let width = self.sources * ROWS;
            let kept = self.shares[at * width..][..width].iter_mut();
            kept.zip(&slice.shares).for_each(|(kept, share)| *kept = byte(*share));
            self.fresh.push((at, pixels.clone()));
            if seen {
                self.seen = Some(self.next);
            }
            self.next += 1;
        }
    }

    /// Whether any of the last `columns` columns has something to see.
    pub fn shows_something(&self, columns: u64) -> bool {
        self.seen.is_some_and(|seen| seen + columns >= self.next)
    }

    /// Level of the mixture in dB, and the shares of the sources if they are those of today, in `row` of `column`.
    pub fn at(&self, column: u64, row: usize) -> Option<(f32, Option<Vec<f32>>)> {
        if column >= self.next || column + (COLUMNS as u64) <= self.next {
            return None;
        }
        let at = (column % COLUMNS as u64) as usize;
        let share = |source: usize| f32::from(self.shares[(at * self.sources + source) * ROWS + row]) / 255.0;
        let shares = (column >= self.known_from).then(|| (0..self.sources).map(share).collect());
        Some((unpacked(self.levels[at * ROWS + row]), shares))
    }

    /// The texture, with all columns that have come.
    pub fn texture(&mut self, ctx: &Context, ground: Color32) -> &TextureHandle {
        let options = TextureOptions::LINEAR_REPEAT;
        let texture = self.texture.get_or_insert_with(|| {
            ctx.load_texture("spectrogram", ColorImage::filled([COLUMNS, ROWS], ground), options)
        });
        for (column, pixels) in self.fresh.drain(..) {
            texture.set_partial([column, 0], ColorImage::new([1, ROWS], pixels), options);
        }
        texture
    }
}

/// A level in dB, from silence up in steps of 0.6 dB.
fn packed(db: f32) -> u8 {
    ((db - SILENCE_DB) / STEP_DB).round() as u8
}

fn unpacked(level: u8) -> f32 {
    SILENCE_DB + STEP_DB * f32::from(level)
}

/// The part of the texture that shows `columns` columns, the last of them `edge`, which may lie between two.
pub fn view(edge: f64, columns: f64) -> Rect {
    // A column's middle is the moment of its frame. The texture repeats, so only the way round the ring counts.
    let right = ((edge + 0.5) / COLUMNS as f64).fract();
    let half = 0.5 / ROWS as f32;
    Rect::from_min_max(pos2((right - columns / COLUMNS as f64) as f32, half), pos2(right as f32, 1.0 - half))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(db: f32) -> Slice {
        let mut slice = Slice { mixture_db: vec![db; ROWS], sources: 2, ..Slice::default() };
        slice.shares[..ROWS].fill(1.0);
        slice
    }

    fn history() -> (History, Map) {
        let mut history = History::default();
        history.set_sources(2);
        (history, Map::new([Color32::RED, Color32::GREEN].into_iter()))
    }

    #[test]
    fn a_column_is_kept_until_the_ring_comes_round() {
        let (mut history, map) = history();
        history.take(0, &slice(-40.0), &map);
        let (level, shares) = history.at(0, 200).unwrap();
        assert!((level + 40.0).abs() < 0.4);
        assert_eq!(shares, Some(vec![1.0, 0.0]));
        assert_eq!(history.at(1, 200), None);
        for column in 1..COLUMNS as u64 {
            history.take(column, &slice(-140.0), &map);
        }
        assert_eq!(history.at(0, 200), None);
        assert!(!history.shows_something(500));
    }

    #[test]
    fn a_frame_that_was_lost_leaves_no_hole() {
        let (mut history, map) = history();
        history.take(0, &slice(-140.0), &map);
        history.take(4, &slice(-40.0), &map);
        assert!((1..=4).all(|column| history.at(column, 200).unwrap().0 > -41.0));
        assert_eq!(history.fresh.len(), 5);
    }

    #[test]
    fn shares_of_sources_that_are_gone_are_not_told() {
        let (mut history, map) = history();
        history.take(0, &slice(-40.0), &map);
        history.set_sources(2);
        history.take(1, &slice(-40.0), &map);
        assert_eq!(history.at(0, 200).unwrap().1, None);
        assert!(history.at(1, 200).unwrap().1.is_some());
    }

    #[test]
    fn the_view_ends_at_the_edge() {
        let view = view(100.0, 64.0);
        assert!((view.right() - 100.5 / 1024.0).abs() < 1e-6);
        assert!((view.width() - 64.0 / 1024.0).abs() < 1e-6);
    }
}
