//! Presets: the file format, what it refuses, and the library.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that cannot go on may panic, and its name says what it proves"
)]

mod damage;
mod fuzz;
mod numpy;
mod round_trip;
mod sample;
mod write;
