//! A preset made ready for one framing: bands, full-resolution bases, and the solver with its memory.
//!
//! Built off the audio thread and handed over whole.

use super::{
    Controls, LatencyMode, Layout, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE,
    adapting::{Adapter, Adapting},
};
use crate::{
    dictionary::Dictionary,
    learner::adaptive::{Adaptation, Freedom, PERIOD_FRAMES, STRIDE_SECONDS, first_basis},
    nmf::{
        activations::{Solver, squarem::Squarem},
        aligned::{Aligned, padded},
        bands::Bands,
        kernels::{elementary::power, vector},
    },
    preset::{Kind, Preset, Source},
};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Bin spacings this close are the same grid, as a ratio.
const SAME_GRID: f64 = 0.002;
/// Each source's share where no basis has energy, relative to the frame's mean: keeps the masks defined.
const LEAST_SHARE: f32 = 1e-6;
/// How long a block of a source counts as heard.
const BLOCK_MEMORY_SECONDS: f64 = 1.0;

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
    arch: Arch,
    layout: Layout,
    /// Components of each source.
    components: Vec<Range<usize>>,
    bands: Bands,
    solver: Squarem,
    /// Activations, `[K]`.
    h: Vec<f32>,
    /// The frame in bands, `[B]`.
    v: Vec<f32>,
    /// The bases that masks are built from, at full resolution, `[K, F_d]`, rows padded; bins above F_d take the top band's mask.
    bases: Aligned,
    /// The components of one source that sound, and how loud.
    sounding: Vec<(usize, f32)>,
    /// Masks, `[S, F]`, rows padded.
    masks: Aligned,
    /// The largest share of a bin, then the sum of all shares, `[F]`, padded.
    norm: Aligned,
    adapting: Adapting,
    /// Frames between two that the adaptation sees, and how many went by since the last one.
    stride: usize,
    since_seen: usize,
    /// Frames it has seen of this period.
    seen: usize,
}

