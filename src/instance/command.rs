//! Everything that is asked of the worker. It carries commands out one after another, in the order in which they were
//! sent, and says what came of them in a [`Message`](super::state::message::Message).

use super::{param_id::ParamId, state::preferences::Preferences};
use crate::{
    learner::adaptive::ComponentIndex,
    marks::Mark,
    preset::{About, Cue, Role, library::Entry},
};
use std::path::PathBuf;

/// Strips are counted from 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Play or save a preset.
    Preset(PresetCommand),
    /// Keep the library of presets.
    Library(LibraryCommand),
    /// Change which sources there are.
    Source(SourceCommand),
    /// Learn a source.
    Learn(LearnCommand),
    /// Steer what follows the mixture.
    Adaptation(AdaptationCommand),
    /// Mark by hand what belongs to whom.
    Mark(MarkCommand),
    /// Undo, redo, compare.
    Undo(UndoCommand),
    /// Choose this for this window and every one that opens.
    SetPreferences(Preferences),
    /// Read what was chosen for every window, in whatever instance.
    ReadPreferences,
    /// Take away the message that is shown.
    DismissMessage,
    /// Look at what the host has left: a project, an activation.
    Look,
    /// Fail inside.
    #[cfg(test)]
    Panic,
}

/// Which preset plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresetCommand {
    /// Play the factory preset of this name.
    LoadFactory(String),
    /// Play the preset in this file.
    LoadFile(PathBuf),
    /// Play the next preset of the library; after the last comes the first.
    Next,
    /// Play the one before; before the first comes the last.
    Previous,
    /// Save the preset that plays in the user's folder under this name.
    Save(String),
    /// Play this many adaptive sources that nobody taught anything (unsupervised separation).
    Unsupervised(usize),
}

/// What is done with preset files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LibraryCommand {
    /// Read the user's folder anew.
    Refresh,
    /// Give the preset in this file another name.
    Rename(PathBuf, String),
    /// Note this about the preset in this file, in place of what is noted there.
    Describe(PathBuf, About),
    /// Delete the preset in this file. It goes to a folder of its own, and can be brought back.
    Delete(PathBuf),
    /// Bring back what was deleted last.
    RestoreDeleted,
    /// Leave it deleted.
    ForgetDeleted,
    /// Find out how well each preset fits what was played in the last seconds; the answer is in
    /// [`Session::ranks`](super::session::Session::ranks).
    Rank,
    /// Nobody looks at that any more.
    EndRanking,
    /// Give a preset a star, or take it away.
    SetFavourite(Entry, bool),
    /// Let this preset be heard until [`Self::EndHearing`]; what plays stays what plays.
    Hear(Entry),
    /// What plays is heard again.
    EndHearing,
    /// Show the folder of this file in the system's file manager, or the user's folder.
    ShowFolder(Option<PathBuf>),
}

/// What is done with the sources of the preset that plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceCommand {
    /// Call the source of this strip so.
    Rename(usize, String),
    /// Take this strip's source out of the preset.
    Remove(usize),
    /// Add a source, which follows the mixture until it is taught.
    Add,
    /// Add a source for each of these recordings, named after it, and learn it.
    AddRecorded(Vec<PathBuf>),
    /// Find out which sources a preset has, for [`Self::Load`]; the answer is in
    /// [`Session::preset_sources`](super::session::Session::preset_sources).
    List(Entry),
    /// The sources that were found are of no interest any more.
    ForgetList,
    /// Put a source of another preset in place of this strip's.
    Load {
        /// The strip.
        strip: usize,
        /// The other preset.
        from: Entry,
        /// Its source, by place.
        source: usize,
    },
    /// Save this strip's source as a preset of its own, under its name or one like it.
    Save(usize),
    /// Let this strip's source follow the mixture.
    MakeAdaptive(usize),
    /// Let the source model find this strip's source.
    MakeRecognised(usize, Role),
    /// Make a fixed source of what this strip's source has learned from the mixture.
    Keep(usize),
    /// Let this strip's fixed source move towards what plays, or not.
    Drift(usize, bool),
}

/// Learning from what is played alone, or from files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LearnCommand {
    /// Capture for this strip from now on.
    Start(usize),
    /// End what is being captured, and learn it.
    Stop,
    /// Learn this strip from what was played in the last seconds.
    Last(usize),
    /// Learn this strip from these audio files.
    Files {
        /// The strip.
        strip: usize,
        /// What its source was called when the files were chosen: if the strip has another source by now, nothing is
        /// learned.
        source: String,
        /// The recordings.
        files: Vec<PathBuf>,
    },
    /// Learn this strip once more from what it was learned from, with the options as they are now.
    Again(usize),
    /// Find the number of bases with which all that were learned here are told apart best, for this strip and the
    /// others, and learn them so.
    FindBases(usize),
    /// Learn what is doubted first, because something else is heard in it.
    Confirm,
    /// Drop what is doubted first.
    Decline,
    /// What was learned last is to be spoken of no more.
    Dismiss,
    /// Drop what is being captured, doubted and learned.
    Cancel,
}

