//! The signal-to-noise ratio of an estimate, band by band, of signals that are too long to be kept.

use super::band_snr::{BandEnergies, energies};
use std::{f64::consts::PI, sync::Arc};
use unbraid_fft::RealToComplex;

/// Length of the frames whose spectra are divided into bands, in seconds: bins lie some 3 Hz apart.
const FRAME_SECONDS: f64 = 0.37;

/// Adds up the energies that [`BandEnergies::of`] gives, block by block: of frames whose windows, squared, add up to
/// 1, so that no energy is lost. What lies within a few bins of the edge of a band may be counted on its other side.
pub(super) struct BandMeter {
    forward: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    bin_spacing: f64,
    /// The newest samples of the true source and of the error, less than a frame.
    newest: [Vec<f64>; 2],
    sums: BandEnergies,
}

impl BandMeter {
    pub(super) fn new(sample_rate: f64) -> Self {
        let len = ((FRAME_SECONDS * sample_rate) as usize).max(16).next_power_of_two();
        let half = vec![0.0; len / 2];
        Self {
            forward: unbraid_fft::both_f64(len).0,
            window: (0..len).map(|n| (PI * (n as f64 + 0.5) / len as f64).sin()).collect(),
            bin_spacing: sample_rate / len as f64,
            newest: [half.clone(), half],
            sums: BandEnergies::default(),
        }
    }

    /// Adds the next samples of one channel of the true source and of its estimate.
    pub(super) fn add(&mut self, truth: &[f32], estimate: &[f32]) {
        let len = self.window.len();
        for (truth, estimate) in truth.chunks(len / 2).zip(estimate.chunks(len / 2)) {
            self.newest[0].extend(truth.iter().map(|x| f64::from(*x)));
            self.newest[1].extend(truth.iter().zip(estimate).map(|(s, e)| f64::from(*e) - f64::from(*s)));
            while self.newest[0].len() >= len {
                self.take_frame();
            }
        }
    }

    pub(super) fn finish(mut self) -> BandEnergies {
        let len = self.window.len();
        // Until the last sample has been in two frames.
        let padded = self.newest[0].len().next_multiple_of(len / 2) + len / 2;
        self.newest.iter_mut().for_each(|newest| newest.resize(padded, 0.0));
        while self.newest[0].len() >= len {
            self.take_frame();
        }
        self.sums
    }

    fn take_frame(&mut self) {
        let [truth, error] = self.newest.each_mut().map(|newest| {
            let mut frame: Vec<f64> = newest.iter().zip(&self.window).map(|(x, weight)| x * weight).collect();
            let mut spectrum = self.forward.make_output_vec();
            self.forward.process(&mut frame, &mut spectrum).expect("both buffers have the plan's lengths");
            newest.drain(..self.window.len() / 2);
            energies(&spectrum, self.bin_spacing)
        });
        self.sums = self.sums + BandEnergies { truth, error };
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            BANDS_HZ,
            band_snr::tests::{RATE, sines},
        },
        *,
    };
    use rand::{RngExt, SeedableRng};

    #[test]
    fn each_band_has_its_own_ratio() {
        let truth = sines(&[(60.0, 1.0), (600.0, 0.5), (6_000.0, 0.2)]);
        // Half of the low end is missing; a tenth is added in the middle; the top is turned round.
        let estimate = sines(&[(60.0, 0.5), (600.0, 0.5), (900.0, 0.05), (6_000.0, -0.2)]);
        let mut meter = BandMeter::new(RATE);
        for (truth, estimate) in truth.chunks(10_000).zip(estimate.chunks(10_000)) {
            meter.add(truth, estimate);
        }
        let found = meter.finish().snr();
        for (found, expected) in found.into_iter().zip([6.0206, 20.0, -6.0206]) {
            assert!((found - expected).abs() < 0.05, "{found} dB, not {expected} dB");
        }
    }

    #[test]
    fn blocks_give_the_ratios_of_the_whole() {
        let mut random = rand_pcg::Pcg32::seed_from_u64(1);
        let mut noise = || (0..60_000).map(|_| random.random_range(-1.0..1.0)).collect::<Vec<f32>>();
        let truth = noise();
        let estimate: Vec<f32> = truth.iter().zip(noise()).map(|(s, e)| s + 0.1 * e).collect();
        let whole = BandEnergies::of(&truth, &estimate, 44_100.0).snr();
        let mut meter = BandMeter::new(44_100.0);
        for cut in [0..1, 1..30_000, 30_000..60_000] {
            meter.add(&truth[cut.clone()], &estimate[cut]);
        }
        let found = meter.finish().snr();
        for band in 0..BANDS_HZ.len() {
            assert!((found[band] - whole[band]).abs() < 0.1, "{found:?} dB, not {whole:?} dB");
        }
    }
}
