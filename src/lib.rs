//! Unbraid takes a mixture apart into the sources it was taught, while it plays.
//!
//! The method is non-negative matrix factorization with a fixed dictionary per source. The rooms of
//! the house, downhill; each one imports only those below it (but the plugin opens the editor):
//!
//! - [`plugin`] *(feature `plugin`)*: the host-facing shell: parameters, buses, state, threads, and the
//!   CLAP and VST3 entry points.
//! - [`editor`] *(feature `plugin`)*: the egui interface. It sees the parameters and a read-only
//!   [`plugin::session::Session`], never the separator.
//! - [`cli`] *(feature `cli`)*: the command line, one file per command.
//! - [`separator`]: the real-time path. Frames in, activations, masks, gains, frames out. Knows no
//!   host and no interface, and allocates nothing after construction.
//! - [`learner`]: turns recordings of sources played alone into their dictionaries.
//! - [`evaluation`]: how good a separation is: BSS Eval.
//! - [`recording`]: audio in memory; files in and out and resampling *(feature `files`)*.
//! - [`preset`]: sources and knobs, the file format, and the library of factory and user presets.
//! - [`dictionary`]: one source's bases and how they were made.
//! - [`nmf`]: the mathematics: divergence, activations, factorization, priors, bands. Knows no audio.
//! - [`stft`]: frames in, frames out; windows, frame lengths per sample rate, latency.
//! - `atomics`: the standard library's, where a test puts others in their place.

mod atomics;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dictionary;
#[cfg(feature = "plugin")]
pub mod editor;
pub mod evaluation;
pub mod learner;
pub mod nmf;
#[cfg(feature = "plugin")]
pub mod plugin;
pub mod preset;

pub mod recording;
pub mod separator;
pub mod stft;