/// What follows the mixture while it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdaptationCommand {
    /// Let all that follows the mixture begin again.
    Reset,
    /// Let the adaptive sources share their components by this cue, anew.
    GroupBy(Cue),
    /// Give a component of an adaptive source to the adaptive source of another strip.
    Give {
        /// The component, counted over all sources of the preset.
        component: ComponentIndex,
        /// The strip whose it is from now on.
        strip: usize,
    },
}

/// Marks on a frozen stretch of what was heard.
#[derive(Debug, Clone, PartialEq)]
pub enum MarkCommand {
    /// Freeze what was heard up to this sample of the stream.
    Freeze {
        /// Counted as in [`AnalyzerFrame::position`](crate::separator::AnalyzerFrame::position).
        end: u64,
    },
    /// Freeze the first ten seconds of this recording, from its first sound on.
    FreezeFile(PathBuf),
    /// Nothing is frozen any more. The marks stay.
    Release,
    /// Make this mark, in seconds from the beginning of the stretch.
    Add(Mark),
    /// Hand the stretch to the audio thread, which plays it in a loop while
    /// [`StretchControl`](crate::realtime::wires::stretch::StretchControl) wants it.
    Play,
    /// Forget the marks of this strip's source.
    Forget(usize),
    /// Save what this strip's source has of the stretch as a WAV file in the user's folder for stems.
    Save(usize),
    /// The same of this part alone.
    SavePart(usize, StretchPart),
    /// Do one or the other for somebody who drags it out of the window; the answer is in
    /// [`Session::dragged_stem`](super::session::Session::dragged_stem).
    Drag {
        /// The strip.
        strip: usize,
        /// This part, or the whole stretch.
        part: Option<StretchPart>,
        /// Comes back with the answer.
        number: u64,
    },
}

/// Whole bars or seconds of a frozen stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StretchPart {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: PartUnit,
    /// Where they begin and end, in seconds from the beginning of the stretch.
    pub seconds: (f64, f64),
}

/// What a part of a frozen stretch is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartUnit {
    /// Bars of the host's music.
    Bars,
    /// Seconds, where no bars are known.
    Seconds,
}

impl StretchPart {
    /// "2 bars"
    pub fn length(&self) -> String {
        let unit = match self.unit {
            PartUnit::Bars => "bar",
            PartUnit::Seconds => "second",
        };
        format!("{} {unit}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

/// The undo history, and the two states to compare.
#[derive(Debug, Clone, PartialEq)]
pub enum UndoCommand {
    /// Take back what was done last.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Put the other side in force.
    SwitchSide,
    /// Copy the side in force to the other.
    CopySide,
    /// A parameter was moved by hand: this can be undone.
    Moved(ParamMove),
    /// The next turn of a wheel is an undo action of its own.
    EndTurn,
}

/// A parameter that was moved by hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParamMove {
    /// The parameter.
    pub param: ParamId,
    /// Its normalized value before.
    pub from: f32,
    /// Its normalized value after.
    pub to: f32,
    /// When a single turn of a wheel or press of a key was made, in seconds by any clock: it joins the turns just
    /// before it. `None` for anything else.
    pub turned_at: Option<f64>,
    /// The frame of the window in which it was clicked: all that one click moves is one undo action. `None` for
    /// anything else.
    pub clicked_in: Option<u64>,
}

/// A command on its way to the worker.
#[derive(Debug, Clone, PartialEq)]
pub struct SentCommand {
    /// What is asked.
    pub command: Command,
    /// How many projects had been taken up when it was sent: what is meant for one is not done to the next.
    pub projects: u64,
}

impl Command {
    /// Whether it is meant for the preset that plays, and no other.
    pub fn is_about_what_plays(&self) -> bool {
        match self {
            Self::Source(command) => !matches!(command, SourceCommand::List(_) | SourceCommand::ForgetList),
            // A turn that has ended changes nothing.
            Self::Undo(command) => *command != UndoCommand::EndTurn,
            Self::Learn(_) | Self::Adaptation(_) => true,
            Self::Mark(command) => matches!(command, MarkCommand::Add(_) | MarkCommand::Forget(_)),
            Self::Preset(_)
            | Self::Library(_)
            | Self::SetPreferences(_)
            | Self::ReadPreferences
            | Self::DismissMessage
            | Self::Look => false,
            #[cfg(test)]
            Self::Panic => false,
        }
    }
}

/// Each group of commands is a command.
macro_rules! into_command {
    ($($group:ident($kind:ident)),*) => { $(
        impl From<$kind> for Command {
            fn from(command: $kind) -> Self {
                Self::$group(command)
            }
        }
    )* };
}
into_command!(
    Preset(PresetCommand),
    Library(LibraryCommand),
    Source(SourceCommand),
    Learn(LearnCommand),
    Adaptation(AdaptationCommand),
    Mark(MarkCommand),
    Undo(UndoCommand)
);
