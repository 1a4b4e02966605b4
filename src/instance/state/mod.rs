//! Plain values that the editor shows.

pub mod bases;
pub mod options;
pub mod summary;
