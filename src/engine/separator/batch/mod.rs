//! The offline algorithm (Bryan and Sun 2013): decomposes the whole recording at once, by multiplicative updates until
//! little changes, and separates it with soft masks.
//!
//! - Only fixed sources: supervised separation. Their bases are held.
//! - Some adaptive sources: semi-supervised. Their bases are learned from the whole recording.
//! - Any recognised source: not this algorithm but the real-time engine, in Quality, on a recording that it has heard
//!   once before. What it learned remembers the last seconds. Iterations and seed do not count then.
//! - Only adaptive sources: unsupervised. What several adaptive sources learn is [grouped](crate::learner::grouping).
//!
//! The parts:
//!
//! - `spectrogram`: cuts the recording into frames.
//! - `marked`: separation under marks.
//! - `pool`: groups the components of several adaptive sources.
//! - `rendering`: the masks, and the sources' sound.

mod marked;
mod pool;
mod rendering;
mod spectrogram;

use super::{
    Controls, LatencyMode, ModelError,
    offline::{self, SeparateError, Separation},
    preset_bases::{PresetBases, known_bins},
};
use crate::{
    learner::adaptive::{AdaptiveState, Freedom},
    memory,
    nmf::{
        discriminative::FOCUS,
        factorization::{Decomposed, Decomposition, FactorizationError, Frames, distinct_bases},
    },
    preset::{Cue, Kind, MAX_SOURCES, Preset},
    recording::{MAX_SAMPLE_RATE, MIN_SAMPLE_RATE, Recording},
};
pub use marked::{LearnedUnderMarks, MarkedRecording};
use pool::{Pool, left_shares};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rendering::{FactorMasks, SourceFactors, render};
use spectrogram::Spectrogram;
use std::{borrow::Cow, ops::ControlFlow};

/// The updates have converged when ten of them lower the divergence by less than this share of it. With fixed sources
/// alone, more passes make an inaudible difference (at most 0.1 dB); adaptive sources would take over what belongs to
/// the fixed ones.
const TOLERANCE: f64 = 3e-2;
/// Share of the time that the decomposition takes, roughly.
const DECOMPOSITION_SHARE: f32 = 0.9;

/// Settings for a separation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchSettings {
    /// Largest number of passes over the recording.
    pub iterations: u32,
    /// Seed of the random start of unknown bases.
    pub seed: u64,
    /// Exponent of the masks.
    pub focus: f32,
    /// Linear gain of each source.
    pub gains: [f32; MAX_SOURCES],
}

impl Default for BatchSettings {
    fn default() -> Self {
        Self { iterations: 500, seed: 0, focus: FOCUS, gains: [1.0; MAX_SOURCES] }
    }
}

/// The result of a separation.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The sources. There is no latency.
    pub separation: Separation,
    /// The passes over the recording; `None` where the real-time engine has heard it twice.
    pub passes: Option<Passes>,
}

/// The passes of a decomposition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passes {
    /// Their number.
    pub iterations: u32,
    /// Whether it ended because little changed any more.
    pub converged: bool,
}

