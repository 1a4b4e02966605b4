//! The parameters a host sees. Their ids never change once released.

use super::{
    later_version::LaterVersion,
    mode::{self, Mode},
    param_id::ParamId,
    project::playback::{Playback, StoredProject},
    state::options::Options,
};
use crate::{
    nmf::discriminative::FOCUS,
    number,
    preset::MAX_SOURCES,
    realtime::settings::Settings,
    separator::{LatencyMode, StripControls},
};
use nice_plug::prelude::*;
use parking_lot::Mutex;
use std::{ops::Deref, sync::Arc};

/// A gain knob's lowest position, in dB; it stands for silence (minus infinity).
pub const GAIN_SILENCE_DB: f32 = -61.0;
/// The lowest gain that is still sound, in dB.
pub const GAIN_MIN_DB: f32 = -60.0;
/// The highest gain, in dB.
pub const GAIN_MAX_DB: f32 = 12.0;

/// Gains this close to 0 dB are 0 dB.
const UNITY_DB: f32 = 1e-4;

/// One source's knob and switches.
#[derive(Params)]
pub struct StripParams {
    /// Gain in dB; [`GAIN_SILENCE_DB`] up to [`GAIN_MAX_DB`].
    #[id = "gain"]
    pub gain: FloatParam,
    /// Silences the source.
    #[id = "mute"]
    pub mute: BoolParam,
    /// Only soloed sources are heard.
    #[id = "solo"]
    pub solo: BoolParam,
    /// Going on, it begins to capture this source; going off, it learns it. For foot switches: the editor has a button.
    #[id = "learn"]
    pub learn: BoolParam,
}

impl StripParams {
    fn new(number: usize) -> Self {
        // The skew puts 0 dB at about seven tenths of the knob's way, where faders have it.
        let range = FloatRange::Skewed { min: GAIN_SILENCE_DB, max: GAIN_MAX_DB, factor: 2.0 };
        Self {
            gain: FloatParam::new(format!("Gain {number}"), 0.0, range)
                .with_unit(" dB")
                .with_value_to_string(Arc::new(gain_to_text))
                .with_string_to_value(Arc::new(text_to_gain)),
            mute: BoolParam::new(format!("Mute {number}"), false),
            solo: BoolParam::new(format!("Solo {number}"), false),
            // A stray lane or a host's "randomise all" must not overwrite what was taught.
            learn: BoolParam::new(format!("Learn {number}"), false).non_automatable(),
        }
    }

    /// The knob's gain in dB, or `None` for silence. A knob at 0 dB is exactly that, though hosts hand back its
    /// position rounded.
    pub fn gain_db(&self) -> Option<f32> {
        let db = self.gain.value();
        let db = if db.abs() < UNITY_DB { 0.0 } else { db };
        Some(db).filter(|db| *db >= GAIN_MIN_DB)
    }
}

fn gain_to_text(db: f32) -> String {
    if db < GAIN_MIN_DB {
        "-inf".to_owned()
    } else {
        // Adding zero turns -0.0 into 0.0.
        format!("{:.1}", (db * 10.0).round() / 10.0 + 0.0)
    }
}

fn text_to_gain(text: &str) -> Option<f32> {
    if text.trim().eq_ignore_ascii_case("off") {
        return Some(GAIN_SILENCE_DB);
    }
    let db = number::parse::<f32>(text, "dB").filter(|db| *db < f32::INFINITY)?;
    Some(if db < GAIN_MIN_DB { GAIN_SILENCE_DB } else { db.min(GAIN_MAX_DB) })
}

/// Text to value of a parameter with this unit.
fn text_to_value(unit: &'static str) -> impl Fn(&str) -> Option<f32> + Send + Sync {
    move |text| number::parse::<f32>(text, unit).filter(|value| value.is_finite())
}

/// What the audio thread reads: parameters alone.
#[derive(Params)]
pub struct SoundParams {
    /// One per source, indexed by strip.
    #[nested(array, group = "Source")]
    pub strips: [StripParams; MAX_SOURCES],
    /// Latency mode; a change takes effect when the host restarts the plugin.
    #[id = "mode"]
    pub mode: EnumParam<Mode>,
    /// Exponent p of the masks.
    #[id = "focus"]
    pub focus: FloatParam,
    /// Weight of the sparsity prior on the activations.
    #[id = "sparsity"]
    pub sparsity: FloatParam,
    /// Weight of the temporal smoothness prior on the activations.
    #[id = "smoothness"]
    pub smoothness: FloatParam,
    /// Share of the remix in the main output, 0 to 1; the rest is the delayed input.
    #[id = "mix"]
    pub mix: FloatParam,
    /// Gain of the main output, dB.
    #[id = "output"]
    pub output: FloatParam,
    /// The host's bypass; the input passes, delayed by the reported latency.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// The main output is the delayed input minus the remix. The separate outputs are untouched.
    #[id = "removed"]
    pub removed: BoolParam,
}

