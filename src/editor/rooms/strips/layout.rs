//! Where the parts of a strip are: three arrangements, chosen by the space there is.

use crate::editor::layout::{column, row};
use egui::{Rect, Vec2, pos2, vec2};

/// From this width on a strip has a big name and a meter with a scale beside the knob, in points.
const WIDE: f32 = 170.0;
/// Below this width a strip has its smallest type and margins, in points.
const CRAMPED: f32 = 88.0;
/// From this height on a strip has wide margins, in points.
const TALL: f32 = 240.0;
/// Largest width of a strip's contents, in points.
const MAX_CONTENT_WIDTH: f32 = 480.0;
/// Width of a meter with its scale, in points.
const SCALED_METER: f32 = 34.0;
/// A wide strip that is narrower than the next is as tall as this at least, in points: else its state and its knob
/// would share a place.
const WIDE_FROM: f32 = 200.0;
/// From this width of its contents on knob, switches and meter stand side by side, in points.
const SIDE_BY_SIDE: f32 = 220.0;
/// Least height of a meter below the knob, in points.
const MIN_METER: f32 = 84.0;

/// Where the parts of a strip are.
pub(super) struct StripLayout {
    pub(super) head: Rect,
    pub(super) knob: Rect,
    pub(super) value: Rect,
    pub(super) mute: Rect,
    pub(super) solo: Rect,
    pub(super) learn: Rect,
    pub(super) meter: Rect,
    /// Big name, big number.
    pub(super) wide: bool,
    /// Smallest type.
    pub(super) cramped: bool,
    /// The meter has a scale.
    pub(super) scaled: bool,
}

impl StripLayout {
    /// Arranges a strip in `card`.
    pub(super) fn new(card: Rect) -> Self {
        let wide = card.width() >= WIDE && (card.height() >= WIDE_FROM || card.width() - 14.0 >= SIDE_BY_SIDE);
        let tall = card.height() >= TALL;
        let cramped = card.width() < CRAMPED;
        let inner = card.shrink(match (wide && tall, cramped) {
            (true, _) => 12.0,
            (false, false) => 7.0,
            (false, true) => 5.0,
        });
        let head = inner.with_max_y(inner.top() + if wide { 24.0 } else { 22.0 });
        let gap = if tall { 6.0 } else { 4.0 };
        let width = inner.width().min(MAX_CONTENT_WIDTH).floor();
        let left = (inner.center().x - width / 2.0).round();
        let body = Rect::from_min_max(pos2(left, head.bottom() + gap), pos2(left + width, inner.bottom()));
        let frame = Self {
            head,
            knob: body,
            value: body,
            mute: body,
            solo: body,
            learn: body,
            meter: body,
            wide,
            cramped,
            scaled: true,
        };
        let below_the_knob = body.width() + 24.0 + 26.0 + 3.0 * gap;
        if wide && body.width() >= SIDE_BY_SIDE && body.width() > 1.35 * body.height() {
            frame.horizontal(body, gap)
        } else if wide || body.height() < below_the_knob + MIN_METER {
            frame.vertical(body, gap)
        } else {
            frame.channel(body, gap)
        }
    }

    /// Knob, switches one above the other, meter: side by side.
    fn horizontal(mut self, body: Rect, gap: f32) -> Self {
        let meter = body.with_min_x(body.right() - SCALED_METER);
        let side = (body.height() * 0.2).clamp(24.0, 50.0).floor();
        // Wide enough for the word "Learn".
        let width = (side * 1.5).max(64.0);
        let buttons = Rect::from_center_size(
            pos2(meter.left() - 16.0 - width / 2.0, body.center().y),
            vec2(width, 3.0 * side + 2.0 * gap),
        );
        let left = body.with_max_x(buttons.left() - 10.0);
        let (knob, value) = knob_over_value(left);
        self.mute = row(buttons, 0.0, side);
        self.solo = row(buttons, side + gap, side);
        self.learn = row(buttons, 2.0 * (side + gap), side);
        Self { knob, value, meter, ..self }
    }

    /// Knob, number and switches in a column, the meter beside them.
    fn vertical(mut self, body: Rect, gap: f32) -> Self {
        let (meter_width, space) = if self.wide { (SCALED_METER, 12.0) } else { (8.0, 4.0) };
        let meter = body.with_min_x(body.right() - meter_width);
        let left = body.with_max_x(meter.left() - space);
        let buttons = left.with_min_y(left.bottom() - if self.wide && gap > 5.0 { 30.0 } else { 25.0 });
        let (knob, value) = knob_over_value(left.with_max_y(buttons.top() - gap));
        self.scaled = self.wide;
        self.place_switches(buttons);
        Self { knob, value, meter, ..self }
    }

    /// Like a mixer's channel: everything in one column, the meter at its foot.
    fn channel(mut self, body: Rect, gap: f32) -> Self {
        let knob = row(body, 0.0, body.width());
        let value = row(body, knob.height(), 24.0);
        let buttons = row(body, knob.height() + 24.0 + gap, 26.0);
        let foot = body.with_min_y(buttons.bottom() + 1.5 * gap);
        let meter = column(foot, foot.width() / 2.0 - SCALED_METER / 2.0, SCALED_METER);
        self.place_switches(buttons);
        Self { knob, value, meter, ..self }
    }

    fn place_switches(&mut self, rect: Rect) {
        let gap = if self.cramped { 2.0 } else { 4.0 };
        let width = ((rect.width() - 2.0 * gap) / 3.0).min(72.0).floor();
        let left = (rect.center().x - 1.5 * width - gap).round();
        let place = |index: f32| column(rect, left - rect.left() + index * (width + gap), width);
        (self.mute, self.solo, self.learn) = (place(0.0), place(1.0), place(2.0));
    }
}

/// Gives the number a sixth of `rect` at its foot, and the knob the rest.
fn knob_over_value(rect: Rect) -> (Rect, Rect) {
    let height = (rect.height() * 0.16).clamp(20.0, 40.0).floor();
    let value = rect.with_min_y(rect.bottom() - height);
    let field = Rect::from_center_size(value.center(), Vec2::new(value.width().min(168.0), height));
    (rect.with_max_y(value.top()), field)
}
