//! The stretch of sound that is frozen, as the editor shows it: taken apart under the marks on it.

use crate::marks::{FrameGrid, Mark};
use std::sync::Arc;

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
    /// The magnitudes of its bins, `[T, F]`.
    pub magnitudes: Arc<Vec<f32>>,
    /// Amplitude of a magnitude of 1, where 1 is a sine at full scale.
    pub scale: f32,
    /// Number of bins F.
    pub bins: usize,
    /// Each source's share, `[T, S, B]`.
    pub shares: Vec<f32>,
    /// Number of sources S.
    pub sources: usize,
    /// The marks.
    pub marks: Vec<Mark>,
    /// How many marks were made on it so far, whether they were taken or refused.
    pub answered: u64,
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
