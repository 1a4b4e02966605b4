//! The engine: separation, learning, presets and recordings, without the plugin.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod allocations;
mod batch;
mod evaluation;
mod fit;
mod marks;
mod memory;
mod memory_needed;
mod preset;
mod quality;
mod recording;
mod separator;
mod tuning;

/// The folder that all paths begin at.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
