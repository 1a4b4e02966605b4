//! Makes an open window draw, from any thread but the audio thread.

use baseview::WindowWaker;
use parking_lot::Mutex;
use std::sync::Arc;

/// Asks a window for a frame; does nothing where none is open.
#[derive(Clone, Default)]
pub(super) struct Repainter(Arc<Mutex<Option<WindowWaker>>>);

impl Repainter {
    /// The window is open.
    pub(super) fn belong_to(&self, window: WindowWaker) {
        *self.0.lock() = Some(window);
    }

    /// Draw as soon as possible. Never for later: of two such requests baseview 0.4.2 keeps the last.
    pub(super) fn request(&self) {
        let window = self.0.lock().clone();
        if let Some(window) = window {
            window.request_redraw();
        }
    }
}
