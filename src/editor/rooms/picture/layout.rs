//! What is where in the picture.

use super::plot::Plot;
use egui::{Pos2, Rect, pos2};

/// Room around and between the parts, in points.
const MARGIN: f32 = 8.0;
const SPACE: f32 = 4.0;
/// Room for the labels of the frequency axis, in points.
const LABELS: f32 = 24.0;
/// From this height on there are labels.
const LABELLED: f32 = 90.0;
/// Shares of the width that the masks and the output get, and the least and most of each, in points.
const MASKS: (f32, f32, f32) = (0.08, 44.0, 96.0);
const OUTPUT: (f32, f32, f32) = (0.2, 110.0, 260.0);

/// The parts of the picture.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// The whole.
    pub card: Rect,
    /// The last seconds.
    pub spectrogram: Plot,
    /// The masks now.
    pub masks: Plot,
    /// Mixture and output now.
    pub output: Plot,
    labelled: bool,
}

impl Places {
    /// Divides `card`.
    pub fn new(card: Rect) -> Self {
        let labelled = card.height() >= LABELLED;
        let inner = card.shrink(if labelled { MARGIN } else { SPACE });
        let share = |(share, least, most): (f32, f32, f32)| (share * inner.width()).clamp(least, most).round();
        let output = inner.with_min_x(inner.right() - share(OUTPUT));
        let masks = inner.with_max_x(output.left() - SPACE);
        let masks = masks.with_min_x(masks.right() - share(MASKS));
        let left = inner.left() + if labelled { LABELS } else { 0.0 };
        let spectrogram = inner.with_min_x(left).with_max_x(masks.left() - SPACE);
        let plot = |rect| Plot { rect };
        Self { card, spectrogram: plot(spectrogram), masks: plot(masks), output: plot(output), labelled }
    }

    /// Whether there is room for words.
    pub fn labelled(&self) -> bool {
        self.labelled
    }

    /// The right end of a label at `along` the frequency axis.
    pub fn label(&self, along: f32) -> Option<Pos2> {
        let rect = self.spectrogram.rect;
        self.labelled.then(|| pos2(rect.left() - SPACE, self.spectrogram.point(along, 0.0).y))
    }
}
