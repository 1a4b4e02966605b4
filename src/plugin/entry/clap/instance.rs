//! One plugin instance as the host sees it.
//!
//! A copy of the wrapper's `clap_plugin` with a few functions replaced. `plugin_data` stays the
//! wrapper's, so every extension of the wrapper works on this pointer too.

use super::{events, host::HostFront, ports::Ports};
use crate::realtime::wires::host_requests::HostRequests;
use clap_sys::{
    ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency},
    plugin::clap_plugin,
    process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status},
};
use std::{
    cell::{Cell, UnsafeCell},
    ptr,
    rc::Rc,
    sync::Arc,
};

/// The host holds a pointer to `plugin`, which is the whole.
#[repr(C)]
pub(super) struct Instance {
    plugin: clap_plugin,
    /// nice-plug's own; alive until `destroy`.
    inner: *const clap_plugin,
    /// In an `Rc`, not a `Box`: the wrapper keeps a pointer to it, which moving a `Box` would invalidate.
    host: Rc<HostFront>,
    requests: Arc<HostRequests>,
    /// The latency that the host knows of, in samples. Main thread.
    told_latency: Cell<u32>,
    /// Touched by `activate` and `process` alone, which a host never runs at the same time.
    audio: UnsafeCell<Audio>,
}

#[derive(Default)]
struct Audio {
    max_frames: usize,
    inputs: Ports,
    outputs: Ports,
}

impl Instance {
    /// # Safety
    /// `inner` is alive until its `destroy` is called, and was made with `host` as its host.
    pub(super) unsafe fn new(inner: *const clap_plugin, host: Rc<HostFront>, requests: Arc<HostRequests>) -> Box<Self> {
        let plugin = clap_plugin {
            init: Some(init),
            destroy: Some(destroy),
            activate: Some(activate),
            process: Some(process),
            on_main_thread: Some(on_main_thread),
            // SAFETY: by this function's contract.
            ..unsafe { *inner }
        };
        Box::new(Self { plugin, inner, host, requests, told_latency: Cell::new(0), audio: UnsafeCell::default() })
    }

    /// Gives the instance to the host, which ends it by calling `destroy`.
    pub(super) fn into_clap_plugin(self: Box<Self>) -> *const clap_plugin {
        Box::into_raw(self).cast()
    }
}

/// # Safety
/// `plugin` is the pointer that [`Instance::into_clap_plugin`] gave out, and `destroy` was not called.
unsafe fn instance<'a>(plugin: *const clap_plugin) -> &'a Instance {
    // SAFETY: `plugin` is the first field of a `#[repr(C)]` struct.
    unsafe { &*plugin.cast::<Instance>() }
}

unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    this.host.find_extensions();
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
    // SAFETY: the host does not process while it activates, and the plugin is alive on its main thread.
    unsafe {
        *this.audio.get() = Audio {
            max_frames: max as usize,
            inputs: Ports::announced(this.inner, true, max as usize),
            outputs: Ports::announced(this.inner, false, max as usize),
        };
    }
    this.host.set_activating(true);
    // SAFETY: `inner` is alive; main thread.
    let activated = unsafe { (*this.inner).activate.is_some_and(|run| run(this.inner, sample_rate, min, max)) };
    this.host.set_activating(false);
    // SAFETY: as above.
    let latency = unsafe { latency_of(this.inner) };
    if activated && this.told_latency.replace(latency) != latency {
        this.host.say_latency_changed();
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
    let Some(theirs) = (unsafe { process.as_ref() }) else { return CLAP_PROCESS_ERROR };
    let frames = theirs.frames_count as usize;
    if frames > audio.max_frames {
        return CLAP_PROCESS_ERROR;
    }
    // SAFETY: the host's buffers live as long as the call.
    let given = unsafe {
        audio.inputs.complete(theirs.audio_inputs, theirs.audio_inputs_count, frames);
        audio.outputs.complete(theirs.audio_outputs, theirs.audio_outputs_count, frames)
    };
    // Port 0 is the main output; the separate outputs follow in the order of the sources.
    this.requests.set_listeners((given >> 1) as u8);
    let (inputs, outputs) = (audio.inputs.buffers(), audio.outputs.buffers());
    let (inner, frames) = (this.inner, theirs.frames_count);
    let mut complete = clap_process {
        audio_inputs: inputs.as_ptr(),
        audio_inputs_count: inputs.len() as u32,
        audio_outputs: outputs.as_mut_ptr(),
        audio_outputs_count: outputs.len() as u32,
        ..*theirs
    };
    // SAFETY: the host's events live as long as the call; `inner` is alive and active, and the lists are complete; audio thread.
    let status = unsafe {
        events::held_within(theirs.in_events, frames, |in_events| {
            complete.in_events = in_events;
            (*inner).process.map_or(CLAP_PROCESS_ERROR, |run| run(inner, &complete))
        })
    };
    // SAFETY: as for the completion above.
    unsafe { clear_constant_masks(theirs) };
    if this.requests.take_restart() {
        this.host.request_restart();
    }
    if this.requests.take_callback() {
        this.host.request_callback();
    }
    status
}

/// The wrapper does not say which outputs are constant, and the host may have left an old mask.
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

/// nice-plug 0.4.2 never says that state other than parameters changed; the shim does.
unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    if this.requests.take_project_changed() {
        this.host.mark_dirty();
    }
    // SAFETY: `inner` is alive; main thread.
    if let Some(on_main_thread) = unsafe { (*this.inner).on_main_thread } {
        // SAFETY: as above.
        unsafe { on_main_thread(this.inner) };
    }
}
