//! Marks: what somebody says by hand about which source a place in time and frequency belongs to (interactive source
//! separation: Bryan, Mysore and Wang 2013).
//!
//! A mark is a shape as sound looks in a spectrogram: a stroke along a partial, a stroke across the octaves of a hit, a
//! comb of a note and its overtones, or a box. Marks constrain learning as the source model does, where they are:
//!
//! - `shape`: the shapes, and which frequencies they cover when. `raster`: marks on the frames and bands of a
//!   recording. `file`: marks as JSON.

mod file;
mod raster;
mod shape;

pub use file::{MarksError, from_json, to_json};
pub use raster::{FrameGrid, MarkedFrames};
pub use shape::{Coverage, MarkShape, Point};

use serde::{Deserialize, Serialize};

/// One mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The source, counted from 0.
    pub source: usize,
    /// What is said.
    pub says: Says,
    /// How strongly, 0 to 1.
    pub strength: f32,
    /// Where.
    pub shape: MarkShape,
}

/// What a mark says of its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Says {
    /// It belongs to the source.
    #[default]
    Belongs,
    /// It does not belong to the source.
    Excluded,
    /// Nothing any more: earlier marks of the source are erased there.
    Nothing,
}

impl Mark {
    /// The mark that `shape` belongs to `source`, as strongly as can be.
    pub fn belongs(source: usize, shape: MarkShape) -> Self {
        Self { source, says: Says::Belongs, strength: 1.0, shape }
    }
}
