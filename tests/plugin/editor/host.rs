//! A host that records gestures.

use nice_plug::{
    context::PluginApi,
    prelude::{GuiContextInner, ParamPtr, PluginState},
};
use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, Ordering::SeqCst},
};

/// What a host was told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Told {
    Begin(ParamPtr),
    Set(ParamPtr, f32),
    End(ParamPtr),
    Restart,
}

/// A host that does at once what it is told, and remembers it.
#[derive(Default)]
pub(super) struct Host {
    told: Mutex<Vec<Told>>,
    /// It does nothing yet, as a host with large blocks.
    pub(super) is_late: AtomicBool,
}

impl Host {
    pub(super) fn told(&self) -> MutexGuard<'_, Vec<Told>> {
        self.told.lock().unwrap()
    }
}

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.told().push(Told::Begin(param));
    }
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        if !self.is_late.load(SeqCst) {
            // SAFETY: the stage holds the parameters for as long as the interface that set them.
            unsafe { param._internal_set_normalized_value(normalized) };
        }
        self.told().push(Told::Set(param, normalized));
    }
    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.told().push(Told::End(param));
    }
    fn get_state(&self) -> PluginState {
        unreachable!("the editor does not read the state")
    }
    fn set_state(&self, _state: PluginState) {
        unreachable!("the editor does not write the state")
    }
    fn request_restart(&self) {
        self.told().push(Told::Restart);
    }
}

/// Asserts that `told` is one gesture: begin, at least one set, end.
#[track_caller]
pub(super) fn assert_one_gesture(told: &[Told]) {
    let whole = matches!(told, [Told::Begin(_), sets @ .., Told::End(_)]
        if !sets.is_empty() && sets.iter().all(|told| matches!(told, Told::Set(..))));
    assert!(whole, "not one whole gesture: {told:?}");
}
