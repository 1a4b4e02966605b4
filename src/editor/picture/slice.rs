//! One frame on the picture's rows.

use super::axis::{ROWS, Rows, row_frequency};
use crate::{preset::MAX_SOURCES, separator::AnalyzerFrame};

/// Levels under this are silence, in dB.
pub const SILENCE_DB: f32 = -140.0;
/// Music falls by about this much per octave: so much is added above 1 kHz and taken away below, in dB.
const TILT_DB_PER_OCTAVE: f32 = 3.0;
/// The lowest and the highest level on the scale, after the tilt, in dB.
const SCALE_DB: (f32, f32) = (-78.0, -6.0);

/// One frame, lowest frequency first.
#[derive(Debug, Clone)]
pub struct Slice {
    /// Level of the mixture in each row, in dB: 0 for a sine at full scale.
    pub mixture_db: Vec<f32>,
    /// Level of the main output in each row, in dB.
    pub output_db: Vec<f32>,
    /// Each source's share of the energy in each row, 0 to 1, `[S, ROWS]`.
    pub shares: Vec<f32>,
    /// Number of sources S.
    pub sources: usize,
}

impl Default for Slice {
    fn default() -> Self {
        Self {
            mixture_db: vec![SILENCE_DB; ROWS],
            output_db: vec![SILENCE_DB; ROWS],
            shares: vec![0.0; MAX_SOURCES * ROWS],
            sources: 0,
        }
    }
}

impl Slice {
    /// Becomes what `frame` holds; `rows` are those of its bins.
    pub fn take(&mut self, frame: &AnalyzerFrame, rows: &Rows) {
        self.sources = frame.sources();
        self.mixture_db.fill(SILENCE_DB);
        self.output_db.fill(SILENCE_DB);
        self.shares.fill(0.0);
        self.shares[..self.sources * ROWS].fill(1.0 / self.sources.max(1) as f32);
        let (magnitudes, weights) = (frame.magnitudes(), frame.weights());
        let output = |bin: usize| (frame.wet * weights[bin] + frame.dry).abs() * magnitudes[bin];
        for (row, span) in rows.spans() {
            self.mixture_db[row] = decibels(frame.scale * span.peak(|bin| magnitudes[bin], magnitudes.len()));
            self.output_db[row] = decibels(frame.scale * span.peak(output, magnitudes.len()));
            let energy = |(bin, weight): (usize, f32)| weight * magnitudes[bin] * magnitudes[bin] + 1e-20;
            let whole: f32 = span.weighted_bins().map(energy).sum();
            for source in 0..self.sources {
                let mask = frame.mask(source);
                let own: f32 = span.weighted_bins().map(|bin| energy(bin) * mask[bin.0]).sum();
                self.shares[source * ROWS + row] = own / whole;
            }
        }
    }

    /// The share of `source` in `row`, 0 to 1.
    pub fn share(&self, source: usize, row: usize) -> f32 {
        self.shares[source * ROWS + row]
    }
}

/// The level of an amplitude, in dB.
pub fn decibels(amplitude: f32) -> f32 {
    if amplitude > 1e-7 { 20.0 * amplitude.log10() } else { SILENCE_DB }
}

/// The power of a level, 1 for 0 dB.
pub fn power(db: f32) -> f32 {
    if db <= SILENCE_DB { 0.0 } else { 10.0_f32.powf(db / 10.0) }
}

/// Where the level `db` in `row` stands on the scale, 0 to 1.
pub fn height(db: f32, row: usize) -> f32 {
    ((db + tilt(row) - SCALE_DB.0) / (SCALE_DB.1 - SCALE_DB.0)).clamp(0.0, 1.0)
}

/// What is added to a level in `row`, in dB.
fn tilt(row: usize) -> f32 {
    TILT_DB_PER_OCTAVE * (row_frequency(row) / 1_000.0).log2()
}
