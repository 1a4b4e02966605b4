//! The last seconds of the mixture: a ring of columns, one per frame, kept as numbers for the readout and as a texture
//! to draw.
//!
//! The texture is written column by column and repeats, so that scrolling only moves the part of it that is drawn.

use super::{
    axis::ROWS,
    colour_map::ColourMap,
    frame_rows::{FrameRows, SILENCE_DB, height},
};
use egui::{Color32, ColorImage, Context, Rect, TextureHandle, TextureOptions, pos2};

/// Columns of the ring: more than are shown at the highest frame rate there is.
const COLUMNS: usize = 1024;
/// Length of the spectrogram, in seconds.
pub const SECONDS: f64 = 7.0;
/// Longest gap between two frames that is filled, in columns. After a longer one the ring begins anew.
const LONGEST_GAP: u64 = COLUMNS as u64 / 2;
/// Levels above this are visible, 0 to 1 on the scale.
const VISIBLE: f32 = 0.06;

/// Resolution of the levels in the ring, in dB.
const STEP_DB: f32 = 0.6;

/// The ring.
#[derive(Default)]
pub struct SpectrogramRing {
    /// Level of the mixture, as [`packed`], `[COLUMNS, ROWS]`.
    levels: Vec<u8>,
    /// Each source's share times 255, `[COLUMNS, S, ROWS]`.
    shares: Vec<u8>,
    sources: usize,
    /// The next column, counted from the beginning of the stream.
    next: u64,
    /// The first column with shares of the present sources.
    known_from: u64,
    /// The last column with a visible level.
    visible: Option<u64>,
    texture: Option<TextureHandle>,
    /// Columns that are not in the texture yet.
    fresh: Vec<(usize, Vec<Color32>)>,
}

impl SpectrogramRing {
    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self { texture: None, ..Self::default() };
    }

    /// Other sources play from now on.
    pub fn set_sources(&mut self, sources: usize) {
        self.known_from = self.next;
        if sources != self.sources || self.levels.is_empty() {
            self.sources = sources;
            self.levels.resize(COLUMNS * ROWS, 0);
            self.shares = vec![0; COLUMNS * sources * ROWS];
        }
    }

    /// Writes `frame` into column `column`, and into the columns since the last frame that were left out.
    pub fn take(&mut self, column: u64, frame: &FrameRows, map: &ColourMap) {
        if column.saturating_sub(self.next) > LONGEST_GAP {
            self.next = column;
        }
        let (mut pixels, mut visible) = (vec![Color32::BLACK; ROWS], false);
        for (row, db) in frame.mixture_db.iter().enumerate() {
            let height = height(*db, row);
            // The first row of a texture is its top.
            pixels[ROWS - 1 - row] = map.colour(height, |source| frame.share(source, row));
            visible |= height > VISIBLE;
        }
        while self.next <= column {
            let at = (self.next % COLUMNS as u64) as usize;
            let byte = |value: f32| (value * 255.0).round() as u8;
            let kept = self.levels[at * ROWS..][..ROWS].iter_mut();
            kept.zip(&frame.mixture_db).for_each(|(kept, db)| *kept = packed(*db));
            let width = self.sources * ROWS;
            let kept = self.shares[at * width..][..width].iter_mut();
            kept.zip(&frame.shares).for_each(|(kept, share)| *kept = byte(*share));
            self.fresh.push((at, pixels.clone()));
            if visible {
                self.visible = Some(self.next);
            }
            self.next += 1;
        }
    }

    /// Whether any of the last `columns` columns has a visible level.
    pub fn shows_something(&self, columns: u64) -> bool {
        self.visible.is_some_and(|visible| visible + columns >= self.next)
    }

    /// Level of the mixture in dB in `row` of `column`, and the sources' shares if the same sources play now. `None` if
    /// the ring does not hold the column.
    pub fn at(&self, column: u64, row: usize) -> Option<(f32, Option<Vec<f32>>)> {
        if column >= self.next || column + (COLUMNS as u64) <= self.next {
            return None;
        }
        let at = (column % COLUMNS as u64) as usize;
        let share = |source: usize| f32::from(self.shares[(at * self.sources + source) * ROWS + row]) / 255.0;
        let shares = (column >= self.known_from).then(|| (0..self.sources).map(share).collect());
        Some((unpacked(self.levels[at * ROWS + row]), shares))
    }

    /// The texture with all columns; `background` fills the rest.
    pub fn texture(&mut self, ctx: &Context, background: Color32) -> &TextureHandle {
        let options = TextureOptions::LINEAR_REPEAT;
        let texture = self.texture.get_or_insert_with(|| {
            ctx.load_texture("spectrogram", ColorImage::filled([COLUMNS, ROWS], background), options)
        });
        for (column, pixels) in self.fresh.drain(..) {
            texture.set_partial([column, 0], ColorImage::new([1, ROWS], pixels), options);
        }
        texture
    }
}

