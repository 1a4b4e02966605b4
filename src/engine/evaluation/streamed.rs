//! All figures of separations whose signals are gone through twice, block by block, in the same memory whatever their
//! length; only the rows of frames grow with it.
//!
//! A signal is one or more channels, scored together: energies are added over them, and every channel of an estimate is
//! projected onto all channels of the references, as in `bss_eval_images` of BSS Eval 3 and in museval.

use super::{
    EvaluationError,
    band_meter::BandMeter,
    band_snr::BandEnergies,
    decomposition::{FilterBank, Filters, Projectors, Scored, Spanned, Stretch},
    delays::Correlations,
    frames::{FrameLengths, ScoredFrames},
    permutation::{self, MOST_PERMUTED},
    plain::{PlainGains, PlainProducts},
    score::{ImageScore, Score},
};
use rayon::prelude::*;
use std::{ops::Range, sync::Arc};

/// Below this share of its own, a reference is called dependent on the others: -30 dB.
const LEAST_OWN_SHARE: f64 = 1e-3;

/// Which figures are computed beside the plain ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct WantedFigures {
    /// Those of BSS Eval versions 3: with filters, over the whole signals.
    pub filtered: bool,
    /// Those of BSS Eval version 4: frame by frame, with the filters of the whole signals.
    pub frames: Option<FrameLengths>,
    /// The signal-to-noise ratio in bands, of sound at this sample rate in Hz.
    pub bands: Option<f64>,
    /// Whether the estimates may come in another order than the references: that with the best mean SIR is found.
    pub permute: bool,
}

impl WantedFigures {
    fn need_filters(&self) -> bool {
        self.filtered || self.frames.is_some() || self.permute
    }
}

/// Why a source has no figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unscored {
    /// There is nothing to compare with.
    #[error("the reference is silent")]
    SilentReference,
    /// There is nothing to compare.
    #[error("the estimate is silent")]
    SilentEstimate,
    /// There is nothing at all.
    #[error("reference and estimate are silent")]
    Silent,
}

/// How good the estimate of one source is.
#[derive(Debug, Clone)]
pub struct SourceEvaluation {
    /// Which estimate this is, counted from 0.
    pub estimate: usize,
    /// Largest magnitude of the reference.
    pub reference_peak: f32,
    /// Largest magnitude of the estimate.
    pub estimate_peak: f32,
    /// Why all that follows is missing.
    pub unscored: Option<Unscored>,
    /// SDR, SIR and SAR of BSS Eval 3, `bss_eval_sources`: a filter of 512 taps is no error.
    pub filtered: Option<Score>,
    /// The ratios of BSS Eval 3, `bss_eval_images`: what a filter does to the source is an error.
    pub image: Option<ImageScore>,
    /// The ratios of BSS Eval 4, a row per frame; undefined where a signal is silent.
    pub frames: Vec<ImageScore>,
    /// SDR, SIR and SAR of projections without a filter; the SDR is the SI-SDR.
    pub plain: Option<Score>,
    /// The energies of the signal-to-noise ratio in bands.
    pub bands: Option<BandEnergies>,
}

/// A reference that is nearly a sum of filtered other references, so that interference and artifacts can hardly be told
/// apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dependence {
    /// The reference, counted from 0.
    pub reference: usize,
    /// How much of it is its own, in dB; minus infinity of nothing.
    pub own_db: f64,
}

/// The figures of all sources.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// One per reference, in their order.
    pub sources: Vec<SourceEvaluation>,
    /// References that depend on each other.
    pub dependences: Vec<Dependence>,
    /// Length in samples of what was compared.
    pub samples: usize,
}

/// The first pass over references and estimates.
pub struct Preparation {
    sources: usize,
    channels: usize,
    figures: WantedFigures,
    samples: usize,
    /// Of each reference, and then of each estimate.
    peaks: Vec<f32>,
    /// Whether each channel of the references has sounded, and whether it is a copy of its source's first.
    sounds: Vec<bool>,
    copies: Vec<bool>,
    correlations: Option<Correlations>,
    plain: PlainProducts,
}

