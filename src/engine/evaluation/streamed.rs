//! All figures of separations whose signals are gone through twice, block by block, in the same memory whatever their
//! length; only the rows of frames grow with it.
//!
//! A signal is one or more channels, scored together: energies are added over them, and every channel of an estimate is
//! projected onto all channels of the references, as in `bss_eval_images` of BSS Eval 3 and in museval.

use super::{
    EvaluationError,
    band_meter::BandMeter,
    band_snr::BandEnergies,
    decomposition::{FilterBank, ProjectedChannels, Projectors, ScoredEstimate},
    delays::Correlations,
    dependence::{Dependence, dependences},
    frames::{FrameLengths, ScoredFrames},
    permutation,
    plain::{PlainGains, PlainProducts},
    score::{ImageScore, Score},
    segments::Segments,
};
use crate::decibels;
use rayon::prelude::*;

/// Which figures are computed beside the plain ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct WantedFigures {
    /// Those of BSS Eval version 3: with filters, over the whole signals.
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
    /// Whether all their samples were finite.
    finite: Vec<bool>,
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
            finite: vec![true; 2 * sources],
            sounds: vec![false; all],
            copies: (0..all).map(|channel| channel % channels != 0).collect(),
            correlations: figures.need_filters().then(|| Correlations::new(2 * all, all)),
            plain: PlainProducts::new(sources, channels),
        }
    }

    /// Adds the next samples, all as many, of every channel of the references and of the estimates: those of a signal
    /// lie side by side.
    pub fn add(&mut self, references: &[&[f32]], estimates: &[&[f32]]) {
        let Some(first) = references.first() else { return };
        self.samples += first.len();
        let signals: Vec<&[f32]> = references.iter().chain(estimates).copied().collect();
        for (index, channels) in signals.chunks(self.channels).enumerate() {
            let peak = &mut self.peaks[index];
            *peak = channels.iter().copied().flatten().fold(*peak, |peak, x| peak.max(x.abs()));
            self.finite[index] = self.finite[index] && channels.iter().copied().flatten().all(|x| x.is_finite());
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

    /// Largest magnitudes so far, of each reference and then of each estimate.
    pub fn peaks(&self) -> &[f32] {
        &self.peaks
    }

    /// The second pass, which is given the same again.
    ///
    /// # Errors
    /// No source, no sample, a sample that is not finite.
    pub fn finish(self) -> Result<Scoring, EvaluationError> {
        self.check()?;
        let Self { sources, channels, figures, samples, peaks, sounds, copies, correlations, plain, .. } = self;
        let is_projected = |source: usize, channel: usize| {
            let index = source * channels + channel;
            sounds[index] && !copies[index]
        };
        let projected = ProjectedChannels::selected(sources, channels, is_projected);
        let correlations = correlations.filter(|_| !projected.channels.is_empty());
        let projections = correlations.map(|correlations| Projections::new(correlations, &projected, channels));
        let order = match &projections {
            Some(projections) if figures.permute => projections.best_order(&peaks),
            _ => (0..sources).collect(),
        };
        let known = |(source, estimate): (usize, &usize)| {
            SourceEvaluation::unscored(*estimate, peaks[source], peaks[sources + estimate])
        };
        let evaluations: Vec<SourceEvaluation> = order.iter().enumerate().map(known).collect();
        let meters = || figures.bands.iter().flat_map(|rate| (0..channels).map(|_| BandMeter::new(*rate))).collect();
        let pair = |source| ScoredPair { source, plain: plain.gains(source, order[source]), bands: meters() };
        let scored = (0..sources).filter(|source| evaluations[*source].unscored.is_none());
        let pairs: Vec<ScoredPair> = scored.map(pair).collect();
        let estimates = projections.as_ref().map_or(Vec::new(), |projections| projections.scored(&pairs, &order));
        // For segments of up to so many samples; none where nothing is decomposed.
        let bank = |samples| {
            let bank = || FilterBank::new(samples, sources * channels, &projected, &estimates);
            (!estimates.is_empty()).then(bank)
        };
        let frames = figures.frames.and_then(|grid| {
            let sounding = (0..peaks.len()).filter(|signal| peaks[*signal] > 0.0);
            let sounding = sounding.map(|signal| signal * channels..(signal + 1) * channels).collect();
            Some(ScoredFrames::new(grid, samples, bank(grid.window.min(samples))?, sounding))
        });
        Ok(Scoring {
            channels,
            samples,
            whole: if figures.filtered { bank(samples).map(Segments::whole) } else { None },
            frames,
            pairs,
            sources: evaluations,
            dependences: projections.map_or(Vec::new(), |projections| projections.dependences),
        })
    }

    fn check(&self) -> Result<(), EvaluationError> {
        if self.sources == 0 {
            return Err(EvaluationError::NoSources);
        }
        if self.samples == 0 {
            return Err(EvaluationError::NoSamples);
        }
        match self.finite.iter().position(|finite| !finite) {
            Some(index) if index < self.sources => {
                Err(EvaluationError::NotFinite { signal: "reference", number: index + 1 })
            }
            Some(index) => Err(EvaluationError::NotFinite { signal: "estimate", number: index - self.sources + 1 }),
            None => Ok(()),
        }
    }
}

/// What is projected on what.
struct Projections {
    channels: usize,
    projectors: Projectors,
    /// Inner products of the estimates with the projected channels, indexed by `[channel][projected channel][delay]`.
    products: Vec<Vec<Vec<f64>>>,
    dependences: Vec<Dependence>,
}

impl Projections {
    /// Of the correlations of all channels, of the references and then of the estimates.
    fn new(correlations: Correlations, projected: &ProjectedChannels, channels: usize) -> Self {
        let lags = correlations.finish();
        let (references, estimates) = lags.split_at(lags.len() / 2);
        let references = projected.rows_and_columns(references);
        Self {
            channels,
            dependences: dependences(&references, &projected.of_source),
            projectors: Projectors::new(&references, &projected.of_source),
            products: estimates.iter().map(|row| projected.columns(row)).collect(),
        }
    }

    fn products(&self, estimate: usize) -> &[Vec<Vec<f64>>] {
        &self.products[estimate * self.channels..(estimate + 1) * self.channels]
    }

    /// The order of the estimates with the best mean SIR; `peaks` are those of the references and then the estimates.
    fn best_order(&self, peaks: &[f32]) -> Vec<usize> {
        let sources = peaks.len() / 2;
        let row = |estimate: usize| -> Vec<f64> {
            let products = self.products(estimate);
            let explained = self.projectors.all.energy(products);
            let ratio = |source: usize| {
                match (peaks[source] > 0.0, peaks[sources + estimate] > 0.0, &self.projectors.own[source]) {
                    (true, true, Some(own)) => {
                        let target = own.energy(products);
                        decibels::of_power(target / (explained - target).max(0.0))
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

    /// The filters that decompose the estimates of `pairs`.
    fn scored(&self, pairs: &[ScoredPair], order: &[usize]) -> Vec<ScoredEstimate> {
        let scored = |pair: &ScoredPair| {
            let estimate = order[pair.source];
            let filters = self.projectors.filters(pair.source, self.products(estimate));
            ScoredEstimate {
                reference: pair.source * self.channels,
                estimate: estimate * self.channels,
                filters: filters
                    .expect("a reference that is scored sounds, so that one of its channels is projected on"),
            }
        };
        pairs.par_iter().map(scored).collect()
    }
}

/// The second pass over references and estimates.
pub struct Scoring {
    channels: usize,
    samples: usize,
    /// As far as they are known.
    sources: Vec<SourceEvaluation>,
    dependences: Vec<Dependence>,
    /// What can be scored.
    pairs: Vec<ScoredPair>,
    whole: Option<Segments>,
    frames: Option<ScoredFrames>,
}

/// A source and its estimate, both of which sound.
struct ScoredPair {
    source: usize,
    plain: PlainGains,
    /// Of each channel, where they are wanted.
    bands: Vec<BandMeter>,
}

impl Scoring {
    /// The estimate of each source, counted from 0.
    pub fn order(&self) -> Vec<usize> {
        self.sources.iter().map(|source| source.estimate).collect()
    }

    /// Adds the next samples of every channel, as in the first pass.
    pub fn add(&mut self, references: &[&[f32]], estimates: &[&[f32]]) {
        let signals: Vec<&[f32]> = references.iter().chain(estimates).copied().collect();
        let (channels, sources) = (self.channels, &self.sources);
        self.pairs.par_iter_mut().for_each(|pair| {
            pair.plain.add(channels, references, estimates);
            let (source, estimate) = (pair.source, sources[pair.source].estimate);
            pair.bands.par_iter_mut().enumerate().for_each(|(channel, meter)| {
                meter.add(references[source * channels + channel], estimates[estimate * channels + channel]);
            });
        });
        if let Some(whole) = &mut self.whole {
            whole.add(&signals);
        }
        if let Some(frames) = &mut self.frames {
            frames.add(&signals);
        }
    }

    /// The figures of all sources.
    pub fn finish(self) -> Evaluation {
        let Self { mut sources, pairs, .. } = self;
        let whole = self.whole.map(Segments::finish).and_then(|mut segments| segments.pop());
        let mut frames = self.frames.map(ScoredFrames::finish).unwrap_or_default().into_iter();
        for (index, pair) in pairs.into_iter().enumerate() {
            let evaluation = &mut sources[pair.source];
            evaluation.plain = Some(pair.plain.energies.score());
            evaluation.filtered = whole.as_ref().map(|energies| energies[index].score());
            evaluation.image = whole.as_ref().map(|energies| energies[index].image_score());
            evaluation.frames = frames.next().unwrap_or_default();
            evaluation.bands = pair.bands.into_iter().map(BandMeter::finish).reduce(|sum, energies| sum + energies);
        }
        Evaluation { sources, dependences: self.dependences, samples: self.samples }
    }
}

impl SourceEvaluation {
    /// What is known without any figure.
    fn unscored(estimate: usize, reference_peak: f32, estimate_peak: f32) -> Self {
        Self {
            estimate,
            reference_peak,
            estimate_peak,
            unscored: match (reference_peak > 0.0, estimate_peak > 0.0) {
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
