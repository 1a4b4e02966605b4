//! The host-facing shell: parameters, buses, state, threads, and the CLAP and VST3 entry points.
//!
//! - `audio`: the [audio half](crate::realtime::audio::AudioHalf) behind the framework.
//! - [`entry`]: the library's entry points.
//!
//! [`Unbraid`] itself is used by the main thread while it activates. While it plays, the audio thread uses `PluginAudio` alone.

mod audio;
pub mod entry;

use crate::instance::{
    FIRST_PRESET,
    params::UnbraidParams,
    project::stored_preset::{PresetField, StoredPreset},
    session::{Activity, Playing, Session},
    stage::{Framing, Stage},
    state::summary::{Origin, Summary},
    worker::{self, Desk, Worker, adapting},
};
use crate::{
    editor::{self, PluginEditor},
    learner::capture::Capture,
    preset::{
        MAX_SOURCES, Preset,
        library::{self, Entry},
    },
    realtime::{audio::AudioHalf, wires},
    separator::{Model, Separator},
};
use audio::PluginAudio;
use nice_plug::prelude::*;
use std::{
    cell::Cell,
    sync::{Arc, LazyLock},
};

/// The plugin.
pub struct Unbraid {
    params: Arc<UnbraidParams>,
    session: Arc<Session>,
    stage: Arc<Stage>,
    audio: PluginAudio,
    /// Ends with the plugin.
    _worker: Worker,
}

/// The first preset, read once for all instances.
static FIRST: LazyLock<(Arc<Preset>, Arc<StoredPreset>)> = LazyLock::new(|| {
    let entry = Entry { name: FIRST_PRESET.to_owned(), path: None };
    // It is part of the library, and a test loads it.
    let preset = library::load(&entry).expect("the first preset is a valid factory preset");
    let bytes = library::factory_bytes(FIRST_PRESET).unwrap_or_default();
    let summary = Summary::new(FIRST_PRESET, Origin::Factory(FIRST_PRESET.to_owned()), &preset);
    let stored = StoredPreset::of(&summary, bytes);
    (Arc::new(preset), Arc::new(stored))
});

impl Default for Unbraid {
    fn default() -> Self {
        let (preset, stored) = FIRST.clone();
        let summary = Summary::new(FIRST_PRESET, Origin::Factory(FIRST_PRESET.to_owned()), &preset);
        let (session, requests) = Session::new(summary);
        let field = PresetField::new(stored);
        let requests_to_host = entry::offer::offer();
        let stage = Arc::new(Stage::new(preset));
        let (audio_end, worker_end) = wires::connect();
        let params = Arc::new(UnbraidParams::new(field.clone()).with_options(session.options()));
        let knobs = {
            let params = params.clone();
            Box::new(move || params.knobs().to_vec())
        };
        let desk = Desk {
            stage: stage.clone(),
            field,
            session: session.clone(),
            link: requests_to_host.clone(),
            models: worker_end,
            knobs,
            adapted_since: Cell::new(false),
        };
        let analyzer = session.analyzer.take_sender();
        let half = AudioHalf::new(audio_end, analyzer, session.meters.clone(), requests_to_host);
        Self {
            audio: PluginAudio::new(half, params.sound.clone()),
            params,
            session,
            stage,
            _worker: Worker::spawn(desk, requests),
        }
    }
}

const STEREO: NonZeroU32 = new_nonzero_u32(2);
const MONO: NonZeroU32 = new_nonzero_u32(1);

/// Main in and out with `channels` channels each, and one output per source.
const fn layout(name: &'static str, channels: NonZeroU32, separate: &'static [NonZeroU32]) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: Some(channels),
        main_output_channels: Some(channels),
        aux_input_ports: &[],
        aux_output_ports: separate,
        names: PortNames {
            layout: Some(name),
            // nice-plug 0.4.2 gives the main output the main input's name; unnamed, they are "Input" and "Output".
            main_input: None,
            main_output: None,
            aux_inputs: &[],
            aux_outputs: &SEPARATE_OUTPUTS,
        },
    }
}

