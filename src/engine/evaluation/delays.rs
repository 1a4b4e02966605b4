//! Delayed copies of the true sources, block by block: their inner products, and what filters make of them.
//!
//! A block is transformed with the `L - 1` samples before it, so that delays `0..L` do not wrap round.

use super::FILTER_TAPS;
use rayon::prelude::*;
use std::sync::Arc;
use unbraid_fft::{Complex, ComplexToReal, RealToComplex};

/// Length of the longest transforms. Longer ones would not be quicker.
const LONGEST: usize = 1 << 14;
/// Samples before a block that are transformed with it.
pub(super) const PAST: usize = FILTER_TAPS - 1;
/// Blocks whose spectra are kept until they are multiplied, so that the sums of products stay in the caches.
const KEPT_BLOCKS: usize = 8;
/// Bins that are multiplied at a time, for the same reason.
const TILE_BINS: usize = 256;

pub(super) type Spectrum = Vec<Complex<f64>>;

/// Real transforms of one length.
#[derive(Clone)]
pub(super) struct Transform {
    len: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

impl Transform {
    /// For signals of up to `samples`, or of any length if there are more.
    pub(super) fn for_signals_of(samples: usize) -> Self {
        let len = samples.saturating_add(2 * PAST).min(LONGEST).next_power_of_two();
        let (forward, inverse) = unbraid_fft::both_f64(len);
        Self { len, forward, inverse }
    }

    /// Most samples in a block.
    pub(super) fn block(&self) -> usize {
        self.len - PAST
    }

    /// The spectrum of `samples`, padded with zeros.
    pub(super) fn spectrum(&self, samples: impl Iterator<Item = f64>) -> Spectrum {
        let mut padded = self.forward.make_input_vec();
        padded.iter_mut().zip(samples).for_each(|(slot, x)| *slot = x);
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut padded, &mut spectrum).expect("both buffers come from the plan itself");
        spectrum
    }

    /// Back to samples, scaled so that it undoes [`Transform::spectrum`].
    fn inverse(&self, mut spectrum: Spectrum) -> Vec<f64> {
        // The spectrum of a real signal is real at both ends, except for rounding.
        spectrum[0].im = 0.0;
        spectrum[self.len / 2].im = 0.0;
        let mut samples = self.inverse.make_output_vec();
        self.inverse.process(&mut spectrum, &mut samples).expect("the spectrum has the plan's length and real ends");
        let scale = 1.0 / self.len as f64;
        samples.iter_mut().for_each(|x| *x *= scale);
        samples
    }

    /// The spectrum of a filter with `taps`, `[L]`.
    pub(super) fn filter(&self, taps: &[f64]) -> Spectrum {
        self.spectrum(taps.iter().copied())
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
struct Past {
    samples: Vec<f64>,
}

impl Past {
    fn silent() -> Self {
        Self { samples: vec![0.0; PAST] }
    }

    /// The spectrum of `block` after what came before it.
    fn spectrum(&mut self, transform: &Transform, block: &[f32]) -> Spectrum {
        self.samples.extend(block.iter().map(|x| f64::from(*x)));
        let spectrum = transform.spectrum(self.samples.iter().copied());
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
    rows: usize,
    /// The newest blocks: the spectra of all rows, then those of the delayed sources.
    blocks: Vec<Vec<Spectrum>>,
    /// Cross-spectra, a tile of bins each, indexed by `[row][source][bin]`.
    tiles: Vec<Vec<Complex<f64>>>,
}

impl Correlations {
    /// Of so many `rows` with so many `sources`.
    pub(super) fn new(rows: usize, sources: usize) -> Self {
        let transform = Transform::for_signals_of(usize::MAX);
        let bins = transform.len / 2 + 1;
        let tile = |start| vec![Complex::new(0.0, 0.0); rows * sources * TILE_BINS.min(bins - start)];
        let tiles = (0..bins).step_by(TILE_BINS).map(tile).collect();
        let pasts = (0..sources).map(|_| Past::silent()).collect();
        Self { transform, pasts, rows, blocks: Vec::new(), tiles }
    }

    /// Adds the next samples of each row's signal and of each source, all as many.
    pub(super) fn add(&mut self, rows: &[&[f32]], sources: &[&[f32]]) {
        for (rows, sources) in blocks(rows, self.transform.block()).zip(blocks(sources, self.transform.block())) {
            self.add_block(&rows, &sources);
        }
    }

    fn add_block(&mut self, rows: &[&[f32]], sources: &[&[f32]]) {
        let transform = &self.transform;
        let now = rows.par_iter().map(|row| {
            let silence = std::iter::repeat_n(0.0, PAST);
            transform.spectrum(silence.chain(row.iter().map(|x| f64::from(*x))))
        });
        let delayed = self.pasts.par_iter_mut().zip(sources).map(|(past, block)| past.spectrum(transform, block));
        self.blocks.push(now.chain(delayed).collect());
        if self.blocks.len() == KEPT_BLOCKS {
            self.multiply();
        }
    }

    fn multiply(&mut self) {
        let (rows, sources, blocks) = (self.rows, self.pasts.len(), std::mem::take(&mut self.blocks));
        self.tiles.par_iter_mut().enumerate().for_each(|(tile, sums)| {
            let bins = sums.len() / (rows * sources).max(1);
            let part = tile * TILE_BINS..tile * TILE_BINS + bins;
            for (pair, sums) in sums.chunks_exact_mut(bins.max(1)).enumerate() {
                let (row, source) = (pair / sources, rows + pair % sources);
                for block in &blocks {
                    for ((sum, now), delayed) in
                        sums.iter_mut().zip(&block[row][part.clone()]).zip(&block[source][part.clone()])
                    {
                        *sum += now * delayed.conj();
                    }
                }
            }
        });
    }

    /// The inner products, indexed by `[row][source][delay]`.
    pub(super) fn finish(mut self) -> Vec<Vec<Vec<f64>>> {
        self.multiply();
        let (rows, sources) = (self.rows, self.pasts.len());
        let lags = |row: usize, source: usize| {
            let part = |sums: &Vec<Complex<f64>>| {
                let bins = sums.len() / (rows * sources);
                let start = (row * sources + source) * bins;
                sums[start..start + bins].to_vec()
            };
            let mut lags = self.transform.inverse(self.tiles.iter().flat_map(part).collect());
            lags.truncate(FILTER_TAPS);
            lags
        };
        (0..rows).map(|row| (0..sources).map(|source| lags(row, source)).collect()).collect()
    }
}

/// Blocks of at most `most` samples of all signals, which are of one length.
pub(super) fn blocks<'a>(
    signals: &'a [impl AsRef<[f32]> + 'a],
    most: usize,
) -> impl Iterator<Item = Vec<&'a [f32]>> + 'a {
    let len = signals.first().map_or(0, |signal| signal.as_ref().len());
    (0..len).step_by(most).map(move |start| {
        let end = (start + most).min(len);
        signals.iter().map(|signal| &signal.as_ref()[start..end]).collect()
    })
}
