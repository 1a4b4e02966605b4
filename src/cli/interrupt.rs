//! Ctrl-C: the first stops the command where nothing is half written, the second stops it at once.

use super::error::CliError;
use std::{
    ops::ControlFlow,
    process,
    sync::atomic::{AtomicBool, Ordering},
};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Handles Ctrl-C, and the system's request to end.
pub(super) fn listen() {
    let handled = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            process::exit(130);
        }
    });
    // Without a handler Ctrl-C ends the process at once, which at worst leaves a temporary file.
    drop(handled);
}

/// Whether the user asked to stop, in the form that a progress callback returns.
pub(super) fn poll() -> ControlFlow<()> {
    if REQUESTED.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Ends a command between two steps if the user asked to stop.
pub(super) fn check() -> Result<(), CliError> {
    if poll().is_break() { Err(CliError::Interrupted) } else { Ok(()) }
}
