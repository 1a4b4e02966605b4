//! The host-facing shell.

pub mod meters;
pub mod params;
pub mod preset_field;
pub mod session;
