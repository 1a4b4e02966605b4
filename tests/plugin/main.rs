//! The plugin from the inside: its audio thread, its worker and its editor, without a host.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audio_thread;
mod browsing;
mod editor;
