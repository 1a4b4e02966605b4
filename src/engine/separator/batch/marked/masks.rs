//! The masks of a recording under marks, and the sources' sound.

use super::{
    super::{
        BatchSettings, mixed,
        rendering::{MaskSource, render},
    },
    LearnedUnderMarks, MarkedRecording, MarkedSource, STRENGTH,
};
use crate::{
    nmf::{
        matrix::{MatrixView, product},
        soft_masks::soft_masks,
    },
    separator::{
        offline::{SeparateError, Separation},
        recognition::{BandSays, constrain},
    },
};
use pulp::Arch;
use rayon::prelude::*;
use std::ops::{ControlFlow, Range};

impl MarkedRecording {
    /// The share of each source in the bands of every frame, `[T, S, B]`, where the focus is set to `focus`.
    pub fn shares(&self, learned: &LearnedUnderMarks, focus: f32) -> Vec<f32> {
        let (width, count) = (self.bands.len(), self.sources.len());
        let mut shares = vec![0.0; learned.prior.len()];
        let tools = || (vec![0.0; count * self.bins], MaskScratch::new(self));
        shares.par_chunks_exact_mut(count * width).enumerate().for_each_init(tools, |(masks, scratch), (t, shares)| {
            self.mask_frame(learned, t, focus, masks, scratch);
            let v = &self.magnitudes[t * self.bins..][..self.bins];
            for (mask, shares) in masks.chunks_exact(self.bins).zip(shares.chunks_exact_mut(width)) {
                for (b, share) in shares.iter_mut().enumerate() {
                    let sound = |f: usize| v[f] + f32::MIN_POSITIVE;
                    let sums = |(own, all): (f32, f32), f: usize| (own + mask[f] * sound(f), all + sound(f));
                    let (own, all) = self.bands.bins(b).fold((0.0, 0.0), sums);
                    *share = own / all;
                }
            }
        });
        shares
    }

    /// Renders the sources and mixes them with their gains. There is no latency.
    ///
    /// # Errors
    /// [`SeparateError::Cancelled`], if `progress`, which is told the share done, breaks.
    pub fn separate(
        &self,
        learned: &LearnedUnderMarks,
        settings: &BatchSettings,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Separation, SeparateError> {
        let masks = Masks { recording: self, learned };
        let sources = render(&self.mixture, &self.spectrogram, &masks, self.bins, settings.focus, progress);
        Ok(mixed(&self.mixture, sources.ok_or(SeparateError::Cancelled)?, settings))
    }

    /// The masks of frame `t`, `[S, F]`.
    fn mask_frame(
        &self,
        learned: &LearnedUnderMarks,
        t: usize,
        focus: f32,
        masks: &mut [f32],
        scratch: &mut MaskScratch,
    ) {
        let (width, count) = (self.bands.len(), self.sources.len());
        for (s, row) in masks.chunks_exact_mut(self.bins).enumerate() {
            self.explain(learned, t, s, row, scratch);
        }
        let v = &self.magnitudes[t * self.bins..][..self.bins];
        let place = t * count * width..(t + 1) * count * width;
        let (prior, likelihoods) = (&learned.prior[place.clone()], &learned.mask_likelihoods[place]);
        let said = BandSays {
            likelihood: |s: &usize, b: usize| likelihoods[s * width + b],
            prior: |s: &usize, b: usize| prior[s * width + b],
            trust: |s: &usize| self.sources[*s].finds.then_some(1.0),
        };
        constrain(masks, self.bins, v, &self.bands, &scratch.sources, &said);
        let total = v.iter().sum();
        Arch::new().dispatch(|| soft_masks(masks, self.bins, STRENGTH.focus * focus, total, &mut scratch.bins));
    }

    /// row ← W_s h_s of frame `t`, `[F]`.
    fn explain(&self, learned: &LearnedUnderMarks, t: usize, s: usize, row: &mut [f32], scratch: &mut MaskScratch) {
        let MarkedSource { components, finds } = &self.sources[s];
        let width = self.bands.len();
        let h = &learned.activations[t * self.components()..][components.clone()];
        row.fill(0.0);
        if h.is_empty() {
            return;
        }
        let in_bands = |bases: &[f32], sums: &mut [f32]| {
            let bases = MatrixView::new(&bases[components.start * width..components.end * width], width);
            product(MatrixView::new(h, h.len()), bases, sums);
        };
        in_bands(&learned.bases, &mut scratch.now);
        if *finds {
            // Found in bands, which is all that is known of it.
            for (b, now) in scratch.now.iter().enumerate() {
                let bins = self.bands.bins(b);
                let share = now / bins.len() as f32;
                row[bins].fill(share);
            }
            return;
        }
        let masking = &self.masking[components.start * self.bins..components.end * self.bins];
        product(MatrixView::new(h, h.len()), MatrixView::new(masking, self.bins), row);
        if learned.moved[s] {
            in_bands(&self.bases, &mut scratch.before);
            // Within a band, what was taught keeps its shape.
            for (b, (now, before)) in scratch.now.iter().zip(&scratch.before).enumerate() {
                let scale = if *before > 0.0 { now / before } else { 1.0 };
                row[self.bands.bins(b)].iter_mut().for_each(|w| *w *= scale);
            }
        }
    }
}

/// Memory for the masks of one frame.
struct MaskScratch {
    /// What a source explains of each band, with its bases now and with those that it began with. `[B]`
    now: Vec<f32>,
    before: Vec<f32>,
    /// `[F]`
    bins: Vec<f32>,
    /// The sources by number, `[S]`.
    sources: Vec<usize>,
}

impl MaskScratch {
    fn new(recording: &MarkedRecording) -> Self {
        let bands = || vec![0.0; recording.bands.len()];
        let sources = (0..recording.sources.len()).collect();
        Self { now: bands(), before: bands(), bins: vec![0.0; recording.bins], sources }
    }
}

/// The masks of a recording under marks.
struct Masks<'a> {
    recording: &'a MarkedRecording,
    learned: &'a LearnedUnderMarks,
}

impl MaskSource for Masks<'_> {
    fn sources(&self) -> usize {
        self.recording.sources.len()
    }

    fn write(&self, frames: Range<usize>, focus: f32, masks: &mut [f32]) {
        let Self { recording, learned } = *self;
        let bins = recording.bins;
        let mut all = vec![0.0; frames.len() * self.sources() * bins];
        let each = all.par_chunks_exact_mut(self.sources() * bins).zip(frames.clone());
        each.for_each_init(
            || MaskScratch::new(recording),
            |scratch, (frame, t)| {
                recording.mask_frame(learned, t, focus, frame, scratch);
            },
        );
        for (n, frame) in all.chunks_exact(self.sources() * bins).enumerate() {
            for (mask, own) in masks.chunks_exact_mut(frames.len() * bins).zip(frame.chunks_exact(bins)) {
                mask[n * bins..][..bins].copy_from_slice(own);
            }
        }
    }
}
