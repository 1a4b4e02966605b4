//! The end of a window's thread. What frees the window (the graphics driver unloads itself) must not run while the host
//! leaves the process.

use baseview::{Error, Window};
use std::{
    cell::RefCell,
    sync::mpsc::{Receiver, Sender, channel},
    time::Duration,
};

/// Longest wait for a thread that ends, in case that it never does.
const LONGEST: Duration = Duration::from_secs(5);

thread_local! {
    /// Dropped with the thread, after all that the window owned.
    static RUNNING: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
}

/// Goes to the window's thread.
pub(super) struct Running(Sender<()>);

impl Running {
    /// The calling thread is the window's. Elsewhere than on X11 that is the host's own, which is not waited for.
    pub(super) fn mark_this_thread(self) {
        if cfg!(target_os = "linux") {
            RUNNING.with(|running| *running.borrow_mut() = Some(self.0));
        }
    }
}

/// Waits, when it is dropped, until the window's thread has ended.
struct End(Receiver<()>);

impl Drop for End {
    fn drop(&mut self) {
        // Nothing is ever sent: either the other side is dropped, or time is up.
        let _ = self.0.recv_timeout(LONGEST);
    }
}

/// A window whose thread has ended when it is dropped. baseview 0.4.2 means to wait itself, but gives up when the
/// thread, which ends, does not answer a last request.
pub struct JoinedWindow {
    // In this order: the window is closed, then its thread is waited for.
    window: Window,
    end: End,
}

/// Lets `open` make a window and hand on [`Running`] to its thread.
pub(super) fn open(open: impl FnOnce(Running) -> Result<Window, Error>) -> Result<JoinedWindow, Error> {
    let (running, end) = channel();
    Ok(JoinedWindow { window: open(Running(running))?, end: End(end) })
}

impl JoinedWindow {
    /// Lets the window live until it is closed.
    pub(super) fn run_until_closed(self) -> Result<(), Error> {
        let Self { window, end } = self;
        let result = window.run_until_closed();
        drop(end);
        result
    }
}

impl std::ops::Deref for JoinedWindow {
    type Target = Window;

    fn deref(&self) -> &Window {
        &self.window
    }
}
