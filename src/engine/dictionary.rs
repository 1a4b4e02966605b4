//! A dictionary: the bases of one source, spectral templates `[K, F]`, and how they were made.
//!
//! - `rebinned`: the bases on the bins of another analysis.

mod rebinned;

pub(crate) use rebinned::SAME_BINS;

use crate::stft::Layout;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Sample rates that a recording may have, in Hz.
pub const SAMPLE_RATES_HZ: RangeInclusive<f64> = 1_000.0..=768_000.0;
/// Frame lengths N that a dictionary may have, in samples: from 16 ms at 1 kHz to 0.3 s at 768 kHz.
pub const FRAME_LENGTHS: RangeInclusive<usize> = 16..=262_144;
/// Exponents of the magnitude that are allowed.
pub const EXPONENTS: RangeInclusive<f32> = 0.1..=4.0;
/// Largest weight of a reconstruction basis: far more than training gives, far less than would overflow.
pub const MAX_RECONSTRUCTION_WEIGHT: f32 = 1e6;
/// How far the sum of a basis may be from 1: far more than rounding, far less than a mistake.
pub const BASIS_SUM_TOLERANCE: f64 = 1e-2;
/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 64;

/// One wrong value: where it is, what was found there, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is {found}; expected {expected}")]
pub struct Flaw {
    /// Path of the value, with indices from 0: `sources[0].name`.
    pub field: String,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

impl Flaw {
    /// A flaw of `field`, which is `found` instead of `expected`.
    pub fn new(field: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { field: field.into(), found: found.into(), expected: expected.into() }
    }

    /// The same flaw with a path that starts at `outer`, which contains `field`.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        Self { field: format!("{outer}.{}", self.field), ..self }
    }
}

/// Checks a name: not empty, at most [`MAX_NAME_CHARS`] characters, no control characters, no spaces at either end.
///
/// # Errors
/// The first flaw, of `field`.
pub(crate) fn check_name(field: &str, text: &str) -> Result<(), Flaw> {
    let expected = || format!("1 to {MAX_NAME_CHARS} characters");
    let chars = text.chars().count();
    if text.is_empty() {
        Err(Flaw::new(field, "empty", expected()))
    } else if chars > MAX_NAME_CHARS {
        Err(Flaw::new(field, format!("{chars} characters long"), expected()))
    } else if text.chars().any(char::is_control) {
        Err(Flaw::new(field, format!("{text:?}"), "a text without control characters"))
    } else if text.trim() != text {
        Err(Flaw::new(field, format!("{text:?}"), "a text without spaces around it"))
    } else {
        Ok(())
    }
}

/// The analysis that a dictionary was learned with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameSpec {
    /// Sample rate of the recording, in Hz.
    pub sample_rate: f64,
    /// Frame length N, in samples. Bins are `sample_rate / N` Hz apart.
    pub frame_len: usize,
    /// Name of the analysis window: `"hann"` is the periodic Hann window of length N, `"asymmetric"` is that of
    /// [`WindowPair::asymmetric`](crate::stft::WindowPair::asymmetric).
    pub window: String,
    /// Length of the synthesis window that goes with it, in samples: N for a Hann window, less for an asymmetric one.
    pub latency: usize,
    /// Exponent of the magnitude: 1 for |X|, 2 for power.
    pub exponent: f32,
}

impl FrameSpec {
    /// The analysis of a stream with this `layout`, in magnitudes.
    pub fn of(layout: &Layout) -> Self {
        Self {
            sample_rate: layout.sample_rate,
            frame_len: layout.windows.frame_len(),
            window: "asymmetric".to_owned(),
            latency: layout.windows.latency(),
            exponent: 1.0,
        }
    }

    /// Number of bins F of a whole spectrum: `N / 2 + 1`.
    pub fn bins(&self) -> usize {
        self.frame_len / 2 + 1
    }

    /// What identifies it among the dictionaries of a source: its frame length, and its latency where that is shorter.
    pub fn label(&self) -> String {
        if self.latency == self.frame_len {
            self.frame_len.to_string()
        } else {
            format!("{}.{}", self.frame_len, self.latency)
        }
    }

    /// Distance between two bins, in Hz.
    pub fn bin_spacing(&self) -> f64 {
        self.sample_rate / self.frame_len as f64
    }

    /// Checks every field.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        if !SAMPLE_RATES_HZ.contains(&self.sample_rate) {
            let expected = format!("{} to {} Hz", SAMPLE_RATES_HZ.start(), SAMPLE_RATES_HZ.end());
            return Err(Flaw::new("sample_rate", self.sample_rate.to_string(), expected));
        }
        if !FRAME_LENGTHS.contains(&self.frame_len) {
            let expected = format!("{} to {} samples", FRAME_LENGTHS.start(), FRAME_LENGTHS.end());
            return Err(Flaw::new("frame_len", self.frame_len.to_string(), expected));
        }
        check_name("window", &self.window)?;
        if !(1..=self.frame_len).contains(&self.latency) {
            return Err(Flaw::new("latency", self.latency.to_string(), format!("1 to {} samples", self.frame_len)));
        }
        if !EXPONENTS.contains(&self.exponent) {
            let expected = format!("{} to {}", EXPONENTS.start(), EXPONENTS.end());
            return Err(Flaw::new("exponent", self.exponent.to_string(), expected));
        }
        Ok(())
    }
}

