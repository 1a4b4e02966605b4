//! Bases on the bins of another analysis.
//!
//! A partial in a Hann frame is a main lobe: 1 in its bin, 1/2 in the bins beside it, 0 beyond. It is as good as a
//! triangle two bins to either side, with a variance of 2/3 d² at bins that lie d apart. From fine bins d to coarse
//! ones D a lobe therefore has to widen by a triangle of half-width 2 √(D² − d²), for variances add up where spectra
//! are smeared. From coarse bins to fine ones nothing can narrow it again: there it is drawn as a straight line from
//! bin to bin, and only so far as that makes sense: to bins four times as fine.
//!
//! The separator reads dictionaries of other frames in its own way, by straight lines alone
//! (`separator/preset_bases.rs`), so that presets sound as they always did and load in the same time. Here bases are
//! written to files, and should be what learning on the new bins would have given.

use super::{BASIS_SUM_TOLERANCE, Dictionary, Flaw, FrameSpec, Training};

/// How many times as fine bins may become. Beyond that, partials that stand apart on the new bins were one smooth curve
/// on the old ones.
const MOST_STRETCH: f64 = 4.0;
/// Bin spacings whose ratio differs from 1 by at most this count as equal: at bin 500 the difference adds up to one
/// bin, and a partial is four bins wide.
pub(crate) const SAME_BINS: f64 = 0.002;
/// Bins so many times as wide as others are still about as fine: those of 4096 samples beside Quality's 4116.
const AS_FINE: f64 = 1.01;

impl FrameSpec {
    /// The analysis with periodic Hann windows of `frame_len` samples at `sample_rate` in Hz, in magnitudes.
    pub fn hann(sample_rate: f64, frame_len: usize) -> Self {
        Self { sample_rate, frame_len, window: "hann".to_owned(), latency: frame_len, exponent: 1.0 }
    }

    /// Whether bins lie `hz` apart, so that bases serve bins at that distance one by one.
    pub fn has_bin_spacing(&self, hz: f64) -> bool {
        (self.bin_spacing() / hz - 1.0).abs() <= SAME_BINS
    }

    /// How far apart bins may lie to be resampled to these, in Hz: four times as far.
    pub fn most_spacing(&self) -> f64 {
        MOST_STRETCH * self.bin_spacing()
    }

    /// Whether spectra have the same bins as those of `other`, and as many.
    pub fn has_spectra_of(&self, other: &Self) -> bool {
        (self.sample_rate, self.frame_len) == (other.sample_rate, other.frame_len)
    }
}

impl Dictionary {
    /// The bases of somebody else's program, `[K, F]`, found with the analysis `frame`, and reconstruction bases of the
    /// same shape if there are any. Each basis is scaled to sum to 1, and its reconstruction basis by the same factor:
    /// activations grow by what bases shrink, so that what is reconstructed stays. A basis whose sum is within
    /// [`BASIS_SUM_TOLERANCE`] of 1 stays as it is to the bit: rounded numbers do not sum to 1 exactly.
    ///
    /// # Errors
    /// The first flaw: of the frame, of the shape, or of a basis.
    pub fn found_elsewhere(
        frame: FrameSpec,
        mut bases: Vec<f32>,
        mut reconstruction: Option<Vec<f32>>,
    ) -> Result<Self, Flaw> {
        frame.validate()?;
        let bins = frame.bins();
        let training = Training { divergence: Training::UNKNOWN.to_owned(), seed: 0, iterations: 0 };
        for (k, basis) in bases.chunks_exact_mut(bins).enumerate() {
            super::check_weights("bases", k, basis)?;
            if (sum(basis) - 1.0).abs() > BASIS_SUM_TOLERANCE {
                let beside = reconstruction.as_mut().and_then(|rows| rows.get_mut(k * bins..(k + 1) * bins));
                scale(basis, beside.unwrap_or_default());
            }
        }
        let found = Self { frame, training, components: bases.len() / bins, bins, bases, reconstruction };
        found.validate()?;
        Ok(found)
    }

