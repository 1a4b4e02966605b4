//! Where the parts of the picture are.

use super::plot::PlotRect;
use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Space around and between the parts, in points.
const MARGIN: f32 = 8.0;
const SPACE: f32 = 4.0;
/// Width of the labels of the frequency axis, in points.
const LABELS: f32 = 28.0;
/// From this height on the frequency axis has labels, in points.
const LABELLED: f32 = 90.0;
/// From this height on there are a head and a time axis, in points.
const HEADED: f32 = 150.0;
/// Height of the head, of the time axis, and side of the button of a picture without a head, in points.
const HEAD: f32 = 24.0;
const TIME_AXIS: f32 = 17.0;
const BUTTON: f32 = 20.0;
/// Where the plots are so many times as high as the painting tools, these lie above them, or over their top; there are
/// none in lower ones.
const ABOVE_FROM: f32 = 3.0;
const OVER_FROM: f32 = 2.6;
/// Size of the sign that the picture is frozen, in points.
const SIGN: Vec2 = vec2(54.0, 18.0);
/// The masks' and the output's share of the width, and the least and largest width of each, in points.
const MASKS: (f32, f32, f32) = (0.08, 44.0, 110.0);
const OUTPUT: (f32, f32, f32) = (0.2, 110.0, 300.0);

/// Where the parts of the picture are.
#[derive(Debug, Clone, Copy)]
pub struct PictureLayout {
    /// The whole picture.
    pub card: Rect,
    /// What is shown, how, and the buttons, where there is space for them.
    pub head: Option<Rect>,
    /// The button for the full picture, where there is no head.
    pub button: Rect,
    /// The last seconds.
    pub spectrogram: PlotRect,
    /// The masks now.
    pub masks: PlotRect,
    /// Mixture and output now.
    pub output: PlotRect,
    /// The labels of the frequency axis, where there is space for them.
    pub frequencies: Option<Rect>,
    /// The labels of the time axis, where there is space for them.
    pub times: Option<Rect>,
    /// The tools to paint with, where something is frozen and there is space for them.
    pub tools: Option<Rect>,
    /// The sign that the picture is frozen, where it is and no button says so.
    pub sign: Option<Rect>,
}

impl PictureLayout {
    /// Divides `card`, whose plots show the part `range` of the frequency axis. `tools` says how high the painting
    /// tools are in a width, if there are any; the picture `is_frozen` or live.
    pub fn new(card: Rect, range: (f32, f32), is_frozen: bool, tools: impl Fn(f32) -> Option<f32>) -> Self {
        let is_labelled = card.height() >= LABELLED;
        let is_headed = card.height() >= HEADED;
        let inner = card.shrink(if is_labelled { MARGIN } else { SPACE });
        let head = is_headed.then(|| inner.with_max_y(inner.top() + HEAD));
        let body = head
            .map_or(inner, |head| inner.with_min_y(head.bottom() + 6.0).with_max_y(card.bottom() - SPACE - TIME_AXIS));
        let strip = |space: Rect, least: f32| {
            let height = tools(space.width()).filter(|height| body.height() >= least * height)?;
            Some(space.with_max_y(space.top() + height))
        };
        let above = strip(body, ABOVE_FROM);
        // Where there is no head its button is in the corner.
        let beside = body.with_max_x(if is_headed { body.right() } else { body.right() - BUTTON - SPACE });
        let tools = above.or_else(|| strip(beside, OVER_FROM));
        let body = body.with_min_y(above.map_or(body.top(), |tools| tools.bottom() + SPACE));
        let share = |(share, least, most): (f32, f32, f32)| (share * inner.width()).clamp(least, most).round();
        let output = body.with_min_x(body.right() - share(OUTPUT));
        let masks = body.with_max_x(output.left() - SPACE);
        let masks = masks.with_min_x(masks.right() - share(MASKS));
        let left = body.left() + if is_labelled { LABELS } else { 0.0 };
        let spectrogram = body.with_min_x(left).with_max_x(masks.left() - SPACE);
        let plot = |rect| PlotRect { rect, range };
        let corner = output.right_top() + vec2(-2.0 - BUTTON, 2.0);
        Self {
            card,
            head,
            button: Rect::from_min_size(corner, vec2(BUTTON, BUTTON)),
            spectrogram: plot(spectrogram),
            masks: plot(masks),
            output: plot(output),
            frequencies: is_labelled.then(|| body.with_max_x(spectrogram.left())),
            times: is_headed.then(|| {
                let below = Rect::from_x_y_ranges(spectrogram.x_range(), body.bottom()..=body.bottom() + TIME_AXIS);
                below.translate(vec2(0.0, 1.0))
            }),
            tools,
            sign: (is_frozen && !is_headed).then(|| {
                let inside = spectrogram.shrink(2.0);
                inside.with_min_x(inside.right() - SIGN.x).with_min_y(inside.bottom() - SIGN.y)
            }),
        }
    }

    /// Whether something lies over the plots at `at`.
    pub fn is_covered(&self, at: Pos2) -> bool {
        [self.tools, self.sign].into_iter().flatten().any(|rect| rect.contains(at))
    }

    /// The right end of a label at `along` the frequency axis.
    pub fn label(&self, along: f32) -> Option<Pos2> {
        let rect = self.spectrogram.rect;
        self.frequencies.map(|_| pos2(rect.left() - SPACE, self.spectrogram.point(along, 0.0).y))
    }
}
