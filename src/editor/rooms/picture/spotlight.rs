//! The colours while one source is lit, in tables: a whole ring is coloured again within some frames.

use super::{
    axis::ROWS,
    colour_map::ColourMap,
    columns::{STEP_DB, unpacked},
    frame_rows::{SCALE_DB, unclamped_height},
};
use crate::decibels;
use egui::Color32;

/// Entries of the table of colours: levels, and shares.
const LEVELS: usize = 128;
const SHARES: usize = 32;
/// Entries of the table of ratios: differences between two levels of a ring, from -128 to 127 steps.
const RATIOS: usize = 256;

/// The colours while `source` is lit.
pub struct Spotlight {
    /// `[LEVELS, SHARES]`
    colours: Vec<Color32>,
    /// Amplitude of the mixture by that of what is shown, `[RATIOS]`.
    ratios: Vec<f32>,
    /// Where silence lies in each row, in entries of the table, `[ROWS]`.
    silence: Vec<f32>,
}

impl Spotlight {
    /// For this source of `map`.
    pub fn new(map: &ColourMap, source: usize) -> Self {
        let part = |i: usize, count: usize| i as f32 / (count - 1) as f32;
        let colour = |i: usize| map.lit_colour(part(i / SHARES, LEVELS), source, part(i % SHARES, SHARES));
        let ratio = |i: usize| decibels::to_gain(STEP_DB * (i as f32 - RATIOS as f32 / 2.0));
        Self {
            colours: (0..LEVELS * SHARES).map(colour).collect(),
            ratios: (0..RATIOS).map(ratio).collect(),
            silence: (0..ROWS).map(|row| unclamped_height(unpacked(0), row) * (LEVELS - 1) as f32).collect(),
        }
    }

    /// The colour in `row` for the level `shown` where the mixture has the level `mixture`, both as a ring holds them;
    /// the source has `share` of 255 of the mixture, and `gain` of that is left.
    pub fn colour(&self, shown: u8, mixture: u8, gain: f32, share: u8, row: usize) -> Color32 {
        const PER_STEP: f32 = STEP_DB / (SCALE_DB.1 - SCALE_DB.0) * (LEVELS - 1) as f32;
        let level = (self.silence[row] + PER_STEP * f32::from(shown) + 0.5) as usize;
        // The share of what is shown is that of the mixture, times what is left of the source, by what is left of all.
        let ratio = self.ratios[(RATIOS / 2 + usize::from(mixture)).saturating_sub(usize::from(shown)).min(RATIOS - 1)];
        let own = (gain * f32::from(share) / 255.0 * ratio).min(1.0);
        self.colours[level.min(LEVELS - 1) * SHARES + (own * (SHARES - 1) as f32 + 0.5) as usize]
    }
}
