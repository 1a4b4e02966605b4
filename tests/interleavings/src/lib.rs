//! Rooms of the library whose threads meet without a lock, with loom's atomics in place of the standard library's.
//!
//! `tests/` has two threads meet in them. Loom runs each meeting in every order that the memory model of C11 allows, weakly ordered
//! machines included; what such a machine would show once in a million times fails here at once.
//!
//! Not here: the channels, which are crossbeam's own, and single atomics that are swapped, as in the meters. Loom 0.7 does not know that a swap
//! leaves nothing between what it reads and what it writes.

/// In place of the library's.
pub mod atomics {
    pub use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
}

/// The library's own, but for the sound in files.
pub mod recording {
    /// Sound in memory.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Recording {
        /// In Hz.
        pub sample_rate: u32,
        /// Indexed by `[channel][sample]`.
        pub channels: Vec<Vec<f32>>,
    }
}

#[path = "../../../src/engine/learner/capture.rs"]
pub mod capture;
