//! Pools several kinds of evidence: a product of powers, scaled to sum to 1 over the sources.

use crate::nmf::{
    aligned::{Aligned, padded},
    kernels::elementary::{exp2, log2},
};

/// Nothing can rule a source out: a likelihood counts as at least this.
const LEAST: f32 = 1e-3;

/// Σ_i c_i log₂ p_i. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct OpinionPool {
    bands: usize,
    /// `[S, B]`, rows padded.
    logs: Aligned,
}

impl OpinionPool {
    pub(super) fn new(sources: usize, bands: usize) -> Self {
        Self { bands, logs: Aligned::zeros(sources * padded(bands)) }
    }

    /// Nobody has said anything.
    pub(super) fn clear(&mut self) {
        self.logs.fill(0.0);
    }

    /// Adds `likelihoods`, `[S, B]`, rows padded, with `confidence`; 0 counts for nothing.
    pub(super) fn add(&mut self, likelihoods: &[f32], confidence: f32) {
        for (log, likelihood) in self.logs.iter_mut().zip(likelihoods) {
            *log += confidence * log2(likelihood.max(LEAST));
        }
    }

    /// Writes the pooled prior, `[S, width]`. Bands above the pool's get what its top band gets.
    pub(super) fn write(&self, prior: &mut [f32], width: usize) {
        let row = padded(self.bands);
        for b in 0..width.min(self.bands) {
            let each = self.logs[b..].iter().step_by(row);
            let largest = each.clone().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for (prior, log) in prior[b..].iter_mut().step_by(width).zip(each) {
                *prior = exp2(log - largest);
                sum += *prior;
            }
            let scale = 1.0 / sum;
            prior[b..].iter_mut().step_by(width).for_each(|prior| *prior *= scale);
        }
        for row in prior.chunks_exact_mut(width) {
            let top = row[width.min(self.bands) - 1];
            row[width.min(self.bands)..].fill(top);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: usize = 3;
    const BANDS: usize = 5;

    fn pooled(kinds: &[([f32; SOURCES], f32)], width: usize) -> Vec<f32> {
        let mut pool = OpinionPool::new(SOURCES, BANDS);
        pool.clear();
        for (each, confidence) in kinds {
            let mut likelihoods = vec![0.0; SOURCES * padded(BANDS)];
            for (row, likelihood) in likelihoods.chunks_exact_mut(padded(BANDS)).zip(each) {
                row[..BANDS].fill(*likelihood);
            }
            pool.add(&likelihoods, *confidence);
        }
        let mut prior = vec![f32::NAN; SOURCES * width];
        pool.write(&mut prior, width);
        prior
    }

    #[test]
    fn the_prior_is_the_product_of_what_is_said_to_the_power_of_its_confidence() {
        let prior = pooled(&[([0.6, 0.3, 0.1], 1.0), ([0.25, 0.5, 0.25], 0.5)], 3);
        let products = [0.6 * 0.5, 0.3 * 0.5_f32.sqrt(), 0.1 * 0.5];
        for (row, product) in prior.chunks_exact(3).zip(products) {
            let expected = product / products.iter().sum::<f32>();
            assert!(row.iter().all(|prior| (prior - expected).abs() < 1e-5), "{row:?}, {expected}");
        }
    }

    #[test]
    fn where_nobody_speaks_all_sources_are_equally_likely() {
        assert!(pooled(&[], BANDS).iter().all(|prior| (prior - 1.0 / 3.0).abs() < 1e-6));
    }

    #[test]
    fn bands_above_the_pools_get_what_its_top_band_gets() {
        let prior = pooled(&[([0.7, 0.2, 0.1], 1.0)], BANDS + 4);
        assert!(prior[..BANDS + 4].iter().all(|prior| (prior - 0.7).abs() < 1e-5), "{prior:?}");
    }
}
