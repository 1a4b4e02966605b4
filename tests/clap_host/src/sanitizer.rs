//! LLVM's RealtimeSanitizer around the plugin's process call: the first lock, allocation or blocking system call in it
//! ends the program and says where it came from. Only where the compiler links it (`cargo xtask soak --sanitizer`).

#[cfg(realtime_sanitizer)]
unsafe extern "C" {
    fn __rtsan_realtime_enter();
    fn __rtsan_realtime_exit();
}

/// Watches the calls of one thread.
pub(crate) struct Watch {
    /// A thread's first block may take memory for what each thread has of its own; a render may always wait.
    watches: bool,
    real_time: bool,
}

impl Watch {
    pub(crate) fn new(real_time: bool) -> Self {
        Self { watches: false, real_time }
    }

    /// Does `work`, which must not wait.
    pub(crate) fn over<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let watches = std::mem::replace(&mut self.watches, self.real_time);
        #[cfg(not(realtime_sanitizer))]
        let _ = watches;
        #[cfg(realtime_sanitizer)]
        if watches {
            // SAFETY: the sanitizer counts the calls of each thread, which come in pairs.
            unsafe { __rtsan_realtime_enter() };
        }
        let done = work();
        #[cfg(realtime_sanitizer)]
        if watches {
            // SAFETY: as above.
            unsafe { __rtsan_realtime_exit() };
        }
        done
    }
}
