//! The masks of a recording under marks, and the sources' sound.

use super::{
    super::{
        BatchSettings, mixed,
        rendering::{MaskSource, render},
    },
    LearnedUnderMarks, MarkedRecording, MarkedSource,
};
use crate::{
    nmf::{
        discriminative::FOCUS,
        matrix::{MatrixView, product},
        soft_masks::soft_masks,
    },
    separator::{
        offline::{SeparateError, Separation},
        recognition::{Said, constrain},
    },
};
use pulp::Arch;
use std::ops::{ControlFlow, Range};

/// The exponent of the masks, as a share of the focus that is set.
const MASK_FOCUS: f32 = 1.2 / FOCUS;

impl MarkedRecording {
    /// The share of each source in the bands of every frame, `[T, S, B]`, with the exponent `focus`.
    pub fn shares(&self, learned: &LearnedUnderMarks, focus: f32) -> Vec<f32> {
        let (width, count) = (self.bands.len(), self.sources.len());
        let (mut masks, mut scratch) = (vec![0.0; count * self.bins], vec![0.0; self.bins]);
        let mut shares = vec![0.0; learned.prior.len()];
        for (t, shares) in shares.chunks_exact_mut(count * width).enumerate() {
            self.mask_frame(learned, t, focus, &mut masks, &mut scratch);
            let v = &self.magnitudes[t * self.bins..][..self.bins];
            for (mask, shares) in masks.chunks_exact(self.bins).zip(shares.chunks_exact_mut(width)) {
                for (b, share) in shares.iter_mut().enumerate() {
                    let sound = |f: usize| v[f] + f32::MIN_POSITIVE;
                    let (own, all) =
                        self.bands.bins(b).fold((0.0, 0.0), |(own, all), f| (own + mask[f] * sound(f), all + sound(f)));
                    *share = own / all;
                }
            }
        }
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

    /// The masks of frame `t`, `[S, F]`. `scratch`, `[F]`, is overwritten.
    fn mask_frame(&self, learned: &LearnedUnderMarks, t: usize, focus: f32, masks: &mut [f32], scratch: &mut [f32]) {
        let (width, count) = (self.bands.len(), self.sources.len());
        for (s, row) in masks.chunks_exact_mut(self.bins).enumerate() {
            self.explain(learned, t, s, row);
        }
        let v = &self.magnitudes[t * self.bins..][..self.bins];
        let prior = &learned.prior[t * count * width..][..count * width];
        let likelihoods = &learned.mask_likelihoods[t * count * width..][..count * width];
        let sources: Vec<usize> = (0..count).collect();
        let said = Said {
            likelihood: |s: &usize, b: usize| likelihoods[s * width + b],
            prior: |s: &usize, b: usize| prior[s * width + b],
            trust: |s: &usize| self.sources[*s].finds.then_some(1.0),
        };
        constrain(masks, self.bins, v, &self.bands, &sources, &said);
        Arch::new().dispatch(|| soft_masks(masks, self.bins, MASK_FOCUS * focus, v.iter().sum(), scratch));
    }

    /// row ← W_s h_s of frame `t`, `[F]`.
    fn explain(&self, learned: &LearnedUnderMarks, t: usize, s: usize, row: &mut [f32]) {
        let MarkedSource { components, finds } = &self.sources[s];
        let width = self.bands.len();
        let h = &learned.activations[t * self.components()..][components.clone()];
        row.fill(0.0);
        if h.is_empty() {
            return;
        }
        let in_bands = |bases: &[f32]| {
            let mut sums = vec![0.0; width];
            let bases = MatrixView::new(&bases[components.start * width..components.end * width], width);
            product(MatrixView::new(h, h.len()), bases, &mut sums);
            sums
        };
        let now = in_bands(&learned.bases);
        if *finds {
            // Found in bands, which is all that is known of it.
            for (b, now) in now.iter().enumerate() {
                let bins = self.bands.bins(b);
                let share = now / bins.len() as f32;
                row[bins].fill(share);
            }
            return;
        }
        let masking = &self.masking[components.start * self.bins..components.end * self.bins];
        product(MatrixView::new(h, h.len()), MatrixView::new(masking, self.bins), row);
        if learned.moved[s] {
            // Within a band, what was taught keeps its shape.
            for (b, (now, first)) in now.iter().zip(in_bands(&self.bases)).enumerate() {
                let scale = if first > 0.0 { now / first } else { 1.0 };
                row[self.bands.bins(b)].iter_mut().for_each(|w| *w *= scale);
            }
        }
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
        let bins = self.recording.bins;
        let stride = frames.len() * bins;
        let (mut frame, mut scratch) = (vec![0.0; self.sources() * bins], vec![0.0; bins]);
        for (n, t) in frames.enumerate() {
            self.recording.mask_frame(self.learned, t, focus, &mut frame, &mut scratch);
            for (mask, own) in masks.chunks_exact_mut(stride).zip(frame.chunks_exact(bins)) {
                mask[n * bins..][..bins].copy_from_slice(own);
            }
        }
    }
}
