//! Unbraid's engine: takes a mixture apart into the sources it was taught, while it plays. Knows no host and no interface.
//!
//! The method is non-negative matrix factorization with a fixed dictionary per source. The modules, downhill; each one
//! imports only those below it:
//!
//! - [`separator`]: the real-time path. Frames in, activations, masks, gains, frames out. Allocates nothing after
//!   construction.
//! - [`learner`]: turns recordings of sources played alone into their dictionaries.
//! - [`evaluation`]: how good a separation is: BSS Eval.
//! - [`preset`]: sources and knobs, the file format, and the library of factory and user presets.
//! - [`dictionary`]: one source's bases and how they were made.
//! - [`recording`]: audio in memory; files in and out and resampling *(feature `files`)*.
//! - [`nmf`]: the mathematics: divergence, activations, factorization, priors, bands. Knows no audio.
//! - [`decibels`]: levels and gains in dB.
//! - [`stft`]: frames in, frames out; windows, frame lengths per sample rate, latency.
//! - [`wait_free`]: the queue and the mailbox between the audio thread and the others.

pub mod decibels;
pub mod dictionary;
pub mod evaluation;
pub mod learner;
pub mod nmf;
pub mod preset;
pub mod recording;
pub mod separator;
pub mod stft;
pub mod wait_free;