impl Model {
    /// Prepares `preset` for `mode` at `sample_rate` in Hz.
    ///
    /// A dictionary of the engine's bin spacing is used bin by bin; one of another spacing is interpolated. An adaptive source
    /// begins with broad, evenly spread bases and learns while it plays, in step with the stream, or elsewhere
    /// ([`Self::adapt_elsewhere`]).
    ///
    /// # Errors
    /// [`ModelError`], when the sample rate is out of range or a source has no bases.
    pub fn new(preset: &Preset, sample_rate: f64, mode: LatencyMode) -> Result<Self, ModelError> {
        if !(MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(&sample_rate) {
            return Err(ModelError::SampleRate(sample_rate));
        }
        let layout = Layout::new(sample_rate, mode);
        let bins = known_bins(preset, &layout)?;
        let (mut bases, mut masking, mut components, mut freedom) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for source in &preset.sources {
            let first = bases.len() / bins;
            append_bases(source, &layout, bins, &mut bases, &mut masking)?;
            let own = first..bases.len() / bins;
            freedom.resize(own.end, freedom_of(source));
            components.push(own);
        }
        let bands = Bands::new(1..bins);
        let mut merged = vec![0.0; bases.len() / bins * bands.len()];
        for (basis, merged) in bases.chunks_exact(bins).zip(merged.chunks_exact_mut(bands.len())) {
            bands.merge(basis, merged);
        }
        let blocks: Vec<Vec<usize>> = preset.sources.iter().map(blocks).collect();
        let remembered = BLOCK_MEMORY_SECONDS * layout.sample_rate / layout.windows.hop as f64;
        let solver = Squarem::new(&merged, bands.len(), layout.cycles).with_blocks(&blocks, remembered as f32);
        let padded_masking = Aligned::rows(&masking, bins);
        let adapting = if freedom.iter().all(|freedom| *freedom == Freedom::Fixed) {
            Adapting::Nowhere
        } else {
            Adapting::here(Adaptation::new(&bases, masking, bins, bands.clone(), freedom))
        };
        let stride = (STRIDE_SECONDS * layout.sample_rate / layout.windows.hop as f64).round().max(1.0) as usize;
        let mut masks = Aligned::zeros(components.len() * padded(layout.bins()));
        masks.fill(1.0 / components.len() as f32);
        Ok(Self {
            arch: Arch::new(),
            h: vec![0.0; solver.components()],
            v: vec![0.0; bands.len()],
            bases: padded_masking,
            sounding: Vec::with_capacity(solver.components()),
            masks,
            norm: Aligned::zeros(padded(layout.bins())),
            adapting,
            stride,
            since_seen: 0,
            seen: 0,
            layout,
            components,
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

    /// The mask of `source` for the frame last given to [`Self::solve`], `[F]`; the masks of all sources add up to 1.
    pub fn mask(&self, source: usize) -> &[f32] {
        let bins = self.layout.bins();
        &self.masks[source * padded(bins)..][..bins]
    }

    /// The activations of that frame, one per basis, `[K]`.
    pub fn activations(&self) -> &[f32] {
        &self.h
    }

    /// Forgets what was heard.
    pub fn reset(&mut self) {
        self.h.fill(0.0);
        self.solver.reset();
        self.adapting.reset();
        (self.since_seen, self.seen) = (0, 0);
    }

    /// Takes the adaptation of the bases out of the stream's step, for another thread to do; `None` if nothing adapts, or that
    /// was done before.
    pub fn adapt_elsewhere(&mut self) -> Option<Adapter> {
        self.adapting.send_away()
    }

    /// Audio thread: finds the activations for the magnitudes `v`, `[F]`.
    pub fn solve(&mut self, v: &[f32], controls: &Controls) {
        self.bands.merge(v, &mut self.v);
        let due = self.since_seen == 0;
        let (solver, masking) = (&mut self.solver, &mut self.bases);
        self.adapting.renew(due && self.seen == 0, |bases| {
            solver.exchange_bases(&mut bases.bands);
            std::mem::swap(masking, &mut bases.masking);
        });
        self.solver.solve(&self.v, &controls.priors(), &mut self.h);
        if due {
            self.adapting.remember(&self.v, &self.h);
            self.seen = (self.seen + 1) % PERIOD_FRAMES;
        }
        self.since_seen = (self.since_seen + 1) % self.stride;
    }

    /// Audio thread: builds the masks of all sources from the activations.
    pub fn mask_sources(&mut self, focus: f32) {
        struct Masks<'a>(&'a mut Model, f32);
        impl WithSimd for Masks<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                self.0.explain(simd);
                self.0.divide(self.1);
            }
        }
        self.arch.dispatch(Masks(self, focus));
        self.extend();
    }

    /// The number of bins that the dictionary knows.
    fn known(&self) -> usize {
        self.bands.bins(self.bands.len() - 1).end
    }

    /// masks ← W_s h_s, on the bins that the dictionary knows.
    #[inline(always)]
    fn explain<S: Simd>(&mut self, simd: S) {
        let (known, width) = (padded(self.known()), self.norm.len());
        let least = self.h.iter().sum::<f32>() * LEAST_SHARE / self.h.len() as f32;
        for (components, mask) in self.components.iter().zip(self.masks.chunks_exact_mut(width)) {
            self.sounding.clear();
            let loud = components.clone().map(|k| (k, self.h[k])).filter(|(_, h)| *h > least);
            self.sounding.extend(loud);
            vector::weighted_sum_of(simd, &self.bases, &self.sounding, &mut mask[..known]);
        }
    }

    /// masks ← masks^focus / Σ masks^focus.
    #[inline(always)]
    fn divide(&mut self, focus: f32) {
        let (known, width) = (self.known(), self.norm.len());
        let least = self.h.iter().sum::<f32>() / known as f32 * LEAST_SHARE + f32::MIN_POSITIVE;
        let norm = &mut self.norm[..known];
        norm.fill(0.0);
        for mask in self.masks.chunks_exact(width) {
            for (largest, share) in norm.iter_mut().zip(mask) {
                *largest = if *share > *largest { *share } else { *largest };
            }
        }
        // Scaled by the largest, so that no power underflows for all of them.
        norm.iter_mut().for_each(|largest| *largest = 1.0 / (*largest + least));
        for mask in self.masks.chunks_exact_mut(width) {
            for (share, scale) in mask.iter_mut().zip(norm.iter()) {
                *share = (*share + least) * scale;
            }
            if focus != 1.0 {
                mask[..known].iter_mut().for_each(|share| *share = power(*share, focus));
            }
        }
        norm.fill(0.0);
        for mask in self.masks.chunks_exact(width) {
            norm.iter_mut().zip(mask).for_each(|(sum, share)| *sum += share);
        }
        norm.iter_mut().for_each(|sum| *sum = 1.0 / *sum);
        for mask in self.masks.chunks_exact_mut(width) {
            mask.iter_mut().zip(norm.iter()).for_each(|(share, scale)| *share *= scale);
        }
    }

    /// The bins that the dictionary does not know take their neighbours' masks.
    fn extend(&mut self) {
        let top = self.bands.bins(self.bands.len() - 1);
        let bins = self.layout.bins();
        for mask in self.masks.chunks_exact_mut(self.norm.len()) {
            mask[0] = mask[1];
            let edge = mask[top.clone()].iter().sum::<f32>() / top.len() as f32;
            mask[top.end..bins].fill(edge);
        }
    }
}

/// The source's dictionary whose frames are most like the engine's: in bin spacing, then in latency.
fn nearest<'a>(source: &'a Source, layout: &Layout) -> Result<&'a Dictionary, ModelError> {
    let distance = |dictionary: &Dictionary| {
        let frame = &dictionary.frame;
        let spacing = (frame.bin_spacing() / layout.bin_spacing()).ln().abs();
        let latency = frame.latency as f64 / frame.sample_rate;
        let own = layout.windows.latency() as f64 / layout.sample_rate;
        ((spacing / SAME_GRID).floor(), (latency / own).ln().abs())
    };
    source
        .dictionaries
        .iter()
        .filter(|dictionary| dictionary.components > 0)
        .min_by(|a, b| distance(a).partial_cmp(&distance(b)).unwrap_or(std::cmp::Ordering::Equal))
        .ok_or_else(|| ModelError::NoBases(source.name.clone()))
}

