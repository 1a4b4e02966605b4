//! An open window as the host sees it: its smallest and largest size follow the scale.
//!
//! nice-plug-egui 0.6.0 fixes a window's limits when it opens, without its scale.

use super::{
    layout::{MAX_SIZE, MIN_SIZE},
    scale::remembered,
};
use crate::instance::params::UnbraidParams;
use nice_plug::{
    editor::{
        EditorHandle, Modifiers, VirtualKeyCode,
        dpi::{LogicalSize, NativeSize},
    },
    prelude::{ParentWindowHandle, ResizeHint},
};
use nice_plug_egui::EguiEditorHandle;
use std::sync::Arc;

/// The limits of a window at this scale. Some hosts do not let their window grow with the scale (Ardour 7.3) and would
/// show a part of a larger one, so the smallest size is at most that of 100 %.
pub fn limits(scale: f32) -> ResizeHint {
    let (smallest, largest) = (MIN_SIZE * scale.min(1.0), MAX_SIZE * scale);
    ResizeHint::RESIZABLE.with_min_max_logical_size(
        Some(LogicalSize::new(smallest.x, smallest.y)),
        Some(LogicalSize::new(largest.x, largest.y)),
    )
}

/// A handle to the plugin's window.
pub struct WindowHandle {
    pub(super) inner: EguiEditorHandle,
    pub(super) params: Arc<UnbraidParams>,
}

impl EditorHandle for WindowHandle {
    type Window = <EguiEditorHandle as EditorHandle>::Window;
    type Error = <EguiEditorHandle as EditorHandle>::Error;

    fn run_until_closed(window: Self::Window) -> Result<(), Self::Error> {
        EguiEditorHandle::run_until_closed(window)
    }

    fn set_parent(&self, parent: ParentWindowHandle, window: &Self::Window) -> Result<(), Self::Error> {
        self.inner.set_parent(parent, window)
    }

    fn show(&self, window: &Self::Window) -> Result<(), Self::Error> {
        self.inner.show(window)
    }

    fn hide(&self, window: &Self::Window) -> Result<(), Self::Error> {
        self.inner.hide(window)
    }

    fn set_size(&self, new_size: NativeSize<u32>, window: &Self::Window) -> Result<(), Self::Error> {
        self.inner.set_size(new_size, window)
    }

    fn host_main_thread_callback(&self, window: &Self::Window) {
        self.inner.host_main_thread_callback(window);
    }

    fn adjust_size(&self, new_size: NativeSize<u32>, window: &Self::Window) -> Option<NativeSize<u32>> {
        let now = window.size();
        let current = NativeSize::from_logical_or_physical(now.logical, now.physical);
        Some(limits(remembered(&self.params)).adjust_size(new_size, current, now.scale_factor))
    }

    fn set_fallback_scale_factor(&self, scale_factor: f64, window: &Self::Window) -> Result<(), Self::Error> {
        self.inner.set_fallback_scale_factor(scale_factor, window)
    }

    fn on_virtual_key_from_host(&self, key_code: VirtualKeyCode, is_down: bool, modifiers: Modifiers) -> bool {
        self.inner.on_virtual_key_from_host(key_code, is_down, modifiers)
    }

    fn state_changed(&self) {
        self.inner.state_changed();
    }

    fn param_value_changed(&self, id: &str, normalized_value: f32) {
        self.inner.param_value_changed(id, normalized_value);
    }

    fn param_modulation_changed(&self, id: &str, modulation_offset: f32) {
        self.inner.param_modulation_changed(id, modulation_offset);
    }
}
