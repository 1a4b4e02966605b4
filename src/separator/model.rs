//! A preset made ready for one framing: bands, full-resolution bases, and the solver with its memory.
//!
//! Built off the audio thread and handed over whole.

use super::layout::{Layout, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE};
use super::{Controls, LatencyMode};
use crate::{
    dictionary::Dictionary,
    nmf::{
        activations::{MultiplicativeUpdate, Solver},
        bands::Bands,
        kernels,
    },
    preset::{Kind, Preset, Source},
};
use std::ops::Range;

/// Bin spacings this close are the same grid, as a ratio.
const SAME_GRID: f64 = 0.005;
/// Each source's share where no basis has energy, relative to the frame's mean: keeps the masks defined.
const LEAST_SHARE: f32 = 1e-6;

/// Why a preset cannot be played.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The sample rate is out of range.
    #[error("the sample rate {0} Hz is outside 1000 to 768000 Hz: choose another in the host")]
    SampleRate(f64),
    /// The preset holds no source.
    #[error("the preset holds no source: learn at least one")]
    NoSource,
    /// A fixed source has no bases.
    #[error("source '{0}' has no bases: learn it again")]
    NoBases(String),
}

/// What the audio thread needs of a preset.
pub struct Model {
    layout: Layout,
    /// Components of each source.
    components: Vec<Range<usize>>,
    /// Bases at full resolution, `[K, F_d]`; bins above F_d take the top band's mask.
    bases: Vec<f32>,
    bands: Bands,
    solver: MultiplicativeUpdate,
    /// Activations, `[K]`.
    h: Vec<f32>,
    /// The frame in bands, `[B]`.
    v: Vec<f32>,
    /// Masks, `[S, F]`.
    masks: Vec<f32>,
}

impl Model {
    /// Prepares `preset` for `mode` at `sample_rate` in Hz.
    ///
    /// A dictionary of the engine's bin spacing is used bin by bin; one of another spacing is interpolated. An adaptive source
    /// plays with broad, evenly spread bases, which take what the fixed sources do not explain.
    ///
    /// # Errors
    /// [`ModelError`], when the sample rate is out of range or a source has no bases.
    pub fn new(preset: &Preset, sample_rate: f64, mode: LatencyMode) -> Result<Self, ModelError> {
        if !(MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(&sample_rate) {
            return Err(ModelError::SampleRate(sample_rate));
        }
        let layout = Layout::new(sample_rate, mode);
        let bins = known_bins(preset, &layout)?;
        let (mut bases, mut components) = (Vec::new(), Vec::new());
        for source in &preset.sources {
            let first = bases.len() / bins;
            append_bases(source, &layout, bins, &mut bases)?;
            components.push(first..bases.len() / bins);
        }
        let bands = Bands::new(1..bins);
        let mut merged = vec![0.0; bases.len() / bins * bands.len()];
        for (basis, merged) in bases.chunks_exact(bins).zip(merged.chunks_exact_mut(bands.len())) {
            bands.merge(basis, merged);
        }
        let solver = MultiplicativeUpdate::new(merged, bands.len(), layout.iterations);
        Ok(Self {
            h: vec![0.0; solver.components()],
            v: vec![0.0; bands.len()],
            masks: vec![1.0 / components.len() as f32; components.len() * layout.bins()],
            layout,
            components,
            bases,
            bands,
            solver,
        })
    }

    /// The framing it was built for.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Number of sources S.
    pub fn sources(&self) -> usize {
        self.components.len()
    }

    /// The mask of `source` for the frame last given to [`Self::separate`], `[F]`; the masks of all sources add up to 1.
    pub fn mask(&self, source: usize) -> &[f32] {
        let bins = self.layout.bins();
        &self.masks[source * bins..(source + 1) * bins]
    }

    /// Forgets what was heard.
    pub fn reset(&mut self) {
        self.h.fill(0.0);
    }

    /// Audio thread: finds the masks for the magnitudes `v`, `[F]`.
    pub fn separate(&mut self, v: &[f32], controls: &Controls) {
        self.bands.merge(v, &mut self.v);
        self.solver.solve(&self.v, &controls.priors(), &mut self.h);
        self.explain();
        self.divide(controls.focus);
    }

    /// masks ← W_s h_s, on the bins that the dictionary knows.
    fn explain(&mut self) {
        let known = self.bands.bins(self.bands.len() - 1).end;
        let bins = self.layout.bins();
        for (components, mask) in self.components.iter().zip(self.masks.chunks_exact_mut(bins)) {
            let bases = &self.bases[components.start * known..components.end * known];
            kernels::weighted_sum(bases, &self.h[components.clone()], &mut mask[..known]);
        }
    }

    /// masks ← masks^focus / Σ masks^focus; the edges take their neighbours'.
    fn divide(&mut self, focus: f32) {
        let top = self.bands.bins(self.bands.len() - 1);
        let bins = self.layout.bins();
        let least = self.h.iter().sum::<f32>() / top.end as f32 * LEAST_SHARE + f32::MIN_POSITIVE;
        let sources = self.components.len();
        for bin in 1..top.end {
            normalize(&mut self.masks, bin, bins, sources, least, focus);
        }
        for mask in self.masks.chunks_exact_mut(bins) {
            mask[0] = mask[1];
            let edge = mask[top.clone()].iter().sum::<f32>() / top.len() as f32;
            mask[top.end..].fill(edge);
        }
    }
}

/// The masks of one bin from what each source explains of it.
fn normalize(masks: &mut [f32], bin: usize, bins: usize, sources: usize, least: f32, focus: f32) {
    let mut largest = 0.0_f32;
    for source in 0..sources {
        largest = largest.max(masks[source * bins + bin]);
    }
    let scale = 1.0 / (largest + least);
    let mut sum = 0.0;
    for source in 0..sources {
        let share = (masks[source * bins + bin] + least) * scale;
        let share = if focus == 1.0 { share } else { share.powf(focus) };
        masks[source * bins + bin] = share;
        sum += share;
    }
    for source in 0..sources {
        masks[source * bins + bin] /= sum;
    }
}

/// The source's dictionary whose bin spacing is nearest to the engine's.
fn nearest<'a>(source: &'a Source, layout: &Layout) -> Result<&'a Dictionary, ModelError> {
    let distance = |dictionary: &Dictionary| (dictionary.frame.bin_spacing() / layout.bin_spacing()).ln().abs();
    source
        .dictionaries
        .iter()
        .filter(|dictionary| dictionary.components > 0)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .ok_or_else(|| ModelError::NoBases(source.name.clone()))
}