fn freedom_of(source: &Source) -> Freedom {
    match source.kind {
        Kind::Fixed if source.drift => Freedom::Drifting,
        Kind::Fixed => Freedom::Fixed,
        Kind::Adaptive { .. } => Freedom::Adaptive,
    }
}

/// How the source's components fall into blocks.
fn blocks(source: &Source) -> Vec<usize> {
    if source.blocks.is_empty() { vec![source.components()] } else { source.blocks.clone() }
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

/// Appends the source's bases on the engine's first `bins` bins: those to find activations with, and those to build masks from.
fn append_bases(
    source: &Source,
    layout: &Layout,
    bins: usize,
    bases: &mut Vec<f32>,
    masking: &mut Vec<f32>,
) -> Result<(), ModelError> {
    if let Kind::Adaptive { components } = source.kind {
        for k in 0..components {
            let basis = first_basis(k, components, bins, layout.bin_spacing());
            bases.extend_from_slice(&basis);
            masking.extend(basis);
        }
        return Ok(());
    }
    let dictionary = nearest(source, layout)?;
    append_rows(&dictionary.bases, dictionary, layout, bins, bases);
    append_rows(dictionary.reconstruction.as_ref().unwrap_or(&dictionary.bases), dictionary, layout, bins, masking);
    Ok(())
}

/// Appends `rows`, `[K, F]`, of `dictionary` on the engine's first `bins` bins.
fn append_rows(rows: &[f32], dictionary: &Dictionary, layout: &Layout, bins: usize, out: &mut Vec<f32>) {
    let ratio = layout.bin_spacing() / dictionary.frame.bin_spacing();
    for row in rows.chunks_exact(dictionary.bins) {
        if on_grid(dictionary.frame.bin_spacing(), layout) {
            out.extend((0..bins).map(|bin| row.get(bin).copied().unwrap_or(0.0)));
        } else {
            out.extend((0..bins).map(|bin| interpolate(row, bin as f64 * ratio)));
        }
    }
}

/// `basis` at a position between its bins.
fn interpolate(basis: &[f32], position: f64) -> f32 {
    let (below, share) = (position as usize, position.fract() as f32);
    let at = |bin: usize| basis.get(bin).copied().unwrap_or(0.0);
    at(below) * (1.0 - share) + at(below + 1) * share
}
