//! Repairs of each new instance of clap-wrapper's class.
//!
//! - `IAudioProcessor::process` gets lists of buses that lack nothing, see [`super::buses`].
//! - clap-wrapper 0.3.1 calls its component handler without checking that the host has set one, for example when state
//!   is loaded before that. Until the host sets its own, the instance has a handler that does nothing.
//!
//! The instance is a C++ object, whose class has one virtual table per interface. Each table is copied once, one entry
//! of the copy is replaced, and every new instance is pointed to the copy.

use super::buses;
use std::sync::OnceLock;
use vst3::{
    Class, ComPtr, ComRef, ComWrapper,
    Steinberg::{
        FUnknown, IPluginBase, IPluginBaseVtbl,
        Vst::{
            IAudioProcessor, IAudioProcessorVtbl, IComponent, IComponentHandler, IComponentHandlerTrait,
            IComponentVtbl, IEditController, IEditControllerTrait, IEditControllerVtbl, ParamID, ParamValue,
            ProcessData,
        },
        kInternalError, kInvalidArgument, kResultOk, tresult,
    },
};

/// Repairs a new instance.
///
/// # Safety
/// `object` is an instance of clap-wrapper's class that nobody else uses yet.
pub(super) unsafe fn repair(object: *mut FUnknown) {
    // SAFETY: by this function's contract; the caller keeps its reference.
    let Some(object) = (unsafe { ComRef::from_raw(object) }) else { return };
    if let Some(processor) = object.cast::<IAudioProcessor>() {
        // SAFETY: the first word of an interface is its table; tables of one class are alike.
        unsafe { replace(&mut (*processor.as_ptr()).vtbl, &PROCESSOR, |table| table.process = process) };
    }
    if let Some(component) = object.cast::<IComponent>() {
        // SAFETY: as above.
        unsafe {
            replace(&mut (*component.as_ptr()).vtbl, &COMPONENT, |table| table.base.terminate = terminate_component)
        };
    }
    if let Some(controller) = object.cast::<IEditController>() {
        // SAFETY: as above.
        unsafe {
            replace(&mut (*controller.as_ptr()).vtbl, &CONTROLLER, |table| table.base.terminate = terminate_controller)
        };
        give_idle_handler(&controller);
    }
}

/// A virtual table as C++ compilers lay it out: type information, then the functions.
#[repr(C)]
#[derive(Clone, Copy)]
struct Table<V> {
    type_information: [usize; 2],
    functions: V,
}

/// A class's own functions of one interface, and the copy of the table with one of them replaced.
struct ReplacedTable<V> {
    original: V,
    table: Table<V>,
}

static PROCESSOR: OnceLock<ReplacedTable<IAudioProcessorVtbl>> = OnceLock::new();
static COMPONENT: OnceLock<ReplacedTable<IComponentVtbl>> = OnceLock::new();
static CONTROLLER: OnceLock<ReplacedTable<IEditControllerVtbl>> = OnceLock::new();

/// Points `vtbl` to a copy of its table, with one entry replaced by `change`.
///
/// # Safety
/// `vtbl` is the table pointer of an interface of clap-wrapper's class, laid out as [`Table`].
unsafe fn replace<V: Copy + Send + Sync>(
    vtbl: &mut *const V,
    replaced: &'static OnceLock<ReplacedTable<V>>,
    change: impl FnOnce(&mut V),
) {
    let replaced = replaced.get_or_init(|| {
        // SAFETY: by this function's contract two words stand in front of the functions.
        let mut table = unsafe { *vtbl.byte_sub(std::mem::offset_of!(Table<V>, functions)).cast::<Table<V>>() };
        let original = table.functions;
        change(&mut table.functions);
        ReplacedTable { original, table }
    });
    *vtbl = &replaced.table.functions;
}

unsafe extern "system" fn process(this: *mut IAudioProcessor, data: *mut ProcessData) -> tresult {
    let Some(replaced) = PROCESSOR.get() else { return kInternalError };
    // SAFETY: the host passes process data that lives during the call, or null.
    let Some(given) = (unsafe { data.as_ref() }) else { return kInvalidArgument };
    // SAFETY: called as the host called us, with all buses.
    unsafe { buses::with_complete_buses(given, |data| (replaced.original.process)(this, data)) }
}

unsafe extern "system" fn terminate_component(this: *mut IPluginBase) -> tresult {
    let Some(replaced) = COMPONENT.get() else { return kInternalError };
    // SAFETY: called as the host called us.
    unsafe { terminate(this, &replaced.original.base) }
}

unsafe extern "system" fn terminate_controller(this: *mut IPluginBase) -> tresult {
    let Some(replaced) = CONTROLLER.get() else { return kInternalError };
    // SAFETY: called as the host called us.
    unsafe { terminate(this, &replaced.original.base) }
}

/// Terminating drops the handler; the host may initialise the same instance again, so it gets the idle one back.
///
/// # Safety
/// `this` is an instance of the class that `original` belongs to.
unsafe fn terminate(this: *mut IPluginBase, original: &IPluginBaseVtbl) -> tresult {
    // SAFETY: by this function's contract.
    let result = unsafe { (original.terminate)(this) };
    // SAFETY: the host holds a reference while it calls.
    let controller = unsafe { ComRef::from_raw(this) }.and_then(|this| this.cast::<IEditController>());
    if let Some(controller) = controller {
        give_idle_handler(&controller);
    }
    result
}

fn give_idle_handler(controller: &ComPtr<IEditController>) {
    static IDLE: OnceLock<Option<ComPtr<IComponentHandler>>> = OnceLock::new();
    if let Some(handler) = IDLE.get_or_init(|| ComWrapper::new(IdleHandler).to_com_ptr()) {
        // SAFETY: both objects are alive; the controller takes a reference of its own.
        unsafe { controller.setComponentHandler(handler.as_ptr()) };
    }
}

/// A component handler that does nothing.
struct IdleHandler;

impl Class for IdleHandler {
    type Interfaces = (IComponentHandler,);
}

#[allow(non_snake_case, reason = "the VST3 standard gives the names")]
impl IComponentHandlerTrait for IdleHandler {
    unsafe fn beginEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }

    unsafe fn performEdit(&self, _: ParamID, _: ParamValue) -> tresult {
        kResultOk
    }

    unsafe fn endEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }

    unsafe fn restartComponent(&self, _: i32) -> tresult {
        kResultOk
    }
}
