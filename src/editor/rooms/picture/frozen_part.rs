//! Which stretch of sound the frozen picture shows.

/// What is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrozenPart {
    /// What was heard up to this sample, counted as in
    /// [`AnalyzerFrame::position`](crate::separator::AnalyzerFrame::position).
    Heard {
        /// The sample.
        end: u64,
    },
    /// The stretch of this number, which was read from a file.
    File {
        /// Its number.
        number: u64,
    },
}
