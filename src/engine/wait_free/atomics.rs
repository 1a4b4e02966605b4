//! The standard library's atomics. `tests/interleavings` puts loom's in their place.

pub use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering, fence},
};
