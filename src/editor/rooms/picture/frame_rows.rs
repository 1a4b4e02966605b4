//! An analyzer frame, resampled to the rows of the frequency axis.

use super::axis::{ROWS, RowMap, row_frequency};
use crate::{
    decibels,
    preset::MAX_SOURCES,
    separator::{AnalyzerFrame, MusicalTime},
};
use std::{array, sync::LazyLock};

/// Levels below this are silence, in dB.
pub const SILENCE_DB: f32 = -140.0;
/// The level of music falls by about this much per octave. It is added above 1 kHz and subtracted below, in dB.
const TILT_DB_PER_OCTAVE: f32 = 3.0;
/// The lowest and the highest level on the scale, after the tilt, in dB.
pub const SCALE_DB: (f32, f32) = (-78.0, -6.0);

/// One frame, lowest frequency first.
#[derive(Debug, Clone)]
pub struct FrameRows {
    /// Level of the mixture in each row, in dB: 0 for a sine at full scale.
    pub mixture_db: Vec<f32>,
    /// Level of the main output in each row, in dB.
    pub output_db: Vec<f32>,
    /// Each source's share of the energy in each row, 0 to 1, `[S, ROWS]`.
    pub shares: Vec<f32>,
    /// Number of sources S.
    pub sources: usize,
    /// What is left of each source in the main output, a linear factor.
    pub gains: [f32; MAX_SOURCES],
    /// Where the host's music was.
    pub musical_time: Option<MusicalTime>,
}

impl Default for FrameRows {
    fn default() -> Self {
        Self {
            mixture_db: vec![SILENCE_DB; ROWS],
            output_db: vec![SILENCE_DB; ROWS],
            shares: vec![0.0; MAX_SOURCES * ROWS],
            sources: 0,
            gains: [1.0; MAX_SOURCES],
            musical_time: None,
        }
    }
}

impl FrameRows {
    /// Takes the values of `frame`; `rows` says which of its bins belong to each row.
    pub fn take(&mut self, frame: &AnalyzerFrame, rows: &RowMap) {
        (self.sources, self.gains, self.musical_time) = (frame.sources(), frame.gains, frame.musical_time);
        self.mixture_db.fill(SILENCE_DB);
        self.output_db.fill(SILENCE_DB);
        self.shares.fill(0.0);
        self.shares[..self.sources * ROWS].fill(1.0 / self.sources.max(1) as f32);
        let (magnitudes, weights) = (frame.magnitudes(), frame.weights());
        let output = |bin: usize| (frame.wet * weights[bin] + frame.dry).abs() * magnitudes[bin];
        for (row, bins) in rows.iter() {
            self.mixture_db[row] = level(frame.scale * bins.peak(|bin| magnitudes[bin], magnitudes.len()));
            self.output_db[row] = level(frame.scale * bins.peak(output, magnitudes.len()));
            let energy = |(bin, weight): (usize, f32)| weight * magnitudes[bin] * magnitudes[bin] + 1e-20;
            let all: f32 = bins.weighted_bins().map(energy).sum();
            for source in 0..self.sources {
                let mask = frame.mask(source);
                let own: f32 = bins.weighted_bins().map(|bin| energy(bin) * mask[bin.0]).sum();
                self.shares[source * ROWS + row] = own / all;
            }
        }
    }

    /// The share of `source` in `row`, 0 to 1.
    pub fn share(&self, source: usize, row: usize) -> f32 {
        self.shares[source * ROWS + row]
    }

    /// The share of each source in `row`, 0 to 1.
    pub fn shares_of(&self, row: usize) -> [f32; MAX_SOURCES] {
        array::from_fn(|source| if source < self.sources { self.share(source, row) } else { 0.0 })
    }

    /// Whether every source is left as it is.
    pub fn is_at_unity(&self) -> bool {
        self.gains[..self.sources].iter().all(|gain| *gain == 1.0)
    }

    /// Whether the output is the mixture, source by source.
    pub fn is_heard_as_it_came(&self) -> bool {
        self.is_at_unity() && self.output_db == self.mixture_db
    }

    /// The share of each source in what is heard in `row`, 0 to 1.
    pub fn heard_shares_of(&self, row: usize) -> [f32; MAX_SOURCES] {
        heard_shares(&self.gains, self.shares_of(row))
    }
}

/// The share of each source in what is heard: `shares` are those of the mixture, and `gains` what is left of each.
/// Where nothing is left, those of the mixture.
pub fn heard_shares(gains: &[f32; MAX_SOURCES], shares: [f32; MAX_SOURCES]) -> [f32; MAX_SOURCES] {
    let left: [f32; MAX_SOURCES] = array::from_fn(|source| gains[source] * shares[source]);
    let all: f32 = left.iter().sum();
    if all > 1e-6 { left.map(|left| left / all) } else { shares }
}

/// The level of a linear amplitude, in dB; at least [`SILENCE_DB`].
pub fn level(amplitude: f32) -> f32 {
    decibels::of_amplitude(amplitude).max(SILENCE_DB)
}

/// The power of the level `db`, 1 for 0 dB and 0 for silence.
pub fn power(db: f32) -> f32 {
    if db <= SILENCE_DB { 0.0 } else { 10.0_f32.powf(db / 10.0) }
}

/// Where the level `db` in `row` lies on the scale, 0 to 1.
pub fn height(db: f32, row: usize) -> f32 {
    unclamped_height(db, row).clamp(0.0, 1.0)
}

/// The same without the scale's ends.
pub fn unclamped_height(db: f32, row: usize) -> f32 {
    (db + tilt(row) - SCALE_DB.0) / (SCALE_DB.1 - SCALE_DB.0)
}

/// What is added to a level in `row`, in dB.
fn tilt(row: usize) -> f32 {
    static TILTS: LazyLock<[f32; ROWS]> =
        LazyLock::new(|| array::from_fn(|row| TILT_DB_PER_OCTAVE * (row_frequency(row) / 1_000.0).log2()));
    TILTS[row]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_turned_down_has_less_of_what_is_heard() {
        let mut gains = [1.0; MAX_SOURCES];
        let heard = |gains: &[f32; MAX_SOURCES]| {
            let mut shares = [0.0; MAX_SOURCES];
            shares[..2].copy_from_slice(&[0.8, 0.2]);
            let heard = heard_shares(gains, shares);
            [heard[0], heard[1]]
        };
        assert!((heard(&gains)[0] - 0.8).abs() < 1e-6);
        gains[0] = 0.25;
        assert!((heard(&gains)[0] - 0.5).abs() < 1e-6);
        gains[0] = 0.0;
        assert_eq!(heard(&gains), [0.0, 1.0]);
        gains[1] = 0.0;
        assert_eq!(heard(&gains), [0.8, 0.2], "silence");
    }
}
