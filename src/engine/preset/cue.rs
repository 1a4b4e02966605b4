//! What tells the components of several adaptive sources apart.

use serde::{Deserialize, Serialize};

/// What decides to which of several adaptive sources a component goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cue {
    /// How sudden a component is in time and how broad in frequency: the most percussive go to the first source.
    #[default]
    Timbre,
    /// When it sounds: components that rise and fall together go to the same source.
    Time,
    /// Where it stands between left and right: the leftmost go to the first source.
    Position,
}

impl Cue {
    /// All cues, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Timbre, Self::Time, Self::Position];

    /// What it is called in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Timbre => "timbre",
            Self::Time => "time",
            Self::Position => "position",
        }
    }

    /// The cue that is called `name`, or `None`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cue| cue.name() == name)
    }
}
