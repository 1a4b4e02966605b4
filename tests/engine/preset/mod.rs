//! Presets: the file format, what it refuses, and the library.

mod damage;
mod fuzz;
mod instruments;
mod merge;
mod numpy;
mod packed;
mod round_trip;
mod sample;
mod write;
