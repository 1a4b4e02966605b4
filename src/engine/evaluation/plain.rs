//! Projections without a filter: onto the true sources themselves, each with one gain for all its channels.
//!
//! As in Bryan and Sun, "Source separation tutorial mini-series II: introduction to non-negative matrix factorization"
//! (CCRMA 2013): with `P_j` the orthogonal projection onto source `j`, and `P_all` onto all sources,
//! target `t = P_j e`, interference `P_all e - P_j e`, artifacts `e - P_all e`. Their SDR is the SI-SDR of Le Roux,
//! Wisdom, Erdogan and Hershey, "SDR - half-baked or well done?" (ICASSP 2019): `|a s|² / |a s - e|²` with
//! `a = ⟨e, s⟩ / |s|²`.

use super::energies::Energies;
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

/// Inner products of all references, and of all estimates with them: channels as one long signal.
pub(super) struct PlainProducts {
    channels: usize,
    /// Indexed by `[i][j]`.
    references: DMatrix<f64>,
    /// Indexed by `[estimate][reference]`.
    estimates: DMatrix<f64>,
}

impl PlainProducts {
    pub(super) fn new(sources: usize, channels: usize) -> Self {
        let none = || DMatrix::zeros(sources, sources);
        Self { channels, references: none(), estimates: none() }
    }

    /// Adds the next samples of all channels.
    pub(super) fn add(&mut self, references: &[&[f32]], estimates: &[&[f32]]) {
        let (channels, sources) = (self.channels, self.references.nrows());
        let pairs: Vec<(usize, usize)> = (0..sources).flat_map(|i| (0..sources).map(move |j| (i, j))).collect();
        let sums = pairs.par_iter().map(|(i, j)| {
            let product = |signals: &[&[f32]]| {
                (0..channels).map(|c| dot(signals[i * channels + c], references[j * channels + c])).sum::<f64>()
            };
            (product(references), product(estimates))
        });
        for ((i, j), (reference, estimate)) in pairs.iter().zip(sums.collect::<Vec<_>>()) {
            self.references[(*i, *j)] += reference;
            self.estimates[(*i, *j)] += estimate;
        }
    }

    /// What takes `estimate` apart as an estimate of `source`, which is not silent.
    pub(super) fn gains(&self, source: usize, estimate: usize) -> PlainGains {
        let sources = self.references.nrows();
        // Scaled to the same energy, so that what is nearly dependent is not what is quiet.
        let scale = |i: usize| if self.references[(i, i)] > 0.0 { self.references[(i, i)].sqrt().recip() } else { 0.0 };
        let gram = DMatrix::from_fn(sources, sources, |i, j| self.references[(i, j)] * scale(i) * scale(j));
        let side = DVector::from_fn(sources, |i, _| self.estimates[(estimate, i)] * scale(i));
        let gains = least_squares(gram, &side);
        PlainGains {
            own: self.estimates[(estimate, source)] / self.references[(source, source)],
            all: (0..sources).map(|i| gains[i] * scale(i)).collect(),
            source,
            estimate,
            energies: Energies::default(),
        }
    }
}

/// The gains of the projections of one estimate, and the energies of its parts so far.
pub(super) struct PlainGains {
    own: f64,
    all: Vec<f64>,
    source: usize,
    estimate: usize,
    pub(super) energies: Energies,
}

impl PlainGains {
    /// Adds the next samples of all channels, so many per source.
    pub(super) fn add(&mut self, channels: usize, references: &[&[f32]], estimates: &[&[f32]]) {
        for channel in 0..channels {
            let (truth, estimate) =
                (references[self.source * channels + channel], estimates[self.estimate * channels + channel]);
            let mut explained = vec![0.0; truth.len()];
            for (source, gain) in self.all.iter().enumerate() {
                let reference = references[source * channels + channel];
                explained.iter_mut().zip(reference).for_each(|(sum, x)| *sum += gain * f64::from(*x));
            }
            for ((s, e), p) in truth.iter().zip(estimate).zip(explained) {
                let s = f64::from(*s);
                self.energies.add(s, self.own * s, p, f64::from(*e));
            }
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// The shortest `x` that brings `gram x` closest to `side`: references may depend on each other.
fn least_squares(gram: DMatrix<f64>, side: &DVector<f64>) -> DVector<f64> {
    // Its diagonal is 1, so that its singular values are at most as large as it is wide.
    let width = side.len() as f64;
    let inverse = gram.pseudo_inverse(16.0 * f64::EPSILON * width * width);
    inverse.expect("only a negative threshold is refused") * side
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    fn noise(seed: u64) -> Vec<f32> {
        let mut random = rand_pcg::Pcg32::seed_from_u64(seed);
        (0..4_000).map(|_| random.random_range(-0.5..0.5)).collect()
    }

    /// `a + gain b`
    fn mix(a: &[f32], gain: f32, b: &[f32]) -> Vec<f32> {
        a.iter().zip(b).map(|(a, b)| a + gain * b).collect()
    }

    /// The energies of the parts of `estimate`, an estimate of the first of `references`; all mono.
    fn energies(references: &[&[f32]], estimate: &[f32]) -> Energies {
        let mut products = PlainProducts::new(references.len(), 1);
        let estimates = vec![estimate; references.len()];
        products.add(references, &estimates);
        let mut gains = products.gains(0, 0);
        gains.add(1, references, &estimates);
        gains.energies
    }

    #[test]
    fn a_reference_that_is_a_sum_of_others_or_silent_adds_nothing() {
        let [a, b, hiss] = [1, 2, 3].map(noise);
        let estimate = mix(&mix(&a, 0.5, &b), 0.1, &hiss);
        let expected = energies(&[&a, &b], &estimate).score();
        let (sum, silence) = (mix(&a, 0.25, &b), vec![0.0; a.len()]);
        for references in [vec![&a[..], &b, &sum], vec![&a[..], &b, &b], vec![&a[..], &silence, &b]] {
            let found = energies(&references, &estimate).score();
            for (found, expected) in [(found.sdr, expected.sdr), (found.sir, expected.sir), (found.sar, expected.sar)] {
                assert!((found - expected).abs() < 1e-6, "{found} dB, not {expected} dB");
            }
        }
    }

    #[test]
    fn the_gains_are_those_of_the_normal_equations() {
        let [a, b] = [1, 2].map(noise);
        let (a, estimate) = (mix(&a, 0.5, &b), mix(&a, -0.3, &b));
        let [aa, ab, bb, ea, eb] =
            [(&a, &a), (&a, &b), (&b, &b), (&estimate, &a), (&estimate, &b)].map(|(x, y)| dot(x, y));
        let mut products = PlainProducts::new(2, 1);
        products.add(&[&a, &b], &[&estimate, &estimate]);
        let gains = products.gains(0, 0);
        // By Cramer's rule.
        let determinant = aa * bb - ab * ab;
        let expected = [ea / aa, (ea * bb - eb * ab) / determinant, (eb * aa - ea * ab) / determinant];
        for (found, expected) in [gains.own, gains.all[0], gains.all[1]].into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
        }
    }
}
