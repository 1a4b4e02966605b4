//! Repairs of each new instance of clap-wrapper's class.
//!
//! - `IAudioProcessor::process` gets lists of buses that lack nothing, see [`super::buses`].
//! - Its automation reaches the plugin point by point, see [`super::curves`].
//! - clap-wrapper 0.3.1 calls its component handler without checking that the host has set one, for example when state
//!   is loaded before that. Whenever the host has set none, or null, or has terminated the instance, it has a handler
//!   that does nothing.
//! - Mono buses are offered and taken, see [`super::arrangements`].
//! - Parameters and buses are called as the preset has them, see [`super::names`].
//! - What a host sets while it does not process reaches the plugin when it is needed, and a state or a setting of
//!   another latency mode reaches the host, see [`super::links`].
//! - clap-wrapper 0.3.1 answers `IEditController::setComponentState` with "not implemented", which hosts log as an
//!   error; component and controller are one object, so there is nothing to do.
//!
//! The instance is a C++ object, whose class has one virtual table per interface: also one for the `IPluginBase` that
//! `queryInterface` gives, beside those that begin the tables of component and controller. Each table is copied once,
//! some entries of the copy are replaced, and every new instance is pointed to the copy.

use super::{
    arrangements::{Arrangements, channels},
    buses, curves, links, names,
};
use crate::plugin::{entry::clap::instance::LONGEST_PIECE, shim_link};
use std::{ffi::c_void, sync::OnceLock};
use vst3::{
    Class, ComPtr, ComRef, ComWrapper, Interface,
    Steinberg::{
        FUnknown, IBStream, IPluginBase, IPluginBaseVtbl, TBool,
        Vst::{
            BusDirection, BusInfo, IAudioProcessor, IAudioProcessorVtbl, IComponent, IComponentHandler,
            IComponentHandlerTrait, IComponentVtbl, IEditController, IEditControllerTrait, IEditControllerVtbl,
            MediaType, MediaTypes_, ParamID, ParamValue, ParameterInfo, ProcessData, ProcessSetup, SpeakerArrangement,
        },
        kInternalError, kInvalidArgument, kResultFalse, kResultOk, kResultTrue, tresult,
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
        unsafe {
            replace(&mut (*processor.as_ptr()).vtbl, &PROCESSOR, |table| {
                (table.process, table.setupProcessing) = (process, setup_processing);
                (table.setBusArrangements, table.getBusArrangement) = (set_bus_arrangements, get_bus_arrangement);
            });
        }
    }
    let component = object.cast::<IComponent>();
    if let Some(component) = &component {
        // SAFETY: as above.
        unsafe {
            replace(&mut (*component.as_ptr()).vtbl, &COMPONENT, |table| {
                (table.base.initialize, table.base.terminate) = (initialize_component, terminate_component);
                (table.setActive, table.setState, table.getState) = (set_active, set_state, get_state);
                table.getBusInfo = get_bus_info;
            });
        }
    }
    let controller = object.cast::<IEditController>();
    if let Some(controller) = &controller {
        // SAFETY: as above.
        unsafe {
            replace(&mut (*controller.as_ptr()).vtbl, &CONTROLLER, |table| {
                (table.base.initialize, table.base.terminate) = (initialize_controller, terminate_controller);
                (table.setComponentHandler, table.setComponentState) = (set_component_handler, set_component_state);
                table.setParamNormalized = set_param_normalized;
                table.getParameterInfo = get_parameter_info;
            });
        }
        give_idle_handler(controller);
    }
    if let Some(base) = object.cast::<IPluginBase>() {
        let known = [
            component.as_ref().map(|component| component.as_ptr().cast::<c_void>()),
            controller.as_ref().map(|controller| controller.as_ptr().cast()),
        ];
        // Where it is one of the others, its table is longer, and replaced already.
        if !known.contains(&Some(base.as_ptr().cast())) {
            // SAFETY: as above.
            unsafe {
                replace(&mut (*base.as_ptr()).vtbl, &BASE, |table| {
                    (table.initialize, table.terminate) = (initialize_base, terminate_base);
                });
            }
        }
    }
}

