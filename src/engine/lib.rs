//! Unbraid's engine: separates a mixture into the sources it has learned, while it plays. It knows no host and no
//! interface.
//!
//! The method is non-negative matrix factorization with a dictionary per source. Each module imports only those below
//! it:
//!
//! - [`tuning`]: chooses settings by experiment *(feature `files`)*.
//! - [`separator`]: the real-time path from samples to samples: activations, masks, gains. Allocates nothing after
//!   construction.
//! - [`evidence`]: what says which source a band of a frame belongs to: the source model.
//! - [`learner`]: learns dictionaries from recordings of sources played alone, and from the mixture while it plays.
//! - [`marks`]: what somebody says by hand about which source a place belongs to.
//! - [`evaluation`]: measures a separation with BSS Eval, and band by band.
//! - [`preset`]: sources and knob settings, the file format, and the library of factory and user presets.
//! - [`dictionary`]: one source's bases and how they were made.
//! - [`recording`]: audio in memory; audio files and resampling *(feature `files`)*.
//! - [`nmf`]: the mathematics: divergence, activations, factorization, priors, bands, masks. Knows no audio.
//! - [`decibels`]: levels and gains in dB. [`number`]: numbers as people write them.
//! - [`memory`]: whether something large fits into memory.
//! - [`stft`]: samples to spectra and back: windows, frame lengths per sample rate, latency.
//! - [`wait_free`]: the queue and the mailbox between the audio thread and the others.

pub mod decibels;
pub mod dictionary;
pub mod evaluation;
pub mod evidence;
pub mod learner;
pub mod marks;
pub mod memory;
pub mod nmf;
pub mod number;
pub mod preset;
pub mod recording;
pub mod separator;
pub mod stft;
#[cfg(feature = "files")]
pub mod tuning;
pub mod wait_free;
