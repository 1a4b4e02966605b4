//! BSS Eval version 3, `bss_eval_sources` (Vincent, Gribonval and Févotte, "Performance measurement
//! in blind audio source separation", IEEE TASLP 14(4), 2006), without a search for the permutation.
//!
//! An estimate `e` of source `j` is split by two orthogonal projections, onto the true source's own
//! delays `0..L` and onto those of all true sources, `L =` [`FILTER_TAPS`]:
//!
//! ```text
//! target       t = P_j e              what a short filter makes of the true source
//! interference i = P_all e - P_j e    what came from the other sources
//! artifacts    a = e - P_all e        what came from none of them
//! SDR = |t|² / |i + a|²    SIR = |t|² / |i|²    SAR = |t + i|² / |a|²    each as 10 log10
//! ```
//!
//! A projection is a least-squares problem whose normal matrix is block-Toeplitz: the correlations of
//! the references at lags below `L`, which come from one FFT per pair.

use super::{EvaluationError, FILTER_TAPS};
use crate::decibels;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};
use rayon::prelude::*;
use std::sync::Arc;
use unbraid_fft::{Complex, ComplexToReal, RealToComplex};

/// How good the estimate of one source is. Positive infinity where an error is exactly zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Signal-to-distortion ratio in dB, which counts every error.
    pub sdr: f64,
    /// Signal-to-interference ratio in dB, which counts what comes from the other sources.
    pub sir: f64,
    /// Signal-to-artifacts ratio in dB, which counts what comes from none of the sources.
    pub sar: f64,
}

/// Scores `estimates[j]` as an estimate of `references[j]`, for every `j`; mono signals of one length.
///
/// # Errors
/// No source, unequal numbers of references and estimates, lengths that differ or are below
/// [`FILTER_TAPS`], a sample that is not finite, a silent signal.
pub fn bss_eval_sources(references: &[Vec<f32>], estimates: &[Vec<f32>]) -> Result<Vec<Score>, EvaluationError> {
    if references.len() != estimates.len() {
        return Err(EvaluationError::Counts { references: references.len(), estimates: estimates.len() });
    }
    TrueSources::new(references)?.score(estimates)
}

/// True sources, prepared so that many estimates of them are scored in little more time than one.
pub struct TrueSources {
    delays: DelayedReferences,
    /// Onto the delays of each source alone.
    own: Vec<Projector>,
    /// Onto the delays of all sources.
    all: Projector,
    /// Samples in each reference.
    samples: usize,
}

impl TrueSources {
    /// Prepares `references`, mono signals of one length.
    ///
    /// # Errors
    /// No source, lengths that differ or are below [`FILTER_TAPS`], a sample that is not finite, a silent signal.
    pub fn new(references: &[Vec<f32>]) -> Result<Self, EvaluationError> {
        let samples = references.first().ok_or(EvaluationError::NoSources)?.len();
        validate("reference", references, samples)?;
        let delays = DelayedReferences::new(references);
        let own = |j: usize| {
            let start = (j * FILTER_TAPS, j * FILTER_TAPS);
            Projector::new(delays.gram.view(start, (FILTER_TAPS, FILTER_TAPS)).into_owned(), j)
        };
        let own = (0..references.len()).into_par_iter().map(own).collect();
        let all = Projector::new(delays.gram.clone(), 0);
        Ok(Self { delays, own, all, samples })
    }

    /// Scores `estimates[j]` as an estimate of source `j`, for every `j`.
    ///
    /// # Errors
    /// Not one estimate for each source, another length than the references', a sample that is not finite, a silent
    /// signal.
    pub fn score(&self, estimates: &[Vec<f32>]) -> Result<Vec<Score>, EvaluationError> {
        if self.own.len() != estimates.len() {
            return Err(EvaluationError::Counts { references: self.own.len(), estimates: estimates.len() });
        }
        validate("estimate", estimates, self.samples)?;
        let pairs = estimates.par_iter().zip(&self.own);
        Ok(pairs.map(|(estimate, own)| self.delays.score(estimate, own, &self.all)).collect())
    }
}