/// Words of type information in front of a virtual table's functions: Microsoft's compiler has one, all others have two.
const TYPE_INFORMATION: usize = if cfg!(target_env = "msvc") { 1 } else { 2 };

/// A virtual table as C++ compilers lay it out: type information, then the functions.
#[repr(C)]
#[derive(Clone, Copy)]
struct Table<V> {
    type_information: [usize; TYPE_INFORMATION],
    functions: V,
}

/// A class's own functions of one interface, and the copy of the table with some of them replaced.
struct ReplacedTable<V> {
    original: V,
    table: Table<V>,
}

static PROCESSOR: OnceLock<ReplacedTable<IAudioProcessorVtbl>> = OnceLock::new();
static COMPONENT: OnceLock<ReplacedTable<IComponentVtbl>> = OnceLock::new();
static CONTROLLER: OnceLock<ReplacedTable<IEditControllerVtbl>> = OnceLock::new();
static BASE: OnceLock<ReplacedTable<IPluginBaseVtbl>> = OnceLock::new();

/// Points `vtbl` to a copy of its table, changed by `change`.
///
/// # Safety
/// `vtbl` is the table pointer of an interface of clap-wrapper's class, laid out as [`Table`].
unsafe fn replace<V: Copy + Send + Sync>(
    vtbl: &mut *const V,
    replaced: &'static OnceLock<ReplacedTable<V>>,
    change: impl FnOnce(&mut V),
) {
    let replaced = replaced.get_or_init(|| {
        // SAFETY: by this function's contract those words stand in front of the functions.
        let mut table = unsafe { *vtbl.byte_sub(std::mem::offset_of!(Table<V>, functions)).cast::<Table<V>>() };
        let original = table.functions;
        change(&mut table.functions);
        ReplacedTable { original, table }
    });
    *vtbl = &replaced.table.functions;
}

unsafe extern "system" fn set_bus_arrangements(
    this: *mut IAudioProcessor,
    inputs: *mut SpeakerArrangement,
    input_count: i32,
    outputs: *mut SpeakerArrangement,
    output_count: i32,
) -> tresult {
    let (Some(inputs), Some(outputs)) =
        // SAFETY: the host passes lists of these lengths, which live during the call.
        (unsafe { (list(inputs, input_count), list(outputs, output_count)) })
    else {
        return kInvalidArgument;
    };
    // SAFETY: the host holds a reference while it calls.
    let is_taken = unsafe { with_controller(this, |controller| links::arrange(controller.as_ptr(), inputs, outputs)) };
    if is_taken.unwrap_or(false) { kResultTrue } else { kResultFalse }
}

/// The `count` items from `first` on; `None` if there is a count but no list.
///
/// # Safety
/// `first` points to `count` items that live as long as the result, or is null.
unsafe fn list<'a, T>(first: *const T, count: i32) -> Option<&'a [T]> {
    match usize::try_from(count).ok()? {
        0 => Some(&[]),
        // SAFETY: by this function's contract.
        count => (!first.is_null()).then(|| unsafe { std::slice::from_raw_parts(first, count) }),
    }
}

unsafe extern "system" fn get_bus_arrangement(
    this: *mut IAudioProcessor,
    direction: BusDirection,
    bus: i32,
    speakers: *mut SpeakerArrangement,
) -> tresult {
    // SAFETY: the host holds a reference while it calls.
    let arrangements = unsafe { with_controller(this, |controller| links::arrangements(controller.as_ptr())) };
    match arrangements.flatten().unwrap_or(Arrangements::STEREO).of(direction, bus) {
        Some(found) if !speakers.is_null() => {
            // SAFETY: the host passes a place for them.
            unsafe { *speakers = found };
            kResultTrue
        }
        _ => kInvalidArgument,
    }
}

