//! What the picture remembers between two frames of the window.

use super::{frozen_part::FrozenPart, painting::tools::PaintingState, view::View};
use crate::instance::state::stretch_view::{StretchOrigin, StretchView};

/// Which signal the spectrogram shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShownSignal {
    /// The main output, with what is left of each source.
    #[default]
    Heard,
    /// The mixture as it comes in.
    Input,
}

/// Where a frozen stretch plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playhead {
    /// From its beginning.
    pub seconds: f64,
    /// Whether it plays now, or would begin there.
    pub plays: bool,
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
    /// What is frozen; `None` while the picture is live, and before any sound came.
    pub(super) part: Option<FrozenPart>,
    /// The number of the last stretch that came; `None` before the first frame.
    seen: Option<u64>,
    /// Where what is shown plays; `None` while nothing is there to play.
    pub(crate) playhead: Option<Playhead>,
    /// The button that plays was clicked in this frame.
    pub(super) play_is_asked: bool,
    /// How many seconds before the edge what is frozen is to go on.
    pub(super) sought: Option<f64>,
    /// How many seconds before the edge the place is that is held on what is frozen.
    pub(super) held_ago: Option<f64>,
    /// What is to be said of the last stroke.
    pub(crate) hint: Option<String>,
    pub(super) activations: Vec<f32>,
    pub(super) painting: PaintingState,
}

impl PictureState {
    /// The activations of the last analyzer frame, `[K]`.
    pub fn activations(&self) -> &[f32] {
        &self.activations
    }

    /// Whether `stretch` is what is frozen.
    pub fn shows(&self, stretch: &StretchView) -> bool {
        match stretch.origin {
            StretchOrigin::Heard { end } => self.part == Some(FrozenPart::Heard { end }),
            StretchOrigin::File => self.part == Some(FrozenPart::File { number: stretch.number }),
        }
    }

    /// Shows a stretch that has come from a file since the last frame.
    pub(super) fn take_file(&mut self, stretch: Option<&StretchView>) {
        let number = stretch.map_or(0, |stretch| stretch.number);
        let is_new = self.seen.is_some_and(|seen| seen != number);
        self.seen = Some(number);
        if is_new && stretch.is_some_and(|stretch| stretch.origin == StretchOrigin::File) {
            (self.is_frozen, self.part) = (true, Some(FrozenPart::File { number }));
            self.view.reset_time();
        }
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
