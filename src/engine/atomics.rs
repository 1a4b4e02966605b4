//! The atomics of what crosses threads without a lock: the standard library's. `tests/interleavings` puts loom's in their place and
//! tries every order in which two threads can run.

pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
