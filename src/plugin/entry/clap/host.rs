//! The host as nice-plug's wrapper sees it. Every call is passed on to the real host, with two exceptions.
//! A host that lacks `clap.gui` seems to have it, and refuses what is asked.
//!
//! nice-plug 0.4.2 applies a latency that is set while activating only when it has activated, and then asks for another
//! restart; and it calls `latency.changed` before the plugin has the new latency. Neither call reaches the host: not a
//! request for a restart while activating, and no `latency.changed`. The shim itself tells the host at the end of
//! `activate`, see [`super::instance`].
//!
//! Callbacks pass on the real host's own pointer: some hosts tell their plugins apart by it.

use super::menu;
use crate::instance::{host_menu::HostMenuItem, param_id::ParamId};
use clap_sys::{
    ext::{
        audio_ports::{CLAP_AUDIO_PORTS_RESCAN_NAMES, CLAP_EXT_AUDIO_PORTS, clap_host_audio_ports},
        context_menu::{CLAP_EXT_CONTEXT_MENU, clap_host_context_menu},
        gui::{CLAP_EXT_GUI, clap_host_gui},
        latency::{CLAP_EXT_LATENCY, clap_host_latency},
        params::{
            CLAP_EXT_PARAMS, CLAP_PARAM_RESCAN_INFO, clap_host_params, clap_param_clear_flags, clap_param_rescan_flags,
        },
        remote_controls::{CLAP_EXT_REMOTE_CONTROLS, clap_host_remote_controls},
        state::{CLAP_EXT_STATE, clap_host_state},
        thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check},
        track_info::{CLAP_EXT_TRACK_INFO, clap_host_track_info, clap_track_info},
        voice_info::{CLAP_EXT_VOICE_INFO, clap_host_voice_info},
    },
    host::clap_host,
    id::clap_id,
};
use std::{
    ffi::{CStr, c_char, c_void},
    ptr,
    rc::Rc,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// Stands between the wrapper and the real host. The wrapper holds a pointer to `front`, the first field.
#[repr(C)]
pub(super) struct HostFront {
    front: clap_host,
    real: *const clap_host,
    extensions: OnceLock<Extensions>,
    activating: AtomicBool,
}

/// Those of the real host's extensions that the wrapper or the shim uses; null where the host lacks one.
struct Extensions {
    audio_ports: *const clap_host_audio_ports,
    context_menu: *const clap_host_context_menu,
    gui: *const clap_host_gui,
    latency: *const clap_host_latency,
    params: *const clap_host_params,
    remote_controls: *const clap_host_remote_controls,
    state: *const clap_host_state,
    thread_check: *const clap_host_thread_check,
    track_info: *const clap_host_track_info,
    voice_info: *const clap_host_voice_info,
}

impl HostFront {
    /// # Safety
    /// `real` is a CLAP host that outlives the result.
    pub(super) unsafe fn new(real: *const clap_host) -> Rc<Self> {
        let front = clap_host {
            get_extension: Some(get_extension),
            request_restart: Some(request_restart),
            request_process: Some(request_process),
            request_callback: Some(request_callback),
            // SAFETY: by this function's contract. Name, vendor and version stay the host's own.
            ..unsafe { *real }
        };
        Rc::new(Self { front, real, extensions: OnceLock::new(), activating: AtomicBool::new(false) })
    }

    /// The pointer that the wrapper gets as its host.
    pub(super) fn as_clap_host(&self) -> *const clap_host {
        ptr::from_ref(self).cast()
    }

    /// Main thread, from `init` on (CLAP allows it no earlier): looks up what the host can do.
    pub(super) fn find_extensions(&self) {
        // SAFETY: the real host is alive; it answers with null or the extension of that name.
        let find =
            |id: &CStr| unsafe { (*self.real).get_extension.map_or(ptr::null(), |get| get(self.real, id.as_ptr())) };
        self.extensions.get_or_init(|| Extensions {
            audio_ports: find(CLAP_EXT_AUDIO_PORTS).cast(),
            context_menu: find(CLAP_EXT_CONTEXT_MENU).cast(),
            gui: find(CLAP_EXT_GUI).cast(),
            latency: find(CLAP_EXT_LATENCY).cast(),
            params: find(CLAP_EXT_PARAMS).cast(),
            remote_controls: find(CLAP_EXT_REMOTE_CONTROLS).cast(),
            state: find(CLAP_EXT_STATE).cast(),
            thread_check: find(CLAP_EXT_THREAD_CHECK).cast(),
            track_info: find(CLAP_EXT_TRACK_INFO).cast(),
            voice_info: find(CLAP_EXT_VOICE_INFO).cast(),
        });
    }

    /// Main thread: notes whether the plugin is being activated.
    pub(super) fn set_activating(&self, activating: bool) {
        self.activating.store(activating, SeqCst);
    }

    /// Main thread, while activating: tells the host that the latency has changed.
    pub(super) fn tell_latency_changed(&self) {
        // SAFETY: an extension lives as long as its host.
        let latency = self.extensions.get().and_then(|extensions| unsafe { extensions.latency.as_ref() });
        if let Some(changed) = latency.and_then(|latency| latency.changed) {
            // SAFETY: main thread, while activating, as CLAP demands.
            unsafe { changed(self.real) };
        }
    }

    /// Main thread: tells the host that the project has unsaved changes.
    pub(super) fn mark_dirty(&self) {
        // SAFETY: an extension lives as long as its host.
        let state = self.extensions.get().and_then(|extensions| unsafe { extensions.state.as_ref() });
        if let Some(mark_dirty) = state.and_then(|state| state.mark_dirty) {
            // SAFETY: main thread.
            unsafe { mark_dirty(self.real) };
        }
    }

    /// Main thread: tells the host that parameters, outputs and pages have other names.
    pub(super) fn tell_names_changed(&self) {
        let Some(found) = self.extensions.get() else { return };
        // SAFETY: an extension lives as long as its host.
        let (params, ports, pages) =
            unsafe { (found.params.as_ref(), found.audio_ports.as_ref(), found.remote_controls.as_ref()) };
        // SAFETY: main thread; names may change at any time.
        unsafe {
            if let Some(rescan) = params.and_then(|params| params.rescan) {
                rescan(self.real, CLAP_PARAM_RESCAN_INFO);
            }
            let ports = ports.filter(|ports| {
                let allows = |flags| ports.is_rescan_flag_supported.is_some_and(|allows| allows(self.real, flags));
                allows(CLAP_AUDIO_PORTS_RESCAN_NAMES)
            });
            if let Some(rescan) = ports.and_then(|ports| ports.rescan) {
                rescan(self.real, CLAP_AUDIO_PORTS_RESCAN_NAMES);
            }
            if let Some(changed) = pages.and_then(|pages| pages.changed) {
                changed(self.real);
            }
        }
    }

    /// Main thread: the entries that the host has for the menu of `param`.
    pub(super) fn menu_of(&self, param: ParamId) -> Vec<HostMenuItem> {
        // SAFETY: an extension lives as long as its host.
        unsafe { menu::list(self.real, self.context_menu(), param) }
    }

    /// Main thread: one of them was chosen.
    pub(super) fn choose_in_menu(&self, chosen: (ParamId, u32)) {
        // SAFETY: an extension lives as long as its host.
        unsafe { menu::perform(self.real, self.context_menu(), chosen) };
    }

    fn context_menu(&self) -> *const clap_host_context_menu {
        self.extensions.get().map_or(ptr::null(), |extensions| extensions.context_menu)
    }

    /// What asks the host for a call on its main thread, for other threads. It must not outlive the host.
    pub(super) fn callback_requests(&self) -> CallbackRequests {
        CallbackRequests { real: self.real }
    }

    /// What asks the host to flush parameters, for other threads. It must not outlive the host.
    pub(super) fn flush_requests(&self) -> FlushRequests {
        let params = self.extensions.get().map_or(ptr::null(), |extensions| extensions.params);
        FlushRequests { real: self.real, params }
    }

    /// Any thread: asks the host to deactivate and activate the plugin.
    pub(super) fn request_restart(&self) {
        // SAFETY: the front is what these functions expect.
        unsafe { request_restart(self.as_clap_host()) };
    }

    /// Any thread: asks the host to call `on_main_thread`.
    pub(super) fn request_callback(&self) {
        // SAFETY: the front is what these functions expect.
        unsafe { request_callback(self.as_clap_host()) };
    }
}

/// Asks the host for a call on its main thread.
pub(super) struct CallbackRequests {
    real: *const clap_host,
}

// SAFETY: CLAP lets `request_callback` be called on any thread.
unsafe impl Send for CallbackRequests {}
// SAFETY: as above.
unsafe impl Sync for CallbackRequests {}

impl CallbackRequests {
    /// Any thread.
    pub(super) fn request(&self) {
        // SAFETY: the host outlives this.
        if let Some(request_callback) = unsafe { (*self.real).request_callback } {
            // SAFETY: any thread may ask.
            unsafe { request_callback(self.real) };
        }
    }
}

/// Asks the host to flush parameters.
pub(super) struct FlushRequests {
    real: *const clap_host,
    params: *const clap_host_params,
}

// SAFETY: CLAP lets `request_flush` be called on any thread but the audio thread.
unsafe impl Send for FlushRequests {}
// SAFETY: as above.
unsafe impl Sync for FlushRequests {}

impl FlushRequests {
    /// Any thread but the audio thread.
    pub(super) fn request(&self) {
        // SAFETY: an extension lives as long as its host, which outlives this.
        if let Some(request_flush) = unsafe { self.params.as_ref() }.and_then(|params| params.request_flush) {
            // SAFETY: as the host wants it: not on the audio thread.
            unsafe { request_flush(self.real) };
        }
    }
}

/// # Safety
/// `front` is the pointer that [`HostFront::as_clap_host`] gave out, and the front is alive.
unsafe fn behind<'a>(front: *const clap_host) -> &'a HostFront {
    // SAFETY: `front` is the first field of a `#[repr(C)]` struct.
    unsafe { &*front.cast::<HostFront>() }
}

/// Defines a function that passes a call on to the host.
macro_rules! pass_on {
    ($($function:ident)*) => { $(
        unsafe extern "C" fn $function(front: *const clap_host) {
            // SAFETY: the wrapper calls its host with the pointer it was given.
            let real = unsafe { behind(front) }.real;
            // SAFETY: the real host outlives the plugin.
            if let Some(function) = unsafe { (*real).$function } {
                // SAFETY: as the wrapper would have called it.
                unsafe { function(real) };
            }
        }
    )* };
}
pass_on!(request_process request_callback);

/// Passed on, except while activating.
unsafe extern "C" fn request_restart(front: *const clap_host) {
    // SAFETY: the wrapper calls its host with the pointer it was given.
    let host = unsafe { behind(front) };
    // SAFETY: the real host outlives the plugin.
    let request = unsafe { (*host.real).request_restart };
    if let Some(request) = request.filter(|_| !host.activating.load(SeqCst)) {
        // SAFETY: any thread may ask.
        unsafe { request(host.real) };
    }
}

/// Defines a function that passes a call on to one of the host's extensions, with the real host's pointer.
macro_rules! pass_extension_on {
    ($name:ident = $extension:ident.$function:ident($($arg:ident: $type:ty),*) $(-> $result:ty)?) => {
        unsafe extern "C" fn $name(front: *const clap_host $(, $arg: $type)*) $(-> $result)? {
            // SAFETY: the wrapper calls its host with the pointer it was given.
            let host = unsafe { behind(front) };
            // SAFETY: an extension lives as long as its host.
            let extension = host.extensions.get().and_then(|found| unsafe { found.$extension.as_ref() });
            let function = extension.and_then(|found| found.$function);
            // SAFETY: as the wrapper would have called it.
            function.map(|function| unsafe { function(host.real $(, $arg)*) }).unwrap_or_default()
        }
    };
}
pass_extension_on!(gui_resize_hints_changed = gui.resize_hints_changed());
pass_extension_on!(gui_request_resize = gui.request_resize(width: u32, height: u32) -> bool);
pass_extension_on!(gui_request_show = gui.request_show() -> bool);
pass_extension_on!(gui_request_hide = gui.request_hide() -> bool);
pass_extension_on!(gui_closed = gui.closed(was_destroyed: bool));
pass_extension_on!(params_rescan = params.rescan(flags: clap_param_rescan_flags));
pass_extension_on!(params_clear = params.clear(param: clap_id, flags: clap_param_clear_flags));
pass_extension_on!(params_request_flush = params.request_flush());
pass_extension_on!(is_main_thread = thread_check.is_main_thread() -> bool);
pass_extension_on!(is_audio_thread = thread_check.is_audio_thread() -> bool);
pass_extension_on!(track_info_get = track_info.get(info: *mut clap_track_info) -> bool);
pass_extension_on!(voice_info_changed = voice_info.changed());

/// Does not reach the host.
unsafe extern "C" fn latency_changed(_: *const clap_host) {}

static GUI: clap_host_gui = clap_host_gui {
    resize_hints_changed: Some(gui_resize_hints_changed),
    request_resize: Some(gui_request_resize),
    request_show: Some(gui_request_show),
    request_hide: Some(gui_request_hide),
    closed: Some(gui_closed),
};
static LATENCY: clap_host_latency = clap_host_latency { changed: Some(latency_changed) };
static PARAMS: clap_host_params = clap_host_params {
    rescan: Some(params_rescan),
    clear: Some(params_clear),
    request_flush: Some(params_request_flush),
};
static THREAD_CHECK: clap_host_thread_check =
    clap_host_thread_check { is_main_thread: Some(is_main_thread), is_audio_thread: Some(is_audio_thread) };
static TRACK_INFO: clap_host_track_info = clap_host_track_info { get: Some(track_info_get) };
static VOICE_INFO: clap_host_voice_info = clap_host_voice_info { changed: Some(voice_info_changed) };

/// Gives the extensions that the wrapper uses, if the real host has them.
unsafe extern "C" fn get_extension(front: *const clap_host, id: *const c_char) -> *const c_void {
    // SAFETY: the wrapper calls its host with the pointer it was given.
    let Some(found) = unsafe { behind(front) }.extensions.get() else { return ptr::null() };
    let offered: [(&CStr, bool, *const c_void); 6] = [
        // nice-plug 0.4.2 ends the host when it opens a window for one that has none.
        (CLAP_EXT_GUI, true, (&raw const GUI).cast()),
        (CLAP_EXT_LATENCY, !found.latency.is_null(), (&raw const LATENCY).cast()),
        (CLAP_EXT_PARAMS, !found.params.is_null(), (&raw const PARAMS).cast()),
        (CLAP_EXT_THREAD_CHECK, !found.thread_check.is_null(), (&raw const THREAD_CHECK).cast()),
        (CLAP_EXT_TRACK_INFO, !found.track_info.is_null(), (&raw const TRACK_INFO).cast()),
        (CLAP_EXT_VOICE_INFO, !found.voice_info.is_null(), (&raw const VOICE_INFO).cast()),
    ];
    // SAFETY: the wrapper passes a C string.
    let id = unsafe { CStr::from_ptr(id) };
    offered.iter().find(|(name, host_has_it, _)| *host_has_it && *name == id).map_or(ptr::null(), |entry| entry.2)
}