impl Preparation {
    /// Of so many `sources` of so many `channels`.
    pub fn new(sources: usize, channels: usize, figures: WantedFigures) -> Self {
        let all = sources * channels;
        Self {
            sources,
            channels,
            figures,
            samples: 0,
            peaks: vec![0.0; 2 * sources],
            sounds: vec![false; all],
            copies: (0..all).map(|channel| channel % channels != 0).collect(),
            correlations: figures.need_filters().then(|| Correlations::new(2 * all, all)),
            plain: PlainProducts::new(sources, channels),
        }
    }

    /// Adds the next samples, all as many and finite, of every channel of the references and of the estimates: those of
    /// a signal lie side by side.
    pub fn add(&mut self, references: &[&[f32]], estimates: &[&[f32]]) {
        let Some(first) = references.first() else { return };
        self.samples += first.len();
        let signals: Vec<&[f32]> = references.iter().chain(estimates).copied().collect();
        for (peak, channels) in self.peaks.iter_mut().zip(signals.chunks(self.channels)) {
            *peak = channels.iter().copied().flatten().fold(*peak, |peak, x| peak.max(x.abs()));
        }
        for (index, channel) in references.iter().enumerate() {
            self.sounds[index] = self.sounds[index] || channel.iter().any(|x| *x != 0.0);
            self.copies[index] = self.copies[index] && *channel == references[index - index % self.channels];
        }
        self.plain.add(references, estimates);
        if let Some(correlations) = &mut self.correlations {
            correlations.add(&signals, references);
        }
    }

    /// Samples so far.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Largest magnitudes so far, of each reference and then of each estimate.
    pub fn peaks(&self) -> &[f32] {
        &self.peaks
    }

    /// The second pass, which is given the same again.
    ///
    /// # Errors
    /// No source, no sample, or a permutation of more than [`MOST_PERMUTED`] sources.
    pub fn finish(self) -> Result<Scoring, EvaluationError> {
        if self.sources == 0 {
            return Err(EvaluationError::NoSources);
        }
        if self.samples == 0 {
            return Err(EvaluationError::TooShort { samples: 0 });
        }
        if self.figures.permute && self.sources > MOST_PERMUTED {
            return Err(EvaluationError::TooManyToPermute { sources: self.sources });
        }
        let Self { sources, channels, figures, samples, peaks, sounds, copies, correlations, plain } = self;
        let kept = |source: usize, channel: usize| {
            let index = source * channels + channel;
            sounds[index] && !copies[index]
        };
        let spanned = Spanned::those(sources, channels, kept);
        let mut scoring = Scoring {
            channels,
            order: (0..sources).collect(),
            samples,
            peaks,
            dependences: Vec::new(),
            scored: Vec::new(),
            whole: None,
            frames: None,
            plain: Vec::new(),
            bands: Vec::new(),
            wants_whole: figures.filtered,
        };
        let mut filters = Vec::new();
        if let Some(correlations) = correlations.filter(|_| !spanned.channels.is_empty()) {
            let lags = correlations.finish();
            let (references, products) = lags.split_at(sources * channels);
            let products: Vec<_> = products.iter().map(|row| spanned.columns(row)).collect();
            let products: Vec<_> = products.chunks(channels).collect();
            let references = spanned.among(references);
            let projectors = Projectors::new(&references, &spanned.of_source);
            scoring.dependences = dependences(&projectors, &references, &spanned.of_source);
            if figures.permute {
                scoring.order = scoring.best_order(&projectors, &products);
            }
            let filters_of = |(source, estimate): (usize, &usize)| projectors.filters(source, products[*estimate]);
            filters = scoring.order.par_iter().enumerate().map(filters_of).collect();
        }
        scoring.prepare(figures, &spanned, filters, &plain);
        Ok(scoring)
    }
}

