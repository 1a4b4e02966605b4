//! What is being captured and learned, as the editor shows it.

use crate::preset::MAX_SOURCES;

/// What is being captured and learned. Strips are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LearnState {
    /// The strip that is captured for, how many seconds it has (0 while nothing was heard), and the peak just now.
    pub take: Option<(usize, f32, f32)>,
    /// The strip that is learned, and the share done, 0 to 1.
    pub job: Option<(usize, f32)>,
    /// Strips that are to be learned next.
    pub waits: [bool; MAX_SOURCES],
    /// Seconds of sound that each strip can be learned from again.
    pub material: [f32; MAX_SOURCES],
}
