//! What the rooms ask for.

use super::file_chooser::FileKind;
use crate::{
    instance::{
        command::Request,
        state::options::{AdaptOptions, LearnOptions},
        worker::{browsing::Browse, sources::Arrange},
    },
    preset::library::Trashed,
};

/// What the user asked for in one frame. Parameters are not part of it: they are set through the host at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// The worker is to do this.
    Command(Request),
    /// Undo the last action.
    Undo,
    /// Redo the action that was undone last.
    Redo,
    /// Put the other of the two states in force.
    SwitchSide,
    /// Copy the state in force to the other one.
    CopySide,
    /// Take away the message of a failure.
    DismissFailure,
    /// Learn in this way from now on.
    SetLearnOptions(LearnOptions),
    /// Let adaptive sources follow the mixture in this way from now on.
    SetAdaptOptions(AdaptOptions),
    /// Bring back this deleted preset.
    RestoreDeleted(Trashed),
    /// Stop offering to bring back the deleted preset.
    ForgetDeleted,
    /// Stop showing the sources of the preset that was looked into.
    ForgetFound,
    /// Let the user choose files.
    ChooseFiles(FileKind),
    /// Show the bases of the source of this strip.
    ShowBases(usize),
    /// Show the page of bases as it was left.
    ReopenBases,
    /// Show the strips.
    ShowStrips,
    /// Draw everything at this scale.
    SetScale(f32),
}

impl From<Request> for Asked {
    fn from(request: Request) -> Self {
        Self::Command(request)
    }
}

impl From<Browse> for Asked {
    fn from(browse: Browse) -> Self {
        Self::Command(Request::Browse(browse))
    }
}

impl From<Arrange> for Asked {
    fn from(arrange: Arrange) -> Self {
        Self::Command(arrange.into())
    }
}
