//! One plugin instance as the host sees it.
//!
//! A copy of the wrapper's `clap_plugin` with a few functions replaced. `plugin_data` is still the wrapper's, so every
//! extension of the wrapper works on this pointer too.

use super::{events::BlockEvents, host::HostFront, param_changes, param_table::ParamTable, pieces, ports::Ports};
use crate::{
    instance::{params::SoundParams, session::Session},
    plugin::shim_link::{self, ShimLink},
    realtime::wires::{automated::SettingSet, host_requests::HostRequests},
    separator::LatencyMode,
};
use clap_sys::{
    events::{clap_input_events, clap_output_events},
    ext::{
        latency::{CLAP_EXT_LATENCY, clap_plugin_latency},
        params::{CLAP_EXT_PARAMS, clap_plugin_params},
    },
    plugin::clap_plugin,
    process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status},
};
use std::{
    cell::{Cell, RefCell, UnsafeCell},
    ffi::{c_char, c_void},
    ops::Range,
    ptr,
    rc::Rc,
    sync::Arc,
};

/// The host holds a pointer to `plugin`, the first field.
#[repr(C)]
pub(super) struct Instance {
    plugin: clap_plugin,
    /// nice-plug's own; alive until `destroy`.
    pub(super) inner: *const clap_plugin,
    /// The wrapper keeps a pointer to it, which moving a `Box` would invalidate; hence an `Rc`.
    host: Rc<HostFront>,
    /// The latency that the host knows of, in samples. Main thread.
    told_latency: Cell<u32>,
    /// What plays. Main thread.
    pub(super) session: Arc<Session>,
    /// The names that the host knows of. Main thread.
    told_names: RefCell<Vec<String>>,
    /// The parameters. Main thread.
    pub(super) params: Arc<SoundParams>,
    /// The same by their ids.
    pub(super) table: ParamTable,
    /// What the plugin asks of the host; read on the main thread while the audio thread runs.
    requests: Arc<HostRequests>,
    /// Used only by `init`, `activate`, `process` and `flush`, which a host never runs at the same time.
    audio: UnsafeCell<Audio>,
}

/// How a host gets an extension of an instance.
pub(super) type GetExtension = unsafe extern "C" fn(*const clap_plugin, *const c_char) -> *const c_void;

/// Blocks that are longer are processed in pieces, whatever the host has announced: memory is taken for one piece.
pub(in crate::plugin::entry) const LONGEST_PIECE: u32 = 8192;

struct Audio {
    max_frames: usize,
    sample_rate: f64,
    events: BlockEvents,
    /// The settings that the host has changed since the last block.
    flushed: SettingSet,
    inputs: Ports,
    outputs: Ports,
    link: ShimLink,
    /// The latency mode in force, and the mode that the host was last asked to restart for.
    mode: LatencyMode,
    asked_for: LatencyMode,
}

impl Audio {
    /// After anything that may have set parameters: asks the host for what they and the plugin need of it. A mode other
    /// than the one in force needs another latency, which the host takes while it restarts the plugin; until then the
    /// old mode plays on. It is asked once per change; the VST3's shim may ask,
    /// too, see [`HostRequests::note_restart`].
    fn pass_on_requests(&mut self, host: &HostFront) {
        let wanted: LatencyMode = self.link.params.mode.value().into();
        if wanted != self.asked_for {
            self.asked_for = wanted;
            if wanted != self.mode && self.link.host.note_restart(wanted as u8) {
                host.request_restart();
            }
        }
        if self.link.host.take_callback() {
            host.request_callback();
        }
    }
}

impl Instance {
    /// # Safety
    /// `inner` is alive until its `destroy` is called, and was made with `host` as its host.
    pub(super) unsafe fn new(
        inner: *const clap_plugin,
        host: Rc<HostFront>,
        link: ShimLink,
        get_extension: GetExtension,
    ) -> Box<Self> {
        let plugin = clap_plugin {
            init: Some(init),
            destroy: Some(destroy),
            activate: Some(activate),
            process: Some(process),
            get_extension: Some(get_extension),
            on_main_thread: Some(on_main_thread),
            // SAFETY: by this function's contract.
            ..unsafe { *inner }
        };
        let (mode, requests, params) = (link.session.audio_status().mode, link.host.clone(), link.params.clone());
        let (inputs, outputs) = (Ports::default(), Ports::default());
        let (session, table) = (link.session.clone(), ParamTable::new());
        let told_names = RefCell::new(names_of(&session));
        let events = BlockEvents::new(&table);
        let flushed = SettingSet::default();
        let audio =
            Audio { max_frames: 0, sample_rate: 1.0, events, flushed, inputs, outputs, link, mode, asked_for: mode };
        let (told_latency, audio) = (Cell::new(0), UnsafeCell::new(audio));
        Box::new(Self { plugin, inner, host, told_latency, session, told_names, params, table, requests, audio })
    }