/// How many of the engine's bins, from 0 Hz up, every dictionary of the preset knows.
fn known_bins(preset: &Preset, layout: &Layout) -> Result<usize, ModelError> {
    if preset.sources.is_empty() {
        return Err(ModelError::NoSource);
    }
    let mut known = layout.bins();
    for source in preset.sources.iter().filter(|source| source.kind == Kind::Fixed) {
        let frame = &nearest(source, layout)?.frame;
        let own = if on_grid(frame.bin_spacing(), layout) {
            frame.bins()
        } else {
            (frame.sample_rate / 2.0 / layout.bin_spacing()) as usize + 1
        };
        known = known.min(own);
    }
    Ok(known.max(2))
}

fn on_grid(bin_spacing: f64, layout: &Layout) -> bool {
    (bin_spacing / layout.bin_spacing() - 1.0).abs() <= SAME_GRID
}

/// Appends the source's bases on the engine's first `bins` bins.
fn append_bases(source: &Source, layout: &Layout, bins: usize, bases: &mut Vec<f32>) -> Result<(), ModelError> {
    if let Kind::Adaptive { components } = source.kind {
        (0..components).for_each(|k| bases.extend(broad_basis(k, components, bins)));
        return Ok(());
    }
    let dictionary = nearest(source, layout)?;
    let ratio = layout.bin_spacing() / dictionary.frame.bin_spacing();
    for k in 0..dictionary.components {
        let basis = dictionary.basis(k);
        if on_grid(dictionary.frame.bin_spacing(), layout) {
            bases.extend((0..bins).map(|bin| basis.get(bin).copied().unwrap_or(0.0)));
        } else {
            bases.extend((0..bins).map(|bin| interpolate(basis, bin as f64 * ratio)));
        }
    }
    Ok(())
}

/// `basis` at a position between its bins.
fn interpolate(basis: &[f32], position: f64) -> f32 {
    let (below, share) = (position as usize, position.fract() as f32);
    let at = |bin: usize| basis.get(bin).copied().unwrap_or(0.0);
    at(below) * (1.0 - share) + at(below + 1) * share
}

/// Basis `k` of `components` that cover the spectrum evenly on a logarithmic axis, each a raised cosine over its
/// neighbours' centres, summing to 1.
fn broad_basis(k: usize, components: usize, bins: usize) -> Vec<f32> {
    let spread = (bins as f64).ln() / components as f64;
    let centre = (k as f64 + 0.5) * spread;
    let mut basis: Vec<f32> = (0..bins)
        .map(|bin| {
            let distance = (((bin.max(1) as f64).ln() - centre) / spread).abs();
            // The floor keeps bands alive that fall between two bins.
            if distance < 1.0 { (0.5 + 0.5 * (std::f64::consts::PI * distance).cos()) as f32 + 1e-4 } else { 1e-4 }
        })
        .collect();
    basis[0] = 0.0;
    let sum: f32 = basis.iter().sum();
    basis.iter_mut().for_each(|w| *w /= sum);
    basis
}
