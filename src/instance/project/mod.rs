//! What plays, and what a project stores of it.
//!
//! - [`version`]: what plays, one immutable value. [`playback`]: the one place where it stands, and how another takes
//!   its place.
//! - [`stream`]: what is played on. [`model`]: what is built from a version for a stream.
//! - [`stored_preset`], [`stored_adaptive_state`]: the same inside the host's project, in [`packed_file`]s.

pub mod marking;
pub mod model;
pub mod packed_file;
pub mod playback;
pub mod stored_adaptive_state;
pub mod stored_preset;
pub mod stream;
pub mod version;
