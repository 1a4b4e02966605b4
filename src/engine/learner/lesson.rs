//! What a source is learned from, how, and why that can fail.

use crate::{
    dictionary::{Dictionary, FrameSpec},
    evidence::LEARNED_WEIGHT,
    memory::NotEnoughMemory,
    nmf::factorization::FactorizationError,
    preset::Role,
    recording::{MIN_SAMPLE_RATE, Recording},
    stft::{LatencyMode, Layout},
};

/// One source to learn.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// Recordings of the source alone.
    pub recordings: &'a [Recording],
    /// How to learn it.
    pub settings: LearnSettings,
    /// What was learned from the same recordings with the same settings before. Only its reconstruction bases are
    /// learned again.
    pub known: &'a [Dictionary],
    /// What the source model knows it as. Reconstruction bases are then learned under what it says of the mixtures.
    /// Only where all sources of the preset are learned together: what is not in these mixtures is heard in what plays,
    /// and the source model then says something else.
    pub role: Option<Role>,
}

/// Settings for learning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnSettings {
    /// Number of bases: of the source, or of each block.
    pub components: usize,
    /// Whether every recording gets bases of its own, as a block (a universal dictionary; Sun and Mysore 2013).
    pub universal: bool,
    /// Number of passes over the frames. More passes fit the recordings better, but not other takes of the same source.
    pub iterations: u32,
    /// Seed of the random start.
    pub seed: u64,
    /// How much the evidence of the source model counts against the bases, 0 to 1, if a source has a role: the exponent
    /// of its prior.
    pub evidence_weight: f32,
}

impl Default for LearnSettings {
    fn default() -> Self {
        Self { components: 25, universal: false, iterations: 60, seed: 0, evidence_weight: LEARNED_WEIGHT }
    }
}

impl Lesson<'_> {
    /// The number of bases in each block that will be learned.
    pub(super) fn blocks(&self) -> Vec<usize> {
        vec![self.settings.components; if self.settings.universal { self.recordings.len() } else { 1 }]
    }

    /// The layout of its dictionary for `mode`, at the lowest sample rate of the recordings, because above that nothing
    /// is known.
    pub(super) fn layout(&self, mode: LatencyMode) -> Layout {
        let lowest = self.recordings.iter().map(|recording| recording.sample_rate).min().unwrap_or(MIN_SAMPLE_RATE);
        Layout::new(f64::from(lowest), mode)
    }

    /// The known dictionary for `mode`, at the sample rate of the recordings or below. One with another number of bases
    /// was learned with other settings.
    pub(super) fn known_for(&self, mode: LatencyMode) -> Option<&Dictionary> {
        let (layout, components) = (self.layout(mode), self.blocks().iter().sum::<usize>());
        let fits = |known: &&Dictionary| {
            let rate = known.frame.sample_rate;
            rate <= layout.sample_rate && known.frame == FrameSpec::of(&Layout::new(rate, mode))
        };
        self.known.iter().find(|known| fits(known) && known.components == components)
    }
}

/// Why nothing was learned, and which lesson is to blame, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{error}")]
pub struct LessonError {
    /// The lesson.
    pub lesson: usize,
    /// What is wrong with it.
    pub error: LearnError,
}

/// Why nothing was learned. Recordings are counted from 1, in the order given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// No recording was given.
    #[error("there is no recording to learn from: give at least one")]
    NoRecording,
    /// A recording does not fill one frame.
    #[error(
        "recording {number} lasts {milliseconds:.0} ms, less than one frame of {frame_milliseconds:.0} ms: \
         give a longer one"
    )]
    TooShort {
        /// Number of the recording, counted from 1.
        number: usize,
        /// Its length.
        milliseconds: f64,
        /// The length of a frame.
        frame_milliseconds: f64,
    },
    /// A recording is silent.
    #[error("recording {number} is silent: give one in which the source is heard")]
    Silent {
        /// Number of the recording, counted from 1.
        number: usize,
    },
    /// A recording holds samples that are not finite.
    #[error("recording {number} holds samples that are not finite: export it again")]
    NotFinite {
        /// Number of the recording, counted from 1.
        number: usize,
    },
    /// What is made of the recordings would not fit into memory.
    #[error(transparent)]
    Memory(#[from] NotEnoughMemory),
    /// The factorization gave no result.
    #[error(transparent)]
    Factorization(#[from] FactorizationError),
}
