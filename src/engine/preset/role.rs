//! What the source model may know a source as: one of what a mixture is made of, or a part of its drums.

use serde::{Deserialize, Serialize};

/// One of the sources that the source models tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Drums and percussion.
    Drums,
    /// The bass, of any kind.
    Bass,
    /// Everything else.
    Rest,
    /// The bass drum of a kit.
    Kick,
    /// The snare, with claps and rim shots.
    Snare,
    /// Hi-hats, closed and open, with shakers; with cymbals where nothing else is the cymbals.
    Hats,
    /// Toms and other tuned percussion.
    Toms,
    /// Crash and ride cymbals.
    Cymbals,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 8] =
        [Self::Drums, Self::Bass, Self::Rest, Self::Kick, Self::Snare, Self::Hats, Self::Toms, Self::Cymbals];

    /// What a mixture is made of, in the order of its net's answers.
    pub const MIXTURE: [Self; 3] = [Self::Drums, Self::Bass, Self::Rest];

    /// The parts of the drums, in the order of their net's answers.
    pub const KIT: [Self; 5] = [Self::Kick, Self::Snare, Self::Hats, Self::Toms, Self::Cymbals];

    /// All names, for the sentence that says what is expected.
    pub const NAMES: &'static str = "drums, bass, rest, kick, snare, hats, toms or cymbals";

    /// Number of roles.
    pub const COUNT: usize = Self::ALL.len();

    /// What it is called in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drums => "drums",
            Self::Bass => "bass",
            Self::Rest => "rest",
            Self::Kick => "kick",
            Self::Snare => "snare",
            Self::Hats => "hats",
            Self::Toms => "toms",
            Self::Cymbals => "cymbals",
        }
    }

    /// The role that is called `name`, or `None`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
