//! Tooltips that leave a list readable: beside it or above what they belong to, where the usual ones would cover rows.

use egui::{Label, Popup, PopupAnchor, Rect, RectAlign, Response, Tooltip};

/// Between a list and the tooltip beside it, in points: more than the margin of a popup that the list is in.
const GAP: f32 = 14.0;
/// Margins and edge of a tooltip, in points.
const FRAME: f32 = 18.0;
/// The narrowest and the widest tooltip beside a list, in points.
const WIDTHS: (f32, f32) = (140.0, 320.0);

/// Shows `lines` about a row of `list` beside the list, or below or above it where nothing is beside it.
pub fn beside(response: Response, list: Rect, lines: &[String]) -> Response {
    let window = response.ctx.content_rect();
    let (left, right) = (list.left() - window.left(), window.right() - list.right());
    let width = (left.max(right) - GAP - FRAME).min(WIDTHS.1);
    if width < WIDTHS.0 {
        let place = |popup: Popup<'static>| {
            popup.anchor(list).align(RectAlign::BOTTOM_START).align_alternatives(&[RectAlign::TOP_START]).gap(4.0)
        };
        return show(response, place, (list.width() - FRAME, &lines.join(" · ")));
    }
    let row = Rect::from_x_y_ranges(list.x_range(), response.rect.y_range());
    let place = |popup: Popup<'static>| {
        let popup = popup.anchor(PopupAnchor::from(row)).gap(GAP);
        if left > right {
            popup.align(RectAlign::LEFT_START).align_alternatives(&[RectAlign::LEFT_END])
        } else {
            popup.align(RectAlign::RIGHT_START).align_alternatives(&[RectAlign::RIGHT_END])
        }
    };
    show(response, place, (width, &lines.join("\n")))
}

/// Shows `text` above what it is about.
pub fn above(response: Response, text: &str) -> Response {
    let place = |popup: Popup<'static>| popup.align(RectAlign::TOP_START).align_alternatives(&[RectAlign::TOP_END]);
    show(response, place, (WIDTHS.1, text))
}

fn show(
    response: Response,
    place: impl FnOnce(Popup<'static>) -> Popup<'static>,
    (width, text): (f32, &str),
) -> Response {
    let mut tooltip = Tooltip::for_enabled(&response);
    tooltip.popup = place(tooltip.popup);
    tooltip.width(width).show(|ui| ui.add(Label::new(text).wrap()));
    response
}
