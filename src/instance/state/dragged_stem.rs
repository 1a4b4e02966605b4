//! A stem that was saved to be dragged out of the window.

use std::path::PathBuf;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraggedStem {
    /// The number with which it was asked for.
    pub number: u64,
    /// The file; `None` if it could not be saved.
    pub file: Option<PathBuf>,
}
