//! A model for the audio thread, built from what plays, and the worker's share of it.

use super::{stream::StreamFormat, version::Version};
use crate::{
    instance::state::options::AdaptOptions,
    preset::Preset,
    separator::{Adapter, Layout, Model, ModelError},
};
use std::sync::Arc;

/// A model, and what adapts its bases on the worker.
pub struct BuiltModel {
    /// For the audio thread.
    pub model: Box<Model>,
    /// For the worker; `None` if nothing adapts, or if the model does so itself, in step with the stream.
    pub adapter: Option<ModelAdapter>,
}

/// What adapts a model's bases, and what the model was built from.
pub struct ModelAdapter {
    /// The adapter.
    pub adapter: Adapter,
    /// The model's preset.
    pub preset: Arc<Preset>,
    /// What the model was built for.
    pub format: StreamFormat,
    /// The model's frames.
    pub layout: Layout,
}

impl BuiltModel {
    /// A model of `version` for a stream of `format`, which adapts as `options` say. This takes milliseconds.
    ///
    /// # Errors
    /// If no model can be made of the preset for this stream.
    pub fn new(version: &Version, format: StreamFormat, options: AdaptOptions) -> Result<Self, ModelError> {
        let Version { preset, adaptive_state, .. } = version;
        let mut model = Box::new(Model::with_state(preset, adaptive_state, format.sample_rate, format.mode)?);
        if let Some(adaptation) = model.adaptation_mut() {
            options.apply(adaptation);
        }
        let layout = model.layout().clone();
        let adapter = if format.offline { None } else { model.adapt_elsewhere() };
        let adapter = adapter.map(|adapter| ModelAdapter { adapter, preset: preset.clone(), format, layout });
        Ok(Self { model, adapter })
    }
}