/// The second pass over references and estimates.
pub struct Scoring {
    channels: usize,
    /// The estimate of each source.
    order: Vec<usize>,
    samples: usize,
    peaks: Vec<f32>,
    dependences: Vec<Dependence>,
    /// The sources that can be scored.
    scored: Vec<usize>,
    whole: Option<Stretch>,
    frames: Option<ScoredFrames>,
    plain: Vec<PlainGains>,
    bands: Vec<BandMeter>,
    wants_whole: bool,
}

impl Scoring {
    fn sounds(&self, source: usize) -> (bool, bool) {
        (self.peaks[source] > 0.0, self.peaks[self.order.len() + self.order[source]] > 0.0)
    }

    /// The order of the estimates with the best mean SIR.
    fn best_order(&self, projectors: &Projectors, products: &[&[Vec<Vec<f64>>]]) -> Vec<usize> {
        let sources = self.order.len();
        let row = |estimate: usize| -> Vec<f64> {
            let explained = energy(&projectors.all.filters(products[estimate]), products[estimate], 0);
            let ratio = |source: usize| {
                match (self.peaks[source] > 0.0, self.peaks[sources + estimate] > 0.0, &projectors.own[source]) {
                    (true, true, Some(own)) => {
                        let target = energy(&own.filters(products[estimate]), products[estimate], own.channels.start);
                        crate::decibels::of_power(target / (explained - target).max(0.0))
                    }
                    // What is silent goes together.
                    (false, false, _) => 0.0,
                    _ => f64::NAN,
                }
            };
            (0..sources).map(ratio).collect()
        };
        permutation::best(&(0..sources).into_par_iter().map(row).collect::<Vec<_>>())
    }

    /// Gets ready to take apart what can be scored.
    fn prepare(
        &mut self,
        figures: WantedFigures,
        spanned: &Spanned,
        filters: Vec<Option<Filters>>,
        plain: &PlainProducts,
    ) {
        let (sources, channels) = (self.order.len(), self.channels);
        self.scored = (0..sources).filter(|source| self.sounds(*source) == (true, true)).collect();
        self.plain = self.scored.iter().map(|source| plain.gains(*source, self.order[*source])).collect();
        if let Some(sample_rate) = figures.bands {
            self.bands = (0..self.scored.len() * channels).map(|_| BandMeter::new(sample_rate)).collect();
        }
        let mut filters: Vec<_> = filters.into_iter().map(Some).collect();
        let take = |source: &usize| {
            let filters = filters.get_mut(*source).and_then(Option::take).flatten()?;
            let (reference, estimate) = (source * channels, self.order[*source] * channels);
            Some(Scored { reference, estimate, filters })
        };
        let scored: Vec<Scored> = self.scored.iter().filter_map(take).collect();
        if scored.is_empty() {
            return;
        }
        let bank = |samples| Arc::new(FilterBank::new(samples, sources * channels, spanned, &scored));
        self.whole = self.wants_whole.then(|| Stretch::new(&bank(self.samples)));
        let sounding = (0..2 * sources).filter(|signal| self.peaks[*signal] > 0.0);
        let sounding = sounding.map(|signal| signal * channels..(signal + 1) * channels).collect();
        self.frames = figures.frames.map(|grid| {
            ScoredFrames::new(grid, self.samples, bank(grid.window.min(self.samples)), scored.len(), sounding)
        });
    }

    /// The estimate of each source, counted from 0.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Adds the next samples of every channel, as in the first pass.
    pub fn add(&mut self, references: &[&[f32]], estimates: &[&[f32]]) {
        let signals: Vec<&[f32]> = references.iter().chain(estimates).copied().collect();
        let channels = self.channels;
        self.plain.par_iter_mut().for_each(|gains| gains.add(channels, references, estimates));
        let (scored, order) = (&self.scored, &self.order);
        self.bands.par_iter_mut().enumerate().for_each(|(index, meter)| {
            let (source, channel) = (scored[index / channels], index % channels);
            meter.add(references[source * channels + channel], estimates[order[source] * channels + channel]);
        });
        if let Some(whole) = &mut self.whole {
            whole.add(&signals);
        }
        if let Some(frames) = &mut self.frames {
            frames.add(&signals);
        }
    }

