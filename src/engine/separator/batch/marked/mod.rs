//! Separation under marks: the bases of every source that finds them are learned from the whole recording, where the
//! source model and somebody's marks say that it sounds (posterior regularisation, see [`crate::nmf::constrained`];
//! interactive separation: Bryan, Mysore and Wang 2013).
//!
//! Frames and what the source model says are computed once; learning under other marks then takes a fraction of a
//! second for ten seconds of sound. Bases that were taught stay as they are, unless their source is marked: then they
//! move from there.
//!
//! - `evidence`: what the source model says of the recording. `masks`: the masks, and the sources' sound.
//! - `teaching`: a preset that knows what was learned.

mod evidence;
mod masks;
mod teaching;

use super::{ensure_memory, frame, spectrogram::Spectrogram};
use crate::{
    learner::adaptive::{AdaptiveState, DRIFT_PRIOR, Freedom, Seeding},
    marks::{FrameGrid, MarkedFrames},
    nmf::{
        bands::Bands,
        constrained::{ConstrainedUpdates, FactoredFrames},
        kernels::elementary::power,
    },
    preset::Preset,
    recording::Recording,
    separator::{
        offline::SeparateError,
        preset_bases::{PresetBases, known_bins},
        recognition::{SOME_LEARNED, Strength},
    },
};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use std::{
    ops::{ControlFlow, Range},
    sync::Arc,
};

/// Passes over the frames.
const PASSES: usize = 60;
/// How much a mark counts beside the source model when bases are learned.
const CONFIDENCE: f32 = 2.0;
/// The same in the masks: the most that costs no more than 0.1 dB on the loops of `benches/README.md`, of 0.7, 1.4 and
/// 2.0, with marks of which none or a tenth are wrong.
const MASK_CONFIDENCE: f32 = 1.4;
/// How much the source model counts in the masks: bases that were learned under it are neither taught nor unknown.
const STRENGTH: Strength = SOME_LEARNED;
/// Least of a prior: nothing is ruled out.
const LEAST_PRIOR: f32 = 1e-3;
/// Added to the model before a division, relative to the mean of V.
const LEAST_MODEL: f32 = 1e-9;
/// Least activation, as a share of the mean.
const LEAST_SHARE: f32 = 1e-6;

/// A recording, ready to be separated under marks.
pub struct MarkedRecording {
    mixture: Recording,
    spectrogram: Spectrogram,
    bands: Bands,
    /// Number of bins that the bases have.
    bins: usize,
    /// The magnitudes of the frames, `[T, F]`, and their bands, `[T, B]`.
    magnitudes: Arc<Vec<f32>>,
    v: Vec<f32>,
    /// How likely each source is before anything is marked, `[T, S, B]`.
    prior: Vec<f32>,
    /// The bases that activations are found with, in bands, `[K, B]`, each of which sums to 1; and those that masks are
    /// built from, `[K, F]`.
    bases: Vec<f32>,
    masking: Vec<f32>,
    sources: Vec<MarkedSource>,
}

/// The components of a source.
#[derive(Debug, Clone)]
struct MarkedSource {
    components: Range<usize>,
    /// Whether it finds its bases; they were taught otherwise.
    finds: bool,
}

/// What was learned under marks.
#[derive(Debug, Clone)]
pub struct LearnedUnderMarks {
    /// How likely each source is, for learning and in the masks, `[T, S, B]`.
    prior: Vec<f32>,
    mask_likelihoods: Vec<f32>,
    /// The bases, `[K, B]`, and their activations, `[T, K]`.
    bases: Vec<f32>,
    activations: Vec<f32>,
    /// Whether the bases of each source were learned, `[S]`.
    moved: Vec<bool>,
}

