//! The plugin from the inside: its audio thread, its worker and its editor, without a host.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audio_thread;
mod browsing;
mod editor;
mod projects;

use unbraid::preset::{Preset, file};

/// The file of a preset of drums and bass that were learned from recordings.
const LEARNED: &[u8] = include_bytes!("../fixtures/learned.unbraid.safetensors");

/// The same preset.
fn learned() -> Preset {
    file::from_bytes(LEARNED, "the learned preset").unwrap()
}
