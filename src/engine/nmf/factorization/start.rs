//! The bases at the start: frames that differ from each other.
//!
//! Greedy k-means++ (Arthur and Vassilvitskii 2007) with the Kullback-Leibler divergence, a Bregman divergence, in
//! place of the squared distance (Nock, Luosto and Kivinen 2008). Each basis is drawn from the frames with a
//! probability proportional to their divergence from the bases so far; of several candidates, the one with the least
//! remaining divergence stays. From flat bases, updates would spend their first passes on telling the bases apart, and
//! often end worse.

use super::{frames::Frames, run::normalize};
use crate::nmf::kernels::plain::dot;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;

/// Candidates per basis.
const CANDIDATES: usize = 4;
/// Share of the mean spectrum in each basis, so that no bin starts at 0, where a multiplicative update would leave it.
const MEAN_SHARE: f32 = 0.4;
/// Largest random gain of a bin, as a ratio less 1: it tells bases apart that start at the same frame.
const NOISE: f32 = 0.3;
/// Replaces the logarithm of 0, which only bins without any sound have.
const LEAST_LOG: f32 = -50.0;

/// Bases `[K, F]`, each summing to 1, at frames of `v`, which must hold sound.
pub(super) fn distinct_frames(v: &Frames, components: usize, rng: &mut Pcg64Mcg) -> Vec<f32> {
    let mean = mean_spectrum(v);
    let own = own_terms(v);
    let mut remaining = divergences(v, &own, &mean);
    let mut bases = Vec::with_capacity(components * v.bins);
    for _ in 0..components {
        let candidates: Vec<(Vec<f32>, Vec<f32>)> = (0..CANDIDATES)
            .map(|_| {
                let basis = smoothed(v, draw(&remaining, rng), &mean);
                let mut left = divergences(v, &own, &basis);
                left.iter_mut().zip(&remaining).for_each(|(left, before)| *left = left.min(*before));
                (basis, left)
            })
            .collect();
        let total = |left: &[f32]| left.iter().map(|x| f64::from(*x)).sum::<f64>();
        let best = candidates.into_iter().min_by(|a, b| total(&a.1).total_cmp(&total(&b.1)));
        if let Some((basis, left)) = best {
            bases.extend(basis.iter().map(|w| w * (1.0 + NOISE * rng.random::<f32>())));
            remaining = left;
        }
    }
    normalize(&mut bases, v.bins);
    bases
}

/// The sum of all frames, scaled to a sum of 1.
fn mean_spectrum(v: &Frames) -> Vec<f32> {
    let mut mean = vec![0.0; v.bins];
    for frame in v.iter() {
        mean.iter_mut().zip(frame).for_each(|(sum, value)| *sum += value);
    }
    normalize(&mut mean, v.bins);
    mean
}

/// Σ v log(v / Σv) of each frame: the part of its divergence from a basis that does not depend on the basis.
fn own_terms(v: &Frames) -> Vec<f32> {
    let own = |frame: &[f32]| {
        let sum: f32 = frame.iter().sum();
        frame.iter().filter(|value| **value > 0.0).map(|value| value * (value / sum).ln()).sum()
    };
    v.values.par_chunks_exact(v.bins).map(own).collect()
}

/// Divergence of each frame from `basis`, which sums to 1, scaled to the frame's sum: Σ v log(v / (w Σv)).
fn divergences(v: &Frames, own: &[f32], basis: &[f32]) -> Vec<f32> {
    let logs: Vec<f32> = basis.iter().map(|w| w.ln().max(LEAST_LOG)).collect();
    v.values.par_chunks_exact(v.bins).zip(own).map(|(frame, own)| (own - dot(frame, &logs)).max(0.0)).collect()
}

/// An index into `weights`, drawn with a probability proportional to the weight; any index if all are 0.
fn draw(weights: &[f32], rng: &mut Pcg64Mcg) -> usize {
    let total: f64 = weights.iter().map(|w| f64::from(*w)).sum();
    let share = f64::from(rng.random::<f32>());
    if total <= 0.0 {
        return (share * weights.len() as f64) as usize;
    }
    let mut rest = share * total;
    weights
        .iter()
        .position(|w| {
            rest -= f64::from(*w);
            rest < 0.0
        })
        .unwrap_or(weights.len() - 1)
}

/// Frame `t`, scaled to a sum of 1, mixed with a share of the mean spectrum.
fn smoothed(v: &Frames, t: usize, mean: &[f32]) -> Vec<f32> {
    let mut basis = v.values[t * v.bins..][..v.bins].to_vec();
    normalize(&mut basis, v.bins);
    basis.iter_mut().zip(mean).for_each(|(w, mean)| *w += MEAN_SHARE * (mean - *w));
    basis
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nmf::divergence::kullback_leibler;
    use rand::SeedableRng;

    /// Two frames each of three spectra, at several levels, and one silent frame.
    fn three_spectra() -> Frames {
        let spectra = [[8.0, 1.0, 0.0, 1.0], [0.0, 9.0, 1.0, 0.0], [1.0, 0.0, 0.0, 9.0]];
        let scaled = |gain: f32| spectra.into_iter().flatten().map(move |value| gain * value);
        Frames { bins: 4, values: scaled(1.0).chain(scaled(0.2)).chain([0.0; 4]).collect() }
    }

    #[test]
    fn divergences_are_those_of_frames_from_scaled_bases() {
        let v = three_spectra();
        let basis = [0.1, 0.2, 0.3, 0.4];
        for (frame, found) in v.iter().zip(divergences(&v, &own_terms(&v), &basis)) {
            let sum: f32 = frame.iter().sum();
            let expected = kullback_leibler(frame, &basis.map(|w| w * sum)) as f32;
            assert!((found - expected).abs() < 1e-4 * expected.max(0.1), "{found}, expected {expected}");
        }
    }

    #[test]
    fn each_spectrum_gets_a_basis_for_nearly_every_seed() {
        let found_all = |seed: &u64| {
            let bases = distinct_frames(&three_spectra(), 3, &mut Pcg64Mcg::seed_from_u64(*seed));
            let peak = |basis: &[f32]| (0..4).max_by(|a, b| basis[*a].total_cmp(&basis[*b]));
            let mut peaks: Vec<_> = bases.chunks(4).filter_map(peak).collect();
            peaks.sort_unstable();
            peaks == [0, 1, 3]
        };
        // Frames drawn with equal probabilities would find all three for 2 in 9 seeds.
        let found = (0..100).filter(found_all).count();
        assert!(found >= 90, "{found} of 100");
    }

    #[test]
    fn no_bin_with_sound_starts_at_zero() {
        let bases = distinct_frames(&three_spectra(), 3, &mut Pcg64Mcg::seed_from_u64(0));
        assert!(bases.iter().all(|w| *w > 0.0), "{bases:?}");
    }

    #[test]
    fn more_bases_than_frames_are_all_different() {
        let v = Frames { bins: 2, values: vec![1.0, 3.0] };
        let bases = distinct_frames(&v, 3, &mut Pcg64Mcg::seed_from_u64(0));
        assert_eq!(bases.len(), 6);
        assert!(bases[0] != bases[2] && bases[2] != bases[4] && bases[0] != bases[4], "{bases:?}");
    }
}