impl MarkedRecording {
    /// Cuts `mixture` into frames and hears it with the source model, for the sources of
    /// `preset`.
    ///
    /// # Errors
    /// [`SeparateError`]
    pub fn new(preset: &Preset, mixture: &Recording) -> Result<Self, SeparateError> {
        let (mixture, spectrogram) = frame(mixture)?;
        let Recording { sample_rate, channels } = &*mixture;
        ensure_memory(Self::memory_needed(preset, *sample_rate, mixture.len(), channels.len())?)?;
        let mixture = mixture.into_owned();
        let layout = &spectrogram.layout;
        let bins = known_bins(preset, layout)?;
        let bands = Bands::new(1..bins);
        let PresetBases { bases, mut masking, freedom, owners, .. } =
            PresetBases::of(preset, &AdaptiveState::default(), layout, bins)?;
        let sources = (0..preset.sources.len()).map(|source| {
            let is_own = |owner: &u8| usize::from(*owner) == source;
            let start = owners.iter().position(is_own).unwrap_or(owners.len());
            let components = start..start + owners.iter().filter(|owner| is_own(owner)).count();
            let finds = freedom.get(start).is_some_and(|freedom: &Freedom| freedom.is_found());
            MarkedSource { components, finds }
        });
        let sources = sources.collect();
        let mut bases = in_bands(&bases, bins, &bands);
        for (basis, masking) in bases.chunks_exact_mut(bands.len()).zip(masking.chunks_exact_mut(bins)) {
            let sum: f32 = basis.iter().sum();
            if sum > 0.0 {
                basis.iter_mut().chain(masking).for_each(|w| *w /= sum);
            }
        }
        let magnitudes = Arc::new(spectrogram.magnitudes(&mixture.channels, bins).values);
        let v = in_bands(&magnitudes, bins, &bands);
        let prior = evidence::prior(preset, &mixture, &spectrogram, bands.len())?;
        Ok(Self { mixture, spectrogram, bands, bins, magnitudes, v, prior, bases, masking, sources })
    }

    /// About as many bytes as it takes to separate a mixture at `sample_rate` in Hz, of `samples` in each of its
    /// `channels`, under marks.
    ///
    /// # Errors
    /// [`SeparateError`] if the preset cannot be played at that rate.
    pub fn memory_needed(
        preset: &Preset,
        sample_rate: u32,
        samples: usize,
        channels: usize,
    ) -> Result<u64, SeparateError> {
        let spectrogram = Spectrogram::new(f64::from(sample_rate), samples);
        let bins = known_bins(preset, &spectrogram.layout)?;
        let bases = PresetBases::of(preset, &AdaptiveState::default(), &spectrogram.layout, bins)?;
        let (count, width) = (preset.sources.len(), Bands::new(1..bins).len());
        // Magnitudes and power; what is likely, before and under marks, and the marks; the updates' own; activations.
        let per_frame = 2 * spectrogram.layout.bins() + (5 * count + 4) * width + 3 * bases.owners.len();
        // The mixture twice, the remix and the sources.
        let numbers = (count + 3) * channels * samples + spectrogram.len() * per_frame;
        Ok((numbers * size_of::<f32>()) as u64)
    }

    /// The frames and bands that marks lie on.
    pub fn grid(&self) -> FrameGrid {
        let Spectrogram { layout, .. } = &self.spectrogram;
        let (hop, before) = (layout.windows.hop as f64, self.spectrogram.before() as f64);
        FrameGrid {
            frames: self.spectrogram.len(),
            first_seconds: (0.5 * layout.windows.frame_len() as f64 - before) / layout.sample_rate,
            step_seconds: hop / layout.sample_rate,
            bin_spacing: layout.bin_spacing(),
            bands: self.bands.clone(),
        }
    }

    /// The magnitudes of the frames in bands, `[T, B]`.
    pub fn bands(&self) -> &[f32] {
        &self.v
    }

    /// The magnitudes of the frames, `[T, F]`, and what makes an amplitude of one: 1 for a sine at full scale in all
    /// channels.
    pub fn magnitudes(&self) -> (Arc<Vec<f32>>, f32) {
        (self.magnitudes.clone(), self.spectrogram.layout.windows.amplitude_scale(self.mixture.channels.len()))
    }

    /// Number of bins F.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Number of sources S.
    pub fn sources(&self) -> usize {
        self.sources.len()
    }

