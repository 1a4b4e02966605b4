//! What can be undone and redone, and which of the two states to compare is in force, as the editor shows it.

/// One of the two states to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// The first.
    #[default]
    A,
    /// The second.
    B,
}

impl Side {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// The undo history as the editor shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UndoView {
    /// What would be undone, in a few words; `None` if there is nothing.
    pub undo: Option<String>,
    /// What would be done again.
    pub redo: Option<String>,
    /// The side in force.
    pub side: Side,
}
