//! Bases on the bins of another analysis.
//!
//! A partial in a Hann frame is a main lobe: 1 in its bin, 1/2 in the bins beside it, 0 beyond. It is as good as a
//! triangle two bins to either side, with a variance of 2/3 d² at bins that lie d apart. From fine bins d to coarse
//! ones D a lobe therefore has to widen by a triangle of half-width 2 √(D² − d²), for variances add up where spectra
//! are smeared. From coarse bins to fine ones nothing can narrow it again: there it is drawn as a straight line from
//! bin to bin, and only so far as that makes sense ([`MOST_STRETCH`]).

use super::{Dictionary, Flaw, FrameSpec, Training};

/// So many times as fine as they were, bins may become. Beyond that, what is a spectrum of partials on the new bins was
/// a smooth curve on the old ones.
pub const MOST_STRETCH: f64 = 4.0;
/// Bin spacings whose ratio differs from 1 by at most this count as equal: at the 500th bin of a spectrum whose lobes
/// are four bins wide it makes one bin.
pub const SAME_BINS: f64 = 0.002;
/// How far the sum of a basis may be from 1 to be kept to the bit: what rounding makes of it.
const ROUNDING: f64 = 1e-4;

impl FrameSpec {
    /// The analysis with periodic Hann windows of `frame_len` samples at `sample_rate` in Hz, in magnitudes.
    pub fn hann(sample_rate: f64, frame_len: usize) -> Self {
        Self { sample_rate, frame_len, window: "hann".to_owned(), latency: frame_len, exponent: 1.0 }
    }

    /// Whether bins lie as far apart as those of `other`, so that bases serve both bin by bin.
    pub fn has_bins_of(&self, other: &Self) -> bool {
        (self.bin_spacing() / other.bin_spacing() - 1.0).abs() <= SAME_BINS
    }
}

impl Dictionary {
    /// The bases of somebody else's program, `[K, F]`, found with the analysis `frame`, scaled to sum to 1. They stay
    /// as they are to the bit if they already do.
    ///
    /// # Errors
    /// The first flaw: of the frame, of the shape, or of a basis.
    pub fn found_elsewhere(frame: FrameSpec, mut bases: Vec<f32>) -> Result<Self, Flaw> {
        frame.validate()?;
        let bins = frame.bins();
        let training = Training { divergence: Training::UNKNOWN.to_owned(), seed: 0, iterations: 0 };
        for (k, basis) in bases.chunks_exact_mut(bins).enumerate() {
            super::check_weights("bases", k, basis)?;
            scale(basis, &mut []);
        }
        let found = Self { frame, training, components: bases.len() / bins, bins, bases, reconstruction: None };
        found.validate()?;
        Ok(found)
    }

    /// The same bases on the bins of `frame`, each summing to 1 again. Bins above the highest that they know are 0.
    ///
    /// # Errors
    /// If the bins of `frame` are more than [`MOST_STRETCH`] times as fine, or a basis has nothing on them.
    pub fn rebinned(&self, frame: &FrameSpec) -> Result<Self, Flaw> {
        frame.validate()?;
        if !self.serves(frame) {
            let expected =
                format!("at most {:.1} Hz, to be resampled to {:.1} Hz", most_spacing(frame), frame.bin_spacing());
            return Err(Flaw::new("bin spacing", format!("{:.1} Hz", self.frame.bin_spacing()), expected));
        }
        let (old, new) = (self.frame.bin_spacing(), frame.bin_spacing());
        let kernel = Kernel { spacing: new / old, half_width: half_width(old, new) / old };
        let mut bases = kernel.all(&self.bases, self.bins, frame.bins());
        let mut masking = self.reconstruction.as_ref().map(|rows| kernel.all(rows, self.bins, frame.bins()));
        for (k, basis) in bases.chunks_exact_mut(frame.bins()).enumerate() {
            let beside = masking.as_mut().map(|rows| &mut rows[k * frame.bins()..][..frame.bins()]);
            scale(basis, beside.unwrap_or_default());
        }
        let rebinned = Self {
            frame: frame.clone(),
            training: self.training.clone(),
            components: self.components,
            bins: frame.bins(),
            bases,
            reconstruction: masking,
        };
        rebinned.validate()?;
        Ok(rebinned)
    }

    /// Whether the bases are fine enough for the bins of `frame`.
    pub fn serves(&self, frame: &FrameSpec) -> bool {
        self.frame.bin_spacing() <= most_spacing(frame)
    }
}

impl Training {
    /// The divergence of bases that came from elsewhere, without a word on how they were found.
    pub const UNKNOWN: &str = "unknown";
}

/// The coarsest bins that can be resampled to those of `frame`, in Hz.
fn most_spacing(frame: &FrameSpec) -> f64 {
    MOST_STRETCH * frame.bin_spacing()
}