    /// The figures of all sources.
    pub fn finish(mut self) -> Evaluation {
        let whole = self.whole.take().map(Stretch::finish);
        let mut frames = self.frames.take().map(ScoredFrames::finish).unwrap_or_default();
        let mut bands = std::mem::take(&mut self.bands).into_iter().map(BandMeter::finish);
        let mut sources: Vec<SourceEvaluation> = (0..self.order.len()).map(|source| self.unscored(source)).collect();
        for (index, source) in self.scored.iter().enumerate() {
            let evaluation = &mut sources[*source];
            evaluation.plain = Some(self.plain[index].energies.score());
            evaluation.filtered = whole.as_ref().map(|energies| energies[index].score());
            evaluation.image = whole.as_ref().map(|energies| energies[index].image_score());
            evaluation.frames = frames.get_mut(index).map(std::mem::take).unwrap_or_default();
            evaluation.bands = bands.by_ref().take(self.channels).reduce(|sum, energies| sum + energies);
        }
        Evaluation { sources, dependences: self.dependences, samples: self.samples }
    }

    /// What is known of a source without its figures.
    fn unscored(&self, source: usize) -> SourceEvaluation {
        let estimate = self.order[source];
        SourceEvaluation {
            estimate,
            reference_peak: self.peaks[source],
            estimate_peak: self.peaks[self.order.len() + estimate],
            unscored: match self.sounds(source) {
                (true, true) => None,
                (false, true) => Some(Unscored::SilentReference),
                (true, false) => Some(Unscored::SilentEstimate),
                (false, false) => Some(Unscored::Silent),
            },
            filtered: None,
            image: None,
            frames: Vec::new(),
            plain: None,
            bands: None,
        }
    }
}

/// Energy of a projection: its filters times the inner products, from the spanned channel `first` on.
fn energy(filters: &[Vec<Vec<f64>>], products: &[Vec<Vec<f64>>], first: usize) -> f64 {
    let channel = |(filters, products): (&Vec<Vec<f64>>, &Vec<Vec<f64>>)| {
        let taps = filters.iter().flatten().zip(products[first..].iter().flatten());
        taps.map(|(tap, product)| tap * product).sum::<f64>()
    };
    filters.iter().zip(products).map(channel).sum()
}

/// The references that are nearly sums of filtered others.
fn dependences(projectors: &Projectors, lags: &[Vec<Vec<f64>>], of_source: &[Range<usize>]) -> Vec<Dependence> {
    let own_share = |reference: usize| {
        let own = projectors.own[reference].as_ref()?;
        let channel = own.channels.start;
        // Of what no delay of the reference itself explains, the share that the others do not explain either: this sees
        // sums of several others. Where nothing is left of a tone that explains itself, the second one sees copies.
        let innovation = projectors.all.unexplained(channel) / own.unexplained(channel);
        let others = (0..of_source.len()).filter(|other| *other != reference);
        let rest = |other: usize| {
            let projector = projectors.own[other].as_ref()?;
            let rows: Vec<Vec<Vec<f64>>> = own.channels.clone().map(|channel| lags[channel].clone()).collect();
            let explained = energy(&projector.filters(&rows), &rows, projector.channels.start);
            let whole: f64 = own.channels.clone().map(|channel| lags[channel][channel][0]).sum();
            Some((1.0 - explained / whole).max(0.0))
        };
        Some(others.filter_map(rest).fold(innovation, f64::min))
    };
    let found = (0..of_source.len()).into_par_iter().filter_map(|reference| {
        let share = own_share(reference)?;
        let own_db = crate::decibels::of_power(share);
        (share < LEAST_OWN_SHARE).then_some(Dependence { reference, own_db })
    });
    found.collect()
}
