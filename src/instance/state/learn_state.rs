//! What is being captured and learned, as the editor shows it.

use crate::{
    learner::Verdict,
    preset::{MAX_SOURCES, Role},
};

/// What is being captured and learned. Strips are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LearnState {
    /// What is captured.
    pub take: Option<TakeState>,
    /// The strip that is learned, and the share done, 0 to 1.
    pub job: Option<(usize, f32)>,
    /// Whether it tries out numbers of bases.
    pub tries_bases: bool,
    /// Strips that are to be learned next.
    pub waits: [bool; MAX_SOURCES],
    /// Seconds of sound that each strip can be learned from again.
    pub material: [f32; MAX_SOURCES],
    /// A take that waits to be confirmed, because something else is heard in it.
    pub doubt: Option<Doubt>,
    /// How well each strip is told apart from the others that were learned with it.
    pub verdicts: [Option<Verdict>; MAX_SOURCES],
    /// What was learned last, until it is saved, undone, dismissed, or something else is learned.
    pub finished: Option<Finished>,
}

/// What was learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finished {
    /// The strip that it is for.
    pub strip: usize,
    /// The length of what it was learned from.
    pub seconds: f32,
    /// It is what undo would take back.
    pub can_undo: bool,
}

/// A take.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TakeState {
    /// The strip that it is for.
    pub strip: usize,
    /// Its length so far; 0 while nothing was heard.
    pub seconds: f32,
    /// Highest absolute sample just now.
    pub peak: f32,
    /// What else is heard in it.
    pub foreign: Option<Foreign>,
}

/// Something in a take that is not its source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foreign {
    /// What it sounds like.
    pub like: Role,
    /// Its share of the take's energy, 0 to 1.
    pub share: f32,
}

/// A take that was not alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubt {
    /// The strip that it is for.
    pub strip: usize,
    /// What else is heard in it.
    pub foreign: Foreign,
}

impl TakeState {
    /// What else is heard, if it is enough to be said.
    pub fn foreign_if_noticed(&self) -> Option<Foreign> {
        self.foreign.filter(|foreign| foreign.share > Foreign::NOTICED)
    }
}

impl Foreign {
    /// From this share on a take is not alone, and the editor says so.
    pub const NOTICED: f32 = 0.15;
    /// From this share on a take is not learned before that is confirmed. Of the 62 stems of drums, basses and other
    /// instruments in `cargo xtask cases`, 3 (an 808 kit, toms, cymbals) are above; of their 24 mixtures 23 are.
    pub const DOUBTED: f32 = 0.25;
}