/// All parameters, and what a project stores beside them.
#[derive(Params)]
pub struct UnbraidParams {
    /// The parameters. Shared with the audio thread, which so cannot reach the locks below.
    #[nested]
    pub sound: Arc<SoundParams>,
    /// The whole preset, so that a project opens on a machine without the file.
    #[persist = "preset"]
    pub preset: StoredProject,
    /// The editor window's width and height in logical pixels, once it was opened.
    #[persist = "editor"]
    pub editor_size: Mutex<Option<(f32, f32)>>,
    /// How large the editor draws everything, once it was chosen.
    #[persist = "editor-scale"]
    pub editor_scale: Mutex<Option<f32>>,
    /// The picture's share of the editor's height, 0 to 1, once it was chosen.
    #[persist = "editor-picture"]
    pub editor_picture: Mutex<Option<f32>>,
    /// How to learn and to follow.
    #[persist = "options"]
    pub options: Arc<Mutex<Options>>,
    /// What a later version has stored.
    #[persist = "later"]
    pub later: Mutex<LaterVersion>,
}

fn percent(name: &str, default: f32) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min: 0.0, max: 1.0 })
        .with_unit(" %")
        .with_value_to_string(formatters::v2s_f32_percentage(0))
        .with_string_to_value(Arc::new(|text| text_to_value("%")(text).map(|percent| percent / 100.0)))
}

impl Default for SoundParams {
    fn default() -> Self {
        Self {
            strips: std::array::from_fn(|i| StripParams::new(i + 1)),
            mode: EnumParam::new("Mode", mode::first()).non_automatable(),
            focus: FloatParam::new("Focus", FOCUS, FloatRange::Linear { min: 0.5, max: 4.0 })
                .with_value_to_string(formatters::v2s_f32_rounded(2))
                .with_string_to_value(Arc::new(text_to_value(""))),
            sparsity: percent("Sparsity", 0.0),
            smoothness: percent("Smoothness", 0.0),
            mix: percent("Mix", 1.0),
            output: FloatParam::new("Output", 0.0, FloatRange::Linear { min: -24.0, max: 12.0 })
                .with_unit(" dB")
                .with_value_to_string(formatters::v2s_f32_rounded(1))
                .with_string_to_value(Arc::new(text_to_value("dB"))),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            removed: BoolParam::new("Delta", false),
        }
    }
}

impl SoundParams {
    /// Where the knobs of all strips stand.
    pub fn strip_controls(&self) -> [StripControls; MAX_SOURCES] {
        self.strips.each_ref().map(|strip| StripControls {
            gain_db: strip.gain_db(),
            mute: strip.mute.value(),
            solo: strip.solo.value(),
        })
    }

    /// Audio thread: where everything stands.
    pub fn settings(&self) -> Settings {
        Settings {
            strips: self.strip_controls(),
            focus: self.focus.value(),
            sparsity: self.sparsity.value(),
            smoothness: self.smoothness.value(),
            mix: self.mix.value(),
            output_db: self.output.value(),
            bypass: self.bypass.value(),
            removed: self.removed.value(),
            without_dry: self.removed.value(),
            learn: self.strips.each_ref().map(|strip| strip.learn.value()),
        }
    }

    /// The parameter `id`, as the framework handles it. It is alive as long as `self`.
    pub fn pointer(&self, id: ParamId) -> ParamPtr {
        match id {
            ParamId::Gain(strip) => self.strips[strip].gain.as_ptr(),
            ParamId::Mute(strip) => self.strips[strip].mute.as_ptr(),
            ParamId::Solo(strip) => self.strips[strip].solo.as_ptr(),
            ParamId::Learn(strip) => self.strips[strip].learn.as_ptr(),
            ParamId::Mode => self.mode.as_ptr(),
            ParamId::Focus => self.focus.as_ptr(),
            ParamId::Sparsity => self.sparsity.as_ptr(),
            ParamId::Smoothness => self.smoothness.as_ptr(),
            ParamId::Mix => self.mix.as_ptr(),
            ParamId::Output => self.output.as_ptr(),
            ParamId::Bypass => self.bypass.as_ptr(),
            ParamId::Removed => self.removed.as_ptr(),
        }
    }

    /// Where the parameter `id` stands, normalized.
    pub fn normalized(&self, id: ParamId) -> f32 {
        // SAFETY: the parameter is a part of `self`.
        unsafe { self.pointer(id).unmodulated_normalized_value() }
    }

    /// Any thread: sets the parameter `id` to a normalized value. The host does not hear of it.
    pub fn set_normalized(&self, id: ParamId, normalized: f32) {
        // SAFETY: the parameter is a part of `self`; its value is atomic.
        unsafe { self.pointer(id)._internal_set_normalized_value(normalized) };
    }

