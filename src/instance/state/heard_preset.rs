//! A preset that is heard though it does not play.

use crate::preset::library::Entry;

/// A preset that is heard while somebody points at it. What plays, what the project stores, the knobs and the undo
/// history stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardPreset {
    /// The preset.
    pub entry: Entry,
    /// Its sources' names, in order.
    pub sources: Vec<String>,
}
