//! The window as screen readers see it: egui describes what it draws as an AccessKit tree, which the system's adapter
//! hands on, and what a reader asks for comes back as events. Nothing is described until a reader asks.

use super::repainter::Repainter;
use baseview::WindowContext;
use egui::accesskit::{ActionHandler, ActionRequest, ActivationHandler, DeactivationHandler, TreeUpdate};
use parking_lot::Mutex;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

/// Both sides' common ground; readers call from threads of their own.
struct Desk {
    /// A reader wants to be told.
    is_active: AtomicBool,
    requests: Mutex<Vec<ActionRequest>>,
    repainter: Repainter,
}

/// The adapter's way to the window.
struct Door(Arc<Desk>);

impl ActivationHandler for Door {
    fn request_initial_tree(&mut self) -> Option<TreeUpdate> {
        // The first tree comes with the next frame.
        self.0.is_active.store(true, SeqCst);
        self.0.repainter.request();
        None
    }
}

impl ActionHandler for Door {
    fn do_action(&mut self, request: ActionRequest) {
        self.0.requests.lock().push(request);
        self.0.repainter.request();
    }
}

impl DeactivationHandler for Door {
    fn deactivate_accessibility(&mut self) {
        self.0.is_active.store(false, SeqCst);
    }
}

/// The window's end.
pub(super) struct Reader {
    desk: Arc<Desk>,
    adapter: Option<platform::SystemAdapter>,
}

impl Reader {
    /// On the window's thread, before the window is shown.
    pub(super) fn new(window: &WindowContext, repainter: Repainter) -> Self {
        let desk = Arc::new(Desk { is_active: AtomicBool::default(), requests: Mutex::default(), repainter });
        Self { adapter: platform::SystemAdapter::new(window, &desk), desk }
    }

    /// Before a frame: whether it is to be described.
    pub(super) fn is_active(&self) -> bool {
        self.desk.is_active.load(SeqCst)
    }

    /// What readers have asked for since the last time.
    pub(super) fn requests(&self) -> Vec<ActionRequest> {
        std::mem::take(&mut *self.desk.requests.lock())
    }

    /// The window has the keyboard's focus, or has it no more.
    pub(super) fn focus(&mut self, is_focused: bool) {
        if let Some(adapter) = &mut self.adapter {
            adapter.focus(is_focused);
        }
    }

    /// What was drawn.
    pub(super) fn update(&mut self, tree: TreeUpdate) {
        if let Some(adapter) = &mut self.adapter {
            adapter.update(tree);
        }
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use super::{Arc, Desk, Door, TreeUpdate, WindowContext};
    use crate::editor::loaded;

    /// AT-SPI.
    pub(super) struct SystemAdapter(accesskit_unix::Adapter);

    impl SystemAdapter {
        #[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be none")]
        pub(super) fn new(_: &WindowContext, desk: &Arc<Desk>) -> Option<Self> {
            let door = || Door(desk.clone());
            // The adapter's thread may be there longer than the plugin.
            loaded::keep();
            Some(Self(accesskit_unix::Adapter::new(door(), door(), door())))
        }

        pub(super) fn focus(&mut self, is_focused: bool) {
            self.0.update_window_focus_state(is_focused);
        }

        pub(super) fn update(&mut self, tree: TreeUpdate) {
            self.0.update_if_active(|| tree);
        }
    }
}

#[cfg(windows)]
mod platform {
    use super::{Arc, Desk, Door, TreeUpdate, WindowContext};
    use accesskit_windows::{HWND, SubclassingAdapter};
    use raw_window_handle::{HasWindowHandle, RawWindowHandle};

    /// UI Automation.
    pub(super) struct SystemAdapter(SubclassingAdapter);

    impl SystemAdapter {
        pub(super) fn new(window: &WindowContext, desk: &Arc<Desk>) -> Option<Self> {
            let RawWindowHandle::Win32(handle) = window.window_handle().ok()?.as_raw() else { return None };
            let door = || Door(desk.clone());
            Some(Self(SubclassingAdapter::new(HWND(handle.hwnd.get() as _), door(), door())))
        }

        /// It sees by itself.
        pub(super) fn focus(&mut self, _: bool) {}

        pub(super) fn update(&mut self, tree: TreeUpdate) {
            if let Some(events) = self.0.update_if_active(|| tree) {
                events.raise();
            }
        }
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use super::{Arc, Desk, Door, TreeUpdate, WindowContext};
    use accesskit_macos::SubclassingAdapter;
    use objc2::runtime::AnyClass;
    use raw_window_handle::{HasWindowHandle, RawWindowHandle};
    use std::sync::OnceLock;

    /// Whether accesskit_macos 0.27.2 can register its classes, which have the same names in every library that has it:
    /// where another one was first it would panic.
    fn are_classes_free() -> bool {
        static ARE_FREE: OnceLock<bool> = OnceLock::new();
        *ARE_FREE.get_or_init(|| {
            [c"AccessKitNode", c"AccessKitSubclassAssociatedObject"].iter().all(|name| AnyClass::get(name).is_none())
        })
    }

    /// NSAccessibility.
    pub(super) struct SystemAdapter(SubclassingAdapter);

    impl SystemAdapter {
        pub(super) fn new(window: &WindowContext, desk: &Arc<Desk>) -> Option<Self> {
            let RawWindowHandle::AppKit(handle) = window.window_handle().ok()?.as_raw() else { return None };
            if !are_classes_free() {
                return None;
            }
            let door = || Door(desk.clone());
            // SAFETY: the view is alive while its window's handler is, to which this belongs; on the main thread.
            Some(Self(unsafe { SubclassingAdapter::new(handle.ns_view.as_ptr(), door(), door()) }))
        }

        pub(super) fn focus(&mut self, is_focused: bool) {
            if let Some(events) = self.0.update_view_focus_state(is_focused) {
                events.raise();
            }
        }

        pub(super) fn update(&mut self, tree: TreeUpdate) {
            if let Some(events) = self.0.update_if_active(|| tree) {
                events.raise();
            }
        }
    }
}