/// Half the width of the triangle that takes bins `old` Hz apart to bins `new` Hz apart, in Hz.
fn half_width(old: f64, new: f64) -> f64 {
    old.max(2.0 * (new * new - old * old).max(0.0).sqrt())
}

/// Scales `basis` to sum to 1, and `beside` with it; a sum that is 1 but for rounding stays.
fn scale(basis: &mut [f32], beside: &mut [f32]) {
    let sum: f64 = basis.iter().copied().map(f64::from).sum();
    if sum > 0.0 && (sum - 1.0).abs() > ROUNDING {
        basis.iter_mut().chain(beside).for_each(|weight| *weight = (f64::from(*weight) / sum) as f32);
    }
}

/// A triangle that reads bins. In units of the old bins.
struct Kernel {
    spacing: f64,
    half_width: f64,
}

impl Kernel {
    /// All `rows`, `[K, old]`, on `new` bins.
    fn all(&self, rows: &[f32], old: usize, new: usize) -> Vec<f32> {
        rows.chunks_exact(old).flat_map(|row| (0..new).map(|bin| self.read(row, bin as f64 * self.spacing))).collect()
    }

    /// The mean of `row` around `place`, weighted by the triangle. A bin below 0 is the mirror image of the one above.
    fn read(&self, row: &[f32], place: f64) -> f32 {
        let first = (place - self.half_width).ceil() as isize;
        let last = (place + self.half_width).floor() as isize;
        let (mut sum, mut weights) = (0.0, 0.0);
        for bin in first..=last {
            let weight = 1.0 - (bin as f64 - place).abs() / self.half_width;
            sum += weight * f64::from(row.get(bin.unsigned_abs()).copied().unwrap_or(0.0));
            weights += weight;
        }
        if weights > 0.0 { (sum / weights) as f32 } else { 0.0 }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;
    use crate::stft::{Analysis, Bin, hann};

    /// The spectrum of some partials in a Hann frame of `frame_len` samples at 44.1 kHz.
    fn partials(frame_len: usize) -> Dictionary {
        let window: Vec<f32> = hann(frame_len).iter().map(|w| *w as f32).collect();
        let tone = |n: usize, hz: f64| (std::f64::consts::TAU * hz * n as f64 / 44_100.0).sin();
        let samples: Vec<f32> =
            (0..frame_len).map(|n| (tone(n, 333.3) + 0.5 * tone(n, 1_234.5) + 0.3 * tone(n, 5_432.1)) as f32).collect();
        let mut spectrum = vec![Bin::default(); frame_len / 2 + 1];
        Analysis::new(&window).spectrum(&samples, &mut spectrum);
        let bases = spectrum.iter().map(|bin| bin.norm()).collect();
        Dictionary::found_elsewhere(FrameSpec::hann(44_100.0, frame_len), bases).unwrap()
    }

    fn likeness(a: &Dictionary, b: &Dictionary) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let (a, b) = (a.basis(0), b.basis(0));
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn partials_of_long_frames_become_those_of_short_frames() {
        for (from, to) in [(4_116, 2_058), (8_192, 2_058), (16_384, 4_116), (4_096, 4_116), (4_116, 4_096)] {
            let (long, short) = (partials(from), partials(to));
            let likeness = likeness(&long.rebinned(&short.frame).unwrap(), &short);
            assert!(likeness > 0.97, "{from} to {to}: {likeness}");
        }
    }

    #[test]
    fn bases_on_the_same_bins_stay_as_they_are_to_the_bit() {
        let one = partials(4_116);
        assert_eq!(one.rebinned(&one.frame).unwrap(), one);
        let again = Dictionary::found_elsewhere(one.frame.clone(), one.bases.clone()).unwrap();
        assert_eq!(again, one);
    }

    #[test]
    fn reconstruction_bases_keep_their_weight_against_the_bases() {
        let mut one = partials(4_096);
        one.reconstruction = Some(one.bases.iter().map(|w| 0.25 * w).collect());
        let moved = one.rebinned(&FrameSpec::hann(48_000.0, 2_048)).unwrap();
        let sum: f32 = moved.reconstruction.unwrap().iter().sum();
        assert!((sum - 0.25).abs() < 1e-4, "{sum}");
    }

    #[test]
    fn what_is_too_coarse_is_refused_and_names_the_limit() {
        let coarse = partials(512);
        let refused = coarse.rebinned(&FrameSpec::hann(44_100.0, 4_096)).unwrap_err().to_string();
        assert_eq!(refused, "`bin spacing` is 86.1 Hz; expected at most 43.1 Hz, to be resampled to 10.8 Hz");
    }
}
