//! One plugin: ports, parameters, state, activation.

use crate::{
    HostError,
    calls::Transport,
    requests::{AnyThread, Counters, Handlers, MainThread, Requests},
};
use clack_extensions::{
    audio_ports::{AudioPortFlags, AudioPortInfoBuffer, PluginAudioPorts},
    audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig},
    latency::PluginLatency,
    params::{ParamInfoBuffer, ParamInfoFlags, PluginParams},
    remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer},
    render::{PluginRender, RenderMode},
    state::PluginState,
};
use clack_host::{
    entry::PluginEntry,
    events::{
        Pckn,
        event_types::ParamValueEvent,
        io::{EventBuffer, InputEvents, OutputEvents},
    },
    extensions::Extension,
    extensions::PluginExtensionSide,
    host::HostInfo,
    prelude::{PluginAudioConfiguration, PluginInstance, StartedPluginAudioProcessor},
    utils::ClapId,
};
use std::{
    ffi::{CStr, CString},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::SeqCst},
};

/// An audio port that the plugin announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its number of channels.
    pub channels: usize,
    /// Whether it is the main port of its direction.
    pub is_main: bool,
}

/// A parameter that the plugin announces, as it was when the instance was made. Names may follow what the plugin does;
/// wherever one is asked for, the plugin's own text id, as in `gain_1`, does as well. Values are CLAP's plain values, which are the plugin's own scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its id in the CLAP interface.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The group it belongs to; empty at the top.
    pub module: String,
    /// The lowest value.
    pub min: f64,
    /// The highest value.
    pub max: f64,
    /// The value at first.
    pub default: f64,
    /// Whether a host may automate it.
    pub is_automatable: bool,
    /// Whether it is the plugin's bypass.
    pub is_bypass: bool,
    /// Whether hosts do not show it.
    pub is_hidden: bool,
}

/// One plugin. What is set with [`Self::set`] arrives with the next block that is played.
pub struct Instance {
    pub(crate) processor: Option<StartedPluginAudioProcessor<Handlers>>,
    pub(crate) pending: Arc<Mutex<EventBuffer>>,
    pub(crate) max_block: usize,
    pub(crate) sample_rate: f64,
    pub(crate) transport: Option<Transport>,
    pub(crate) real_time: bool,
    pub(crate) plugin: PluginInstance<Handlers>,
    counters: Arc<Counters>,
    params: Vec<Param>,
}

impl Instance {
    pub(crate) fn new(entry: &PluginEntry, id: &CStr, info: &HostInfo) -> Result<Self, HostError> {
        let counters = Arc::new(Counters::default());
        let (any_thread, main_thread) = (counters.clone(), counters.clone());
        let plugin = PluginInstance::new(|_| AnyThread(any_thread), |_| MainThread(main_thread), entry, id, info)?;
        let mut this = Self {
            processor: None,
            pending: Arc::default(),
            max_block: 0,
            sample_rate: 0.0,
            transport: None,
            real_time: true,
            plugin,
            counters,
            params: Vec::new(),
        };
        this.params = this.list_params()?;
        Ok(this)
    }

