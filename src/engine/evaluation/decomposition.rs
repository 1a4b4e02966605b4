//! Estimates taken apart by the filters of projections, block by block.

use super::{
    delays::{PAST, Past, Spectrum, Transform, blocks},
    energies::Energies,
    projector::Projector,
};
use rayon::prelude::*;
use std::{ops::Range, sync::Arc};
use unbraid_fft::Complex;

/// The channels of the references that signals are projected on: neither silent ones, nor copies.
pub(super) struct Spanned {
    /// Their places among all channels of the references.
    pub(super) channels: Vec<usize>,
    /// Those of each source, as a range of `channels`.
    pub(super) of_source: Vec<Range<usize>>,
}

impl Spanned {
    /// Every channel of each source, so many per source.
    pub(super) fn everything(sources: usize, channels: usize) -> Self {
        Self::those(sources, channels, |_, _| true)
    }

    /// The channels that are `wanted`, which is asked for `(source, channel)`.
    pub(super) fn those(sources: usize, channels: usize, wanted: impl Fn(usize, usize) -> bool) -> Self {
        let mut spanned = Self { channels: Vec::new(), of_source: Vec::new() };
        for source in 0..sources {
            let start = spanned.channels.len();
            spanned.channels.extend((0..channels).filter(|c| wanted(source, *c)).map(|c| source * channels + c));
            spanned.of_source.push(start..spanned.channels.len());
        }
        spanned
    }

    /// Only the rows and columns of these channels, of `lags` indexed by `[row][column][delay]`.
    pub(super) fn among(&self, lags: &[Vec<Vec<f64>>]) -> Vec<Vec<Vec<f64>>> {
        let row = |row: &usize| self.columns(&lags[*row]);
        self.channels.iter().map(row).collect()
    }

    /// Only the columns of these channels.
    pub(super) fn columns(&self, row: &[Vec<f64>]) -> Vec<Vec<f64>> {
        self.channels.iter().map(|column| row[*column].clone()).collect()
    }
}

/// The projections onto the delays of each source, and of all. A source of which no channel is spanned has none.
pub(super) struct Projectors {
    pub(super) own: Vec<Option<Projector>>,
    pub(super) all: Projector,
}

impl Projectors {
    /// Of the inner products of the spanned channels, of which there is at least one, indexed by `[i][j][delay]`.
    pub(super) fn new(lags: &[Vec<Vec<f64>>], of_source: &[Range<usize>]) -> Self {
        let own = |range: &Range<usize>| (!range.is_empty()).then(|| Projector::new(lags, range.clone()));
        let own = of_source.par_iter().map(own).collect();
        Self { own, all: Projector::new(lags, 0..lags.len()) }
    }

    /// What takes an estimate of `source` apart whose channels have these inner `products` with the spanned channels.
    pub(super) fn filters(&self, source: usize, products: &[Vec<Vec<f64>>]) -> Option<Filters> {
        let own = self.own[source].as_ref()?;
        Some(Filters { first: own.channels.start, own: own.filters(products), all: self.all.filters(products) })
    }
}

/// The filters of the projections of one estimate, indexed by `[channel of the estimate][spanned channel][tap]`.
#[derive(Clone)]
pub(super) struct Filters {
    /// The spanned channel that the first of `own` belongs to.
    first: usize,
    own: Vec<Vec<Vec<f64>>>,
    all: Vec<Vec<Vec<f64>>>,
}

/// One estimate, to be taken apart.
pub(super) struct Scored {
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
    /// The spanned ones among them.
    spanned: Vec<usize>,
    scored: Vec<Prepared>,
}

struct Prepared {
    reference: usize,
    estimate: usize,
    first: usize,
    own: Vec<Vec<Spectrum>>,
    all: Vec<Vec<Spectrum>>,
}

impl FilterBank {
    /// For stretches of up to `samples`. The channels of all `references` are counted.
    pub(super) fn new(samples: usize, references: usize, spanned: &Spanned, scored: &[Scored]) -> Self {
        let transform = Transform::for_signals_of(samples);
        let spectra = |filters: &[Vec<Vec<f64>>]| {
            let channel = |taps: &Vec<Vec<f64>>| taps.iter().map(|taps| transform.filter(taps)).collect();
            filters.iter().map(channel).collect()
        };
        let prepare = |scored: &Scored| Prepared {
            reference: scored.reference,
            estimate: scored.estimate,
            first: scored.filters.first,
            own: spectra(&scored.filters.own),
            all: spectra(&scored.filters.all),
        };
        let scored = scored.par_iter().map(prepare).collect();
        Self { spanned: spanned.channels.clone(), scored, references, transform }
    }
}

/// A stretch of the signals that is scored as if nothing came before and after it.
pub(super) struct Stretch {
    bank: Arc<FilterBank>,
    /// What came before, in each spanned channel.
    pasts: Vec<Past>,
    energies: Vec<Energies>,
    /// Samples of all channels, of the references and then of the estimates, that do not fill a block yet.
    waiting: Vec<Vec<f32>>,
}

impl Stretch {
    pub(super) fn new(bank: &Arc<FilterBank>) -> Self {
        Self {
            bank: Arc::clone(bank),
            pasts: bank.spanned.iter().map(|_| Past::silent()).collect(),
            energies: vec![Energies::default(); bank.scored.len()],
            waiting: Vec::new(),
        }
    }

    /// Adds the next samples of all channels, of the references and then of the estimates.
    pub(super) fn add(&mut self, signals: &[&[f32]]) {
        self.waiting.resize_with(signals.len(), Vec::new);
        let block = self.bank.transform.block();
        for part in blocks(signals, block) {
            self.waiting.iter_mut().zip(part).for_each(|(waiting, part)| waiting.extend_from_slice(part));
            self.take_blocks(block);
        }
    }

    /// Ends the stretch: the energies of the parts of each estimate.
    pub(super) fn finish(mut self) -> Vec<Energies> {
        // Delays and filters reach so far beyond the signals.
        self.waiting.iter_mut().for_each(|waiting| waiting.resize(waiting.len() + PAST, 0.0));
        self.take_blocks(1);
        self.energies
    }

    /// Takes blocks apart as long as `least` samples wait.
    fn take_blocks(&mut self, least: usize) {
        let most = self.bank.transform.block();
        let waiting = std::mem::take(&mut self.waiting);
        let (len, mut start) = (waiting.first().map_or(0, Vec::len), 0);
        while len - start >= least {
            let end = (start + most).min(len);
            self.take_apart(&waiting.iter().map(|signal| &signal[start..end]).collect::<Vec<_>>());
            start = end;
        }
        self.waiting = waiting;
        self.waiting.iter_mut().for_each(|signal| drop(signal.drain(..start)));
    }

    fn take_apart(&mut self, signals: &[&[f32]]) {
        let FilterBank { transform, spanned, scored, .. } = &*self.bank;
        let (references, estimates) = signals.split_at(self.bank.references);
        let pasts = self.pasts.par_iter_mut().zip(spanned);
        let delayed: Vec<Spectrum> =
            pasts.map(|(past, channel)| past.spectrum(transform, references[*channel])).collect();
        let len = signals[0].len();
        self.energies.par_iter_mut().zip(scored).for_each(|(energies, scored)| {
            let own = &delayed[scored.first..];
            for (channel, (own_filters, all_filters)) in scored.own.iter().zip(&scored.all).enumerate() {
                let target = filtered(transform, own_filters, own, len);
                let explained = filtered(transform, all_filters, &delayed, len);
                let (truth, estimate) = (references[scored.reference + channel], estimates[scored.estimate + channel]);
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
