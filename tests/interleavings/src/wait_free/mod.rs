//! The library's own, on loom's atomics.

pub mod ring;

/// In place of the standard library's.
pub mod atomics {
    pub use loom::sync::{
        Arc,
        atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering, fence},
    };
}

#[path = "../../../../src/engine/wait_free/mailbox.rs"]
pub mod mailbox;
#[path = "../../../../src/engine/wait_free/push.rs"]
pub mod push;
