//! What the rooms ask for.

use super::{file_chooser::FileKind, widgets::hold};
use crate::{
    instance::{
        command::{Command, StretchPart},
        param_id::ParamId,
        state::options::{AdaptOptions, LearnOptions},
    },
    separator::Audition,
};
use egui::Response;

/// What the user asked for in one frame. Parameters are not part of it: they are set through the host at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// The worker is to do this.
    Command(Command),
    /// Learn in this way from now on.
    SetLearnOptions(LearnOptions),
    /// Let adaptive sources follow the mixture in this way from now on.
    SetAdaptOptions(AdaptOptions),
    /// Let the user choose files.
    ChooseFiles(FileKind),
    /// Show the bases of the source of this strip.
    ShowBases(usize),
    /// Show the page of bases as it was left.
    ReopenBases,
    /// Show the strips.
    ShowStrips,
    /// Show the picture alone, or strips and knobs again.
    ToggleFullPicture,
    /// Stop the picture where it is, or let it go on.
    ToggleFreeze,
    /// Play the frozen stretch in a loop, or stop it.
    TogglePlay,
    /// Play the frozen stretch from so many seconds after its beginning on.
    Seek {
        /// The number of the stretch.
        number: u64,
        /// From its beginning.
        seconds: f64,
    },
    /// What the source of this strip has of the frozen stretch, or of this part of it, is dragged out of the window.
    DragStem(usize, Option<StretchPart>),
    /// The menu of this parameter opens: ask the host for its entries.
    OpenHostMenu(ParamId),
    /// An entry of the host's was chosen in the menu of this parameter.
    ChooseInHostMenu(ParamId, u32),
    /// Ask for a name under which to save what plays.
    SaveAs,
    /// Let this alone be heard, as long as it is asked for in every frame.
    Hear(Audition),
    /// Play the frozen stretch from so many seconds after its beginning on, as long as it is asked for in every frame.
    HearFrom {
        /// The number of the stretch.
        number: u64,
        /// From its beginning, when the hold began.
        seconds: f64,
    },
    /// Show the page of help.
    ShowHelp,
    /// Draw everything at this scale.
    SetScale(f32),
    /// Keep the scale that is tried, or go back to the one before.
    EndScaleTrial {
        /// Keep it.
        keep: bool,
    },
}

impl Asked {
    /// Lets `audition` alone be heard while `response`, which senses clicks, is held.
    pub fn while_held(response: &Response, audition: Audition) -> Option<Self> {
        hold::listen(response).is_held.then_some(Self::Hear(audition))
    }
}

/// Whatever is a command, or a group of commands.
impl<C: Into<Command>> From<C> for Asked {
    fn from(command: C) -> Self {
        Self::Command(command.into())
    }
}
