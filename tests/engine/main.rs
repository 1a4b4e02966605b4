//! The engine: separation, learning, presets and recordings, without the plugin.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod batch;
mod evaluation;
mod marks;
mod memory;
mod preset;
mod quality;
mod recording;
mod separator;

/// The folder that all paths begin at.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