    /// Learns bases and activations under what is `marked` on [`Self::grid`].
    ///
    /// # Errors
    /// [`SeparateError::Cancelled`], if `progress`, which is told the share done, breaks.
    pub fn learn(
        &self,
        marked: &MarkedFrames,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<LearnedUnderMarks, SeparateError> {
        let (width, frames) = (self.bands.len(), self.spectrogram.len());
        let total: f32 = self.v.iter().sum();
        let learns = |(s, source): (usize, &MarkedSource)| total > 0.0 && (source.finds || marked.names(s));
        let mut learned = LearnedUnderMarks {
            prior: self.likelihoods(marked, CONFIDENCE, 1.0),
            mask_likelihoods: self.likelihoods(marked, MASK_CONFIDENCE, STRENGTH.alpha),
            bases: self.bases.clone(),
            activations: vec![0.0; frames * self.components()],
            moved: self.sources.iter().enumerate().map(learns).collect(),
        };
        let owners = |(s, source): (usize, &MarkedSource)| source.components.clone().map(move |_| s as u8);
        let groups: Vec<u8> = self.sources.iter().enumerate().flat_map(owners).collect();
        let updates = ConstrainedUpdates::new(&groups, width, frames).filter(|_| total > 0.0);
        let Some(mut updates) = updates.map(ConstrainedUpdates::in_parallel) else { return Ok(learned) };
        for (t, prior) in learned.prior.chunks_exact(self.sources.len() * width).enumerate() {
            updates.take(t, prior);
        }
        self.start(&updates, &mut learned);
        let (mut ratio, mut gathered) = (vec![0.0; self.v.len()], vec![0.0; self.bases.len()]);
        let costs = vec![1.0; self.components()];
        let least = LEAST_MODEL * total / self.v.len() as f32;
        let least_h = LEAST_SHARE * total / learned.activations.len() as f32;
        for pass in 0..=PASSES {
            let h = &mut learned.activations;
            let mut factored = FactoredFrames { v: &self.v, h, ratio: &mut ratio, least };
            updates.update_activations(&mut factored, &learned.bases, &costs, least_h);
            if pass < PASSES {
                updates.gather_bases(&mut factored, &learned.bases, &mut gathered);
                self.move_bases(&gathered, &mut learned);
            }
            if progress(pass as f32 / PASSES as f32).is_break() {
                return Err(SeparateError::Cancelled);
            }
        }
        Ok(learned)
    }

    /// Number of components K.
    fn components(&self) -> usize {
        self.bases.len() / self.bands.len()
    }

    /// How likely each source is, `[T, S, B]`: what the source model says to the power of `alpha`, and the marks to
    /// that of `confidence`.
    fn likelihoods(&self, marked: &MarkedFrames, confidence: f32, alpha: f32) -> Vec<f32> {
        let mut likelihoods: Vec<f32> = self.prior.iter().map(|prior| power(*prior, alpha)).collect();
        for (t, likelihoods) in likelihoods.chunks_exact_mut(self.sources.len() * self.bands.len()).enumerate() {
            marked.constrain(t, confidence, likelihoods);
            likelihoods.iter_mut().for_each(|likelihood| *likelihood = likelihood.max(LEAST_PRIOR));
        }
        likelihoods
    }

    /// Bases that are to be found start where their source is likely; activations start evenly.
    fn start(&self, updates: &ConstrainedUpdates, learned: &mut LearnedUnderMarks) {
        let (width, frames, all) = (self.bands.len(), self.spectrogram.len(), self.components());
        let mut seeding = Seeding::new(width, frames);
        // The same marks give the same sound.
        let mut rng = Pcg64Mcg::seed_from_u64(0);
        for (s, MarkedSource { components, finds }) in self.sources.iter().enumerate() {
            let likely = updates.of_group(s as u8, frames);
            let start = &mut learned.bases[components.start * width..components.end * width];
            let is_found = *finds && seeding.find(&self.v, likely, &mut rng, start);
            for (t, row) in learned.activations.chunks_exact_mut(all).enumerate() {
                let sum = if is_found { seeding.sums()[t] } else { self.v[t * width..][..width].iter().sum() };
                row[components.clone()].fill(sum / components.len() as f32 + f32::MIN_POSITIVE);
            }
        }
    }

    /// Multiplies the bases by what was `gathered`, `[K, B]`. Those that were taught are pulled back.
    fn move_bases(&self, gathered: &[f32], learned: &mut LearnedUnderMarks) {
        let width = self.bands.len();
        let pull = DRIFT_PRIOR * self.v.iter().sum::<f32>() / self.components() as f32;
        let moving = self.sources.iter().zip(&learned.moved).filter(|(_, moved)| **moved);
        for (k, finds) in moving.flat_map(|(source, _)| source.components.clone().map(|k| (k, source.finds))) {
            let place = k * width..(k + 1) * width;
            let (basis, first) = (&mut learned.bases[place.clone()], &self.bases[place.clone()]);
            let prior = if finds { 0.0 } else { pull };
            for ((w, n), first) in basis.iter_mut().zip(&gathered[place]).zip(first) {
                *w = *w * n + prior * first;
            }
            let sum: f32 = basis.iter().sum();
            if sum.is_finite() && sum > f32::MIN_POSITIVE {
                basis.iter_mut().for_each(|w| *w /= sum);
            } else {
                basis.copy_from_slice(first);
            }
        }
    }
}

/// `rows`, `[N, F]`, in bands, `[N, B]`.
fn in_bands(rows: &[f32], bins: usize, bands: &Bands) -> Vec<f32> {
    let mut merged = vec![0.0; rows.len() / bins * bands.len()];
    for (row, merged) in rows.chunks_exact(bins).zip(merged.chunks_exact_mut(bands.len())) {
        bands.merge(row, merged);
    }
    merged
}
