//! What is sent from thread to thread: loom says so where two threads touch it at once, or nobody frees it.

use loom::{cell::UnsafeCell, sync::Arc};
use std::cell::Cell;

loom::thread_local! {
    static IS_AUDIO_THREAD: Cell<bool> = Cell::new(false);
}

/// From now on this is the audio thread, on which no parcel may be freed.
pub(crate) fn begin_audio_thread() {
    IS_AUDIO_THREAD.with(|is| is.set(true));
}

/// The audio thread has handed on what it held.
pub(crate) fn end_audio_thread() {
    IS_AUDIO_THREAD.with(|is| is.set(false));
}

/// A number.
pub(crate) struct Parcel {
    number: UnsafeCell<u64>,
    /// Loom counts these.
    _counted: Arc<()>,
}

impl Parcel {
    pub(crate) fn new(number: u64) -> Self {
        Self { number: UnsafeCell::new(number), _counted: Arc::new(()) }
    }

    pub(crate) fn number(&self) -> u64 {
        // SAFETY: nobody writes through a shared reference.
        self.number.with(|number| unsafe { *number })
    }

    pub(crate) fn set(&mut self, number: u64) {
        // SAFETY: the reference is exclusive.
        self.number.with_mut(|to| unsafe { *to = number });
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        IS_AUDIO_THREAD.with(|is| assert!(!is.get(), "freed on the audio thread"));
    }
}
