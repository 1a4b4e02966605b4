//! A queue with one thread at each end, from the crate `rtrb`. `tests/interleavings` replaces it by a ring on loom's
//! atomics.
//!
//! The memory of a ring, with what is still in it, is freed with the end that is dropped last. No end is dropped on the
//! audio thread.

pub use rtrb::{Consumer, Producer, RingBuffer};
