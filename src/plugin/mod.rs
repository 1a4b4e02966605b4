//! The host-facing shell.

pub mod entry;
pub mod host_link;
pub mod meters;
pub mod params;
pub mod preset_field;
pub mod session;

use crate::preset::MAX_SOURCES;
use host_link::HostLink;
use nice_plug::prelude::*;
use params::UnbraidParams;
use preset_field::PresetField;
use std::sync::Arc;

/// The plugin.
pub struct Unbraid {
    params: Arc<UnbraidParams>,
    link: Arc<HostLink>,
}

impl Default for Unbraid {
    fn default() -> Self {
        Self { params: Arc::new(UnbraidParams::new(PresetField::default())), link: HostLink::offer() }
    }
}

const STEREO: NonZeroU32 = new_nonzero_u32(2);
const MONO: NonZeroU32 = new_nonzero_u32(1);

const fn layout(name: &'static str, channels: NonZeroU32, separate: &'static [NonZeroU32]) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: Some(channels),
        main_output_channels: Some(channels),
        aux_input_ports: &[],
        aux_output_ports: separate,
        names: PortNames {
            layout: Some(name),
            main_input: None,
            main_output: None,
            aux_inputs: &[],
            aux_outputs: &["Source 1", "Source 2", "Source 3", "Source 4", "Source 5", "Source 6", "Source 7", "Source 8"],
        },
    }
}

impl Plugin for Unbraid {
    const NAME: &'static str = "Unbraid";
    const VENDOR: &'static str = "Unbraid";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] =
        &[layout("Stereo", STEREO, &[STEREO; MAX_SOURCES]), layout("Mono", MONO, &[MONO; MAX_SOURCES])];
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn process(
        &mut self,
        _buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        _context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        for (source, output) in aux.outputs.iter_mut().enumerate() {
            for channel in output.as_slice() {
                channel.fill(if self.link.hears(source) { 1.0 } else { 0.0 });
            }
        }
        ProcessStatus::KeepAlive
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
