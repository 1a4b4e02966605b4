//! What the plugin and the shims of [`super::entry`] tell each other past the framework, wait-free.
//!
use crate::preset::MAX_SOURCES;
use std::sync::atomic::{
    AtomicBool, AtomicU8,
    Ordering::{Acquire, Relaxed, Release},
};

/// Shared by an instance and the shim in front of it. Without a shim (standalone) nobody listens.
#[derive(Debug, Default)]
pub struct HostLink {
    listeners: AtomicU8,
    callback_wanted: AtomicBool,
    project_changed: AtomicBool,
}

impl HostLink {
    /// Shim, audio thread: whether the host gave buffers for the separate output of source `i` (bit `i`).
    pub fn set_listeners(&self, mask: u8) {
        self.listeners.store(mask, Relaxed);
    }

    /// Plugin, audio thread: whether anybody hears the separate output of `source`.
    pub fn hears(&self, source: usize) -> bool {
        source < MAX_SOURCES && self.listeners.load(Relaxed) & (1 << source) != 0
    }

    /// Plugin, any thread: what the project stores is no longer what it was.
    pub fn mark_project_changed(&self) {
        self.project_changed.store(true, Relaxed);
        // Whoever sees this wish also sees why.
        self.callback_wanted.store(true, Release);
    }

    /// Shim, audio thread: whether to ask the host for a call on its main thread; once per wish.
    pub fn take_callback(&self) -> bool {
        self.callback_wanted.swap(false, Acquire)
    }

    /// Shim, main thread: whether to tell the host that its project has unsaved changes; once per change.
    pub fn take_project_changed(&self) -> bool {
        self.project_changed.swap(false, Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bit_is_one_listener() {
        let link = HostLink::default();
        link.set_listeners(0b1000_0010);
        let heard: Vec<usize> = (0..MAX_SOURCES + 1).filter(|&source| link.hears(source)).collect();
        assert_eq!(heard, [1, 7]);
    }

    #[test]
    fn a_wish_is_served_once() {
        let link = HostLink::default();
        link.mark_project_changed();
        assert!(link.take_callback() && link.take_project_changed());
        assert!(!link.take_callback() && !link.take_project_changed());
    }
}
