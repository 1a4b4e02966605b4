//! The plain signal-to-noise ratio of an estimate, band by band.
//!
//! ```text
//! SNR = 10 log10 |s|² / |e - s|²        s the true source, e its estimate, both cut to one band
//! ```
//!
//! BSS Eval allows for a filter between an estimate and the truth, so it does not count what an equalizer takes away.
//! This does, and says where: a bass without its low end is bad below 150 Hz. Both signals are cut by a transform of
//! the whole signal, which shifts nothing in time.

use crate::decibels;
use std::ops::Range;
use unbraid_fft::Complex;

/// The bands, in Hz; the last one reaches to the highest frequency that there is.
pub const BANDS_HZ: [Range<f64>; 3] = [0.0..150.0, 150.0..2_000.0, 2_000.0..f64::INFINITY];

/// The energies whose ratio is the SNR. Energies of several sources can be added, which counts their errors together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BandEnergies {
    /// Energy of the true source in each of [`BANDS_HZ`].
    pub truth: [f64; BANDS_HZ.len()],
    /// Energy of the error in each of [`BANDS_HZ`].
    pub error: [f64; BANDS_HZ.len()],
}

impl BandEnergies {
    /// The energies of `estimate`, an estimate of `truth`: mono signals at `sample_rate` in Hz. A signal that is
    /// shorter than the other counts as silent from its end on.
    pub fn of(truth: &[f32], estimate: &[f32], sample_rate: f64) -> Self {
        let len = truth.len().max(estimate.len()).max(2).next_power_of_two();
        let at = |signal: &[f32], n: usize| signal.get(n).map_or(0.0, |x| f64::from(*x));
        let error = |n| at(estimate, n) - at(truth, n);
        let (truth, error) = (spectrum(len, |n| at(truth, n)), spectrum(len, error));
        let bin_spacing = sample_rate / len as f64;
        Self { truth: energies(&truth, bin_spacing), error: energies(&error, bin_spacing) }
    }

    /// The signal-to-noise ratio in dB in each of [`BANDS_HZ`]: infinite where there is no error, NaN where there is
    /// nothing at all.
    pub fn snr(&self) -> [f64; BANDS_HZ.len()] {
        std::array::from_fn(|band| decibels::of_power(self.truth[band] / self.error[band]))
    }
}

impl std::ops::Add for BandEnergies {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let sum = |a: [f64; BANDS_HZ.len()], b: [f64; BANDS_HZ.len()]| std::array::from_fn(|band| a[band] + b[band]);
        Self { truth: sum(self.truth, other.truth), error: sum(self.error, other.error) }
    }
}

fn spectrum(len: usize, sample: impl Fn(usize) -> f64) -> Vec<Complex<f64>> {
    let (forward, _) = unbraid_fft::both_f64(len);
    let mut samples: Vec<f64> = (0..len).map(sample).collect();
    let mut spectrum = forward.make_output_vec();
    forward.process(&mut samples, &mut spectrum).expect("both buffers have the plan's lengths");
    spectrum
}

pub(super) fn energies(spectrum: &[Complex<f64>], bin_spacing: f64) -> [f64; BANDS_HZ.len()] {
    BANDS_HZ.map(|band| {
        let inside = |bin: &usize| band.contains(&(*bin as f64 * bin_spacing));
        (0..spectrum.len()).filter(inside).map(|bin| spectrum[bin].norm_sqr()).sum()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::f64::consts::PI;

    pub(in super::super) const RATE: f64 = 44_100.0;

    /// A second of sines, `(Hz, amplitude)`, faded in and out so that none spreads over the bands.
    pub(in super::super) fn sines(parts: &[(f64, f64)]) -> Vec<f32> {
        let sample = |n: usize| {
            let t = n as f64 / RATE;
            let fade = 0.5 - 0.5 * (2.0 * PI * t).cos();
            (fade * parts.iter().map(|(hz, amplitude)| amplitude * (2.0 * PI * hz * t).sin()).sum::<f64>()) as f32
        };
        (0..RATE as usize).map(sample).collect()
    }

    fn assert_close(found: [f64; 3], expected: [f64; 3]) {
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 0.01);
        assert!(near, "{found:?} dB, not {expected:?} dB");
    }

    #[test]
    fn each_band_has_its_own_ratio() {
        let truth = sines(&[(60.0, 1.0), (600.0, 0.5), (6_000.0, 0.2)]);
        // Half of the low end is missing; a tenth is added in the middle; the top is turned round.
        let estimate = sines(&[(60.0, 0.5), (600.0, 0.5), (900.0, 0.05), (6_000.0, -0.2)]);
        assert_close(BandEnergies::of(&truth, &estimate, RATE).snr(), [6.0206, 20.0, -6.0206]);
    }

    #[test]
    fn silence_is_as_wrong_as_the_source_is_loud() {
        let truth = sines(&[(60.0, 1.0), (600.0, 0.5), (6_000.0, 0.2)]);
        assert_close(BandEnergies::of(&truth, &[], RATE).snr(), [0.0; 3]);
    }

    #[test]
    fn energies_of_sources_add_up() {
        let (loud, quiet) = (sines(&[(60.0, 1.0)]), sines(&[(60.0, 0.1)]));
        let good = BandEnergies::of(&loud, &sines(&[(60.0, 0.9)]), RATE);
        let silent = BandEnergies::of(&quiet, &[], RATE);
        let low = (good + silent).snr()[0];
        assert!((low - decibels::of_power(1.01 / 0.02)).abs() < 0.01, "{low} dB");
    }

    #[test]
    fn what_is_exact_is_infinitely_good() {
        let truth = sines(&[(60.0, 1.0)]);
        assert_eq!(BandEnergies::of(&truth, &truth, RATE).snr()[0], f64::INFINITY);
        assert!(BandEnergies::of(&[], &[], RATE).snr().iter().all(|snr| snr.is_nan()));
    }
}