    pub(crate) fn extension<E>(&mut self, name: &'static str) -> Result<E, HostError>
    where
        E: Extension<ExtensionSide = PluginExtensionSide>,
    {
        self.plugin.plugin_handle().get_extension().ok_or(HostError::Extension(name))
    }

    /// The ports of one direction as the plugin announces them at present.
    ///
    /// # Errors
    /// If the plugin has no audio ports.
    pub fn ports(&mut self, is_input: bool) -> Result<Vec<Port>, HostError> {
        let extension: PluginAudioPorts = self.extension("audio-ports")?;
        let handle = self.plugin.plugin_handle();
        let ports = (0..extension.count(&handle, is_input)).map_while(|index| {
            let mut buffer = AudioPortInfoBuffer::new();
            let port = extension.get(&handle, index, is_input, &mut buffer)?;
            Some(Port {
                name: text(port.name),
                channels: port.channel_count as usize,
                is_main: port.flags.contains(AudioPortFlags::IS_MAIN),
            })
        });
        Ok(ports.collect())
    }

    /// Chooses the port configuration of this name. The plugin must not be active.
    ///
    /// # Errors
    /// If the plugin has no such configuration.
    pub fn select_ports(&mut self, name: &str) -> Result<(), HostError> {
        let missing = HostError::Extension("audio-ports-config");
        let extension: PluginAudioPortsConfig = self.extension("audio-ports-config")?;
        let handle = self.plugin.plugin_handle();
        for index in 0..extension.count(&handle) {
            let mut buffer = AudioPortsConfigBuffer::new();
            if let Some(configuration) = extension.get(&handle, index, &mut buffer)
                && text(configuration.name) == name
            {
                return extension.select(&handle, configuration.id).map_err(|_| missing);
            }
        }
        Err(missing)
    }

    /// The plugin's parameters as they are called now.
    ///
    /// # Errors
    /// If it has none.
    pub fn list_params(&mut self) -> Result<Vec<Param>, HostError> {
        let extension: PluginParams = self.extension("params")?;
        let handle = self.plugin.plugin_handle();
        let params = (0..extension.count(&handle)).map_while(|index| {
            let mut buffer = ParamInfoBuffer::new();
            let param = extension.get_info(&handle, index, &mut buffer)?;
            Some(Param {
                id: param.id.get(),
                name: text(param.name),
                module: text(param.module),
                min: param.min_value,
                max: param.max_value,
                default: param.default_value,
                is_automatable: param.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
                is_bypass: param.flags.contains(ParamInfoFlags::IS_BYPASS),
                is_hidden: param.flags.contains(ParamInfoFlags::IS_HIDDEN),
            })
        });
        Ok(params.collect())
    }

    /// The pages for a controller: their names, and the ids of their parameters.
    ///
    /// # Errors
    /// If the plugin has none.
    pub fn remote_pages(&mut self) -> Result<Vec<(String, Vec<u32>)>, HostError> {
        let extension: PluginRemoteControls = self.extension("remote-controls")?;
        let handle = self.plugin.plugin_handle();
        let pages = (0..extension.count(&handle)).map_while(|index| {
            let mut buffer = RemoteControlsPageBuffer::new();
            let page = extension.get(&handle, index, &mut buffer)?;
            Some((text(page.page_name), page.param_ids.iter().flatten().map(|id| id.get()).collect()))
        });
        Ok(pages.collect())
    }

    /// The plugin's parameters, in its order.
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    fn id(&self, name: &str) -> Result<ClapId, HostError> {
        let id = id_of(name);
        let param = self.params.iter().find(|param| param.name == name || param.id == id);
        param.map(|param| ClapId::new(param.id)).ok_or_else(|| HostError::Param(name.to_owned()))
    }

    /// A parameter's value.
    ///
    /// # Errors
    /// If there is no such parameter.
    pub fn value(&mut self, name: &str) -> Result<f64, HostError> {
        let id = self.id(name)?;
        let extension: PluginParams = self.extension("params")?;
        extension.get_value(&self.plugin.plugin_handle(), id).ok_or_else(|| HostError::Param(name.to_owned()))
    }

    /// How the plugin writes a parameter's present value.
    ///
    /// # Errors
    /// If there is no such parameter or the plugin cannot write it.
    pub fn text(&mut self, name: &str) -> Result<String, HostError> {
        let (id, value) = (self.id(name)?, self.value(name)?);
        let extension: PluginParams = self.extension("params")?;
        let mut buffer = [0; 256];
        let written = extension.value_to_text(&self.plugin.plugin_handle(), id, value, &mut buffer);
        written.map(|written| text(written)).map_err(|_| HostError::Param(name.to_owned()))
    }

    /// The value that the plugin reads from `text`.
    ///
    /// # Errors
    /// If there is no such parameter or it does not understand the text.
    pub fn value_of(&mut self, name: &str, text: &str) -> Result<f64, HostError> {
        let error = || HostError::Text { param: name.to_owned(), text: text.to_owned() };
        let id = self.id(name)?;
        let extension: PluginParams = self.extension("params")?;
        let text = CString::new(text).map_err(|_| error())?;
        extension.text_to_value(&self.plugin.plugin_handle(), id, &text).ok_or_else(error)
    }

    /// Sets a parameter to what it reads from `text`, with the first sample of the next block.
    ///
    /// # Errors
    /// If there is no such parameter or it does not understand the text.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), HostError> {
        let value = self.value_of(name, text)?;
        self.set_value(name, value, 0)
    }