unsafe extern "system" fn get_bus_info(
    this: *mut IComponent,
    kind: MediaType,
    direction: BusDirection,
    bus: i32,
    info: *mut BusInfo,
) -> tresult {
    let Some(replaced) = COMPONENT.get() else { return kInternalError };
    // SAFETY: called as the host called us.
    let result = unsafe { (replaced.original.getBusInfo)(this, kind, direction, bus, info) };
    // SAFETY: the host holds a reference while it calls.
    let arrangements = unsafe { with_controller(this, |controller| links::arrangements(controller.as_ptr())) };
    // SAFETY: the host passes a place for it.
    let info = unsafe { info.as_mut() }.filter(|_| result == kResultOk && kind == MediaTypes_::kAudio as i32);
    if let Some(info) = info {
        if let Some(speakers) = arrangements.flatten().and_then(|arrangements| arrangements.of(direction, bus)) {
            info.channelCount = channels(speakers);
        }
        // SAFETY: the host holds a reference while it calls.
        let summary = unsafe { with_controller(this, |controller| links::summary(controller.as_ptr())) };
        if let Some(summary) = summary.flatten() {
            names::name_bus(direction, bus, info, &summary);
        }
    }
    result
}

unsafe extern "system" fn setup_processing(this: *mut IAudioProcessor, setup: *mut ProcessSetup) -> tresult {
    let Some(replaced) = PROCESSOR.get() else { return kInternalError };
    // SAFETY: the host passes a setup that lives during the call, or null.
    let Some(given) = (unsafe { setup.as_ref() }) else { return kInvalidArgument };
    // clap-wrapper takes memory for a whole block; longer ones are processed in pieces.
    let mut setup = ProcessSetup { maxSamplesPerBlock: given.maxSamplesPerBlock.min(LONGEST_PIECE as i32), ..*given };
    // SAFETY: called as the host called us.
    unsafe { (replaced.original.setupProcessing)(this, &mut setup) }
}

unsafe extern "system" fn process(this: *mut IAudioProcessor, data: *mut ProcessData) -> tresult {
    let Some(replaced) = PROCESSOR.get() else { return kInternalError };
    // SAFETY: the host passes process data that lives during the call, or null.
    let Some(given) = (unsafe { data.as_ref() }) else { return kInvalidArgument };
    // SAFETY: the host's changes live during the call.
    let curves = unsafe { curves::of(given) };
    // SAFETY: called as the host called us, with all buses.
    shim_link::with_curves(&curves, || unsafe {
        buses::with_complete_buses(given, |data| (replaced.original.process)(this, data))
    })
}

/// The functions of one of the three `IPluginBase`, as the class has them.
macro_rules! plugin_base {
    ($($initialize:ident $terminate:ident: $replaced:ident $(.$base:ident)?;)*) => { $(
        unsafe extern "system" fn $initialize(this: *mut IPluginBase, context: *mut FUnknown) -> tresult {
            let Some(replaced) = $replaced.get() else { return kInternalError };
            if context.is_null() {
                // clap-wrapper asks it for its name.
                return kInvalidArgument;
            }
            // SAFETY: called as the host called us.
            let result = unsafe { (replaced.original$(.$base)?.initialize)(this, context) };
            // SAFETY: the host holds a reference while it calls.
            unsafe { with_controller(this, |controller| links::begin(controller.as_ptr())) };
            result
        }

        unsafe extern "system" fn $terminate(this: *mut IPluginBase) -> tresult {
            let Some(replaced) = $replaced.get() else { return kInternalError };
            // SAFETY: called as the host called us.
            let result = unsafe { (replaced.original$(.$base)?.terminate)(this) };
            // Terminating drops the handler; the host may initialise the same instance again.
            // SAFETY: the host holds a reference while it calls.
            unsafe {
                with_controller(this, |controller| {
                    links::end(controller.as_ptr());
                    give_idle_handler(controller);
                });
            }
            result
        }
    )* };
}
plugin_base! {
    initialize_component terminate_component: COMPONENT.base;
    initialize_controller terminate_controller: CONTROLLER.base;
    initialize_base terminate_base: BASE;
}

/// Calls `act` with the controller of the instance that `interface` belongs to.
///
/// # Safety
/// `interface` is an interface of an instance of clap-wrapper's class, which is alive.
unsafe fn with_controller<I: Interface, R>(
    interface: *mut I,
    act: impl FnOnce(&ComPtr<IEditController>) -> R,
) -> Option<R> {
    // SAFETY: by this function's contract.
    let this = unsafe { ComRef::from_raw(interface) }?;
    Some(act(&this.cast::<IEditController>()?))
}

