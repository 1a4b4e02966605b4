//! What the source model may know a source as.

use serde::{Deserialize, Serialize};

/// One of the sources that the source model tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Drums and percussion.
    Drums,
    /// The bass, of any kind.
    Bass,
    /// Everything else.
    Rest,
}

impl Role {
    /// All roles, in the order of the source model's answers.
    pub const ALL: [Self; 3] = [Self::Drums, Self::Bass, Self::Rest];

    /// Number of roles.
    pub const COUNT: usize = Self::ALL.len();

    /// What it is called in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drums => "drums",
            Self::Bass => "bass",
            Self::Rest => "rest",
        }
    }

    /// The role that is called `name`, or `None`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
