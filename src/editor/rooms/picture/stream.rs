//! The stream of analyzer frames: which column of the ring each one is.

use super::{axis::RowMap, clock::ScrollClock};
use crate::separator::AnalyzerFrame;

/// Frames of one kind, one after another.
pub struct FrameStream {
    /// Which bins of its frames each row shows.
    pub rows: RowMap,
    /// Distance between two columns, in seconds.
    pub step_s: f64,
    /// The same in samples.
    step: u64,
    sample_rate: f64,
    /// Position of the last frame, and the sample in its middle.
    position: u64,
    middle: u64,
    /// Column of the last frame.
    pub column: u64,
}

impl FrameStream {
    /// Begins with `frame`.
    pub fn of(frame: &AnalyzerFrame) -> Self {
        Self {
            rows: RowMap::new(frame.magnitudes().len(), frame.bin_spacing),
            step_s: frame.step as f64 / frame.sample_rate,
            step: frame.step.max(1) as u64,
            sample_rate: frame.sample_rate,
            position: frame.position,
            middle: frame.middle,
            column: 0,
        }
    }

    /// Whether `frame` is of the same kind.
    pub fn continues_with(&self, frame: &AnalyzerFrame) -> bool {
        self.sample_rate == frame.sample_rate
            && self.step == frame.step as u64
            && self.rows.is_for(frame.magnitudes().len(), frame.bin_spacing)
    }

    /// The column of the next frame. A frame from before the last one belongs to a stream that began again: it gets the
    /// column after the last one.
    pub fn column_of(&mut self, frame: &AnalyzerFrame) -> u64 {
        let came = frame.position.checked_sub(self.position).map_or(1, |samples| samples.div_ceil(self.step));
        (self.position, self.middle, self.column) = (frame.position, frame.middle, self.column + came);
        self.column
    }

    /// The sample at the edge that `clock` shows.
    pub fn edge(&self, clock: &ScrollClock) -> u64 {
        let behind = (self.column as f64 * self.step_s - clock.shown()).max(0.0) * self.sample_rate;
        self.middle.saturating_sub(behind.round() as u64)
    }
}
