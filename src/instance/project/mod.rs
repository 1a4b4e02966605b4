//! What a project stores.

pub mod stored_adapted;
pub mod stored_preset;
pub mod version;