/// Checks that each of `list`, whose signals are called `signal`, is sound of `samples` samples.
fn validate(signal: &'static str, list: &[Vec<f32>], samples: usize) -> Result<(), EvaluationError> {
    if let Some(other) = list.iter().map(Vec::len).find(|other| *other != samples) {
        return Err(EvaluationError::Lengths { first: samples, other });
    }
    if samples < FILTER_TAPS {
        return Err(EvaluationError::TooShort { samples });
    }
    for (index, samples) in list.iter().enumerate() {
        let number = index + 1;
        if samples.iter().any(|x| !x.is_finite()) {
            return Err(EvaluationError::NotFinite { signal, number });
        }
        if samples.iter().all(|x| *x == 0.0) {
            return Err(EvaluationError::Silent { signal, number });
        }
    }
    Ok(())
}

/// Real transforms of one length, long enough that delays up to `L - 1` do not wrap round.
struct Transform {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    len: usize,
}

impl Transform {
    fn new(len: usize) -> Self {
        let (forward, inverse) = unbraid_fft::both_f64(len);
        Self { forward, inverse, len }
    }

    /// The spectrum of `samples`, padded with zeros.
    fn forward(&self, samples: impl ExactSizeIterator<Item = f64>) -> Vec<Complex<f64>> {
        let mut padded = self.forward.make_input_vec();
        padded.iter_mut().zip(samples).for_each(|(slot, x)| *slot = x);
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut padded, &mut spectrum).expect("both buffers come from the plan itself");
        spectrum
    }

    /// Back to `len` samples, scaled so that it undoes [`Transform::forward`].
    fn inverse(&self, mut spectrum: Vec<Complex<f64>>) -> Vec<f64> {
        // The spectrum of a real signal is real at both ends, except for rounding.
        spectrum[0].im = 0.0;
        if let (0, Some(last)) = (self.len % 2, spectrum.last_mut()) {
            last.im = 0.0;
        }
        let mut samples = self.inverse.make_output_vec();
        self.inverse.process(&mut spectrum, &mut samples).expect("the spectrum has the plan's length and real ends");
        let scale = 1.0 / self.len as f64;
        samples.iter_mut().for_each(|x| *x *= scale);
        samples
    }

    /// The cross-correlation `r[m] = Σ_n a[n + m] b[n]`; negative lags sit at the end, `r[len + m]`.
    fn correlation(&self, a: &[Complex<f64>], b: &[Complex<f64>]) -> Vec<f64> {
        self.inverse(a.iter().zip(b).map(|(a, b)| a * b.conj()).collect())
    }
}

/// The true sources and the inner products of their delays.
struct DelayedReferences {
    transform: Transform,
    /// Indexed by `[source][bin]`.
    spectra: Vec<Vec<Complex<f64>>>,
    /// `[S L, S L]`, symmetric: inner products of source `i` delayed by `a` with source `j` delayed by
    /// `b`, at row `i L + a` and column `j L + b`.
    gram: DMatrix<f64>,
    /// Length of a filtered signal: samples of a reference and the filter's tail.
    filtered_len: usize,
}

impl DelayedReferences {
    fn new(references: &[Vec<f32>]) -> Self {
        let filtered_len = references[0].len() + FILTER_TAPS - 1;
        let transform = Transform::new(filtered_len.next_power_of_two());
        let spectra: Vec<_> =
            references.par_iter().map(|samples| transform.forward(samples.iter().map(|x| f64::from(*x)))).collect();

        let sources = references.len();
        let mut gram = DMatrix::zeros(sources * FILTER_TAPS, sources * FILTER_TAPS);
        for i in 0..sources {
            for j in 0..=i {
                let lags = transform.correlation(&spectra[i], &spectra[j]);
                for a in 0..FILTER_TAPS {
                    for b in 0..FILTER_TAPS {
                        let product = if b >= a { lags[b - a] } else { lags[transform.len + b - a] };
                        gram[(i * FILTER_TAPS + a, j * FILTER_TAPS + b)] = product;
                        gram[(j * FILTER_TAPS + b, i * FILTER_TAPS + a)] = product;
                    }
                }
            }
        }
        Self { transform, spectra, gram, filtered_len }
    }

