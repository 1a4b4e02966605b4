//! Delayed copies of the true sources, block by block: their inner products, and what filters make of them.
//!
//! A block is transformed with the `L - 1` samples before it, so that delays `0..L` do not wrap round.

use super::FILTER_TAPS;
use std::sync::Arc;
use unbraid_fft::{Complex, ComplexToReal, RealToComplex};

/// Length of the transforms. Longer ones would not be quicker.
const TRANSFORM_LEN: usize = 1 << 14;
/// Samples before a block that are transformed with it.
const PAST: usize = FILTER_TAPS - 1;
/// Most samples in a block.
pub(super) const BLOCK: usize = TRANSFORM_LEN - PAST;

pub(super) type Spectrum = Vec<Complex<f64>>;

/// Real transforms of one length.
#[derive(Clone)]
pub(super) struct Transform {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

impl Transform {
    pub(super) fn new() -> Self {
        let (forward, inverse) = unbraid_fft::both_f64(TRANSFORM_LEN);
        Self { forward, inverse }
    }

    /// The spectrum of `samples`, padded with zeros.
    fn forward(&self, samples: impl Iterator<Item = f64>) -> Spectrum {
        let mut padded = self.forward.make_input_vec();
        padded.iter_mut().zip(samples).for_each(|(slot, x)| *slot = x);
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut padded, &mut spectrum).expect("both buffers come from the plan itself");
        spectrum
    }

    /// Back to samples, scaled so that it undoes [`Transform::forward`].
    fn inverse(&self, mut spectrum: Spectrum) -> Vec<f64> {
        // The spectrum of a real signal is real at both ends, except for rounding.
        spectrum[0].im = 0.0;
        spectrum[TRANSFORM_LEN / 2].im = 0.0;
        let mut samples = self.inverse.make_output_vec();
        self.inverse.process(&mut spectrum, &mut samples).expect("the spectrum has the plan's length and real ends");
        let scale = 1.0 / TRANSFORM_LEN as f64;
        samples.iter_mut().for_each(|x| *x *= scale);
        samples
    }

    /// The spectrum of a filter with `taps`, `[L]`.
    pub(super) fn filter(&self, taps: &[f64]) -> Spectrum {
        self.forward(taps.iter().copied())
    }

    /// A block of `len` samples, of this `spectrum` with its past filtered.
    pub(super) fn filtered(&self, spectrum: Spectrum, len: usize) -> Vec<f64> {
        let mut samples = self.inverse(spectrum);
        samples.truncate(PAST + len);
        samples.drain(..PAST);
        samples
    }
}

/// The last samples of a signal.
pub(super) struct Past {
    samples: Vec<f64>,
}

impl Past {
    pub(super) fn silent() -> Self {
        Self { samples: vec![0.0; PAST] }
    }

    /// The spectrum of `block` after what came before it.
    pub(super) fn spectrum(&mut self, transform: &Transform, block: &[f32]) -> Spectrum {
        self.samples.extend(block.iter().map(|x| f64::from(*x)));
        let spectrum = transform.forward(self.samples.iter().copied());
        self.samples.drain(..block.len());
        spectrum
    }
}

/// Inner products of signals, in rows, with delayed true sources, added up block by block.
///
/// ```text
/// r[m] = Σ_n x[n] s[n - m]        0 ≤ m < L
/// ```
pub(super) struct Correlations {
    transform: Transform,
    pasts: Vec<Past>,
    /// Cross-spectra, indexed by `[row][source]`.
    sums: Vec<Vec<Spectrum>>,
}

impl Correlations {
    /// Of so many `rows` with so many `sources`.
    pub(super) fn new(transform: &Transform, rows: usize, sources: usize) -> Self {
        let silent = vec![Complex::new(0.0, 0.0); TRANSFORM_LEN / 2 + 1];
        Self {
            transform: transform.clone(),
            pasts: (0..sources).map(|_| Past::silent()).collect(),
            sums: vec![vec![silent; sources]; rows],
        }
    }

    /// Adds a block, of at most [`BLOCK`] samples, of each row's signal and of each source.
    pub(super) fn add(&mut self, rows: &[&[f32]], sources: &[&[f32]]) {
        let pasts = self.pasts.iter_mut().zip(sources);
        let delayed: Vec<Spectrum> = pasts.map(|(past, block)| past.spectrum(&self.transform, block)).collect();
        for (sums, row) in self.sums.iter_mut().zip(rows) {
            let silence = std::iter::repeat_n(0.0, PAST);
            let now = self.transform.forward(silence.chain(row.iter().map(|x| f64::from(*x))));
            for (sum, delayed) in sums.iter_mut().zip(&delayed) {
                for ((sum, now), delayed) in sum.iter_mut().zip(&now).zip(delayed) {
                    *sum += now * delayed.conj();
                }
            }
        }
    }

    /// The inner products, indexed by `[row][source][delay]`.
    pub(super) fn finish(self) -> Vec<Vec<Vec<f64>>> {
        let transform = self.transform;
        let lags = |sum: Spectrum| {
            let mut lags = transform.inverse(sum);
            lags.truncate(FILTER_TAPS);
            lags
        };
        self.sums.into_iter().map(|row| row.into_iter().map(lags).collect()).collect()
    }
}

/// Blocks of all signals, which are of one length, as short as the transforms ask for.
pub(super) fn blocks(signals: &[impl AsRef<[f32]>]) -> impl Iterator<Item = Vec<&[f32]>> {
    let len = signals.first().map_or(0, |signal| signal.as_ref().len());
    (0..len).step_by(BLOCK).map(move |start| {
        let end = (start + BLOCK).min(len);
        signals.iter().map(|signal| &signal.as_ref()[start..end]).collect()
    })
}