unsafe extern "system" fn set_active(this: *mut IComponent, state: TBool) -> tresult {
    let Some(replaced) = COMPONENT.get() else { return kInternalError };
    if state != 0 {
        // SAFETY: the host holds a reference while it calls.
        unsafe { with_controller(this, |controller| links::activate(controller.as_ptr())) };
    }
    // SAFETY: called as the host called us.
    let result = unsafe { (replaced.original.setActive)(this, state) };
    // An activation takes up what a project has brought.
    // SAFETY: the host holds a reference while it calls.
    unsafe { with_controller(this, |controller| links::tell_names(controller.as_ptr())) };
    result
}

unsafe extern "system" fn set_state(this: *mut IComponent, state: *mut IBStream) -> tresult {
    let Some(replaced) = COMPONENT.get() else { return kInternalError };
    // SAFETY: called as the host called us.
    let result = unsafe { (replaced.original.setState)(this, state) };
    // SAFETY: the host holds a reference while it calls.
    unsafe {
        with_controller(this, |controller| {
            links::forget(controller.as_ptr());
            links::restart_if_needed(controller.as_ptr());
        });
    }
    result
}

unsafe extern "system" fn get_state(this: *mut IComponent, state: *mut IBStream) -> tresult {
    let Some(replaced) = COMPONENT.get() else { return kInternalError };
    // SAFETY: the host holds a reference while it calls.
    unsafe { with_controller(this, |controller| links::settle(controller.as_ptr())) };
    // SAFETY: called as the host called us.
    unsafe { (replaced.original.getState)(this, state) }
}

unsafe extern "system" fn set_param_normalized(this: *mut IEditController, id: ParamID, value: ParamValue) -> tresult {
    let Some(replaced) = CONTROLLER.get() else { return kInternalError };
    // SAFETY: called as the host called us.
    let result = unsafe { (replaced.original.setParamNormalized)(this, id, value) };
    links::note(this, id, value);
    result
}

unsafe extern "system" fn get_parameter_info(
    this: *mut IEditController,
    index: i32,
    info: *mut ParameterInfo,
) -> tresult {
    let Some(replaced) = CONTROLLER.get() else { return kInternalError };
    // SAFETY: called as the host called us.
    let result = unsafe { (replaced.original.getParameterInfo)(this, index, info) };
    // SAFETY: the host passes a place for it.
    let info = unsafe { info.as_mut() }.filter(|_| result == kResultOk);
    if let (Some(info), Some(summary)) = (info, links::summary(this)) {
        names::name_param(info, &summary);
    }
    result
}

unsafe extern "system" fn set_component_handler(
    this: *mut IEditController,
    handler: *mut IComponentHandler,
) -> tresult {
    let Some(replaced) = CONTROLLER.get() else { return kInternalError };
    // SAFETY: the host gives a handler, or null.
    unsafe { links::set_handler(this, handler) };
    let handler = if handler.is_null() { idle_handler() } else { handler };
    // SAFETY: called as the host called us, or with a handler that is never freed.
    unsafe { (replaced.original.setComponentHandler)(this, handler) }
}

/// Component and controller are one object, which has its state already.
unsafe extern "system" fn set_component_state(_: *mut IEditController, _: *mut IBStream) -> tresult {
    kResultOk
}

fn give_idle_handler(controller: &ComPtr<IEditController>) {
    // SAFETY: both objects are alive; the controller takes a reference of its own.
    unsafe { controller.setComponentHandler(idle_handler()) };
}

/// The handler that does nothing, which is never freed.
fn idle_handler() -> *mut IComponentHandler {
    static IDLE: OnceLock<Option<ComPtr<IComponentHandler>>> = OnceLock::new();
    let idle = IDLE.get_or_init(|| ComWrapper::new(IdleHandler).to_com_ptr());
    idle.as_ref().map_or(std::ptr::null_mut(), ComPtr::as_ptr)
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
