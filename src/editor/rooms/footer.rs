//! At the end of the line at the bottom: which page is shown, and how large.

use super::{EditorState, Scene, scale, theme};
use egui::{
    Align2, Color32, CornerRadius, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, vec2,
};

const PAGE_WIDTH: f32 = 52.0;
const SCALE_WIDTH: f32 = 50.0;
const GAP: f32 = 3.0;

/// Draws it at the right of `room`, and gives what is left of that.
pub fn draw(ui: &mut Ui, room: Rect, scene: &Scene, state: &mut EditorState) -> Rect {
    let place = |right: f32, width: f32| {
        Rect::from_x_y_ranges(room.right() - right - width..=room.right() - right, room.y_range())
            .expand2(vec2(0.0, 1.0))
    };
    scale::draw(ui, place(0.0, SCALE_WIDTH), scene.params);
    let shown = state.shown_bases();
    let left = SCALE_WIDTH + 3.0 * GAP;
    if state.summary.as_ref().is_some_and(|summary| !summary.strips.is_empty()) {
        let bases = plain_button(ui, place(left, PAGE_WIDTH), "Bases", "Page of bases", shown.is_some());
        let knobs =
            plain_button(ui, place(left + PAGE_WIDTH + GAP, PAGE_WIDTH), "Knobs", "Page of knobs", shown.is_none());
        if bases.on_hover_text("What the sources have learned, basis by basis.").clicked() {
            state.bases.strip = Some(shown.or(state.bases.last).unwrap_or(0));
        }
        if knobs.on_hover_text("A knob for each source.").clicked() {
            state.bases.close();
        }
    }
    room.with_max_x(place(left + PAGE_WIDTH + GAP, PAGE_WIDTH).left() - 8.0)
}

/// A small button without a plate, lit while `on`.
pub(in crate::editor) fn plain_button(ui: &Ui, rect: Rect, text: &str, name: &str, on: bool) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::Button, ui.is_enabled(), on, name);
        info.current_text_value = Some(text.to_owned());
        info
    });
    let fill = match (on, response.hovered()) {
        (true, _) => theme::BUTTON_HOVER,
        (false, true) => theme::BUTTON,
        (false, false) => Color32::TRANSPARENT,
    };
    let edge = if response.has_focus() { Stroke::new(2.0, theme::FOCUS) } else { Stroke::new(1.0, theme::EDGE) };
    let ink = if on || response.hovered() { theme::TEXT } else { theme::WEAK };
    ui.painter().rect(rect, CornerRadius::same(4), fill, edge, StrokeKind::Inside);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, theme::font(theme::CAPTION), ink);
    response
}
