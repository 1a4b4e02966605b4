//! A file that leaves the window under the pointer, where the system's windows can be the source of a drag. baseview
//! 0.4.2 takes drops, and offers no source.
//!
//! Another platform adds its own here: an implementation of [`DragSource`].

use crate::editor::drag_out::DragSource;
use baseview::WindowContext;

#[cfg(target_os = "linux")]
mod x11;

/// The drag source of `window`, on its thread. `wake` makes the window draw; it is called from any thread.
pub(super) fn new(window: &WindowContext, wake: impl Fn() + Send + Sync + 'static) -> Box<dyn DragSource> {
    platform::new(window, wake)
}

#[cfg(target_os = "linux")]
mod platform {
    use super::{
        super::x11_id,
        x11::{WakeWindow, X11DragSource},
    };
    use crate::editor::drag_out::{DragSource, NoDragSource};
    use baseview::WindowContext;
    use raw_window_handle::HasWindowHandle;
    use std::sync::Arc;

    pub(super) fn new(window: &WindowContext, wake: impl Fn() + Send + Sync + 'static) -> Box<dyn DragSource> {
        let id = window.window_handle().ok().and_then(|handle| x11_id::of(handle.as_raw()));
        let wake: Arc<WakeWindow> = Arc::new(wake);
        match id {
            Some(id) => Box::new(X11DragSource::new(id, wake)),
            None => Box::new(NoDragSource),
        }
    }
}

/// There is none yet. What is saved is dragged from the system's file manager.
#[cfg(not(target_os = "linux"))]
mod platform {
    use crate::editor::drag_out::{DragSource, NoDragSource};
    use baseview::WindowContext;

    pub(super) fn new(_: &WindowContext, _: impl Fn() + Send + Sync + 'static) -> Box<dyn DragSource> {
        Box::new(NoDragSource)
    }
}
