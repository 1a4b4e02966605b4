//! What a preset sets beside what plays: the strips, of which none is soloed, and, if it was tuned, what it is best
//! played with.
//!
//! It never sets the latency mode: another one makes the host restart the plugin, and who has chosen Live for the stage
//! must not find 81 ms there. The editor says what the preset was tuned for.

use crate::{
    instance::{param_id::ParamId, params::SoundParams},
    number::decimal,
    preset::{MEMORY_SECONDS_RANGE, PlaySettings, Preset},
    separator::StripControls,
};
use nice_plug::prelude::{FloatParam, Param};

/// Where everything stands that a preset sets, or where it puts it.
#[derive(Debug, Clone, Default)]
pub struct PresetSettings {
    /// The strips, from the first on.
    pub strips: Vec<StripControls>,
    /// Other parameters, normalized; none where the preset was not tuned.
    pub params: Vec<(ParamId, f32)>,
    /// How many seconds of sound moving bases learn from; `None` where that was not tuned.
    pub memory_seconds: Option<f32>,
}

impl PresetSettings {
    /// The strips alone.
    pub fn of_strips(strips: Vec<StripControls>) -> Self {
        Self { strips, ..Self::default() }
    }

    /// What `preset` sets.
    pub(super) fn of(preset: &Preset, params: &SoundParams) -> Self {
        Self {
            strips: preset.sources.iter().map(|source| source.knobs.into()).collect(),
            params: preset.play.map_or_else(Vec::new, |play| tuned(params, &play).map(normalized).to_vec()),
            memory_seconds: preset.play.and_then(|play| play.memory_seconds).map(|seconds| seconds as f32),
        }
    }

    /// Where everything stands that these set; moving bases learn from `memory_seconds` of sound.
    pub(super) fn standing(&self, params: &SoundParams, memory_seconds: f32) -> Self {
        Self {
            strips: params.strip_controls().to_vec(),
            params: self.params.iter().map(|(id, _)| (*id, params.normalized(*id))).collect(),
            memory_seconds: self.memory_seconds.map(|_| memory_seconds),
        }
    }

    /// All parameters that these set, and where, normalized.
    pub(super) fn all_params(&self, params: &SoundParams) -> impl Iterator<Item = (ParamId, f32)> {
        params.normalized_strips(&self.strips).into_iter().chain(self.params.iter().copied())
    }
}

/// What a tuned preset is saved with, which was loaded with `play`: what is heard now, and the mode it was tuned for.
/// `memory_seconds` is how many seconds of sound moving bases learn from.
pub(super) fn played_now(play: &PlaySettings, params: &SoundParams, memory_seconds: f32) -> PlaySettings {
    let [focus, sparsity, smoothness] = tuned(params, play).map(now);
    let memory_seconds = play.memory_seconds.map(|tuned| match memory_seconds == tuned as f32 {
        true => tuned,
        false => decimal(memory_seconds).clamp(*MEMORY_SECONDS_RANGE.start(), *MEMORY_SECONDS_RANGE.end()),
    });
    PlaySettings { mode: play.mode, focus, sparsity, smoothness, memory_seconds }
}

/// A parameter, and the plain value that a preset was tuned to.
type Tuned<'a> = (ParamId, &'a FloatParam, f32);

fn tuned<'a>(params: &'a SoundParams, play: &PlaySettings) -> [Tuned<'a>; 3] {
    [
        (ParamId::Focus, &params.focus, play.focus),
        (ParamId::Sparsity, &params.sparsity, play.sparsity),
        (ParamId::Smoothness, &params.smoothness, play.smoothness),
    ]
}

fn normalized((id, param, tuned): Tuned<'_>) -> (ParamId, f32) {
    (id, param.preview_normalized(tuned))
}

/// Where the parameter stands, without the host's modulation. What was not moved since it was tuned keeps its value to
/// the bit.
fn now((_, param, tuned): Tuned<'_>) -> f32 {
    if param.unmodulated_normalized_value() == param.preview_normalized(tuned) {
        tuned
    } else {
        param.unmodulated_plain_value()
    }
}