/// A level in steps of [`STEP_DB`] above silence.
fn packed(db: f32) -> u8 {
    ((db - SILENCE_DB) / STEP_DB).round() as u8
}

fn unpacked(level: u8) -> f32 {
    SILENCE_DB + STEP_DB * f32::from(level)
}

/// The part of the texture that shows `columns` columns up to `edge`, which may lie between two columns.
pub fn texture_rect(edge: f64, columns: f64) -> Rect {
    // The middle of a column is the time of its frame. Since the texture repeats, only the place in the ring counts.
    let right = ((edge + 0.5) / COLUMNS as f64).fract();
    let half = 0.5 / ROWS as f32;
    Rect::from_min_max(pos2((right - columns / COLUMNS as f64) as f32, half), pos2(right as f32, 1.0 - half))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(db: f32) -> FrameRows {
        let mut frame = FrameRows { mixture_db: vec![db; ROWS], sources: 2, ..FrameRows::default() };
        frame.shares[..ROWS].fill(1.0);
        frame
    }

    fn ring() -> (SpectrogramRing, ColourMap) {
        let mut ring = SpectrogramRing::default();
        ring.set_sources(2);
        (ring, ColourMap::new([Color32::RED, Color32::GREEN].into_iter()))
    }

    #[test]
    fn a_column_is_kept_until_the_ring_comes_round() {
        let (mut ring, map) = ring();
        ring.take(0, &frame(-40.0), &map);
        let (level, shares) = ring.at(0, 200).unwrap();
        assert!((level + 40.0).abs() < 0.4);
        assert_eq!(shares, Some(vec![1.0, 0.0]));
        assert_eq!(ring.at(1, 200), None);
        for column in 1..COLUMNS as u64 {
            ring.take(column, &frame(-140.0), &map);
        }
        assert_eq!(ring.at(0, 200), None);
        assert!(!ring.shows_something(500));
    }

    #[test]
    fn a_frame_that_was_lost_leaves_no_hole() {
        let (mut ring, map) = ring();
        ring.take(0, &frame(-140.0), &map);
        ring.take(4, &frame(-40.0), &map);
        assert!((1..=4).all(|column| ring.at(column, 200).unwrap().0 > -41.0));
        assert_eq!(ring.fresh.len(), 5);
    }

    #[test]
    fn shares_of_sources_that_are_gone_are_not_told() {
        let (mut ring, map) = ring();
        ring.take(0, &frame(-40.0), &map);
        ring.set_sources(2);
        ring.take(1, &frame(-40.0), &map);
        assert_eq!(ring.at(0, 200).unwrap().1, None);
        assert!(ring.at(1, 200).unwrap().1.is_some());
    }

    #[test]
    fn the_view_ends_at_the_edge() {
        let view = texture_rect(100.0, 64.0);
        assert!((view.right() - 100.5 / 1024.0).abs() < 1e-6);
        assert!((view.width() - 64.0 / 1024.0).abs() < 1e-6);
    }
}
