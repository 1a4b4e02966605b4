//! The CLAP entry point: nice-plug's wrapper behind a shim.
//!
//! - [`factory`]: what a host finds when it scans the library; makes instances.
//! - [`instance`]: one plugin instance as the host sees it, with its [`extensions`].
//! - [`ports`]: lists of ports that lack nothing.
//! - [`events`]: the events of a block. [`pieces`]: blocks that are longer than was announced. [`param_table`]:
//!   parameters by their ids. [`param_changes`]: parameters that the plugin sets itself.
//! - [`names`]: names that follow the preset. [`menu`]: the host's entries in the menu of a parameter.
//!   [`host`]: the host as the wrapper sees it.

pub(super) mod events;
pub(super) mod extensions;
pub(super) mod factory;
pub(super) mod host;
pub(super) mod instance;
pub(super) mod menu;
pub(super) mod names;
pub(super) mod param_changes;
pub(super) mod param_table;
pub(super) mod pieces;
pub(super) mod ports;

use crate::plugin::Unbraid;
use clap_sys::{entry::clap_plugin_entry, factory::plugin_factory::CLAP_PLUGIN_FACTORY_ID, version::CLAP_VERSION};
use nice_plug::wrapper::setup_logger;
use std::{
    ffi::{CStr, c_char, c_void},
    ptr,
};

/// The symbol that a CLAP host looks for, and clap-wrapper in this same library.
#[unsafe(no_mangle)]
#[used]
#[allow(non_upper_case_globals, reason = "the CLAP standard gives the name")]
pub(super) static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};

unsafe extern "C" fn init(_library_path: *const c_char) -> bool {
    setup_logger::<Unbraid>();
    true
}

unsafe extern "C" fn deinit() {}

unsafe extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    if id.is_null() {
        return ptr::null();
    }
    // SAFETY: the host passes a C string that lives during the call.
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_PLUGIN_FACTORY_ID {
        (&raw const factory::PLUGINS).cast()
    } else if id == factory::VST3_INFO_ID {
        (&raw const factory::VST3_INFO).cast()
    } else {
        ptr::null()
    }
}
