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

use crate::{
    editor::{self, PluginEditor},
    instance::{
        main_half::MainHalf,
        params::ParamId,
        project::stream::StreamFormat,
        session::Session,
        state::{audio_status::AudioStatus, message::Message},
        wires::{
            handover::{self, AudioEnd},
            host_link::HostLink,
            load::LoadGauge,
            watch::Watch,
        },
    },
    learner::capture::Capture,
    preset::MAX_SOURCES,
    separator::Separator,
};
use nice_plug::prelude::*;
use std::sync::Arc;

/// The plugin.
pub struct Unbraid {
    main: MainHalf,
    link: Arc<HostLink>,
    models: AudioEnd,
    /// There while the plugin is active.
    separator: Option<Separator>,
    /// What is played, for learning; there while the plugin is active.
    capture: Option<Arc<Capture>>,
    watch: Watch,
    load: LoadGauge,
}

impl Default for Unbraid {
    fn default() -> Self {
        let link = Arc::new(HostLink::default());
        let (models, worker_end) = handover::channels();
        let (main, changes) = MainHalf::new(link.clone(), worker_end);
        let (params, session) = (main.params.clone(), main.session.clone());
        entry::offer(entry::Shared { link: link.clone(), params, session, changes });
        Self { main, link, models, separator: None, capture: None, watch: Watch::default(), load: LoadGauge::default() }
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
        state.params.retain(|id, _| !matches!(ParamId::parse(id), Some(ParamId::Learn(_))));
    }

    fn params(&self) -> Arc<dyn Params> {
        self.main.params.clone()
    }

    fn editor(&mut self, _async_executor: AsyncExecutor<Self>) -> Option<PluginEditor> {
        editor::create(self.main.params.clone(), self.main.session.clone())
    }

    fn activate(
        &mut self,
        layout: &AudioIOLayout,
        buffers: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let channels = layout.main_output_channels.map_or(0, |channels| channels.get() as usize);
        let format = StreamFormat {
            sample_rate: f64::from(buffers.sample_rate),
            mode: self.main.params.mode.value().into(),
            offline: buffers.process_mode == ProcessMode::Offline,
        };
        let (main, models) = (&self.main, &mut self.models);
        let activated = match main.activate(format, channels, || models.clear()) {
            Ok(activated) => activated,
            Err(error) => {
                main.session.set_message(Message::Failed(error.to_string()));
                return false;
            }
        };
        let separator = Separator::new(activated.model, channels).observed_by(main.session.spectra.observer());
        let latency_samples = separator.latency_samples() as u32;
        context.set_latency_samples(latency_samples);
        let status = AudioStatus { mode: format.mode, latency_samples, sample_rate: format.sample_rate };
        main.session.set_audio_status(status);
        self.separator = Some(separator);
        self.capture = Some(activated.capture);
        self.load = LoadGauge::new(format.sample_rate, format.offline);
        true
    }

    fn deactivate(&mut self) {
        let models = &mut self.models;
        self.main.deactivate(|| models.clear());
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
        self.watch.observe(&self.main.params, context.transport(), capture.position(), &self.models);
        capture.write(main.as_slice_immutable());
        self.models.exchange(separator);
        separator.set_controls(&self.main.params.controls(separator.sources()));

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
        for (meter, level) in self.main.session.meters.sources.iter().zip(&levels.sources) {
            meter.write(level.peak, level.rms);
        }
        for (share, played) in self.main.session.meters.shares.iter().zip(&levels.shares) {
            share.write(*played);
        }
        self.main.session.meters.mixture.write(levels.mixture.peak, levels.mixture.rms);
        self.main.session.meters.output.write(levels.output.peak, levels.output.rms);
        let tail = separator.latency_samples() as u32;
        self.load.end(load, main.samples(), &self.main.session.meters.load);
        // What went in comes out one latency later.
        ProcessStatus::Tail(tail)
    }
}

impl Unbraid {
    /// What this instance and whoever speaks to its host tell each other.
    pub fn link(&self) -> &Arc<HostLink> {
        &self.link
    }

    /// What the editor sees of this instance.
    pub fn session(&self) -> &Arc<Session> {
        &self.main.session
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