    /// The one of `all` to resample to the bins of `frame`: the nearest whose bins are as fine or finer, for those lose
    /// nothing; if there is none, the finest. `None` if there is none at all.
    pub fn nearest<'a>(all: &'a [Self], frame: &FrameSpec) -> Option<&'a Self> {
        let unlikeness = |dictionary: &Self| {
            let ratio = dictionary.frame.bin_spacing() / frame.bin_spacing();
            (ratio > AS_FINE, !dictionary.frame.has_spectra_of(frame), ratio.ln().abs())
        };
        all.iter().min_by(|a, b| {
            let (a, b) = (unlikeness(a), unlikeness(b));
            (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2))
        })
    }

    /// The same bases on the bins of `frame`, each summing to 1 again. Bins above the highest that they know are 0.
    /// Bases that already are on these bins stay as they are to the bit.
    ///
    /// # Errors
    /// If the bins of `frame` are more than four times as fine, or a basis has nothing on them.
    pub fn rebinned(&self, frame: &FrameSpec) -> Result<Self, Flaw> {
        frame.validate()?;
        if self.frame.has_spectra_of(frame) {
            return Ok(Self { frame: frame.clone(), ..self.clone() });
        }
        if !self.serves(frame) {
            let expected =
                format!("at most {:.1} Hz, to be resampled to {:.1} Hz", frame.most_spacing(), frame.bin_spacing());
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
        self.frame.bin_spacing() <= frame.most_spacing()
    }
}

impl Training {
    /// The divergence of bases that came from elsewhere, without a word on how they were found.
    pub const UNKNOWN: &str = "unknown";
}

/// Half the width of the triangle that takes bins `old` Hz apart to bins `new` Hz apart, in Hz.
fn half_width(old: f64, new: f64) -> f64 {
    old.max(2.0 * (new * new - old * old).max(0.0).sqrt())
}

fn sum(basis: &[f32]) -> f64 {
    basis.iter().copied().map(f64::from).sum()
}

/// Scales `basis` to sum to 1, and `beside` with it; one that is 0 everywhere stays.
fn scale(basis: &mut [f32], beside: &mut [f32]) {
    let sum = sum(basis);
    if sum > 0.0 {
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
        Dictionary::found_elsewhere(FrameSpec::hann(44_100.0, frame_len), bases, None).unwrap()
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
        let again = Dictionary::found_elsewhere(one.frame.clone(), one.bases.clone(), None).unwrap();
        assert_eq!(again, one);
    }

    #[test]
    fn bases_whose_numbers_were_rounded_stay_as_they_are_to_the_bit() {
        let mut one = partials(4_116);
        one.bases.iter_mut().for_each(|weight| *weight *= 1.003);
        let again = Dictionary::found_elsewhere(one.frame.clone(), one.bases.clone(), None).unwrap();
        assert_eq!((again.bases == one.bases, one.rebinned(&one.frame).unwrap()), (true, one));
    }

    #[test]
    fn bases_of_another_scale_take_their_reconstruction_bases_along() {
        let one = partials(2_048);
        let times = |factor: f32| one.bases.iter().map(|weight| factor * weight).collect::<Vec<_>>();
        let found = Dictionary::found_elsewhere(one.frame.clone(), times(8.0), Some(times(2.0))).unwrap();
        let total = |rows: &[f32]| rows.iter().sum::<f32>();
        assert!((total(&found.bases) - 1.0).abs() < 1e-4);
        assert!((total(found.reconstruction.as_ref().unwrap()) - 0.25).abs() < 1e-4);
    }

    #[test]
    fn what_is_finer_is_resampled_before_what_is_coarser() {
        let all = [partials(2_048), partials(8_192), partials(16_384)];
        let nearest = |frame_len: usize| {
            Dictionary::nearest(&all, &FrameSpec::hann(44_100.0, frame_len)).unwrap().frame.frame_len
        };
        // 2048 is nearer to 2100 than 8192 is, and has less to say.
        assert_eq!(
            [1_024, 2_048, 2_050, 2_100, 10_000, 65_536].map(nearest),
            [2_048, 2_048, 2_048, 8_192, 16_384, 16_384]
        );
        assert_eq!(Dictionary::nearest(&[], &all[0].frame), None);
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
