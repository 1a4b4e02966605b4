//! The parts of an estimate: target, interference, artifacts, and their energies.

use super::{
    FILTER_TAPS,
    delays::{Past, Spectrum, Transform},
    projector::{Projector, gram},
    score::Score,
};
use crate::decibels;
use nalgebra::DMatrix;
use rayon::prelude::*;
use unbraid_fft::Complex;

/// What follows the signals: as much as delays and filters reach beyond them.
pub(super) const SILENCE: [f32; FILTER_TAPS - 1] = [0.0; FILTER_TAPS - 1];

/// The projections onto the delays of each source, and of all.
pub(super) struct Projectors {
    own: Vec<Projector>,
    all: Projector,
}

impl Projectors {
    /// Of the inner products of the references, indexed by `[i][j][delay]`.
    pub(super) fn new(lags: &[Vec<Vec<f64>>]) -> Self {
        let gram: DMatrix<f64> = gram(lags);
        let own = |j: usize| {
            let start = (j * FILTER_TAPS, j * FILTER_TAPS);
            Projector::new(gram.view(start, (FILTER_TAPS, FILTER_TAPS)).into_owned(), j)
        };
        Self { own: (0..lags.len()).into_par_iter().map(own).collect(), all: Projector::new(gram.clone(), 0) }
    }
}

/// The references with what came before, as spectra.
pub(super) struct Delays {
    transform: Transform,
    pasts: Vec<Past>,
}

impl Delays {
    pub(super) fn new(transform: &Transform, sources: usize) -> Self {
        Self { transform: transform.clone(), pasts: (0..sources).map(|_| Past::silent()).collect() }
    }

    pub(super) fn next(&mut self, references: &[&[f32]]) -> Vec<Spectrum> {
        let pasts = self.pasts.iter_mut().zip(references);
        pasts.map(|(past, block)| past.spectrum(&self.transform, block)).collect()
    }

    pub(super) fn tail(&mut self) -> Vec<Spectrum> {
        self.next(&vec![&SILENCE[..]; self.pasts.len()])
    }
}

/// Energies of the parts of one estimate.
pub(super) struct Energies {
    /// The filters of the projection onto the source's own delays, from the reference `first` on, and onto all.
    first: usize,
    own: Vec<Spectrum>,
    all: Vec<Spectrum>,
    target: f64,
    both: f64,
    interference: f64,
    artifacts: f64,
    distortion: f64,
}

impl Energies {
    pub(super) fn new(transform: &Transform, projectors: &Projectors, source: usize, products: &[Vec<f64>]) -> Self {
        let filters =
            |projector: &Projector| projector.filters(products).iter().map(|taps| transform.filter(taps)).collect();
        let own = &projectors.own[source];
        Self {
            first: own.first,
            own: filters(own),
            all: filters(&projectors.all),
            target: 0.0,
            both: 0.0,
            interference: 0.0,
            artifacts: 0.0,
            distortion: 0.0,
        }
    }

    /// Adds a block of the `estimate`, beside the `delayed` references.
    pub(super) fn add(&mut self, transform: &Transform, delayed: &[Spectrum], estimate: &[f32]) {
        let project = |filters: &[Spectrum], delayed: &[Spectrum]| {
            let mut sum = vec![Complex::new(0.0, 0.0); delayed[0].len()];
            for (filter, delayed) in filters.iter().zip(delayed) {
                for ((sum, filter), delayed) in sum.iter_mut().zip(filter).zip(delayed) {
                    *sum += filter * delayed;
                }
            }
            transform.filtered(sum, estimate.len())
        };
        let (target, explained) = (project(&self.own, &delayed[self.first..]), project(&self.all, delayed));
        for ((t, p), e) in target.iter().zip(&explained).zip(estimate.iter().map(|x| f64::from(*x))) {
            self.target += t * t;
            self.both += p * p;
            self.interference += (p - t).powi(2);
            self.artifacts += (e - p).powi(2);
            self.distortion += (e - t).powi(2);
        }
    }

    pub(super) fn score(&self) -> Score {
        Score {
            sdr: decibels::of_power(self.target / self.distortion),
            sir: decibels::of_power(self.target / self.interference),
            sar: decibels::of_power(self.both / self.artifacts),
        }
    }
}
