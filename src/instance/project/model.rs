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
    /// How many seconds of sound it learns from, whatever the options say.
    pub memory_seconds: Option<f32>,
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
        let adapter = adapter.map(|adapter| {
            let memory_seconds = None;
            ModelAdapter { adapter, preset: preset.clone(), format, layout, memory_seconds }
        });
        Ok(Self { model, adapter })
    }

    /// The same of a preset that is heard and does not play: as it was tuned, if it was, for the parameters and options
    /// are those of what plays.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn as_tuned(version: &Version, format: StreamFormat, options: AdaptOptions) -> Result<Self, ModelError> {
        let Some(play) = version.preset.play else { return Self::new(version, format, options) };
        let memory_seconds = play.memory_seconds.map(|seconds| seconds as f32);
        let mut built = Self::new(version, format, options.remembering(memory_seconds))?;
        built.model.play_with(play);
        if let Some(adapter) = &mut built.adapter {
            adapter.memory_seconds = memory_seconds;
        }
        Ok(built)
    }
}
