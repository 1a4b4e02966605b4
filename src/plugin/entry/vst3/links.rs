//! What the shim knows of each instance, found by its controller: the plugin behind it, the host's component handler,
//! the speakers of its buses, and what the host has set while it did not process.
//!
//! clap-wrapper 0.3.1 keeps what a host sets at the controller to itself until the next block. A project that is saved
//! before, or an activation, would not have it. On Linux it serves the plugin's wish for a restart only while the
//! editor is open; so the host is asked here, in the call that made it necessary.
//!
//! None of this runs on the audio thread.

use super::arrangements::Arrangements;
use crate::{
    instance::{param_id::ParamId, state::summary::Summary},
    plugin::{
        entry::clap::param_changes::clap_id_of,
        shim_link::{self, OuterLink, PluginView},
    },
    separator::LatencyMode,
};
use parking_lot::Mutex;
use std::sync::Arc;
use vst3::{
    ComPtr, ComRef,
    Steinberg::Vst::{IComponentHandler, IComponentHandlerTrait, IEditController, RestartFlags_, SpeakerArrangement},
};

/// One instance between `initialize` and `terminate`.
struct Link {
    controller: *mut IEditController,
    plugin: OuterLink,
    handler: Option<ComPtr<IComponentHandler>>,
    arrangements: Arrangements,
    /// What was set since the last block.
    pending: Vec<Pending>,
    /// The mode that the host was last asked to restart for.
    asked_for: Option<LatencyMode>,
    /// The sources by whose names the host knows parameters and buses.
    told_names: Vec<String>,
}

/// A parameter that the host has set at the controller.
struct Pending {
    param: ParamId,
    normalized: f32,
    /// Where it stood in the plugin: whoever has moved it since, in the editor or with a preset, was later.
    before: f32,
    /// Number of blocks by then.
    blocks: u32,
}

// SAFETY: the pointer is only compared; a handler may be called and released on any thread, as all COM objects of VST3.
unsafe impl Send for Link {}

static LINKS: Mutex<Vec<Link>> = Mutex::new(Vec::new());

/// After `initialize`: takes up the link to the plugin that was made in it, if one was.
pub(super) fn begin(controller: *mut IEditController) {
    shim_link::when_names_are_told(|host| {
        let is_its = |link: &&Link| link.plugin.plugin().is_some_and(|plugin| Arc::ptr_eq(&plugin.host, host));
        let controller = LINKS.lock().iter().find(is_its).map(|link| link.controller);
        controller.into_iter().for_each(tell_names);
    });
    if let Some(plugin) = shim_link::take_outer() {
        let (arrangements, pending) = (Arrangements::STEREO, Vec::new());
        let told_names = plugin.plugin().map(|plugin| names_of(&plugin)).unwrap_or_default();
        let link = Link { controller, plugin, handler: None, arrangements, pending, asked_for: None, told_names };
        let mut links = LINKS.lock();
        links.retain(|known| known.controller != controller);
        links.push(link);
    }
}

/// After `terminate`.
pub(super) fn end(controller: *mut IEditController) {
    let ended: Vec<Link> = LINKS.lock().extract_if(.., |link| link.controller == controller).collect();
    // Handlers are released after the lock: that may call anything.
    drop(ended);
}

/// Runs `act` with the instance and its plugin, if both are there.
fn with<R>(controller: *mut IEditController, act: impl FnOnce(&mut Link, PluginView) -> R) -> Option<R> {
    let mut links = LINKS.lock();
    let link = links.iter_mut().find(|link| link.controller == controller)?;
    let plugin = link.plugin.plugin()?;
    Some(act(link, plugin))
}

/// The host has set its handler.
///
/// # Safety
/// `handler` is a component handler, or null.
pub(super) unsafe fn set_handler(controller: *mut IEditController, handler: *mut IComponentHandler) {
    // SAFETY: by this function's contract.
    let handler = unsafe { ComRef::from_raw(handler) }.map(|handler| handler.to_com_ptr());
    let before = with(controller, |link, _| std::mem::replace(&mut link.handler, handler));
    drop(before);
}

