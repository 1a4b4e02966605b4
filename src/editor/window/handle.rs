//! An open window as the host sees it: its smallest and largest size follow the scale.

use super::{repainter::Repainter, thread_end::JoinedWindow};
use crate::{
    editor::{
        layout::{MAX_SIZE, MIN_SIZE},
        scale::remembered,
    },
    instance::params::UnbraidParams,
};
use nice_plug::{
    editor::{
        EditorHandle,
        dpi::{LogicalSize, NativeSize},
    },
    prelude::{ParentWindowHandle, ResizeHint},
};
use std::sync::Arc;

/// The limits of a window at this scale. Some hosts do not let their window grow with the scale (Ardour 7.3) and would
/// show a part of a larger one, so the smallest size is at most that of 100 %.
pub(super) fn limits(scale: f32) -> ResizeHint {
    let (smallest, largest) = (MIN_SIZE * scale.min(1.0), MAX_SIZE * scale);
    ResizeHint::RESIZABLE.with_min_max_logical_size(
        Some(LogicalSize::new(smallest.x, smallest.y)),
        Some(LogicalSize::new(largest.x, largest.y)),
    )
}

/// A handle to the plugin's window.
pub struct WindowHandle {
    pub(super) params: Arc<UnbraidParams>,
    pub(super) repainter: Repainter,
}

impl EditorHandle for WindowHandle {
    type Window = JoinedWindow;
    type Error = baseview::Error;

    fn run_until_closed(window: JoinedWindow) -> Result<(), Self::Error> {
        window.run_until_closed()
    }

    fn set_parent(&self, parent: ParentWindowHandle, window: &JoinedWindow) -> Result<(), Self::Error> {
        window.set_parent(&parent)
    }

    fn show(&self, window: &JoinedWindow) -> Result<(), Self::Error> {
        window.show()?;
        // Not every system says that the window is seen now.
        self.repainter.request();
        Ok(())
    }

    fn hide(&self, window: &JoinedWindow) -> Result<(), Self::Error> {
        window.hide()
    }

    fn set_size(&self, new_size: NativeSize<u32>, window: &JoinedWindow) -> Result<(), Self::Error> {
        window.resize(new_size)
    }

    fn host_main_thread_callback(&self, window: &JoinedWindow) {
        window.host_main_thread_callback();
    }

    fn adjust_size(&self, new_size: NativeSize<u32>, window: &JoinedWindow) -> Option<NativeSize<u32>> {
        let now = window.size();
        let current = NativeSize::from_logical_or_physical(now.logical, now.physical);
        // A host that has never asked for the size.
        if new_size.width == 0 || new_size.height == 0 {
            return Some(current);
        }
        Some(limits(remembered(&self.params)).adjust_size(new_size, current, now.scale_factor))
    }

    fn set_fallback_scale_factor(&self, scale_factor: f64, window: &JoinedWindow) -> Result<(), Self::Error> {
        window.suggest_fallback_scale_factor(scale_factor)
    }

    fn state_changed(&self) {
        self.repainter.request();
    }

    fn param_value_changed(&self, _: &str, _: f32) {
        self.repainter.request();
    }

    fn param_modulation_changed(&self, _: &str, _: f32) {
        self.repainter.request();
    }
}