/// Names of the separate outputs. Hosts read them once, so they cannot follow the preset.
const SEPARATE_OUTPUTS: [&str; MAX_SOURCES] =
    ["Source 1", "Source 2", "Source 3", "Source 4", "Source 5", "Source 6", "Source 7", "Source 8"];

impl Plugin for Unbraid {
    const NAME: &'static str = "Unbraid";
    const VENDOR: &'static str = "Unbraid";
    const URL: &'static str = env!("CARGO_PKG_HOMEPAGE");
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] =
        &[layout("Stereo", STEREO, &[STEREO; MAX_SOURCES]), layout("Mono", MONO, &[MONO; MAX_SOURCES])];
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = PluginEditor;
    type SysExMessage = ();
    // nice-plug 0.4.2 runs background tasks on a thread that all instances share and that can die with one
    // of them; the worker is our own.
    type BackgroundTask = ();

    /// A project that was saved while a source was captured does not go on capturing.
    fn filter_state(state: &mut PluginState) {
        state.params.retain(|id, _| !id.starts_with("learn_"));
    }

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _async_executor: AsyncExecutor<Self>) -> Option<PluginEditor> {
        editor::create(self.params.clone(), self.session.clone())
    }

    fn activate(
        &mut self,
        layout: &AudioIOLayout,
        buffers: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let channels = layout.main_output_channels.map_or(0, |channels| channels.get() as usize);
        let framing = Framing {
            sample_rate: f64::from(buffers.sample_rate),
            mode: self.params.mode.value().into(),
            offline: buffers.process_mode == ProcessMode::Offline,
        };
        let arrived = self.params.preset.take_arrived();
        let arrived = arrived.and_then(|stored| Some((worker::unpack(&stored, &self.session)?, stored)));
        let capture = Arc::new(Capture::new(framing.sample_rate, channels));
        let (preset, adapted) = {
            let mut scene = self.stage.lock();
            self.audio.half.clear_models();
            scene.framing = Some(framing);
            scene.activation += 1;
            scene.capture = Some(capture.clone());
            if let Some((brought, _)) = &arrived {
                (scene.preset, scene.adapted) = brought.clone();
            }
            scene.adapted = Arc::new(scene.adapted.counted(&scene.preset));
            self.session.set_dictionaries(&scene.preset, &scene.adapted);
            (scene.preset.clone(), scene.adapted.clone())
        };
        let mut model = match Model::going_on(&preset, &adapted, framing.sample_rate, framing.mode) {
            Ok(model) => Box::new(model),
            Err(error) => {
                self.session.set_activity(Activity::Failed(error.to_string()));
                return false;
            }
        };
        if let Some((_, stored)) = &arrived {
            worker::settle(stored, &preset, &self.params.preset, &self.session);
        }
        let adapter = adapting::Playing::of(&preset, framing, self.session.adapt_options(), &mut model);
        self.stage.lock().adapters.extend(adapter);
        let separator = Separator::new(model, channels);
        let latency_samples = separator.latency_samples() as u32;
        context.set_latency_samples(latency_samples);
        self.session.set_playing(Playing { mode: framing.mode, latency_samples, sample_rate: framing.sample_rate });
        self.audio.half.activate(separator, capture, framing.mode, framing.offline);
        true
    }

    fn deactivate(&mut self) {
        let mut scene = self.stage.lock();
        scene.framing = None;
        scene.activation += 1;
        self.audio.half.clear_models();
        drop(scene);
        self.audio.half.deactivate();
    }

    fn reset(&mut self) {
        self.audio.half.reset();
    }

    fn process(
        &mut self,
        main: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        self.audio.process(main, aux, context.transport())
    }
}

impl Unbraid {
    /// What the editor sees of this instance.
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

impl ClapPlugin for Unbraid {
    const CLAP_ID: &'static str = "org.unbraid.unbraid";
    const CLAP_DESCRIPTION: Option<&'static str> = Some("Takes a mixture apart into the sources it was taught, live");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Utility,
        ClapFeature::Restoration,
        ClapFeature::Mixing,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];
}