    fn score(&self, estimate: &[f32], own: &Projector, all: &Projector) -> Score {
        let spectrum = self.transform.forward(estimate.iter().map(|x| f64::from(*x)));
        let target = self.project(&spectrum, own);
        let explained = self.project(&spectrum, all);
        let estimate = estimate.iter().map(|x| f64::from(*x)).chain(std::iter::repeat(0.0));

        let (mut signal, mut both, mut interference, mut artifacts, mut distortion) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for ((t, p), e) in target.iter().zip(&explained).zip(estimate) {
            signal += t * t;
            both += p * p;
            interference += (p - t).powi(2);
            artifacts += (e - p).powi(2);
            distortion += (e - t).powi(2);
        }
        Score {
            sdr: decibels::of_power(signal / distortion),
            sir: decibels::of_power(signal / interference),
            sar: decibels::of_power(both / artifacts),
        }
    }

    /// The estimate's projection on the delays that `projector` spans, `filtered_len` samples.
    fn project(&self, estimate: &[Complex<f64>], projector: &Projector) -> Vec<f64> {
        let references = &self.spectra[projector.first..projector.first + projector.sources];
        let mut products = DVector::zeros(projector.sources * FILTER_TAPS);
        for (i, reference) in references.iter().enumerate() {
            let lags = self.transform.correlation(estimate, reference);
            (0..FILTER_TAPS).for_each(|a| products[i * FILTER_TAPS + a] = lags[a]);
        }
        let filters = projector.solve(&products);

        let mut sum = vec![Complex::new(0.0, 0.0); estimate.len()];
        for (i, reference) in references.iter().enumerate() {
            let filter = self.transform.forward((0..FILTER_TAPS).map(|a| filters[i * FILTER_TAPS + a]));
            for ((sum, filter), reference) in sum.iter_mut().zip(filter).zip(reference) {
                *sum += filter * reference;
            }
        }
        let mut projection = self.transform.inverse(sum);
        projection.truncate(self.filtered_len);
        projection
    }
}

/// A factorized normal matrix of the delays of all references, or of one.
struct Projector {
    /// The first reference it spans.
    first: usize,
    /// How many references it spans.
    sources: usize,
    factors: Factors,
}

enum Factors {
    Cholesky(Cholesky<f64, Dyn>),
    /// The pseudo-inverse `[S L, S L]`, for references that depend on each other or lack whole bands.
    PseudoInverse(DMatrix<f64>),
}

impl Projector {
    fn new(gram: DMatrix<f64>, first: usize) -> Self {
        let sources = gram.nrows() / FILTER_TAPS;
        let factors = match Cholesky::new(gram.clone()) {
            Some(cholesky) => Factors::Cholesky(cholesky),
            None => Factors::PseudoInverse(pseudo_inverse(gram.clone())),
        };
        Self { first, sources, factors }
    }

    fn solve(&self, products: &DVector<f64>) -> DVector<f64> {
        match &self.factors {
            Factors::Cholesky(cholesky) => cholesky.solve(products),
            Factors::PseudoInverse(inverse) => inverse * products,
        }
    }
}

