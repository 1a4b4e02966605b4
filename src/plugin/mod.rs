//! The host-facing shell: parameters, buses, state, threads, and the CLAP and VST3 entry points.
//!
//! - [`params`]: what the host sees and automates. [`preset_field`] and [`stored_adapted`]: the preset inside the project, and what its
//!   sources have become.
//! - [`history`]: what was done, to be undone, with each [`version`] of the preset. [`load`]: the audio thread's own time.
//! - [`session`]: what the editor sees; in it the [`summary`] of the preset that plays, and the [`options`] of learning. [`request`]: what it may ask. [`meters`] and [`spectra`]: levels and frames for it. [`bases`]: which of a source's
//!   bases play, for it. [`waking`]: when it rests and when not.
//! - [`worker`]: the thread that reads presets and builds models, [`learning`], [`adapting`], [`following`], [`arranging`] and [`browsing`] on it; [`watch`]: what the audio thread tells it. [`handover`]: everything that crosses
//!   between it, the main thread and the audio thread.
//! - [`entry`]: the library's entry points. [`host_link`]: what they and the plugin tell each other.
//!
//! [`Unbraid`] itself is used by the main thread while it activates, and by the audio thread while it plays.

pub mod entry;

use crate::instance::{
    FIRST_PRESET,
    params::UnbraidParams,
    project::stored_preset::{PresetField, StoredPreset},
    session::{Activity, Playing, Session},
    state::summary::{Origin, Summary},
    wires::{
        handover::{self, AudioEnd, Framing, Stage},
        host_link::HostLink,
        load::LoadGauge,
        watch::Watch,
    },
    worker::{self, Desk, Worker, adapting},
};
use crate::{
    editor::{self, PluginEditor},
    learner::capture::Capture,
    preset::{
        MAX_SOURCES, Preset,
        library::{self, Entry},
    },
    separator::{LatencyMode, Model, Separator},
};
use nice_plug::prelude::*;
use std::{
    cell::Cell,
    sync::{Arc, LazyLock},
};

/// The plugin.
pub struct Unbraid {
    params: Arc<UnbraidParams>,
    session: Arc<Session>,
    link: Arc<HostLink>,
    stage: Arc<Stage>,
    models: AudioEnd,
    /// There while the plugin is active.
    separator: Option<Separator>,
    /// What is played, for learning; there while the plugin is active.
    capture: Option<Arc<Capture>>,
    watch: Watch,
    load: LoadGauge,
    /// The latency mode in force.
    mode: LatencyMode,
    /// The mode that the host was last asked to restart for.
    asked_for: LatencyMode,
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
        let link = HostLink::offer();
        let stage = Arc::new(Stage::new(preset));
        let (models, worker_end) = handover::channels();
        let params = Arc::new(UnbraidParams::new(field.clone()).with_options(session.options()));
        let knobs = {
            let params = params.clone();
            Box::new(move || params.knobs())
        };
        let desk = Desk {
            stage: stage.clone(),
            field,
            session: session.clone(),
            link: link.clone(),
            models: worker_end,
            knobs,
            adapted_since: Cell::new(false),
        };
        Self {
            params,
            session,
            link,
            stage,
            models,
            separator: None,
            capture: None,
            watch: Watch::default(),
            load: LoadGauge::default(),
            mode: LatencyMode::default(),
            asked_for: LatencyMode::default(),
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
            self.models.clear();
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
        let separator = Separator::new(model, channels).observed_by(self.session.spectra.observer());
        let latency_samples = separator.latency_samples() as u32;
        context.set_latency_samples(latency_samples);
        self.session.set_playing(Playing { mode: framing.mode, latency_samples, sample_rate: framing.sample_rate });
        (self.mode, self.asked_for) = (framing.mode, framing.mode);
        self.separator = Some(separator);
        self.capture = Some(capture);
        self.load = LoadGauge::new(framing.sample_rate, framing.offline);
        true
    }

    fn deactivate(&mut self) {
        let mut scene = self.stage.lock();
        scene.framing = None;
        scene.activation += 1;
        self.models.clear();
        drop(scene);
        self.separator = None;
        self.capture = None;
    }

    fn reset(&mut self) {
        if let Some(separator) = &mut self.separator {
            separator.reset();
        }
    }

    fn process(
        &mut self,
        main: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let load = self.load.begin();
        let (Some(separator), Some(capture)) = (&mut self.separator, &self.capture) else {
            return ProcessStatus::Error("not active");
        };
        self.watch.observe(&self.params, context.transport(), capture.position(), &self.models);
        capture.write(main.as_slice_immutable());
        self.models.exchange(separator);
        separator.set_controls(&self.params.controls(separator.sources()));

        let mut outputs = aux.outputs.iter_mut().enumerate();
        let mut sources: [&mut [&mut [f32]]; MAX_SOURCES] = std::array::from_fn(|_| {
            let Some((source, output)) = outputs.next() else { return &mut [][..] };
            let output = output.as_slice();
            if self.link.hears(source) {
                return output;
            }
            output.iter_mut().for_each(|channel| channel.fill(0.0));
            &mut [][..]
        });
        separator.process(main.as_slice(), &mut sources);

        let levels = separator.levels();
        for (meter, level) in self.session.meters.sources.iter().zip(&levels.sources) {
            meter.write(level.peak, level.rms);
        }
        for (share, played) in self.session.meters.shares.iter().zip(&levels.shares) {
            share.write(*played);
        }
        self.session.meters.mixture.write(levels.mixture.peak, levels.mixture.rms);
        self.session.meters.output.write(levels.output.peak, levels.output.rms);
        let tail = separator.latency_samples() as u32;
        self.ask_for_mode();
        self.load.end(load, main.samples(), &self.session.meters.load);
        // What went in comes out one latency later.
        ProcessStatus::Tail(tail)
    }
}

impl Unbraid {
    /// What the editor sees of this instance.
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Audio thread: a mode other than the one in force needs another latency, which the host takes while it
    /// restarts the plugin. Until then the old mode plays on.
    fn ask_for_mode(&mut self) {
        let wanted = self.params.mode.value().into();
        if wanted != self.asked_for {
            self.asked_for = wanted;
            if wanted != self.mode {
                self.link.want_restart();
            }
        }
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
