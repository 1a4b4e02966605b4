//! The VST3 entry points: clap-wrapper's factory behind a shim.
//!
//! - [`instance`]: what is done to each new instance.
//! - [`links`]: what is known of each instance.
//! - [`arrangements`]: which speakers the buses may have.
//! - [`buses`]: lists of buses that lack nothing. [`curves`]: automation within a block.
//!   [`names`]: names that follow the preset.
//!
//! clap-wrapper is built with the prefix `clap_wrapper_` before its own entry points; the exported ones are here.

pub(super) mod arrangements;
pub(super) mod buses;
pub(super) mod curves;
pub(super) mod instance;
pub(super) mod links;
pub(super) mod names;

// Links clap-wrapper's static library, which nothing else refers to by a Rust path.
use clap_wrapper as _;
use std::ffi::c_void;
use vst3::{
    Class, ComPtr, ComWrapper,
    Steinberg::{
        FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
        IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo, kResultOk,
        tresult,
    },
};

unsafe extern "system" {
    fn clap_wrapper_GetPluginFactory() -> *mut IPluginFactory;
}

/// The symbol that a VST3 host looks for. Each call gives the caller one reference.
///
/// # Safety
/// As the VST3 standard has it: after the module's entry function, before its exit function.
#[unsafe(no_mangle)]
pub(super) unsafe extern "system" fn GetPluginFactory() -> *mut IPluginFactory {
    // SAFETY: by this function's contract; the reference that comes with the pointer goes into the `ComPtr`.
    let wrapped = unsafe { ComPtr::from_raw(clap_wrapper_GetPluginFactory()) };
    let wrapped = wrapped.and_then(|factory| factory.cast::<IPluginFactory3>());
    let factory =
        wrapped.and_then(|factory| ComWrapper::new(Factory { wrapped: factory }).to_com_ptr::<IPluginFactory>());
    factory.map_or(std::ptr::null_mut(), ComPtr::into_raw)
}

/// Exports a module function that passes the call on to clap-wrapper.
macro_rules! pass_on {
    ($abi:literal: $($export:ident => $wrapped:ident($($arg:ident: $type:ty)?);)*) => { $(
        unsafe extern $abi {
            fn $wrapped($($arg: $type)?) -> bool;
        }

        /// The module function of this platform.
        ///
        /// # Safety
        /// As the VST3 standard has it.
        #[unsafe(no_mangle)]
        #[allow(non_snake_case, reason = "the VST3 standard gives the name")]
        pub(super) unsafe extern $abi fn $export($($arg: $type)?) -> bool {
            // SAFETY: called as the host called us.
            unsafe { $wrapped($($arg)?) }
        }
    )* };
}
#[cfg(all(unix, not(target_os = "macos")))]
pass_on! { "C":
    ModuleEntry => clap_wrapper_ModuleEntry(library: *mut c_void);
    ModuleExit => clap_wrapper_ModuleExit();
}
#[cfg(target_os = "macos")]
pass_on! { "C":
    bundleEntry => clap_wrapper_bundleEntry(bundle: *mut c_void);
    bundleExit => clap_wrapper_bundleExit();
}
#[cfg(windows)]
pass_on! { "system":
    InitDll => clap_wrapper_InitDll();
    ExitDll => clap_wrapper_ExitDll();
}

/// clap-wrapper's factory; applies [`instance::repair`] to every instance.
struct Factory {
    wrapped: ComPtr<IPluginFactory3>,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory3, IPluginFactory2, IPluginFactory);
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: called as the host called us.
        unsafe { self.wrapped.getFactoryInfo(info) }
    }

    unsafe fn countClasses(&self) -> i32 {
        // SAFETY: called as the host called us.
        unsafe { self.wrapped.countClasses() }
    }

    unsafe fn getClassInfo(&self, index: i32, info: *mut PClassInfo) -> tresult {
        // SAFETY: called as the host called us.
        unsafe { self.wrapped.getClassInfo(index, info) }
    }

    unsafe fn createInstance(&self, class: FIDString, interface: FIDString, object: *mut *mut c_void) -> tresult {
        // SAFETY: called as the host called us.
        let result = unsafe { self.wrapped.createInstance(class, interface, object) };
        if result == kResultOk {
            // SAFETY: on success `object` holds an instance of clap-wrapper's only class.
            unsafe { instance::repair((*object).cast::<FUnknown>()) };
        }
        result
    }
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: i32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: called as the host called us.
        unsafe { self.wrapped.getClassInfo2(index, info) }
    }
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: i32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: called as the host called us.
        unsafe { self.wrapped.getClassInfoUnicode(index, info) }
    }

    unsafe fn setHostContext(&self, context: *mut FUnknown) -> tresult {
        // SAFETY: called as the host called us.
        unsafe { self.wrapped.setHostContext(context) }
    }
}
