//! References that depend on each other.

use super::{
    FILTER_TAPS,
    projector::{Projector, inner_product},
};
use crate::decibels;
use std::ops::Range;

/// Below this share of its own, a reference is called dependent on the others: -30 dB.
const LEAST_OWN_SHARE: f64 = 1e-3;

/// A reference that is nearly a sum of filtered other references, so that interference and artifacts can hardly be told
/// apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dependence {
    /// The reference, counted from 0.
    pub reference: usize,
    /// The share of its energy that no filters of the others leave out, in dB; minus infinity of nothing.
    pub own_db: f64,
}

/// The references that are nearly sums of filtered others, of inner products indexed by `[i][j][delay]`.
pub(super) fn dependences(lags: &[Vec<Vec<f64>>], of_source: &[Range<usize>]) -> Vec<Dependence> {
    let sounding = of_source.iter().enumerate().filter(|(_, channels)| !channels.is_empty());
    let shares = sounding.map(|(reference, channels)| (reference, own_share(lags, channels)));
    let dependent = shares.filter(|(_, share)| *share < LEAST_OWN_SHARE);
    dependent.map(|(reference, share)| Dependence { reference, own_db: decibels::of_power(share) }).collect()
}

/// The share of the energy of these `channels` that filters of all others do not give: the smaller one of two, of the
/// channels as they are, and half a filter late, so that also what the others have later counts.
fn own_share(lags: &[Vec<Vec<f64>>], channels: &Range<usize>) -> f64 {
    let others: Vec<usize> = (0..lags.len()).filter(|other| !channels.contains(other)).collect();
    if others.is_empty() {
        return 1.0;
    }
    let lags_of_others: Vec<Vec<_>> =
        others.iter().map(|i| others.iter().map(|j| lags[*i][*j].clone()).collect()).collect();
    let projector = Projector::new(&lags_of_others, 0..others.len());
    let explained = |late: usize| {
        let products = |channel: usize| -> Vec<Vec<f64>> {
            let product = |other: usize, delay: usize| inner_product(lags, (other, delay), (channel, late));
            others.iter().map(|other| (0..FILTER_TAPS).map(|delay| product(*other, delay)).collect()).collect()
        };
        projector.energy(&channels.clone().map(products).collect::<Vec<_>>())
    };
    let energy: f64 = channels.clone().map(|channel| lags[channel][channel][0]).sum();
    (1.0 - explained(0).max(explained(FILTER_TAPS / 2)) / energy).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::{super::delays::Correlations, *};
    use rand::{RngExt, SeedableRng};
    use std::f64::consts::PI;

    const SAMPLES: usize = 60_000;

    fn noise(seed: u64) -> Vec<f32> {
        let mut random = rand_pcg::Pcg32::seed_from_u64(seed);
        (0..SAMPLES).map(|_| random.random_range(-0.5..0.5)).collect()
    }

    /// Nothing above `share` of the highest frequency but what single precision leaves there.
    fn low_passed(samples: &[f32], share: f64) -> Vec<f32> {
        let tap = |n: i32| {
            let (x, window) = (PI * f64::from(n), 0.42 + 0.5 * (PI * f64::from(n) / 100.0).cos());
            let window = window + 0.08 * (PI * f64::from(n) / 50.0).cos();
            window * if n == 0 { share } else { (share * x).sin() / x }
        };
        let taps: Vec<f64> = (-100..=100).map(tap).collect();
        let at =
            |n: usize| taps.iter().zip(samples[..=n].iter().rev()).map(|(tap, x)| tap * f64::from(*x)).sum::<f64>();
        (0..samples.len()).map(|n| at(n) as f32).collect()
    }

    fn delayed(samples: &[f32], by: usize) -> Vec<f32> {
        std::iter::repeat_n(0.0, by).chain(samples.iter().copied()).take(samples.len()).collect()
    }

    fn mix(a: &[f32], gain: f32, b: &[f32]) -> Vec<f32> {
        a.iter().zip(b).map(|(a, b)| a + gain * b).collect()
    }

    /// In dB, of references with so many channels each.
    fn own_db(references: &[Vec<f32>], channels: usize) -> Vec<f64> {
        let signals: Vec<&[f32]> = references.iter().map(Vec::as_slice).collect();
        let mut correlations = Correlations::new(signals.len(), signals.len());
        correlations.add(&signals, &signals);
        let lags = correlations.finish();
        let of_source = (0..signals.len()).step_by(channels).map(|first| first..first + channels);
        of_source.map(|channels| decibels::of_power(own_share(&lags, &channels))).collect()
    }

    #[test]
    fn independent_references_are_their_own_whatever_bands_they_lack() {
        let [a, b, hiss] = [1, 2, 3].map(noise);
        let low = [low_passed(&a, 0.45), low_passed(&b, 0.45)];
        let shared = [mix(&low[0], 1e-3, &hiss), mix(&low[1], 1e-3, &hiss)];
        // Chance explains one degree of freedom per tap: 512 of 60 000 times the share of the band.
        for references in [vec![a.clone(), b.clone()], low.to_vec(), shared.to_vec()] {
            for db in own_db(&references, 1) {
                assert!((-0.3..=0.0).contains(&db), "{db} dB");
            }
        }
    }

    #[test]
    fn what_is_of_its_own_is_the_share_that_was_added() {
        let [mut a, b, c] = [1, 2, 3].map(noise);
        a[SAMPLES - 200..].fill(0.0);
        let later = delayed(&a, 200);
        for gain in [0.1_f32, 0.01] {
            let expected = decibels::of_power(f64::from(gain).powi(2));
            let found = own_db(&[a.clone(), mix(&later, gain, &b), c.clone()], 1);
            assert!((found[0] - expected).abs() < 0.3 && (found[1] - expected).abs() < 0.3, "{found:?} dB");
            assert!(found[2] > -0.3, "{found:?} dB");
        }
    }

    #[test]
    fn a_sum_of_filtered_others_has_nothing_of_its_own() {
        let [mut a, mut b] = [1, 2].map(noise);
        a[SAMPLES - 10..].fill(0.0);
        b[SAMPLES - 10..].fill(0.0);
        let (a_filtered, b_filtered) = (mix(&a, -0.6, &delayed(&a, 3)), mix(&b, 0.2, &delayed(&b, 10)));
        for sum in [mix(&a, 0.5, &b), mix(&a_filtered, 0.5, &b_filtered)] {
            for db in own_db(&[a.clone(), b.clone(), sum], 1) {
                assert!(db < -100.0, "{db} dB");
            }
        }
    }

    #[test]
    fn channels_count_by_their_energy() {
        let [a, b, c, d] = [1, 2, 3, 4].map(noise);
        let quiet: Vec<f32> = a.iter().map(|x| 0.1 * x).collect();
        // The loud channel of the first is the other's, the quiet one its own.
        let found = own_db(&[b.clone(), quiet, b, mix(&c, 1.0, &d)], 2);
        assert!((found[0] - decibels::of_power(0.01 / 1.01)).abs() < 0.3, "{found:?} dB");
    }
}
