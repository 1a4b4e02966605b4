//! Unbraid takes a mixture apart into the sources it was taught, while it plays.
//!
//! The method is non-negative matrix factorization with a fixed dictionary per source; it lives in [`unbraid_engine`],
//! whose modules are handed on here. On top of it:
//!
//! - [`plugin`] *(feature `plugin`)*: the host-facing shell: parameters, buses, state, threads, and the
//!   CLAP and VST3 entry points.
//! - [`editor`] *(feature `plugin`)*: the egui interface. It sees the parameters and a read-only
//!   [`instance::session::Session`], never the separator.
//! - [`realtime`] *(feature `plugin`)*: the audio thread, and what crosses to it and back; a crate that cannot name a
//!   lock.
//! - [`cli`] *(feature `cli`)*: the command line, one file per command.

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "plugin")]
pub mod editor;
#[cfg(feature = "plugin")]
pub mod instance;
#[cfg(feature = "plugin")]
pub mod plugin;

#[cfg(feature = "plugin")]
pub use unbraid_realtime as realtime;

#[cfg(feature = "files")]
pub use unbraid_engine::tuning;
pub use unbraid_engine::{
    decibels, dictionary, evaluation, learner, marks, nmf, number, preset, recording, separator, stft,
};
