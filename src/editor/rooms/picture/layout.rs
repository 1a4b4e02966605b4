//! Where the parts of the picture are.

use super::plot::PlotRect;
use egui::{Pos2, Rect, pos2};

/// Space around and between the parts, in points.
const MARGIN: f32 = 8.0;
const SPACE: f32 = 4.0;
/// Width of the labels of the frequency axis, in points.
const LABELS: f32 = 24.0;
/// From this height on there are labels, in points.
const LABELLED: f32 = 90.0;
/// The masks' and the output's share of the width, and the least and largest width of each, in points.
const MASKS: (f32, f32, f32) = (0.08, 44.0, 96.0);
const OUTPUT: (f32, f32, f32) = (0.2, 110.0, 260.0);

/// Where the parts of the picture are.
#[derive(Debug, Clone, Copy)]
pub struct PictureLayout {
    /// The whole picture.
    pub card: Rect,
    /// The last seconds.
    pub spectrogram: PlotRect,
    /// The masks now.
    pub masks: PlotRect,
    /// Mixture and output now.
    pub output: PlotRect,
    labelled: bool,
}

impl PictureLayout {
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
        let plot = |rect| PlotRect { rect };
        Self { card, spectrogram: plot(spectrogram), masks: plot(masks), output: plot(output), labelled }
    }

    /// Whether there is space for labels.
    pub fn is_labelled(&self) -> bool {
        self.labelled
    }

    /// The right end of a label at `along` the frequency axis.
    pub fn label(&self, along: f32) -> Option<Pos2> {
        let rect = self.spectrogram.rect;
        self.labelled.then(|| pos2(rect.left() - SPACE, self.spectrogram.point(along, 0.0).y))
    }
}