/// The host offers these speakers for its first buses: whether they are taken.
pub(super) fn arrange(
    controller: *mut IEditController,
    inputs: &[SpeakerArrangement],
    outputs: &[SpeakerArrangement],
) -> bool {
    let offered = with(controller, |link, _| {
        let taken = link.arrangements.offered(inputs, outputs);
        link.arrangements = taken.unwrap_or(link.arrangements);
        taken.is_some()
    });
    offered.unwrap_or(false)
}

/// The speakers of each bus.
pub(super) fn arrangements(controller: *mut IEditController) -> Option<Arrangements> {
    with(controller, |link, _| link.arrangements)
}

/// The host has set parameter `id` at the controller.
pub(super) fn note(controller: *mut IEditController, id: u32, normalized: f64) {
    let Some(param) = ParamId::all().find(|param| clap_id_of(*param) == id) else { return };
    with(controller, |link, plugin| {
        let (before, blocks) = (plugin.params.normalized(param), plugin.host.blocks());
        link.pending.retain(|known| known.param != param && known.blocks == blocks);
        link.pending.push(Pending { param, normalized: normalized as f32, before, blocks });
    });
    if param == ParamId::Mode {
        settle(controller);
        restart_if_needed(controller);
    }
}

/// Gives the plugin what was set since its last block.
pub(super) fn settle(controller: *mut IEditController) {
    with(controller, |link, plugin| {
        for Pending { param, normalized, before, blocks } in link.pending.drain(..) {
            // What was set before a block came with it.
            if blocks == plugin.host.blocks() && plugin.params.normalized(param) == before {
                plugin.params.set_normalized(param, normalized);
            }
        }
    });
}

/// Before an activation, which takes the mode that is set.
pub(super) fn activate(controller: *mut IEditController) {
    settle(controller);
    with(controller, |link, _| link.asked_for = None);
}

/// The host has loaded a state: nothing set before it counts.
pub(super) fn forget(controller: *mut IEditController) {
    with(controller, |link, _| link.pending.clear());
}

fn names_of(plugin: &PluginView) -> Vec<String> {
    plugin.session.summary().names().into_iter().map(str::to_owned).collect()
}

/// The preset that plays.
pub(super) fn summary(controller: *mut IEditController) -> Option<Arc<Summary>> {
    with(controller, |_, plugin| plugin.session.summary())
}

/// Tells the host if parameters and buses have other names than it knows. clap-wrapper tells of parameters alone, and
/// on Linux only while an editor is open.
pub(super) fn tell_names(controller: *mut IEditController) {
    let handler = with(controller, |link, plugin| {
        let handler = link.handler.clone()?;
        let names = names_of(&plugin);
        (std::mem::replace(&mut link.told_names, names.clone()) != names).then_some(handler)
    });
    if let Some(handler) = handler.flatten() {
        let flags = RestartFlags_::kParamTitlesChanged | RestartFlags_::kIoTitlesChanged;
        // SAFETY: the handler is alive; the host has called us on its main thread.
        unsafe { handler.restartComponent(flags) };
    }
}

/// Asks the host to restart the plugin, if that plays in another latency mode than is set. Once per change.
pub(super) fn restart_if_needed(controller: *mut IEditController) {
    let handler = with(controller, |link, plugin| {
        let (wanted, playing) = (LatencyMode::from(plugin.params.mode.value()), plugin.session.audio_status());
        let is_new = link.asked_for.replace(wanted) != Some(wanted);
        let is_needed = plugin.host.is_active() && is_new && wanted != playing.mode;
        // The CLAP's shim may have asked before; on Linux, clap-wrapper passes that on with an open editor alone.
        let others_are_heard = cfg!(not(target_os = "linux")) || plugin.session.repaint.is_open();
        let asks = is_needed && (plugin.host.note_restart(wanted as u8) || !others_are_heard);
        asks.then(|| link.handler.clone()).flatten()
    });
    if let Some(handler) = handler.flatten() {
        // SAFETY: the handler is alive; the host has called us on its main thread.
        unsafe { handler.restartComponent(RestartFlags_::kLatencyChanged) };
    }
}
