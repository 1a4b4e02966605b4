//! What sounds now, calmed for the eye: levels rise at once and fall by time, shares follow softly.

use super::{
    axis::ROWS,
    frame_rows::{SILENCE_DB, Slice, height},
};
use crate::preset::MAX_SOURCES;

/// How fast a level falls, in dB per second.
const FALL_DB_PER_S: f32 = 90.0;
/// Time constant of the shares, in seconds.
const SHARES_S: f32 = 0.05;

/// The moment at the picture's edge, on its rows.
pub struct Moment {
    /// Level of the mixture and of the output, in dB.
    pub mixture_db: Vec<f32>,
    /// Level of the main output, in dB.
    pub output_db: Vec<f32>,
    /// Share of each source, 0 to 1, `[S, ROWS]`.
    pub shares: Vec<f32>,
    /// Number of sources S.
    pub sources: usize,
}

impl Default for Moment {
    fn default() -> Self {
        let silence = || vec![SILENCE_DB; ROWS];
        Self { mixture_db: silence(), output_db: silence(), shares: vec![0.0; MAX_SOURCES * ROWS], sources: 0 }
    }
}

impl Moment {
    /// Levels fall for `elapsed` seconds.
    pub fn fall(&mut self, elapsed: f32) {
        for level in self.mixture_db.iter_mut().chain(&mut self.output_db) {
            *level = (*level - FALL_DB_PER_S * elapsed).max(SILENCE_DB);
        }
    }

    /// A frame has come, `elapsed` seconds after the last one.
    pub fn take(&mut self, slice: &Slice, elapsed: f32) {
        let raise = |level: &mut Vec<f32>, new: &[f32]| {
            level.iter_mut().zip(new).for_each(|(level, new)| *level = level.max(*new));
        };
        raise(&mut self.mixture_db, &slice.mixture_db);
        raise(&mut self.output_db, &slice.output_db);
        let pace = if self.sources == slice.sources { 1.0 - (-elapsed / SHARES_S).exp() } else { 1.0 };
        self.sources = slice.sources;
        for (share, new) in self.shares[..slice.sources * ROWS].iter_mut().zip(&slice.shares) {
            *share += pace * (new - *share);
        }
    }

    /// The share of `source` in `row`, 0 to 1.
    pub fn share(&self, source: usize, row: usize) -> f32 {
        self.shares[source * ROWS + row]
    }

    /// Whether anything is above the lower end of the scale.
    pub fn is_heard(&self) -> bool {
        self.mixture_db.iter().zip(&self.output_db).enumerate().any(|(row, (a, b))| height(a.max(*b), row) > 0.0)
    }
}
