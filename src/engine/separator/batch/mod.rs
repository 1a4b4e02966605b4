//! The tutorial's offline algorithm (Bryan and Sun 2013): the whole recording is decomposed at once, by multiplicative updates
//! until little changes, and taken apart by soft masks.
//!
//! - Fixed sources alone: supervised separation; their bases are held.
//! - Some adaptive: semi-supervised; their bases are learned from the whole recording.
//! - All adaptive: unsupervised. What several adaptive sources learn is [grouped](crate::learner::grouping) into them.
//!
//! The rooms:
//!
//! - `spectrogram`: the recording as frames.
//! - `pool`: whose the components are that adaptive sources learn between them.
//! - `rendering`: masks, and the sources' sound.

mod pool;
mod rendering;
mod spectrogram;

use super::{
    ModelError,
    offline::{SeparateError, Separation},
    preset_bases::{PresetBases, known_bins},
};
use crate::{
    learner::adaptive::{AdaptiveState, Freedom},
    nmf::{
        discriminative::FOCUS,
        factorization::{Decomposed, Decomposition, FactorizationError, Frames, distinct_bases},
    },
    preset::{Cue, MAX_SOURCES, Preset},
    recording::{MAX_SAMPLE_RATE, MIN_SAMPLE_RATE, Recording},
};
use pool::{Pool, left_shares};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rendering::{SourceFactors, render};
use spectrogram::Spectrogram;
use std::{borrow::Cow, ops::ControlFlow};

/// The updates have converged when ten of them lower the divergence by less than this share of it. With fixed sources alone no more is
/// heard after that (0.1 dB at most), and adaptive ones go on to take over what belongs to the fixed.
const TOLERANCE: f64 = 3e-2;
/// The decomposition's share of the time, about.
const DECOMPOSITION_SHARE: f32 = 0.9;

/// How to separate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchSettings {
    /// Most passes over the recording.
    pub iterations: u32,
    /// Seed of the random start of bases that are not known.
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

/// A recording taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Its parts; there was no latency.
    pub separation: Separation,
    /// Passes over the recording that it took.
    pub iterations: u32,
    /// Whether it ended because little changed.
    pub converged: bool,
}

/// Takes `mixture` apart into the sources of `preset`. One that may drift stays as it was learned.
///
/// `progress` is told the share done, 0 to 1, and cancels by breaking.
///
/// # Errors
/// [`SeparateError`]
pub fn separate(
    preset: &Preset,
    mixture: &Recording,
    settings: &BatchSettings,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Batch, SeparateError> {
    let (mixture, spectrogram) = frame(mixture)?;
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
    // Each basis has to sum to 1 on the bins that are known.
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

/// The mixture, with silence for what is no number, and how it is framed.
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

/// Starts the bases that are not `held` even over frequency but for chance, which tells them apart (the tutorial's start). From broad
/// bumps or from frames of the mixture they begin with more of what belongs to the fixed sources: measured 1 to 4 dB worse.
fn even_start(bases: &mut [f32], bins: usize, held: &[bool], seed: u64) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    for (basis, _) in bases.chunks_exact_mut(bins).zip(held).filter(|(_, held)| !**held) {
        basis.iter_mut().for_each(|w| *w = 1.0 + rng.random::<f32>());
    }
}

/// Activations and free bases of `v`; nothing where there is no sound.
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

/// Each source's components: bases `[K, F]` and activations `[T, K]` of those that it owns.
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
    let sources = render(mixture, spectrogram, parts, bins, settings.focus, &mut told);
    let mut sources = sources.ok_or(SeparateError::Cancelled)?;
    let mut main = mixture.clone();
    for (source, gain) in sources.iter_mut().zip(settings.gains) {
        for (main, sample) in main.channels.iter_mut().flatten().zip(source.channels.iter_mut().flatten()) {
            // At unity the main output is the mixture itself.
            *main += (gain - 1.0) * *sample;
            *sample *= gain;
        }
    }
    let separation = Separation { main, sources, latency_samples: 0 };
    Ok(Batch { separation, iterations: found.iterations, converged: found.converged })
}
