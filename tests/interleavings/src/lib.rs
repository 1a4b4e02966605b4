//! The library's own code where threads meet without a lock, with loom's atomics in place of the standard library's.
//!
//! `tests/` has two threads meet in it. Loom runs each meeting in every order that the memory model of C11 allows,
//! weakly ordered machines included; what such a machine would show once in a million times fails here at once.
//!
//! Not here: the ring itself, which is rtrb's own and has a stand-in, and single atomics that are read, written and
//! swapped, as in the meters. Loom 0.7 does not know that a swap leaves nothing between what it reads and what a plain
//! write of the other thread puts there.

extern crate alloc;

pub mod wait_free;

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

#[path = "../../../src/engine/separator/adaptation_link.rs"]
pub mod adaptation_link;
#[path = "../../../src/engine/separator/analyzer_link.rs"]
pub mod analyzer_link;
#[path = "../../../src/engine/learner/capture.rs"]
pub mod capture;
#[path = "../../../src/realtime/wires/models.rs"]
pub mod models;
#[path = "../../../src/realtime/wires/stretch.rs"]
pub mod stretch;
