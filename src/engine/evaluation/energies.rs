//! Energies of the parts of an estimate, and the ratios that are made of them.

use super::score::{ImageScore, Score};
use crate::decibels;

/// Energies over all channels of the parts of an estimate `e` of source `s`: `t` is what lies in the delays of the
/// source itself, `p` what lies in those of all sources.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Energies {
    /// `|s|²`
    truth: f64,
    /// `|t|²`
    target: f64,
    /// `|p|²`
    explained: f64,
    /// `|t - s|²`
    spatial: f64,
    /// `|p - t|²`
    interference: f64,
    /// `|e - p|²`
    artifacts: f64,
    /// `|e - t|²`
    distortion: f64,
    /// `|e - s|²`
    error: f64,
}

impl Energies {
    /// Adds a sample of each.
    #[inline]
    pub(super) fn add(&mut self, s: f64, t: f64, p: f64, e: f64) {
        self.truth += s * s;
        self.target += t * t;
        self.explained += p * p;
        self.spatial += (t - s) * (t - s);
        self.interference += (p - t) * (p - t);
        self.artifacts += (e - p) * (e - p);
        self.distortion += (e - t) * (e - t);
        self.error += (e - s) * (e - s);
    }

    /// A source counts as right whatever the filter.
    pub(super) fn score(&self) -> Score {
        Score {
            sdr: ratio(self.target, self.distortion),
            sir: ratio(self.target, self.interference),
            sar: ratio(self.explained, self.artifacts),
        }
    }

    /// What the filter does to the source counts as an error.
    pub(super) fn image_score(&self) -> ImageScore {
        ImageScore {
            sdr: ratio(self.truth, self.error),
            isr: ratio(self.truth, self.spatial),
            sir: ratio(self.target, self.interference),
            sar: ratio(self.explained, self.artifacts),
        }
    }
}

/// In dB; infinite where there is no error.
fn ratio(signal: f64, error: f64) -> f64 {
    if error == 0.0 { f64::INFINITY } else { decibels::of_power(signal / error) }
}
