//! Mixtures whose sources are known, made of parts of recordings, and how well they are taken apart.

use super::{
    material::{CircularPart, MixedPart, TuningSource},
    settings::TuningSettings,
};
use crate::{
    decibels,
    evaluation::{EvaluationError, FILTER_TAPS, TrueSources},
    preset::Preset,
    recording::Recording,
    separator::{
        Model, ModelError,
        offline::{OfflineSeparator, SeparatedBlock},
    },
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

/// Level of a source before its random gain, as RMS over its channels.
const LEVEL: f32 = 0.05;
/// Sources are equally loud, up to a random gain of at most this, in dB.
const GAIN_DB: f32 = 6.0;
/// Least power of a passage, as a share of its part's, and how often one is looked for.
const HEARD_SHARE: f64 = 0.3;
const MOST_TRIES: usize = 16;
/// Ratios are held within this many dB: an estimate that is silent has no SDR, a perfect one an infinite one.
const MOST_DB: f64 = 60.0;

/// How one source came out of one mixture: the ratios of BSS Eval in dB, from -60 to 60.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SourceScore {
    /// Signal-to-distortion ratio.
    pub sdr: f64,
    /// Signal-to-interference ratio.
    pub sir: f64,
    /// Signal-to-artifacts ratio.
    pub sar: f64,
}

/// Which mixture is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct MixtureDraw {
    /// What it is made of.
    pub(super) part: MixedPart,
    /// Which one, counted from 0.
    pub(super) number: usize,
    /// Of all mixtures.
    pub(super) seed: u64,
    /// Length in samples.
    pub(super) len: usize,
}

/// A mixture, and what it was made of.
pub(super) struct TestMixture {
    mixture: Recording,
    /// Mono downmixes of the true sources.
    references: Vec<Vec<f32>>,
    /// The same, prepared for scoring when they are first needed, where there is memory for it. No thread waits for
    /// another here: while it prepares them, a thread may be given the same to do.
    prepared: Option<Mutex<Option<Arc<TrueSources>>>>,
}

impl TestMixture {
    /// One passage of each of `sources`, from a random place on, at a random level. `is_kept` says whether what scoring
    /// needs is kept for the next time.
    pub(super) fn new(sources: &[TuningSource], draw: MixtureDraw, is_kept: bool) -> Self {
        let MixtureDraw { part, number, seed, len } = draw;
        let is_last = u64::from(part == MixedPart::Last);
        let stream = (2 * number as u64 + is_last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut rng = Pcg64Mcg::seed_from_u64(seed ^ stream);
        let recordings = sources.iter().flat_map(|source| &source.recordings);
        let channels = recordings.map(|recording| recording.channels.len()).max().unwrap_or(1);
        let passages: Vec<Recording> = sources
            .iter()
            .map(|source| {
                let recording = &source.recordings[rng.random_range(0..source.recordings.len())];
                let part = CircularPart::new(&part.of(recording), channels);
                Recording { sample_rate: recording.sample_rate, channels: passage(&part, len, &mut rng) }
            })
            .collect();
        Self {
            mixture: Recording::sum_of(&passages),
            references: passages.iter().map(Recording::downmix).collect(),
            prepared: is_kept.then(Mutex::default),
        }
    }

    /// About as many bytes as scoring keeps for a mixture of so many sources: a matrix of all delays, and one of each
    /// source's own.
    pub(super) fn bytes_kept(sources: usize) -> usize {
        size_of::<f64>() * FILTER_TAPS * FILTER_TAPS * (sources * sources + sources)
    }

    /// Takes the mixture apart with `preset`, and scores every source.
    pub(super) fn score(&self, preset: &Preset, settings: &TuningSettings) -> Result<Vec<SourceScore>, TrialError> {
        let estimates = separate(preset, &self.mixture, settings)?;
        let truth = self.truth()?;
        // A silent estimate has no score of its own: its source is lost, and the others count as they are.
        let is_lost = |estimate: &Vec<f32>| estimate.iter().all(|x| *x == 0.0);
        let lost: Vec<bool> = estimates.iter().map(is_lost).collect();
        let stand_in = |(estimate, reference): (Vec<f32>, &Vec<f32>)| {
            if is_lost(&estimate) { reference.clone() } else { estimate }
        };
        let estimates: Vec<Vec<f32>> = estimates.into_iter().zip(&self.references).map(stand_in).collect();
        let scores = truth.score(&estimates)?.into_iter().zip(lost).map(|(score, lost)| {
            let hold = |db: f64| if lost || db.is_nan() { -MOST_DB } else { db.clamp(-MOST_DB, MOST_DB) };
            SourceScore { sdr: hold(score.sdr), sir: hold(score.sir), sar: hold(score.sar) }
        });
        Ok(scores.collect())
    }

    /// The true sources, prepared for scoring.
    fn truth(&self) -> Result<Arc<TrueSources>, EvaluationError> {
        let prepared = || self.prepared.as_ref().map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(truth) = prepared().and_then(|kept| kept.clone()) {
            return Ok(truth);
        }
        let truth = Arc::new(TrueSources::new(&self.references)?);
        if let Some(mut kept) = prepared() {
            *kept = Some(Arc::clone(&truth));
        }
        Ok(truth)
    }
}

/// Why a trial gave no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrialError {
    /// The sources could not be learned.
    #[error("source {source_name:?}: {error}")]
    Learn {
        /// The source.
        source_name: String,
        /// Why.
        error: crate::learner::LearnError,
    },
    /// The preset cannot be played.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The separation cannot be scored.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// The caller asked to stop.
    #[error("the search was stopped")]
    Stopped,
}

