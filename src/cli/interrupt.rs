//! Ctrl-C: the first one stops the command where nothing is half written, the second one at once.

use super::error::CliError;
use std::{
    ops::ControlFlow,
    process,
    sync::atomic::{AtomicBool, Ordering},
};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Takes over Ctrl-C, and the system's request to end.
pub(super) fn listen() {
    let listening = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            process::exit(130);
        }
    });
    // Without a handler Ctrl-C ends the process as usual, which at worst leaves a temporary file.
    drop(listening);
}

/// Whether the user asked to stop, in the form that a progress callback returns.
pub(super) fn poll() -> ControlFlow<()> {
    if REQUESTED.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Ends a command between two steps if the user asked to stop.
pub(super) fn check() -> Result<(), CliError> {
    if poll().is_break() { Err(CliError::Interrupted) } else { Ok(()) }
}
