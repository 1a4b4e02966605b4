//! Makes an open window draw, from any thread but the audio thread.

use baseview::{WindowContext, WindowWaker};
use parking_lot::Mutex;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// Asks a window for a frame; does nothing where none is open.
#[derive(Clone, Default)]
pub(super) struct Repainter(Arc<RepaintTarget>);

#[derive(Default)]
struct RepaintTarget {
    window: Mutex<Option<WindowWaker>>,
    is_drawn: AtomicBool,
}

impl Repainter {
    /// The window is open.
    pub(super) fn belong_to(&self, window: WindowWaker) {
        *self.0.window.lock() = Some(window);
    }

    /// The window draws its first frame, or another.
    pub(super) fn draws(&self) {
        self.0.is_drawn.store(true, Relaxed);
    }

    /// The first frame comes by itself, when the window is shown. On X11, baseview 0.4.2 asks the server for the end of
    /// every frame that it is asked for, but hears of it only once the window is shown: asked before, it waits for ever.
    fn may_ask(&self) -> bool {
        !cfg!(target_os = "linux") || self.0.is_drawn.load(Relaxed)
    }

    /// Draw as soon as possible. Never for later: of two such requests baseview 0.4.2 keeps the last.
    pub(super) fn request(&self) {
        let window = self.0.window.lock().clone();
        if let Some(window) = window.filter(|_| self.may_ask()) {
            window.request_redraw();
        }
    }

    /// The same, on the window's thread.
    pub(super) fn request_of(&self, window: &WindowContext) {
        if self.may_ask() {
            window.request_redraw();
        }
    }
}
