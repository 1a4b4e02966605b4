//! What crosses to the audio thread and back: nobody waits, whatever the other side does.
//!
//! - [`ring`]: a queue from one thread to another, in order. [`push`]: sends what may not be freed here.
//! - [`mailbox`]: a place for the newest value.
//! - [`atomics`]: what both are made of; `tests/interleavings` tries every order in which two threads can meet here.

pub mod atomics;
pub mod mailbox;
pub mod push;
pub mod ring;