    /// Gives the instance to the host, which ends it by calling `destroy`.
    pub(super) fn into_clap_plugin(self: Box<Self>) -> *const clap_plugin {
        Box::into_raw(self).cast()
    }
}

/// # Safety
/// `plugin` is the pointer that [`Instance::into_clap_plugin`] gave out, and `destroy` was not called.
pub(super) unsafe fn instance<'a>(plugin: *const clap_plugin) -> &'a Instance {
    // SAFETY: `plugin` is the first field of a `#[repr(C)]` struct.
    unsafe { &*plugin.cast::<Instance>() }
}

unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    this.host.find_extensions();
    let host = this.host.flush_requests();
    // SAFETY: nothing plays yet; main thread. The worker that asks ends with the plugin, before its host.
    unsafe { (*this.audio.get()).link.changes.on_change(move || host.request()) };
    // The editor that asks closes before the plugin ends, and so before the host.
    let callbacks = this.host.callback_requests();
    this.session.host_menu.connect(move || callbacks.request());
    // SAFETY: `inner` is alive; main thread.
    unsafe { (*this.inner).init.is_some_and(|init| init(this.inner)) }
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: the host gives its instance back, once.
    let this = unsafe { Box::from_raw(plugin.cast_mut().cast::<Instance>()) };
    // SAFETY: `inner` is alive. It may still call its host, so it goes before `this` does.
    if let Some(destroy) = unsafe { (*this.inner).destroy } {
        // SAFETY: as above.
        unsafe { destroy(this.inner) };
    }
}

unsafe extern "C" fn activate(plugin: *const clap_plugin, sample_rate: f64, min: u32, max: u32) -> bool {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    // SAFETY: the host does not process while it activates.
    let audio = unsafe { &mut *this.audio.get() };
    let (min, max) = (min.min(LONGEST_PIECE), max.clamp(1, LONGEST_PIECE));
    (audio.max_frames, audio.sample_rate) = (max as usize, sample_rate);
    audio.events.set_sample_rate(sample_rate);
    // SAFETY: the plugin is alive on its main thread.
    (audio.inputs, audio.outputs) = unsafe {
        (Ports::announced(this.inner, true, max as usize), Ports::announced(this.inner, false, max as usize))
    };
    this.host.set_activating(true);
    // SAFETY: `inner` is alive; main thread.
    let activated = unsafe { (*this.inner).activate.is_some_and(|run| run(this.inner, sample_rate, min, max)) };
    this.host.set_activating(false);
    let mode = audio.link.session.audio_status().mode;
    audio.link.host.forget_restart();
    (audio.mode, audio.asked_for) = (mode, mode);
    // SAFETY: as above.
    let latency = unsafe { latency_of(this.inner) };
    if activated && this.told_latency.replace(latency) != latency {
        this.host.tell_latency_changed();
    }
    activated
}

/// # Safety
/// `plugin` is alive and this is its main thread.
unsafe fn latency_of(plugin: *const clap_plugin) -> u32 {
    // SAFETY: the plugin answers with its latency extension or null.
    let extension: *const clap_plugin_latency =
        unsafe { (*plugin).get_extension.map_or(ptr::null(), |get| get(plugin, CLAP_EXT_LATENCY.as_ptr()).cast()) };
    // SAFETY: an extension lives as long as its plugin; main thread.
    unsafe { extension.as_ref().and_then(|extension| extension.get).map_or(0, |get| get(plugin)) }
}

unsafe extern "C" fn process(plugin: *const clap_plugin, process: *const clap_process) -> clap_process_status {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    // SAFETY: the host does not activate while it processes, nor process twice at once.
    let audio = unsafe { &mut *this.audio.get() };
    // SAFETY: a process call lives as long as the call.
    let Some(given) = (unsafe { process.as_ref() }) else { return CLAP_PROCESS_ERROR };
    shim_link::prepare_thread();
    audio.link.host.count_block();
    // SAFETY: the host's events live as long as the call.
    let automated = shim_link::read_curves(|curves| unsafe {
        audio.events.read(given.in_events, given.frames_count, curves, (&this.table, &this.params))
    });
    audio.link.host.set_automated(automated.and(std::mem::take(&mut audio.flushed)));
    let mut status = CLAP_PROCESS_ERROR;
    for part in pieces::of_block(given.frames_count as usize, audio.max_frames) {
        // SAFETY: the part lies within the block; audio thread.
        status = unsafe { process_part(this.inner, audio, given, part) };
        if status == CLAP_PROCESS_ERROR {
            break;
        }
    }
    audio.link.host.set_automated(SettingSet::default());
    // SAFETY: the host's buffers live as long as the call.
    unsafe { clear_constant_masks(given) };
    // SAFETY: the host's events live as long as the call.
    unsafe { param_changes::report(&mut audio.link.changes, given.out_events) };
    audio.pass_on_requests(&this.host);
    status
}

