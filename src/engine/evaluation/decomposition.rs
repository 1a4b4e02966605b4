//! Estimates decomposed by the filters of projections, block by block.

use super::{
    delays::{PAST, Spectrum, Transform},
    energies::Energies,
    projector::Projector,
};
use rayon::prelude::*;
use std::ops::Range;
use unbraid_fft::Complex;

/// The channels of the references that signals are projected on: neither silent ones, nor copies.
pub(super) struct ProjectedChannels {
    /// Their places among all channels of the references.
    pub(super) channels: Vec<usize>,
    /// Those of each source, as a range of `channels`.
    pub(super) of_source: Vec<Range<usize>>,
}

impl ProjectedChannels {
    /// Every channel of each source, so many per source.
    pub(super) fn all(sources: usize, channels: usize) -> Self {
        Self::selected(sources, channels, |_, _| true)
    }

    /// The channels that `is_wanted`, which is asked for `(source, channel)`.
    pub(super) fn selected(sources: usize, channels: usize, is_wanted: impl Fn(usize, usize) -> bool) -> Self {
        let mut projected = Self { channels: Vec::new(), of_source: Vec::new() };
        for source in 0..sources {
            let start = projected.channels.len();
            projected.channels.extend((0..channels).filter(|c| is_wanted(source, *c)).map(|c| source * channels + c));
            projected.of_source.push(start..projected.channels.len());
        }
        projected
    }

    /// Only the rows and columns of these channels, of `lags` indexed by `[row][column][delay]`.
    pub(super) fn rows_and_columns(&self, lags: &[Vec<Vec<f64>>]) -> Vec<Vec<Vec<f64>>> {
        self.channels.iter().map(|row| self.columns(&lags[*row])).collect()
    }

    /// Only the columns of these channels.
    pub(super) fn columns(&self, row: &[Vec<f64>]) -> Vec<Vec<f64>> {
        self.channels.iter().map(|column| row[*column].clone()).collect()
    }
}

/// The projections onto the delays of each source, and of all. A source of which no channel is projected on has none.
pub(super) struct Projectors {
    pub(super) own: Vec<Option<Projector>>,
    pub(super) all: Projector,
}

impl Projectors {
    /// Of the inner products of the projected channels, of which there is at least one, indexed by `[i][j][delay]`.
    pub(super) fn new(lags: &[Vec<Vec<f64>>], of_source: &[Range<usize>]) -> Self {
        let own = |range: &Range<usize>| (!range.is_empty()).then(|| Projector::new(lags, range.clone()));
        let own = of_source.par_iter().map(own).collect();
        Self { own, all: Projector::new(lags, 0..lags.len()) }
    }

    /// What decomposes an estimate of `source` whose channels have these inner `products` with the projected channels;
    /// `None` of a source of which no channel is projected on.
    pub(super) fn filters(&self, source: usize, products: &[Vec<Vec<f64>>]) -> Option<Filters> {
        let own = self.own[source].as_ref()?;
        Some(Filters { first: own.channels.start, own: own.filters(products), all: self.all.filters(products) })
    }
}

/// The filters of the projections of one estimate, indexed by `[channel of the estimate][projected channel][tap]`.
pub(super) struct Filters {
    /// The projected channel that the first of `own` belongs to.
    first: usize,
    own: Vec<Vec<Vec<f64>>>,
    all: Vec<Vec<Vec<f64>>>,
}

/// One estimate with its filters.
pub(super) struct ScoredEstimate {
    /// Where its source's first channel is among all channels of the references.
    pub(super) reference: usize,
    /// Where its first channel is among all channels of the estimates.
    pub(super) estimate: usize,
    pub(super) filters: Filters,
}

/// The filters of all estimates that are scored, as spectra.
pub(super) struct FilterBank {
    transform: Transform,
    /// Number of all channels of the references.
    references: usize,
    /// Those of them that are projected on.
    projected: Vec<usize>,
    scored: Vec<EstimateSpectra>,
}

/// The filters of a [`ScoredEstimate`], as spectra.
struct EstimateSpectra {
    reference: usize,
    estimate: usize,
    first: usize,
    own: Vec<Vec<Spectrum>>,
    all: Vec<Vec<Spectrum>>,
}

impl FilterBank {
    /// For segments of up to `samples`. The channels of all `references` are counted.
    pub(super) fn new(
        samples: usize,
        references: usize,
        projected: &ProjectedChannels,
        scored: &[ScoredEstimate],
    ) -> Self {
        let transform = Transform::for_signals_of(samples);
        let spectra = |filters: &[Vec<Vec<f64>>]| {
            let channel = |taps: &Vec<Vec<f64>>| taps.iter().map(|taps| transform.filter(taps)).collect();
            filters.iter().map(channel).collect()
        };
        let spectra_of = |scored: &ScoredEstimate| EstimateSpectra {
            reference: scored.reference,
            estimate: scored.estimate,
            first: scored.filters.first,
            own: spectra(&scored.filters.own),
            all: spectra(&scored.filters.all),
        };
        let scored = scored.par_iter().map(spectra_of).collect();
        Self { projected: projected.channels.clone(), scored, references, transform }
    }

    /// Number of estimates that are scored.
    pub(super) fn scored(&self) -> usize {
        self.scored.len()
    }

    /// Most samples in a block.
    pub(super) fn block(&self) -> usize {
        self.transform.block()
    }

    /// Adds the parts of a block of each estimate to its `energies`. `signals` are all channels, of the references and
    /// then of the estimates: the [`PAST`] samples before the block, and the block.
    pub(super) fn decompose(&self, signals: &[Vec<f32>], energies: &mut [Energies]) {
        let transform = &self.transform;
        let (references, estimates) = signals.split_at(self.references);
        let spectrum = |channel: &usize| transform.spectrum(references[*channel].iter().map(|x| f64::from(*x)));
        let delayed: Vec<Spectrum> = self.projected.par_iter().map(spectrum).collect();
        let len = signals[0].len() - PAST;
        energies.par_iter_mut().zip(&self.scored).for_each(|(energies, scored)| {
            let own = &delayed[scored.first..];
            for (channel, (own_filters, all_filters)) in scored.own.iter().zip(&scored.all).enumerate() {
                let target = filtered(transform, own_filters, own, len);
                let explained = filtered(transform, all_filters, &delayed, len);
                let truth = &references[scored.reference + channel][PAST..];
                let estimate = &estimates[scored.estimate + channel][PAST..];
                for (((s, e), t), p) in truth.iter().zip(estimate).zip(&target).zip(&explained) {
                    energies.add(f64::from(*s), *t, *p, f64::from(*e));
                }
            }
        });
    }
}

/// The sum of what `filters` make of as many signals, of which `delayed` are the spectra.
fn filtered(transform: &Transform, filters: &[Spectrum], delayed: &[Spectrum], len: usize) -> Vec<f64> {
    let mut sum = vec![Complex::new(0.0, 0.0); delayed[0].len()];
    for (filter, delayed) in filters.iter().zip(delayed) {
        for ((sum, filter), delayed) in sum.iter_mut().zip(filter).zip(delayed) {
            *sum += filter * delayed;
        }
    }
    transform.filtered(sum, len)
}
