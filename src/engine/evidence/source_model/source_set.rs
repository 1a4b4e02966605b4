//! The sets of sources that there is a net for.

use crate::preset::Role;

/// What a net tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceSet {
    /// Drums, bass and the rest of a mixture.
    Mixture,
    /// The parts of the drums, alone or beside other sources.
    Kit,
}

impl SourceSet {
    /// The sources S, in the order of the net's answers.
    pub(crate) fn roles(self) -> &'static [Role] {
        match self {
            Self::Mixture => &Role::MIXTURE,
            Self::Kit => &Role::KIT,
        }
    }

    /// Whether sources may sound that the net does not judge; a last flag then says whether they do.
    pub(super) fn has_others(self) -> bool {
        self == Self::Kit
    }

    /// Number of flags that the net reads.
    pub(super) fn flags(self) -> usize {
        self.roles().len() + usize::from(self.has_others())
    }
}