/// A passage of `part` that sounds, at a random level.
fn passage(part: &CircularPart, len: usize, rng: &mut Pcg64Mcg) -> Vec<Vec<f32>> {
    let wanted = HEARD_SHARE * power(&part.passage(0, part.len()));
    let starts: Vec<usize> = (0..MOST_TRIES).map(|_| rng.random_range(0..part.len())).collect();
    let sounds = |start: &&usize| power(&part.passage(**start, len)) >= wanted;
    let start = starts.iter().find(sounds).unwrap_or(&starts[0]);
    let mut passage = part.passage(*start, len);
    let level = LEVEL * decibels::to_gain(rng.random_range(-GAIN_DB..=GAIN_DB));
    let gain = level / (power(&passage).sqrt() as f32).max(f32::MIN_POSITIVE);
    passage.iter_mut().flatten().for_each(|x| *x *= gain);
    passage
}

/// Mean square of all channels.
fn power(channels: &[Vec<f32>]) -> f64 {
    let samples: usize = channels.iter().map(Vec::len).sum();
    channels.iter().flatten().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.max(1) as f64
}

/// Mono downmixes of what the real-time engine makes of `mixture`, one per source.
fn separate(preset: &Preset, mixture: &Recording, settings: &TuningSettings) -> Result<Vec<Vec<f32>>, ModelError> {
    let mut model = Model::new(preset, f64::from(mixture.sample_rate), settings.mode)?;
    if let Some(adaptation) = model.adaptation_mut() {
        adaptation.set_memory(settings.memory_seconds);
    }
    let channels = mixture.channels.len();
    let mut separator = OfflineSeparator::of_model(model, channels, &settings.controls());
    let mut estimates: Vec<Vec<f32>> = vec![Vec::with_capacity(mixture.len()); preset.sources.len()];
    let mut add = |block: &SeparatedBlock<'_>| {
        for (estimate, source) in estimates.iter_mut().zip(&block.sources) {
            let len = source.first().map_or(0, |channel| channel.len());
            let scale = 1.0 / channels as f32;
            estimate.extend((0..len).map(|n| source.iter().map(|channel| channel[n]).sum::<f32>() * scale));
        }
        Ok::<(), Infallible>(())
    };
    let Ok(()) = separator.play(&mixture.samples(), &mut add);
    let Ok(()) = separator.finish(&mut add);
    Ok(estimates)
}
