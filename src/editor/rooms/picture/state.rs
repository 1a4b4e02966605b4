//! What the picture remembers between two frames of the window.

use super::{painting::tools::PaintingState, view::View};

/// Which signal the spectrogram shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShownSignal {
    /// The main output, with what is left of each source.
    #[default]
    Heard,
    /// The mixture as it comes in.
    Input,
}

/// What the picture remembers between two frames.
#[derive(Debug, Default)]
pub struct PictureState {
    /// Whether the picture is hidden.
    pub is_folded: bool,
    /// Whether the picture takes the place of strips and knobs.
    pub is_full: bool,
    pub(super) shown: ShownSignal,
    pub(super) view: View,
    pub(super) is_frozen: bool,
    /// Where the frozen picture ends: the sample, counted as in
    /// [`AnalyzerFrame::position`](crate::separator::AnalyzerFrame::position). `None` while it is live, and before any
    /// sound came.
    pub(super) edge: Option<u64>,
    pub(super) activations: Vec<f32>,
    pub(super) painting: PaintingState,
}

impl PictureState {
    /// The activations of the last analyzer frame, `[K]`.
    pub fn activations(&self) -> &[f32] {
        &self.activations
    }

    /// Freezes the picture where it is, or lets it go on.
    pub fn toggle_freeze(&mut self) {
        self.is_frozen = !self.is_frozen;
        // What is live ends with its newest edge.
        self.view.back_s = 0.0;
    }

    /// Zooms the time around `at`, 0 at the left to 1 at the right; while the picture is live, around its newest edge.
    pub(super) fn zoom_time(&mut self, factor: f64, at: f64) {
        self.view.zoom_time(factor, if self.is_frozen { at } else { 1.0 });
    }

    /// Shows the picture over strips and knobs, or beside them again.
    pub fn toggle_full(&mut self) {
        self.is_full = !self.is_full;
    }
}
