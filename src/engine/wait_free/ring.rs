//! A queue with one thread at each end: `rtrb`. `tests/interleavings` puts a ring on loom's atomics in its place.
//!
//! The memory of a ring, and what is still in it, is freed with the end that is dropped last. On the audio thread no end is dropped.

pub use rtrb::{Consumer, Producer, RingBuffer};
