//! What sounds now, smoothed: levels rise at once and fall slowly, shares follow with a time constant.

use super::{
    axis::ROWS,
    frame_rows::{FrameRows, SILENCE_DB, heard_shares, height},
};
use crate::preset::MAX_SOURCES;

/// How fast a level falls, in dB per second.
const FALL_DB_PER_S: f32 = 90.0;
/// Time constant of the shares, in seconds.
const SHARES_S: f32 = 0.05;

/// The last frames on the rows of the frequency axis, smoothed over time.
pub struct SmoothedFrame {
    /// Level of the mixture in each row, in dB.
    pub mixture_db: Vec<f32>,
    /// Level of the main output in each row, in dB.
    pub output_db: Vec<f32>,
    /// Each source's share of the energy in each row, 0 to 1, `[S, ROWS]`.
    pub shares: Vec<f32>,
    /// Number of sources S.
    pub sources: usize,
    /// What is left of each source in the main output.
    pub gains: [f32; MAX_SOURCES],
}

impl Default for SmoothedFrame {
    fn default() -> Self {
        let silence = || vec![SILENCE_DB; ROWS];
        Self {
            mixture_db: silence(),
            output_db: silence(),
            shares: vec![0.0; MAX_SOURCES * ROWS],
            sources: 0,
            gains: [1.0; MAX_SOURCES],
        }
    }
}

impl SmoothedFrame {
    /// Lets levels fall for `elapsed` seconds.
    pub fn fall(&mut self, elapsed: f32) {
        for level in self.mixture_db.iter_mut().chain(&mut self.output_db) {
            *level = (*level - FALL_DB_PER_S * elapsed).max(SILENCE_DB);
        }
    }

    /// Takes a frame that comes `elapsed` seconds after the last one.
    pub fn take(&mut self, frame: &FrameRows, elapsed: f32) {
        let raise = |level: &mut Vec<f32>, new: &[f32]| {
            level.iter_mut().zip(new).for_each(|(level, new)| *level = level.max(*new));
        };
        raise(&mut self.mixture_db, &frame.mixture_db);
        raise(&mut self.output_db, &frame.output_db);
        let pace = if self.sources == frame.sources { 1.0 - (-elapsed / SHARES_S).exp() } else { 1.0 };
        (self.sources, self.gains) = (frame.sources, frame.gains);
        for (share, new) in self.shares[..frame.sources * ROWS].iter_mut().zip(&frame.shares) {
            *share += pace * (new - *share);
        }
    }

    /// The share of `source` in `row`, 0 to 1.
    pub fn share(&self, source: usize, row: usize) -> f32 {
        self.shares[source * ROWS + row]
    }

    /// The share of each source in what is heard in `row`, 0 to 1.
    pub fn heard_shares_of(&self, row: usize) -> [f32; MAX_SOURCES] {
        let share = |source| if source < self.sources { self.share(source, row) } else { 0.0 };
        heard_shares(&self.gains, std::array::from_fn(share))
    }

    /// Whether anything is above the lower end of the scale.
    pub fn is_heard(&self) -> bool {
        self.mixture_db.iter().zip(&self.output_db).enumerate().any(|(row, (a, b))| height(a.max(*b), row) > 0.0)
    }
}
