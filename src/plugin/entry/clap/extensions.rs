//! The extensions of an instance: the wrapper's, with a few functions replaced.
//!
//! - Parameters and outputs are called as the preset has them, and there are pages for controllers, see [`names`].
//! - nice-plug 0.4.2 knows the names of choices in one case only; here they are read as people write them.

use super::{
    instance::{flush, instance, params_of},
    names,
};
use clap_sys::{
    ext::{
        audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports},
        params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params},
        remote_controls::{
            CLAP_EXT_REMOTE_CONTROLS, CLAP_EXT_REMOTE_CONTROLS_COMPAT, clap_plugin_remote_controls,
            clap_remote_controls_page,
        },
    },
    id::clap_id,
    plugin::clap_plugin,
};
use std::{
    ffi::{CStr, c_char, c_void},
    ptr,
    sync::OnceLock,
};

/// Gives the wrapper's extensions with a few functions replaced, and one that it lacks.
pub(super) unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    static PARAMS: OnceLock<clap_plugin_params> = OnceLock::new();
    static PORTS: OnceLock<clap_plugin_audio_ports> = OnceLock::new();
    static PAGES: clap_plugin_remote_controls =
        clap_plugin_remote_controls { count: Some(count_pages), get: Some(get_page) };
    if id.is_null() {
        return ptr::null();
    }
    // SAFETY: the host passes its instance.
    let inner = unsafe { instance(plugin) }.inner;
    // SAFETY: `inner` is alive, and answers with the extension of that name or null.
    let own = unsafe { (*inner).get_extension.map_or(ptr::null(), |get| get(inner, id)) };
    // SAFETY: the host passes a C string.
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_EXT_REMOTE_CONTROLS || id == CLAP_EXT_REMOTE_CONTROLS_COMPAT {
        return (&raw const PAGES).cast();
    }
    if own.is_null() {
        return own;
    }
    if id == CLAP_EXT_PARAMS {
        // SAFETY: what has this name is of this type.
        let own = unsafe { *own.cast::<clap_plugin_params>() };
        let replaced = || clap_plugin_params {
            get_info: Some(get_info),
            flush: Some(flush),
            text_to_value: Some(text_to_value),
            ..own
        };
        ptr::from_ref(PARAMS.get_or_init(replaced)).cast()
    } else if id == CLAP_EXT_AUDIO_PORTS {
        // SAFETY: as above.
        let own = unsafe { *own.cast::<clap_plugin_audio_ports>() };
        let replaced = || clap_plugin_audio_ports { get: Some(get_port), ..own };
        ptr::from_ref(PORTS.get_or_init(replaced)).cast()
    } else {
        own
    }
}

unsafe extern "C" fn get_info(plugin: *const clap_plugin, index: u32, info: *mut clap_param_info) -> bool {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    // SAFETY: `inner` is alive.
    let own = unsafe { params_of(this.inner) }.and_then(|params| params.get_info);
    // SAFETY: called as the host called us.
    let is_there = own.is_some_and(|own| unsafe { own(this.inner, index, info) });
    // SAFETY: the host passes a place for the information.
    if let Some(info) = unsafe { info.as_mut() }.filter(|_| is_there) {
        names::name_param(info, &this.table, &this.session.summary());
    }
    is_there
}

unsafe extern "C" fn get_port(
    plugin: *const clap_plugin,
    index: u32,
    is_input: bool,
    info: *mut clap_audio_port_info,
) -> bool {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    // SAFETY: `inner` is alive, and answers with the extension of that name or null; called as the host called us.
    let is_there = unsafe { own_ports(this.inner).is_some_and(|own| own(this.inner, index, is_input, info)) };
    // SAFETY: the host passes a place for the information.
    if let Some(info) = unsafe { info.as_mut() }.filter(|_| is_there && !is_input) {
        names::name_output(index, info, &this.session.summary());
    }
    is_there
}

unsafe extern "C" fn count_pages(plugin: *const clap_plugin) -> u32 {
    // SAFETY: the host passes its instance.
    names::remote_pages(&unsafe { instance(plugin) }.session.summary()).len() as u32
}

unsafe extern "C" fn get_page(plugin: *const clap_plugin, index: u32, page: *mut clap_remote_controls_page) -> bool {
    // SAFETY: the host passes its instance.
    let pages = names::remote_pages(&unsafe { instance(plugin) }.session.summary());
    // SAFETY: the host passes a place for the page.
    match (pages.get(index as usize), unsafe { page.as_mut() }) {
        (Some(found), Some(page)) => {
            found.describe(index, page);
            true
        }
        _ => false,
    }
}

/// What the wrapper says of a port.
///
/// # Safety
/// `inner` is alive.
unsafe fn own_ports(
    inner: *const clap_plugin,
) -> Option<unsafe extern "C" fn(*const clap_plugin, u32, bool, *mut clap_audio_port_info) -> bool> {
    // SAFETY: `inner` answers with the extension of that name or null, which lives as long.
    let own = unsafe {
        let get = (*inner).get_extension?;
        get(inner, CLAP_EXT_AUDIO_PORTS.as_ptr()).cast::<clap_plugin_audio_ports>().as_ref()?
    };
    own.get
}

/// Reads what is typed.
unsafe extern "C" fn text_to_value(
    plugin: *const clap_plugin,
    id: clap_id,
    text: *const c_char,
    value: *mut f64,
) -> bool {
    // SAFETY: the host passes its instance.
    let this = unsafe { instance(plugin) };
    if text.is_null() || value.is_null() {
        return false;
    }
    // SAFETY: the host passes a C string that lives during the call.
    let said = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let param = this.table.find(id);
    if let Some((param, choice)) = param.and_then(|param| Some((param, this.params.choice(param, &said)?))) {
        // SAFETY: the parameter is a part of the plugin's, which is alive.
        let steps = unsafe { this.params.pointer(param).step_count() };
        // SAFETY: the host passes a place for a value. nice-plug counts the steps of a parameter that has some.
        unsafe { *value = f64::from(choice) * steps.unwrap_or(1) as f64 };
        return true;
    }
    // SAFETY: `inner` is alive.
    let own = unsafe { params_of(this.inner) }.and_then(|params| params.text_to_value);
    // SAFETY: called as the host called us.
    own.is_some_and(|own| unsafe { own(this.inner, id, text, value) })
}
