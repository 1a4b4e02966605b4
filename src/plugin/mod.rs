//! The plugin as hosts see it: parameters, buses, state, and the CLAP and VST3 entry points.
//!
//! - `audio`: the [audio half](crate::realtime::audio::AudioHalf) behind the framework.
//! - [`entry`]: the library's entry points. `shim_link`: what their shims and the plugin share.
//!
//! [`Unbraid`] has two halves. The host's main thread uses [`MainHalf`] and
//! activates; the audio thread uses `PluginAudio` alone.

mod audio;
pub mod entry;
mod shim_link;

use crate::{
    editor::{self, PluginEditor},
    instance::{
        kept_state, later_version,
        main_half::MainHalf,
        project::stream::StreamFormat,
        session::Session,
        state::{audio_status::AudioStatus, message::Message},
    },
    preset::MAX_SOURCES,
    realtime::{
        audio::AudioHalf,
        wires::{self, host_requests::HostRequests},
    },
    separator::Separator,
};
use audio::PluginAudio;
use nice_plug::prelude::*;
use shim_link::ShimLink;
use std::sync::Arc;

/// The plugin.
pub struct Unbraid {
    main: MainHalf,
    audio: PluginAudio,
    host: Arc<HostRequests>,
}

impl Default for Unbraid {
    fn default() -> Self {
        let host = Arc::new(HostRequests::default());
        let (audio_end, worker_end) = wires::connect();
        let (main, changes) = MainHalf::new(host.clone(), worker_end);
        let (params, session) = (main.params.clone(), main.session.clone());
        if let Err(sentence) = kept_state::take_up(&params) {
            session.set_message(Message::Failed(sentence));
        }
        let (meters, audition, stretch) =
            (session.meters.clone(), session.audition.clone(), session.stretch_control.clone());
        let half = AudioHalf::new(audio_end, session.analyzer.take_sender(), meters, host.clone(), audition, stretch);
        let audio = PluginAudio::new(half, params.sound.clone(), host.clone());
        shim_link::offer(ShimLink { host: host.clone(), params: params.sound.clone(), session, changes });
        Self { main, audio, host }
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

    fn filter_state(state: &mut PluginState) {
        later_version::set_aside(state);
    }

    fn params(&self) -> Arc<dyn Params> {
        self.main.params.clone()
    }

    fn editor(&mut self, _async_executor: AsyncExecutor<Self>) -> Option<PluginEditor> {
        Some(editor::create(self.main.params.clone(), self.main.session.clone()))
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
        let (main, half) = (&self.main, &mut self.audio.half);
        let (activated, separates) = match main.activate(format, channels, || half.clear_models()) {
            Ok(activated) => (activated, true),
            Err(error) => {
                let passing = main.activate_passing(format, channels, || half.clear_models());
                let heard = if passing.is_ok() { ". Nothing is separated: the input passes" } else { "" };
                main.session.set_message(Message::Failed(format!("{error}{heard}")));
                let Ok(passing) = passing else { return false };
                (passing, false)
            }
        };
        let separator = Separator::new(activated.model, channels);
        let latency_samples = separator.latency_samples() as u32;
        context.set_latency_samples(latency_samples);
        let status = AudioStatus { mode: format.mode, latency_samples, sample_rate: format.sample_rate };
        main.session.set_audio_status(status);
        half.activate(separator, activated.capture, activated.stream, format.offline);
        if !separates {
            half.pass_input();
        }
        self.host.set_active(true);
        true
    }

    fn deactivate(&mut self) {
        self.host.set_active(false);
        let half = &mut self.audio.half;
        self.main.deactivate(|| half.clear_models());
        half.deactivate();
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
    /// What this instance and whoever speaks to its host tell each other.
    pub fn host_requests(&self) -> &Arc<HostRequests> {
        &self.host
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
