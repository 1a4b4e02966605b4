//! A cue that needs no training: what lasts is tonal, what is broad is percussive. Medians over time and over frequency
//! tell them apart (Fitzgerald 2010), here over past frames alone:
//!
//! ```text
//! τ(b) = tonal / (tonal + percussive)
//! tonal: median of the amplitude in b over the last steps     percussive: median of the amplitudes around b
//! ```
//!
//! What is tonal and low is the bass, what is tonal and high the rest; what is percussive is drums.

use crate::{
    nmf::{
        aligned::{Aligned, padded},
        bands::Bands,
        kernels::elementary::exp2,
    },
    preset::Role,
};
use std::f32::consts::LOG2_10;

/// Number of sources that it tells apart: drums, bass and the rest.
const MIXTURE: usize = Role::MIXTURE.len();

/// Where the bass ends, in Hz, and how steeply, as the order of a low pass: without a rest, and where a rest lies
/// above.
const BASS_ENDS: [(f64, i32); 2] = [(1500.0, 8), (1000.0, 4)];

/// The cue on one stream.
#[derive(Debug, Clone)]
pub(super) struct HarmonicPercussive {
    /// Which part of what is tonal is the bass. `[B]`
    low: Vec<f32>,
    present: [bool; MIXTURE],
    /// `[3, B]`, rows padded.
    likelihoods: Aligned,
}

impl HarmonicPercussive {
    /// For `bands` of bins `bin_spacing` Hz apart. `present` says which sources may sound.
    pub(super) fn new(bands: &Bands, bin_spacing: f64, present: [bool; MIXTURE]) -> Self {
        let (end_hz, order) = BASS_ENDS[usize::from(present[Role::Rest as usize])];
        let low = |b: usize| {
            let bins = bands.bins(b);
            let hz = 0.5 * (bins.start + bins.end - 1) as f64 * bin_spacing;
            (1.0 / (1.0 + (hz / end_hz).powi(order))) as f32
        };
        let low: Vec<f32> = (0..bands.len()).map(low).collect();
        let mut cue = Self { likelihoods: Aligned::zeros(MIXTURE * padded(low.len())), low, present };
        cue.reset();
        cue
    }

    /// Says nothing until the next step.
    pub(super) fn reset(&mut self) {
        self.likelihoods.fill(1.0);
    }

    pub(super) fn copy_from(&mut self, other: &Self) {
        if self.present == other.present && self.low.len() == other.low.len() {
            self.likelihoods.copy_from_slice(&other.likelihoods);
        }
    }

    /// On the audio thread: takes the next step's log₁₀ of the energy that lasts over the energy around, `[B]`.
    pub(super) fn step(&mut self, tonal: &[f32]) {
        let width = padded(self.low.len());
        let [drums, bass, rest] = self.present;
        let (all_drums, rows) = self.likelihoods.split_at_mut(width);
        let (all_bass, all_rest) = rows.split_at_mut(width);
        for (b, (tonal, low)) in tonal.iter().zip(&self.low).enumerate() {
            // Half of it, for amplitudes.
            let share = 1.0 / (1.0 + exp2(-0.5 * LOG2_10 * tonal));
            let low = if bass { if rest || drums { *low } else { 1.0 } } else { 0.0 };
            let share = if drums { share } else { 1.0 };
            let high = if rest { 1.0 - low } else { 0.0 };
            all_bass[b] = share * low;
            all_rest[b] = share * high;
            all_drums[b] = if drums { 1.0 - share * (low + high) } else { 0.0 };
        }
    }

    /// How likely each band belongs to each source, `[3, B]`, rows padded.
    pub(super) fn likelihoods(&self) -> &[f32] {
        &self.likelihoods
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACING_HZ: f64 = 75.0 / 7.0;

    fn cue(present: [bool; MIXTURE]) -> (HarmonicPercussive, usize) {
        let bands = Bands::new(1..2059);
        (HarmonicPercussive::new(&bands, SPACING_HZ, present), bands.len())
    }

    #[test]
    fn what_lasts_is_bass_or_the_rest_and_what_is_broad_is_drums() {
        let (mut cue, bands) = cue([true; MIXTURE]);
        let of = |cue: &HarmonicPercussive, b: usize| [0, 1, 2].map(|s| cue.likelihoods()[s * padded(bands) + b]);
        cue.step(&vec![4.0; bands]);
        assert!(of(&cue, 6)[1] > 0.95, "low: {:?}", of(&cue, 6));
        assert!(of(&cue, 120)[2] > 0.95, "high: {:?}", of(&cue, 120));
        cue.step(&vec![-4.0; bands]);
        assert!(of(&cue, 6)[0] > 0.95 && of(&cue, 110)[0] > 0.95);
        cue.step(&vec![0.0; bands]);
        assert!((of(&cue, 6)[0] - 0.5).abs() < 0.01, "as broad as it lasts: {:?}", of(&cue, 6));
    }

    #[test]
    fn likelihoods_sum_to_one_whoever_may_sound() {
        for bits in 1..8 {
            let present = [0, 1, 2].map(|s| bits & (1 << s) != 0);
            let (mut cue, bands) = cue(present);
            for t in 0..30 {
                let tonal: Vec<f32> = (0..bands).map(|b| ((b * 7 + t * 13) % 17) as f32 - 8.0).collect();
                cue.step(&tonal);
                for b in 0..bands {
                    let each = [0, 1, 2].map(|s| cue.likelihoods()[s * padded(bands) + b]);
                    assert!((each.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{present:?} {each:?}");
                    assert!(each.iter().zip(present).all(|(each, present)| present || *each == 0.0));
                }
            }
        }
    }
}
