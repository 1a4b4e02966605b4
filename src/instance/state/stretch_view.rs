//! The stretch of sound that is frozen, as the editor shows it: taken apart under the marks on it.

use crate::marks::{FrameGrid, Mark};

/// A frozen stretch.
#[derive(Debug, Clone)]
pub struct StretchView {
    /// Its number, from 1 on.
    pub number: u64,
    /// Where it comes from.
    pub origin: StretchOrigin,
    /// Its length, in seconds.
    pub seconds: f64,
    /// Its frames and bands.
    pub grid: FrameGrid,
    /// The largest amplitude in every band, 1 for a sine at full scale, `[T, B]`.
    pub amplitudes: Vec<f32>,
    /// Each source's share, `[T, S, B]`.
    pub shares: Vec<f32>,
    /// Number of sources S.
    pub sources: usize,
    /// The marks.
    pub marks: Vec<Mark>,
}

/// Where a frozen stretch comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StretchOrigin {
    /// It was heard.
    Heard {
        /// Up to which sample of the stream it was asked for.
        end: u64,
    },
    /// It was read from a file.
    File,
}
