//! Communication with the audio thread in which nobody waits, whatever the other side does.
//!
//! - [`ring`]: a queue from one thread to another. [`push`]: sends what must not be freed on the audio thread.
//! - [`mailbox`]: a place for the newest value.
//! - [`atomics`]: the atomics for both; `tests/interleavings` replaces them and tries every order of two threads.

pub mod atomics;
pub mod mailbox;
pub mod push;
pub mod ring;
