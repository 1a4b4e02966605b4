//! One plugin instance, free of the framework but for its parameters.
//!
//! - [`main_half`]: what the host's main thread does: activation.
//! - [`worker`]: what runs on the worker thread. [`command`]: everything that is asked of it.
//! - [`session`]: what the editor reads, made of the plain values in [`state`]; [`bases`] looks up which bases play.
//!   [`repaint`]: when a resting editor draws.
//! - [`project`]: what plays, and what a project stores of it.
//! - [`params`]: the parameters a host sees; [`mode`]: the one of them that needs a restart. [`host_params`]: how the
//!   worker sets them. [`host_names`]: what hosts call them. [`host_menu`]: the host's entries in their menus.
//! - [`analyzer`]: the editor's end of the wire for analyzer frames.
//! - [`kept_state`]: what the standalone application keeps in place of a host's project.
//!
//! The audio thread's part of an instance is a crate of its own: [`crate::realtime`].

pub mod analyzer;
pub mod bases;
pub mod command;
pub mod host_menu;
pub mod host_names;
pub mod host_params;
pub mod kept_state;
pub mod later_version;
pub mod main_half;
pub mod mode;
pub mod param_id;
pub mod params;
pub mod project;
pub mod repaint;
pub mod session;
pub mod state;
pub mod worker;

/// The file of a preset of drums and bass that were learned from recordings.
#[cfg(test)]
pub(crate) const LEARNED: &[u8] = include_bytes!("../../tests/fixtures/learned.unbraid.safetensors");