/// Audio thread: processes the samples `part` of the host's block, which are no more than was announced.
///
/// # Safety
/// `inner` is alive and active; `given` is as CLAP describes it.
unsafe fn process_part(
    inner: *const clap_plugin,
    audio: &mut Audio,
    given: &clap_process,
    part: Range<usize>,
) -> clap_process_status {
    // SAFETY: by this function's contract.
    let heard_outputs = unsafe {
        audio.inputs.complete(given.audio_inputs, given.audio_inputs_count, part.clone());
        audio.outputs.complete(given.audio_outputs, given.audio_outputs_count, part.clone())
    };
    // Port 0 is the main output; the separate outputs follow in the order of the sources.
    audio.link.host.set_listeners((heard_outputs >> 1) as u8);
    // SAFETY: the host gives a transport that lives as long as the call, or null.
    let first = unsafe { given.transport.as_ref() }.map(|transport| (0, transport));
    let start = part.start as u32;
    let transport = audio.events.transport_before(start).or(first);
    let transport = transport.map(|(time, known)| pieces::later(known, (start - time) as usize, audio.sample_rate));
    let (inputs, outputs) = (audio.inputs.buffers(), audio.outputs.buffers());
    let mut complete = clap_process {
        steady_time: if given.steady_time < 0 {
            given.steady_time
        } else {
            given.steady_time.saturating_add(part.start as i64)
        },
        frames_count: part.len() as u32,
        transport: transport.as_ref().map_or(ptr::null(), ptr::from_ref),
        audio_inputs: inputs.as_ptr(),
        audio_inputs_count: inputs.len() as u32,
        audio_outputs: outputs.as_mut_ptr(),
        audio_outputs_count: outputs.len() as u32,
        ..*given
    };
    audio.events.within(part.start as u32..part.end as u32, |in_events| {
        complete.in_events = in_events;
        // SAFETY: by this function's contract, and the lists are complete.
        unsafe { (*inner).process.map_or(CLAP_PROCESS_ERROR, |run| run(inner, &complete)) }
    })
}

fn names_of(session: &Session) -> Vec<String> {
    session.summary().names().into_iter().map(str::to_owned).collect()
}

/// The wrapper's parameters.
///
/// # Safety
/// `inner` is alive.
pub(super) unsafe fn params_of<'a>(inner: *const clap_plugin) -> Option<&'a clap_plugin_params> {
    // SAFETY: `inner` answers with the extension of that name or null, which lives as long.
    unsafe {
        (*inner)
            .get_extension
            .and_then(|get| get(inner, CLAP_EXT_PARAMS.as_ptr()).cast::<clap_plugin_params>().as_ref())
    }
}

/// Parameters go to and come from the host while it does not process.
pub(super) unsafe extern "C" fn flush(
    plugin: *const clap_plugin,
    in_events: *const clap_input_events,
    out_events: *const clap_output_events,
) {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    // SAFETY: `inner` is alive.
    if let Some(own) = unsafe { params_of(this.inner) }.and_then(|params| params.flush) {
        // SAFETY: called as the host called us.
        unsafe { own(this.inner, in_events, out_events) };
    }
    // SAFETY: the host flushes while it does not process, or on the audio thread between two blocks.
    let audio = unsafe { &mut *this.audio.get() };
    // SAFETY: the host's events live as long as the call.
    let changed = unsafe { audio.events.read(in_events, 0, None, (&this.table, &this.params)) };
    audio.flushed = audio.flushed.and(changed);
    // SAFETY: the host's events live as long as the call.
    unsafe { param_changes::report(&mut audio.link.changes, out_events) };
    audio.pass_on_requests(&this.host);
}

/// The wrapper never sets these masks, and the host may have left old ones.
///
/// # Safety
/// `process` is as CLAP describes it.
unsafe fn clear_constant_masks(process: &clap_process) {
    if process.audio_outputs.is_null() {
        return;
    }
    for port in 0..process.audio_outputs_count as usize {
        // SAFETY: `port` is within the host's list.
        unsafe { (*process.audio_outputs.add(port)).constant_mask = 0 };
    }
}

/// nice-plug 0.4.2 never tells the host that state other than parameters changed; the shim does.
unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    if this.requests.take_project_changed() {
        this.host.mark_dirty();
    }
    let menu = &this.session.host_menu;
    if let Some(chosen) = menu.take_chosen() {
        this.host.choose_in_menu(chosen);
    }
    if let Some(param) = menu.take_wanted() {
        menu.answer(param, this.host.menu_of(param));
        this.session.repaint.request();
    }
    let names = names_of(&this.session);
    if this.told_names.replace(names.clone()) != names {
        this.host.tell_names_changed();
        shim_link::names_were_told(&this.requests);
    }
    // SAFETY: `inner` is alive; main thread.
    if let Some(on_main_thread) = unsafe { (*this.inner).on_main_thread } {
        // SAFETY: as above.
        unsafe { on_main_thread(this.inner) };
    }
}
