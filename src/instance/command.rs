//! What the editor asks of the worker.

use super::{
    project::version::Version,
    worker::{browsing::Browse, sources::Arrange},
};
use crate::preset::{Cue, Knobs};
use std::{path::PathBuf, sync::Arc};

/// What the editor asks of the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Play the factory preset of this name.
    LoadFactory(String),
    /// Play the preset in this file.
    LoadFile(PathBuf),
    /// Capture for this strip from now on.
    Learn(usize),
    /// End what is being captured, and learn it.
    StopCapture,
    /// Learn this strip from what was played in the last seconds.
    LearnLast(usize),
    /// Learn this strip from these audio files.
    LearnFiles(usize, Vec<PathBuf>),
    /// Learn this strip once more from what it was learned from, with the options as they are now.
    LearnAgain(usize),
    /// Let this strip's source follow the mixture.
    MakeAdaptive(usize),
    /// Let this strip's fixed source move towards what plays, or not.
    Drift(usize, bool),
    /// Let all adaptive sources begin again.
    ResetAdaptive,
    /// Make a fixed source of what this strip's adaptive source has become.
    Keep(usize),
    /// Let the adaptive sources share their components by this cue, anew.
    GroupBy(Cue),
    /// Give a component of an adaptive source, counted over all sources of the preset, to the adaptive source of another strip.
    Give {
        /// The component.
        component: usize,
        /// Whose it is from now on.
        strip: usize,
    },
    /// Play this many adaptive sources that nobody taught anything (unsupervised separation).
    TakeApart(usize),
    /// Drop what is being captured and learned.
    CancelLearning,
    /// Save the preset that plays in the user's folder under this name.
    Save(String),
    /// Something about the library of presets.
    Browse(Browse),
    /// Play what played once.
    Replay(Replay),
    /// Change which sources there are.
    Arrange(Arrange),
}

/// For what changes the sources, in the words of [`Arrange`].
impl From<Arrange> for Request {
    fn from(arrange: Arrange) -> Self {
        Self::Arrange(arrange)
    }
}

/// A version to play again.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The version.
    pub version: Arc<Version>,
    /// Where to put the knobs, if not where they are.
    pub knobs: Option<Vec<Knobs>>,
}

impl PartialEq for Replay {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.version, &other.version) && self.knobs == other.knobs
    }
}

// A gain in dB is never NaN: presets are checked, and a knob's range ends on both sides.
impl Eq for Replay {}
