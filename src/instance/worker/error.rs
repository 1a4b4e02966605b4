//! Why the worker could not do what it was asked: every sentence of it.

use crate::{
    instance::project::{packed_file::UnpackError, playback::Refused, stored_preset::StoredPresetError},
    learner::{LearnError, capture::Gone},
    preset::{MAX_SOURCES, file::PresetError, library::stems::STEMS_VARIABLE},
    recording::RecordingError,
    separator::{ModelError, offline::SeparateError},
    tuning::{MaterialError, TrialError},
};
use std::{io, path::PathBuf};

/// What is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// No model can be made of a preset.
    #[error("preset \"{title}\": {source}")]
    NoModel {
        /// What the preset is called.
        title: String,
        /// What is wrong with it.
        source: ModelError,
    },
    /// A preset's file cannot be read, written, moved; or what was made of a preset is not valid.
    #[error(transparent)]
    Preset(#[from] PresetError),
    /// What a project stores cannot be read.
    #[error(transparent)]
    Stored(#[from] StoredPresetError),
    /// A project's preset plays, but not all that came with it can be read.
    #[error("what the adaptive sources had learned cannot be read from the project ({0}): they begin again")]
    AdaptiveStateLost(UnpackError),
    /// The host has brought another preset in the meantime.
    #[error("the host has opened another project meanwhile; do it again there if it is wanted")]
    Superseded,
    /// A strip has no source.
    #[error("the preset has no source {}: choose one that it has", .0 + 1)]
    NoSuchSource(usize),
    /// A source cannot be called so.
    #[error("the source cannot be called \"{name}\": {reason}")]
    SourceName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The last source cannot be removed.
    #[error("a preset needs a source: add another before you remove the last")]
    LastSource,
    /// There is no strip for another source.
    #[error("there are {MAX_SOURCES} sources already: remove one to add another")]
    TooManySources,
    /// Another preset has fewer sources than when it was looked at.
    #[error("preset \"{preset}\" has no source {} any more: choose another", source_index + 1)]
    SourceGone {
        /// What the preset is called.
        preset: String,
        /// The place of the source.
        source_index: usize,
    },
    /// An adaptive source has learned nothing that could be kept.
    #[error("there is nothing to keep yet: let the mixture play, then keep what the source has learned")]
    NothingToKeep,
    /// An adaptive source has learned nothing that could be saved.
    #[error("there is nothing to save yet: let the mixture play, then save what the source has learned")]
    NothingToSave,
    /// A component cannot be given to another source.
    #[error("this component stays where it is: it is its source's last, or nothing plays live just now")]
    ComponentStays,
    /// No audio has been started.
    #[error("there is no sound to learn from yet: let the host start the audio")]
    NoAudio,
    /// Something was chosen for every window, and the file for it cannot be written.
    #[error("the choice counts in this window, but could not be saved: {0}")]
    PreferencesNotSaved(io::Error),
    /// Recordings come faster than they can be learned.
    #[error("{0} recordings wait to be learned already: wait until they are, then play this one again")]
    TooManyWait(usize),
    /// A star was given or taken, and the list of stars cannot be written.
    #[error("the star could not be saved: {0}")]
    FavouriteNotSaved(io::Error),
    /// Nothing sounded in the last seconds.
    #[error("nothing was heard lately: play the source alone, then learn it")]
    NothingHeard,
    /// Too little was heard to be frozen.
    #[error("there is nothing to mark yet: let it play for a moment, then freeze the picture")]
    NothingToMark,
    /// A part is not in the stretch.
    #[error("these bars or seconds are not in the frozen sound any more: choose them again")]
    NoSuchPart,
    /// There is no folder for stems.
    #[error("there is no home folder to save stems in; name one with the environment variable {STEMS_VARIABLE}")]
    NoStemsFolder,
    /// The folder for stems cannot be made.
    #[error("{}: the folder cannot be made ({reason})", folder.display())]
    StemsFolder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// Marks need a frozen stretch.
    #[error("the picture is not frozen any more: freeze it, then paint")]
    NothingFrozen,
    /// A recording is too short to be painted on, or silent.
    #[error("{0} has less than a quarter of a second of sound: drop a longer recording to paint on")]
    NothingToPaintOn(String),
    /// A stretch cannot be played.
    #[error("the frozen sound cannot be played now: let the host start the audio, then play it")]
    NotRunning,
    /// There is no room for more marks.
    #[error("there are {0} marks already: forget those of a source, or freeze another stretch")]
    TooManyMarks(usize),
    /// A stretch cannot be taken apart.
    #[error(transparent)]
    Stretch(#[from] SeparateError),
    /// What was played is not remembered any more.
    #[error(transparent)]
    Gone(#[from] Gone),
    /// A strip has another source than when the files were chosen.
    #[error("nothing was learned: the strips have changed since; choose the recordings again")]
    StripsChanged,
    /// A strip has nothing to be learned from again.
    #[error("{0} was not learned here: play it, then learn it")]
    NotLearnedHere(String),
    /// A recording cannot be learned from.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// Too little was played.
    #[error(
        "{name} was not learned: only {milliseconds:.0} ms were heard; play at least {frame_milliseconds:.0} ms, better \
         five seconds"
    )]
    TooShort {
        /// What the source is called.
        name: String,
        /// Length of what was heard.
        milliseconds: f64,
        /// Length of a frame.
        frame_milliseconds: f64,
    },
    /// Only silence was played.
    #[error("{0} was not learned: it was silent; play the source alone, then learn it")]
    Silent(String),
    /// Nothing can be learned from the material.
    #[error("{name} was not learned: {}{error}", .file.as_ref().map(|file| format!("{file}: ")).unwrap_or_default())]
    NotLearned {
        /// What the source is called.
        name: String,
        /// The recording at fault, if it is one.
        file: Option<String>,
        /// What is wrong.
        error: LearnError,
    },
    /// The takes cannot be cut into parts to learn from and parts to mix.
    #[error("no number of bases was tried: {0}")]
    NotTunable(#[from] MaterialError),
    /// A number of bases cannot be tried.
    #[error("no number of bases was tried: {0}")]
    BasesNotTried(TrialError),
    /// Another preset plays than the one that something was learned for.
    #[error("what was being learned was dropped: another preset plays; learn it again")]
    LearningDropped,
    /// The learner panicked.
    #[error("nothing was learned: the learner failed; please report this")]
    LearnerPanicked,
    /// No thread for a learning job.
    #[error("nothing was learned: no thread could be started ({0})")]
    NoLearnerThread(io::Error),
    /// No thread for the worker.
    #[error("presets cannot be changed: no thread could be started ({0})")]
    NoWorkerThread(io::Error),
    /// A command or something that runs by itself panicked.
    #[error("something inside the plugin failed; what plays goes on. Please report what you did just before")]
    Panicked,
    /// The audio thread panicked.
    #[error(
        "the separation has failed inside the plugin, and the input passes unchanged; deactivate the plugin in the \
         host and activate it again, and please report this"
    )]
    SeparationFailed,
    /// There is no folder of presets.
    #[error("there is no folder of presets to show; set UNBRAID_PRESETS to one")]
    NoFolder,
    /// The system shows no folder.
    #[error("{}: the folder cannot be shown ({reason}); open it by hand", .folder.display())]
    FolderNotShown {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
}

impl From<Refused> for WorkerError {
    fn from(_: Refused) -> Self {
        Self::Superseded
    }
}