    /// Where `text` puts a parameter of choices, normalized: the name of a mode, or whether a switch is on, in capitals
    /// or not. `None` for other parameters, and for other texts.
    pub fn choice(&self, id: ParamId, text: &str) -> Option<f32> {
        let text = text.trim().to_lowercase();
        match id {
            ParamId::Mode => LatencyMode::named(&text).map(|mode| self.mode.preview_normalized(mode.into())),
            ParamId::Mute(_) | ParamId::Solo(_) | ParamId::Learn(_) | ParamId::Bypass | ParamId::Removed => {
                match text.as_str() {
                    "on" | "yes" | "true" | "1" => Some(1.0),
                    "off" | "no" | "false" | "0" => Some(0.0),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What the parameter `id` is called.
    pub fn name(&self, id: ParamId) -> String {
        // SAFETY: the parameter is a part of `self`.
        unsafe { self.pointer(id).name().to_owned() }
    }

    /// Any thread but the audio thread: where the parameters of `strips` stand, normalized.
    pub fn normalized_strips(&self, strips: &[StripControls]) -> Vec<(ParamId, f32)> {
        let of_strip = |(strip, (params, stands)): (usize, (&StripParams, &StripControls))| {
            [
                (ParamId::Gain(strip), params.gain.preview_normalized(stands.gain_db.unwrap_or(GAIN_SILENCE_DB))),
                (ParamId::Mute(strip), params.mute.preview_normalized(stands.mute)),
                (ParamId::Solo(strip), params.solo.preview_normalized(stands.solo)),
            ]
        };
        self.strips.iter().zip(strips).enumerate().flat_map(of_strip).collect()
    }
}

/// The parameters are read as if they were its own.
impl Deref for UnbraidParams {
    type Target = SoundParams;

    fn deref(&self) -> &SoundParams {
        &self.sound
    }
}

impl UnbraidParams {
    /// Parameters at their defaults, with what `playback` plays in the project's state.
    pub fn new(playback: Arc<Playback>) -> Self {
        Self {
            sound: Arc::default(),
            preset: StoredProject(playback),
            editor_size: Mutex::default(),
            editor_scale: Mutex::default(),
            editor_picture: Mutex::default(),
            options: Arc::default(),
            later: Mutex::default(),
        }
    }

    /// The same parameters, with the session's `options` in the project's state.
    #[must_use]
    pub fn with_options(self, options: Arc<Mutex<Options>>) -> Self {
        Self { options, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::project::version::Version;

    #[test]
    fn every_parameter_has_its_id_and_no_other_is_there() {
        let params = UnbraidParams::new(Playback::new(Arc::new(Version::first())));
        let listed: Vec<(String, ParamPtr)> =
            params.param_map().into_iter().map(|(id, param, _)| (id, param)).collect();
        let named: Vec<(String, ParamPtr)> = ParamId::all().map(|id| (id.to_string(), params.pointer(id))).collect();
        assert_eq!(named, listed);
        assert!(ParamId::all().all(|id| ParamId::parse(&id.to_string()) == Some(id)));
        assert_eq!(ParamId::parse("gain_9"), None);
    }

    #[test]
    fn what_serves_to_listen_or_to_learn_is_not_undone() {
        let not: Vec<ParamId> = ParamId::all().filter(|id| !id.is_undoable()).collect();
        let learn = (0..MAX_SOURCES).map(ParamId::Learn);
        assert_eq!(not, learn.chain([ParamId::Bypass, ParamId::Removed]).collect::<Vec<_>>());
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let params = SoundParams::default();
        let value = |id, text: &str| {
            // SAFETY: the parameter is a part of `params`.
            unsafe {
                let pointer = params.pointer(id);
                pointer.string_to_normalized_value(text).map(|normalized| pointer.preview_plain(normalized))
            }
        };
        for (id, texts, expected) in [
            (ParamId::Gain(0), ["-6,5 dB", "−6.5"], -6.5),
            (ParamId::Gain(1), ["-∞", "-inf dB"], GAIN_SILENCE_DB),
            (ParamId::Output, ["-6,5 dB", "–6.5"], -6.5),
            (ParamId::Focus, ["2,25", "2.25"], 2.25),
            (ParamId::Mix, ["12,5 %", "12.5"], 0.125),
        ] {
            for text in texts {
                let found = value(id, text);
                assert!(found.is_some_and(|found| (found - expected).abs() < 1e-3), "{id}: {text} is {found:?}");
            }
            assert_eq!(value(id, "1,234.5"), None, "{id}");
        }
        assert_eq!(params.choice(ParamId::Mode, "quality"), Some(1.0));
        assert_eq!(params.choice(ParamId::Mode, " DIRECT "), Some(0.0));
        assert_eq!(params.choice(ParamId::Mute(3), "On"), Some(1.0));
        assert_eq!((params.choice(ParamId::Mode, "best"), params.choice(ParamId::Focus, "on")), (None, None));
    }
}