/// The Moore-Penrose inverse of a symmetric matrix that is positive definite except for rounding.
fn pseudo_inverse(gram: DMatrix<f64>) -> DMatrix<f64> {
    let n = gram.nrows();
    let eigen = gram.symmetric_eigen();
    let floor = eigen.eigenvalues.max() * f64::EPSILON * n as f64;
    let mut scaled = eigen.eigenvectors.clone();
    for (mut column, value) in scaled.column_iter_mut().zip(&eigen.eigenvalues) {
        column *= if *value > floor { 1.0 / value } else { 0.0 };
    }
    scaled * eigen.eigenvectors.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White noise in -1..1 from a linear congruential generator, the same in any language.
    fn noise(seed: u32, len: usize) -> Vec<f32> {
        let mut state = seed;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        std::iter::repeat_with(next).take(len).collect()
    }

    fn mix(parts: &[(f32, &[f32])]) -> Vec<f32> {
        (0..parts[0].1.len()).map(|n| parts.iter().map(|(gain, part)| gain * part[n]).sum()).collect()
    }

    fn delayed(samples: &[f32], by: usize) -> Vec<f32> {
        std::iter::repeat_n(0.0, by).chain(samples.iter().copied()).take(samples.len()).collect()
    }

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} dB, not {expected} dB");
    }

    #[test]
    fn noises_score_as_mir_eval_scores_them() {
        let [a, b, c] = [1, 2, 3].map(|seed| noise(seed, 8000));
        let estimates = [
            mix(&[(1.0, &a), (0.5, &b)]),
            mix(&[(0.8, &delayed(&b, 3)), (0.1, &c)]),
            mix(&[(1.0, &c), (0.25, &noise(9, 8000))]),
        ];
        let scores = bss_eval_sources(&[a, b, c], &estimates).unwrap();
        // mir_eval 0.7, bss_eval_sources(..., compute_permutation=False)
        assert_close(scores[0].sdr, 6.39349);
        assert_close(scores[0].sir, 6.39349);
        assert!(scores[0].sar > 100.0, "nothing but the references is in it: {}", scores[0].sar);
        assert_close(scores[1].sdr, 18.24470);
        assert_close(scores[1].sir, 18.37537);
        assert_close(scores[1].sar, 33.58867);
        assert_close(scores[2].sdr, 12.31208);
        assert_close(scores[2].sir, 21.22111);
        assert_close(scores[2].sar, 12.94236);
    }

    #[test]
    fn a_single_source_knows_no_interference() {
        let [a, b] = [1, 2].map(|seed| noise(seed, 8000));
        let score = bss_eval_sources(std::slice::from_ref(&a), &[mix(&[(1.0, &a), (0.5, &b)])]).unwrap()[0];
        assert_close(score.sdr, 6.39349);
        assert_close(score.sar, 6.39349);
        assert_eq!(score.sir, f64::INFINITY);
    }

    #[test]
    fn references_that_repeat_each_other_are_still_scored() {
        let [a, b] = [1, 2].map(|seed| noise(seed, 4000));
        let estimate = mix(&[(1.0, &a), (0.1, &b)]);
        let scores = bss_eval_sources(&[a.clone(), a.clone()], &[estimate.clone(), estimate.clone()]).unwrap();
        let alone = bss_eval_sources(&[a], &[estimate]).unwrap()[0];
        for score in scores {
            assert_close(score.sdr, alone.sdr);
            assert_close(score.sar, alone.sar);
            assert!(score.sir > 60.0, "the copy adds nothing: {}", score.sir);
        }
    }

    #[test]
    fn the_pseudo_inverse_projects_as_cholesky_does() {
        let references = [1, 2].map(|seed| noise(seed, 4000));
        let delays = DelayedReferences::new(&references);
        let gram = &delays.gram;
        let cholesky = Projector::new(gram.clone(), 0);
        let inverse = Projector { first: 0, sources: 2, factors: Factors::PseudoInverse(pseudo_inverse(gram.clone())) };
        let estimate = delays.transform.forward(noise(3, 4000).into_iter().map(f64::from));
        let pairs = delays.project(&estimate, &cholesky).into_iter().zip(delays.project(&estimate, &inverse));
        pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-9, "{a} is not {b}"));
    }

    #[test]
    fn what_cannot_be_scored_is_named() {
        let (a, b) = (noise(1, 1000), noise(2, 1000));
        let error = |references: &[Vec<f32>], estimates: &[Vec<f32>]| {
            bss_eval_sources(references, estimates).expect_err("this must be refused")
        };
        assert_eq!(error(&[], &[]), EvaluationError::NoSources);
        assert_eq!(
            error(&[a.clone(), b.clone()], std::slice::from_ref(&a)),
            EvaluationError::Counts { references: 2, estimates: 1 }
        );
        assert_eq!(
            error(std::slice::from_ref(&a), &[b[1..].to_vec()]),
            EvaluationError::Lengths { first: 1000, other: 999 }
        );
        assert_eq!(error(&[a[..511].to_vec()], &[b[..511].to_vec()]), EvaluationError::TooShort { samples: 511 });
        let silence = vec![0.0; 1000];
        assert_eq!(
            error(&[a.clone(), silence.clone()], &[a.clone(), b.clone()]),
            EvaluationError::Silent { signal: "reference", number: 2 }
        );
        assert_eq!(
            error(std::slice::from_ref(&a), &[silence]),
            EvaluationError::Silent { signal: "estimate", number: 1 }
        );
        let mut broken = b;
        broken[500] = f32::NAN;
        assert_eq!(error(&[a], &[broken]), EvaluationError::NotFinite { signal: "estimate", number: 1 });
    }
}