    /// Sets a parameter to `value` at sample `frame` of the next block.
    ///
    /// # Errors
    /// If there is no such parameter.
    pub fn set_value(&mut self, name: &str, value: f64, frame: u32) -> Result<(), HostError> {
        let event = ParamValueEvent::new(frame, self.id(name)?, Pckn::match_all(), value);
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).push(&event);
        Ok(())
    }

    /// Lets a plugin that is not active take up what its window has set; an active one does so with the next block.
    ///
    /// # Errors
    /// If it has no parameters.
    pub fn flush(&mut self) -> Result<(), HostError> {
        let extension: PluginParams = self.extension("params")?;
        let Some(mut plugin) = self.plugin.inactive_plugin_handle() else { return Ok(()) };
        let (input, mut output) = (EventBuffer::new(), EventBuffer::new());
        let (input, mut output) = (InputEvents::from_buffer(&input), OutputEvents::from_buffer(&mut output));
        extension.flush(&mut plugin, &input, &mut output);
        Ok(())
    }

    /// Tells the plugin with the next block, and with those that follow, where the transport stands; `None` for a host
    /// without one, as at first. It goes on with what is played, if it runs.
    pub fn set_transport(&mut self, transport: Option<Transport>) {
        self.transport = transport;
    }

    /// Says whether the host renders offline. An active plugin may ask for a restart.
    ///
    /// # Errors
    /// If the plugin does not care, or refuses.
    pub fn render_offline(&mut self, offline: bool) -> Result<(), HostError> {
        let extension: PluginRender = self.extension("render")?;
        let mode = if offline { RenderMode::Offline } else { RenderMode::Realtime };
        extension.set(&self.plugin.plugin_handle(), mode).map_err(|_| HostError::Extension("render"))?;
        self.real_time = !offline;
        Ok(())
    }

    /// Gets the plugin ready to play at `sample_rate` Hz, in blocks of at most `max_block` samples.
    ///
    /// # Errors
    /// If it is active already or refuses.
    pub fn activate(&mut self, sample_rate: f64, max_block: usize) -> Result<(), HostError> {
        let configuration =
            PluginAudioConfiguration { sample_rate, min_frames_count: 1, max_frames_count: max_block as u32 };
        self.counters.restart_open.store(false, SeqCst);
        self.counters.activating.store(true, SeqCst);
        let stopped = self.plugin.activate(|_, _| (), configuration);
        self.counters.activating.store(false, SeqCst);
        self.processor = Some(stopped?.start_processing().map_err(|error| HostError::Plugin(error.into()))?);
        (self.sample_rate, self.max_block) = (sample_rate, max_block);
        Ok(())
    }

    /// The sample rate that it was activated for, in Hz.
    pub fn sample_rate(&self) -> f64 {
        self.sample_rate
    }

    /// Ends playing.
    pub fn deactivate(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.plugin.deactivate(processor.stop_processing());
        }
    }

    /// Forgets all sound that is still inside the plugin.
    pub fn reset(&mut self) {
        if let Some(processor) = &mut self.processor {
            processor.reset();
        }
    }

    /// Deactivates and activates the plugin if it asked for that; whether it did.
    ///
    /// # Errors
    /// If it refuses to be activated again.
    pub fn restart_if_asked(&mut self) -> Result<bool, HostError> {
        let asked = self.counters.restart_open.swap(false, SeqCst) && self.processor.is_some();
        if asked {
            self.restart()?;
        }
        Ok(asked)
    }

    /// Deactivates the plugin, and activates it as it was.
    ///
    /// # Errors
    /// If it refuses to be activated again.
    pub fn restart(&mut self) -> Result<(), HostError> {
        self.deactivate();
        self.activate(self.sample_rate, self.max_block)
    }

    /// Calls the plugin's main thread function if it asked for that; whether it did.
    pub fn serve_callback(&mut self) -> bool {
        let asked = self.counters.callback_open.swap(false, SeqCst);
        if asked {
            self.plugin.call_on_main_thread_callback();
        }
        asked
    }

    /// What the plugin has asked for so far.
    pub fn requests(&self) -> Requests {
        self.counters.read()
    }

    /// The latency that the plugin reports, in samples.
    ///
    /// # Errors
    /// If it reports none.
    pub fn latency(&mut self) -> Result<usize, HostError> {
        let extension: PluginLatency = self.extension("latency")?;
        Ok(extension.get(&self.plugin.plugin_handle()) as usize)
    }

    /// The plugin's state, as a project would store it.
    ///
    /// # Errors
    /// If the plugin cannot save.
    pub fn save(&mut self) -> Result<Vec<u8>, HostError> {
        let extension: PluginState = self.extension("state")?;
        let mut bytes = Vec::new();
        extension.save(&self.plugin.plugin_handle(), &mut bytes).map_err(|_| HostError::Extension("state"))?;
        Ok(bytes)
    }

    /// Puts a state from [`Self::save`] back.
    ///
    /// # Errors
    /// If the plugin refuses it.
    pub fn load(&mut self, mut state: &[u8]) -> Result<(), HostError> {
        let extension: PluginState = self.extension("state")?;
        extension.load(&self.plugin.plugin_handle(), &mut state).map_err(|_| HostError::Extension("state"))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.deactivate();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The CLAP id of a parameter whose text id, as in `gain_1`, is this: nice-plug's published rule, the polynomial hash in
/// base 31 without the top bit.
fn id_of(text: &str) -> u32 {
    text.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) & !(1 << 31)
}