/// Separates `mixture` into the sources of `preset`. Drifting sources stay as they were learned, unless any source is
/// recognised.
///
/// `progress` is called with the share done, 0 to 1, and cancels by breaking.
///
/// # Errors
/// [`SeparateError`]
pub fn separate(
    preset: &Preset,
    mixture: &Recording,
    settings: &BatchSettings,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Batch, SeparateError> {
    if preset.sources.iter().any(|source| source.kind() == Kind::Recognised) {
        let controls = Controls { focus: settings.focus, gains: settings.gains, ..Controls::default() };
        let separation = offline::separate_known(preset, mixture, LatencyMode::Quality, &controls, progress)?;
        return Ok(Batch { separation, passes: None });
    }
    let (mixture, spectrogram) = frame(mixture)?;
    ensure_memory(memory_needed(preset, mixture.sample_rate, mixture.len(), mixture.channels.len())?)?;
    let bins = known_bins(preset, &spectrogram.layout)?;
    let PresetBases { mut bases, mut masking, freedom, mut owners, .. } =
        PresetBases::of(preset, &AdaptiveState::default(), &spectrogram.layout, bins)?;
    let pool = Pool::of(&freedom, &owners);
    if pool.is_shared() && preset.grouping == Cue::Position && mixture.is_mono() {
        return Err(SeparateError::NoPositions);
    }
    let v = spectrogram.magnitudes(&mixture.channels, bins);
    let held: Vec<bool> = freedom.iter().map(|freedom| *freedom != Freedom::Adaptive).collect();
    if held.contains(&true) {
        even_start(&mut bases, bins, &held, settings.seed);
    } else {
        bases = distinct_bases(&v, held.len(), settings.seed);
    }
    // Each basis must sum to 1 on the known bins.
    for (basis, masking) in bases.chunks_exact_mut(bins).zip(masking.chunks_exact_mut(bins)) {
        basis[0] = 0.0;
        let sum: f32 = basis.iter().sum();
        if sum > 0.0 {
            basis.iter_mut().chain(masking).for_each(|w| *w /= sum);
        }
    }
    let found = decompose(&v, &bases, &held, settings, progress)?;
    for (k, basis) in found.bases.chunks_exact(bins).enumerate().filter(|(k, _)| !held[*k]) {
        masking[k * bins..][..bins].copy_from_slice(basis);
    }
    if pool.is_shared() {
        let left = match preset.grouping {
            Cue::Position => left_shares(&spectrogram.magnitudes(&mixture.channels[..1], bins), &v, &found),
            Cue::Timbre | Cue::Time => Vec::new(),
        };
        pool.share(&found, &left, preset.grouping, &mut owners);
    }
    let parts = split(&masking, &found.activations, &owners, preset.sources.len());
    finish(&mixture, &spectrogram, &parts, bins, &found, settings, progress)
}

/// About as many bytes of memory as [`separate`] takes for a mixture at `sample_rate` in Hz, of `samples` in each of
/// its `channels`.
///
/// # Errors
/// [`SeparateError`] if the preset cannot be played at that rate.
pub fn memory_needed(preset: &Preset, sample_rate: u32, samples: usize, channels: usize) -> Result<u64, SeparateError> {
    // The mixture, the remix and the sources.
    let sounds = (preset.sources.len() + 2) * channels * samples;
    let mut numbers = sounds;
    if preset.sources.iter().all(|source| source.kind() != Kind::Recognised) {
        let spectrogram = Spectrogram::new(f64::from(sample_rate), samples);
        let bins = known_bins(preset, &spectrogram.layout)?;
        let bases = PresetBases::of(preset, &AdaptiveState::default(), &spectrogram.layout, bins)?;
        let spectrograms = if preset.grouping == Cue::Position { 2 } else { 1 };
        // Activations: three states of the run, its result, and that by source.
        numbers += spectrogram.len() * (spectrograms * bins + 5 * bases.owners.len());
    }
    Ok((numbers * size_of::<f32>()) as u64)
}

/// Refuses what needs so many bytes if the system does not give them.
fn ensure_memory(needed: u64) -> Result<(), ModelError> {
    Ok(memory::ensure(usize::try_from(needed).unwrap_or(usize::MAX))?)
}

/// The mixture, with 0 for samples that are not finite, and its frames.
fn frame(mixture: &Recording) -> Result<(Cow<'_, Recording>, Spectrogram), SeparateError> {
    if mixture.is_empty() {
        return Err(SeparateError::Empty);
    }
    if !(MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(&mixture.sample_rate) {
        return Err(ModelError::SampleRate(f64::from(mixture.sample_rate)).into());
    }
    let mut mixture = Cow::Borrowed(mixture);
    if mixture.channels.iter().flatten().any(|sample| !sample.is_finite()) {
        let samples = mixture.to_mut().channels.iter_mut().flatten();
        samples.filter(|sample| !sample.is_finite()).for_each(|sample| *sample = 0.0);
    }
    let spectrogram = Spectrogram::new(f64::from(mixture.sample_rate), mixture.len());
    Ok((mixture, spectrogram))
}

/// Starts the bases that are not `held` flat except for random differences (as Bryan and Sun do). If they started as
/// broad bumps or as frames of the mixture, they would begin with more of what belongs to the fixed sources: measured 1
/// to 4 dB worse.
fn even_start(bases: &mut [f32], bins: usize, held: &[bool], seed: u64) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    for (basis, _) in bases.chunks_exact_mut(bins).zip(held).filter(|(_, held)| !**held) {
        basis.iter_mut().for_each(|w| *w = 1.0 + rng.random::<f32>());
    }
}

/// Finds the activations and free bases of `v`; all activations are 0 if there is no sound.
fn decompose(
    v: &Frames,
    bases: &[f32],
    held: &[bool],
    settings: &BatchSettings,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Decomposed, SeparateError> {
    let decomposition = Decomposition { bases, held, iterations: settings.iterations, tolerance: TOLERANCE };
    match decomposition.run(v, &mut |share| progress(DECOMPOSITION_SHARE * share)) {
        Ok(found) => Ok(found),
        Err(FactorizationError::Cancelled) => Err(SeparateError::Cancelled),
        Err(FactorizationError::Empty | FactorizationError::NoComponents) => Ok(Decomposed {
            bases: bases.to_vec(),
            activations: vec![0.0; v.len() * held.len()],
            iterations: 0,
            converged: true,
        }),
    }
}

/// The bases `[K, F]` and activations `[T, K]` of each source's components.
fn split(bases: &[f32], activations: &[f32], owners: &[u8], sources: usize) -> Vec<SourceFactors> {
    let bins = bases.len() / owners.len();
    let part = |source: usize| {
        let own: Vec<usize> = (0..owners.len()).filter(|k| usize::from(owners[*k]) == source).collect();
        SourceFactors {
            bases: own.iter().flat_map(|k| &bases[k * bins..][..bins]).copied().collect(),
            activations: activations.chunks_exact(owners.len()).flat_map(|h| own.iter().map(|k| h[*k])).collect(),
        }
    };
    (0..sources).map(part).collect()
}

/// Renders the sources and mixes them with their gains.
fn finish(
    mixture: &Recording,
    spectrogram: &Spectrogram,
    parts: &[SourceFactors],
    bins: usize,
    found: &Decomposed,
    settings: &BatchSettings,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Batch, SeparateError> {
    let mut told = |share: f32| progress(DECOMPOSITION_SHARE + (1.0 - DECOMPOSITION_SHARE) * share);
    let sources = render(mixture, spectrogram, &FactorMasks { parts, bins }, bins, settings.focus, &mut told);
    let separation = mixed(mixture, sources.ok_or(SeparateError::Cancelled)?, settings);
    let passes = Passes { iterations: found.iterations, converged: found.converged };
    Ok(Batch { separation, passes: Some(passes) })
}

/// `sources` with their gains, and the remix of them.
fn mixed(mixture: &Recording, mut sources: Vec<Recording>, settings: &BatchSettings) -> Separation {
    let mut main = mixture.clone();
    for (source, gain) in sources.iter_mut().zip(settings.gains) {
        for (main, sample) in main.channels.iter_mut().flatten().zip(source.channels.iter_mut().flatten()) {
            // At unity gain the main output is exactly the mixture.
            *main += (gain - 1.0) * *sample;
            *sample *= gain;
        }
    }
    Separation { main, sources, latency_samples: 0 }
}
