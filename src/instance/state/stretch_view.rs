//! The stretch of sound that is frozen, as the editor shows it: taken apart under the marks on it.

use crate::marks::{FrameGrid, Mark};

/// A frozen stretch.
#[derive(Debug, Clone)]
pub struct StretchView {
    /// Up to which sample of the stream it was asked for: which stretch it is.
    pub end: u64,
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
