//! What a host finds when it scans the library: one plugin, and the names that its VST3 gets.

use super::{extensions::get_extension, host::HostFront, instance::Instance};
use crate::plugin::{Unbraid, shim_link};
use clap_sys::{
    factory::plugin_factory::clap_plugin_factory,
    host::clap_host,
    plugin::{clap_plugin, clap_plugin_descriptor},
};
use nice_plug::wrapper::clap::{PluginDescriptor, Wrapper};
use std::{
    ffi::{CStr, c_char},
    ptr,
    sync::{Arc, OnceLock},
};

/// The library's only plugin: Unbraid.
pub(super) static PLUGINS: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(plugin_count),
    get_plugin_descriptor: Some(plugin_descriptor),
    create_plugin: Some(create_plugin),
};

fn descriptor() -> &'static PluginDescriptor {
    static DESCRIPTOR: OnceLock<PluginDescriptor> = OnceLock::new();
    DESCRIPTOR.get_or_init(PluginDescriptor::for_plugin::<Unbraid>)
}

unsafe extern "C" fn plugin_count(_: *const clap_plugin_factory) -> u32 {
    1
}

unsafe extern "C" fn plugin_descriptor(_: *const clap_plugin_factory, index: u32) -> *const clap_plugin_descriptor {
    if index == 0 { descriptor().clap_plugin_descriptor() } else { ptr::null() }
}

unsafe extern "C" fn create_plugin(
    _: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    // SAFETY: the host passes a C string that lives during the call, or null.
    if host.is_null() || id.is_null() || unsafe { CStr::from_ptr(id) } != descriptor().clap_id() {
        return ptr::null();
    }
    // SAFETY: the host's description of itself outlives its plugins.
    let host = unsafe { HostFront::new(host) };
    // SAFETY: `host` moves into the instance, which outlives the wrapper. The wrapper's own `destroy` takes back the
    // reference count that `into_raw` gives away.
    let inner = unsafe { (*Arc::into_raw(Wrapper::<Unbraid>::new(host.as_clap_host()))).clap_plugin.as_ptr() };
    // The plugin that was built a moment ago has left it.
    let Some(link) = shim_link::take_offered() else { return ptr::null() };
    shim_link::offer_outer(&link);
    // SAFETY: `inner` is the wrapper's plugin, alive until `destroy`.
    unsafe { Instance::new(inner, host, link, get_extension) }.into_clap_plugin()
}

/// The name by which clap-wrapper asks for [`VST3_INFO`].
pub(super) const VST3_INFO_ID: &CStr = c"clap.plugin-factory-info-as-vst3/0";

/// `clap_plugin_factory_as_vst3` of clap-wrapper 0.14.
#[repr(C)]
pub(super) struct Vst3FactoryInfo {
    vendor: *const c_char,
    vendor_url: *const c_char,
    email_contact: *const c_char,
    plugin_info: unsafe extern "C" fn(*const Self, u32) -> *const Vst3PluginInfo,
}

/// `clap_plugin_info_as_vst3` of clap-wrapper 0.14.
#[repr(C)]
pub(super) struct Vst3PluginInfo {
    vendor: *const c_char,
    component_id: *const [u8; 16],
    features: *const c_char,
}

// SAFETY: both hold pointers to immutable statics only.
unsafe impl Sync for Vst3FactoryInfo {}
// SAFETY: as above.
unsafe impl Sync for Vst3PluginInfo {}

/// The VST3 class id: projects find the plugin by it, so it never changes.
static VST3_COMPONENT_ID: [u8; 16] = *b"UnbraidNmfSplit1";

/// Vendor, class id and category of the VST3; clap-wrapper would otherwise derive them from the CLAP.
pub(super) static VST3_INFO: Vst3FactoryInfo = Vst3FactoryInfo {
    vendor: ptr::null(),
    vendor_url: ptr::null(),
    // Null would become the text "info@".
    email_contact: c"".as_ptr(),
    plugin_info: vst3_plugin_info,
};

static VST3_PLUGIN_INFO: Vst3PluginInfo = Vst3PluginInfo {
    vendor: ptr::null(),
    component_id: &VST3_COMPONENT_ID,
    features: c"Fx|Tools|Restoration".as_ptr(),
};

unsafe extern "C" fn vst3_plugin_info(_: *const Vst3FactoryInfo, index: u32) -> *const Vst3PluginInfo {
    if index == 0 { &VST3_PLUGIN_INFO } else { ptr::null() }
}