/// How a dictionary was learned; kept so that it can be shown and repeated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Name of the divergence that was minimised; `"kl"` is the generalised Kullback-Leibler divergence.
    pub divergence: String,
    /// Seed of the random start.
    pub seed: u64,
    /// Number of passes over the frames.
    pub iterations: u32,
}

impl Training {
    /// Checks every field.
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        check_name("divergence", &self.divergence)
    }
}

/// The bases of one source for one analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct Dictionary {
    /// The analysis that gave the magnitudes.
    pub frame: FrameSpec,
    /// How the bases were learned.
    pub training: Training,
    /// Number of bases K.
    pub components: usize,
    /// Number of bins F of each basis; `frame.bins()`.
    pub bins: usize,
    /// The bases W, `[K, F]`, row-major. Non-negative; each row sums to 1: p(f given z).
    pub bases: Vec<f32>,
    /// Reconstruction bases W', `[K, F]`, row-major: masks are built from them, with the activations found with `bases`
    /// (Weninger, Le Roux, Hershey and Watanabe 2014). Finite and non-negative; their scale matters. `None` where the
    /// source was learned without the others.
    pub reconstruction: Option<Vec<f32>>,
}

impl Dictionary {
    /// Basis `k`, `[F]`.
    ///
    /// # Panics
    /// If `k >= components`.
    pub fn basis(&self, k: usize) -> &[f32] {
        &self.bases[k * self.bins..(k + 1) * self.bins]
    }

    /// Checks every field: shapes, and that each basis is finite, non-negative, and sums to 1 within
    /// [`BASIS_SUM_TOLERANCE`].
    ///
    /// # Errors
    /// The first flaw.
    pub fn validate(&self) -> Result<(), Flaw> {
        self.frame.validate()?;
        self.training.validate().map_err(|flaw| flaw.within("training"))?;
        if self.components == 0 {
            return Err(Flaw::new("components", "0", "at least 1"));
        }
        if self.bins != self.frame.bins() {
            let expected = format!("{}, half the frame length and one", self.frame.bins());
            return Err(Flaw::new("bins", self.bins.to_string(), expected));
        }
        if self.components.checked_mul(self.bins) != Some(self.bases.len()) {
            let expected = format!("{} bases of {} bins", self.components, self.bins);
            return Err(Flaw::new("bases", format!("{} numbers", self.bases.len()), expected));
        }
        (0..self.components).try_for_each(|k| check_basis(k, self.basis(k)))?;
        self.reconstruction.as_deref().map_or(Ok(()), |bases| self.check_reconstruction(bases))
    }

    fn check_reconstruction(&self, bases: &[f32]) -> Result<(), Flaw> {
        if bases.len() != self.bases.len() {
            let expected = format!("{} bases of {} bins", self.components, self.bins);
            return Err(Flaw::new("reconstruction", format!("{} numbers", bases.len()), expected));
        }
        bases.chunks_exact(self.bins).enumerate().try_for_each(|(k, basis)| {
            check_weights("reconstruction", k, basis)?;
            match basis.iter().position(|weight| *weight > MAX_RECONSTRUCTION_WEIGHT) {
                Some(f) => {
                    let expected = format!("at most {MAX_RECONSTRUCTION_WEIGHT}");
                    Err(Flaw::new(format!("reconstruction[{k}][{f}]"), basis[f].to_string(), expected))
                }
                None => Ok(()),
            }
        })
    }
}

/// The weight of `basis`, `[F]`, at a fractional bin, by linear interpolation; 0 above the last bin.
pub fn interpolate(basis: &[f32], place: f64) -> f32 {
    let (below, share) = (place as usize, place.fract() as f32);
    let at = |bin: usize| basis.get(bin).copied().unwrap_or(0.0);
    at(below) * (1.0 - share) + at(below + 1) * share
}

/// Checks basis `k`, `[F]`.
fn check_basis(k: usize, basis: &[f32]) -> Result<(), Flaw> {
    check_weights("bases", k, basis)?;
    let sum: f64 = basis.iter().copied().map(f64::from).sum();
    if sum == 0.0 {
        return Err(Flaw::new(format!("bases[{k}]"), "zero in every bin", "a spectrum that sums to 1"));
    }
    if (sum - 1.0).abs() > BASIS_SUM_TOLERANCE {
        return Err(Flaw::new(format!("bases[{k}]"), format!("a spectrum that sums to {sum}"), "a sum of 1"));
    }
    Ok(())
}

/// Checks that row `k` of `field` is finite and non-negative.
fn check_weights(field: &str, k: usize, row: &[f32]) -> Result<(), Flaw> {
    if let Some(f) = row.iter().position(|weight| !weight.is_finite()) {
        return Err(Flaw::new(format!("{field}[{k}][{f}]"), row[f].to_string(), "a finite number"));
    }
    if let Some(f) = row.iter().position(|weight| *weight < 0.0) {
        return Err(Flaw::new(format!("{field}[{k}][{f}]"), row[f].to_string(), "0 or more"));
    }
    Ok(())
}
