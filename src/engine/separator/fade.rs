//! Crossfades from the model that plays to a new one, and gives the old one back.

use super::model::Model;
use crate::preset::MAX_SOURCES;

/// Duration of a fade, in milliseconds.
const FADE_MS: f64 = 50.0;

/// The models of one stream.
pub(super) struct Fade {
    /// The model that plays; during a fade, the one that fades out.
    pub(super) settled: Box<Model>,
    /// The model that fades in.
    pub(super) rising: Option<Box<Model>>,
    /// The weight of the model that fades in, from 0 to 1; it then goes on rising until nothing of the old model is
    /// left in the overlap.
    share: f32,
    share_per_frame: f32,
    share_at_end: f32,
    /// The model that starts to fade in with the next frame.
    offered: Option<Box<Model>>,
    retired: Option<Box<Model>>,
}

impl Fade {
    /// `model` alone.
    pub(super) fn new(model: Box<Model>) -> Self {
        let layout = model.layout();
        let (hop, fade) = (layout.windows.hop, layout.sample_rate * FADE_MS * 1e-3);
        let tail = layout.latency_samples() + hop;
        Self {
            share: 0.0,
            share_per_frame: (hop as f64 / fade) as f32,
            share_at_end: 1.0 + (tail as f64 / fade) as f32,
            settled: model,
            rising: None,
            offered: None,
            retired: None,
        }
    }

    /// The model that fades in or is about to.
    pub(super) fn incoming(&self) -> Option<&Model> {
        self.offered.as_deref().or(self.rising.as_deref())
    }

    /// That model, or the one that is heard if there is none.
    pub(super) fn newest(&self) -> &Model {
        self.incoming().unwrap_or(&self.settled)
    }

    /// Number of sources that are audible.
    pub(super) fn sources(&self) -> usize {
        self.settled.sources().max(self.rising.as_ref().map_or(0, |model| model.sources())).min(MAX_SOURCES)
    }

    /// See [`Separator::is_ready_for_model`](super::Separator::is_ready_for_model).
    pub(super) fn is_ready(&self) -> bool {
        self.incoming().is_none() && self.retired.is_none()
    }

    /// See [`Separator::offer_model`](super::Separator::offer_model).
    pub(super) fn offer(&mut self, model: Box<Model>) -> Result<(), Box<Model>> {
        if !self.is_ready() || !model.layout().same_as(self.settled.layout()) {
            return Err(model);
        }
        self.offered = Some(model);
        Ok(())
    }

    /// See [`Separator::take_retired`](super::Separator::take_retired).
    pub(super) fn take_retired(&mut self) -> Option<Box<Model>> {
        self.retired.take()
    }

    /// Resets all models.
    pub(super) fn reset(&mut self) {
        self.settled.reset();
        for model in [&mut self.rising, &mut self.offered].into_iter().flatten() {
            model.reset();
        }
    }

    /// The next frame begins.
    pub(super) fn begin_frame(&mut self) {
        if let Some(mut offered) = self.offered.take() {
            offered.continue_from(&self.settled);
            self.rising = Some(offered);
            self.share = 0.0;
        }
        if self.rising.is_some() {
            self.share += self.share_per_frame;
        }
    }

    /// Whether the frame that begins is learned from.
    pub(super) fn set_learning(&mut self, learns: bool) {
        self.settled.learns = learns;
        self.rising.iter_mut().for_each(|model| model.learns = learns);
    }

    /// The frame is finished. The old model stays until nothing of it is left in the overlap.
    pub(super) fn finish_frame(&mut self) {
        if self.share < self.share_at_end {
            return;
        }
        if let Some(mut model) = self.rising.take() {
            std::mem::swap(&mut self.settled, &mut model);
            self.retired = Some(model);
        }
        self.share = 0.0;
    }

    /// What `source` has of something that all sources share equally.
    pub(super) fn equal_share(&self, source: usize) -> f32 {
        self.models_with(source).map(|(model, share)| share / model.sources() as f32).sum()
    }

    /// The masks of `source` that are audible, `[F]` each, with their weights; none of a model without this source.
    pub(super) fn masks(&self, source: usize) -> impl Iterator<Item = (&[f32], f32)> {
        self.models_with(source).map(move |(model, share)| (model.mask(source), share))
    }

    /// The activations of this frame count for what lies before an onset, from now on.
    pub(super) fn keep_activations(&mut self) {
        self.models_mut().for_each(|(model, _)| model.keep_activations());
    }

    /// Whether an audible model has this basis of `source`, by its place among all components.
    pub(super) fn has_basis(&self, source: usize, component: usize) -> bool {
        self.models_with(source).any(|(model, _)| model.has_basis(source, component))
    }

    /// What one basis of `source` has of something that all sources share equally, and the bases of each.
    pub(super) fn equal_share_of_basis(&self, source: usize) -> f32 {
        let part = |(model, share): (&Model, f32)| share / (model.sources() * model.bases_of(source).max(1)) as f32;
        self.models_with(source).map(part).sum()
    }

    /// Adds `weight` times the mask of a basis, by its source and its place among all components, to `sum`, `[F]`. With
    /// `kept`, `[F]`, as the mask of its source, and the kept activations, if it is for what lies before an onset.
    pub(super) fn add_basis(&mut self, basis: (usize, usize), kept: Option<&[f32]>, weight: f32, sum: &mut [f32]) {
        self.models_mut().for_each(|(model, share)| model.add_basis(basis, kept, weight * share, sum));
    }

    /// The audible models, with their weights.
    fn models_mut(&mut self) -> impl Iterator<Item = (&mut Model, f32)> {
        let rising = self.rising.as_deref_mut().map(|model| (model, self.share.min(1.0)));
        let settled = (&mut *self.settled, 1.0 - rising.as_ref().map_or(0.0, |(_, share)| *share));
        [Some(settled), rising].into_iter().flatten()
    }

    /// The audible models that have `source`, with their weights.
    fn models_with(&self, source: usize) -> impl Iterator<Item = (&Model, f32)> {
        let rising = self.rising.as_deref().map(|model| (model, self.share.min(1.0)));
        let settled = (&*self.settled, 1.0 - rising.map_or(0.0, |(_, share)| share));
        [Some(settled), rising].into_iter().flatten().filter(move |(model, _)| source < model.sources())
    }
}
