//! What stands in the strips' place while no preset plays: what is the matter, and three ways on.

use super::{EditorState, Scene, file_chooser::Wanted, theme};
use crate::instance::{FIRST_PRESET, command::Request, session::Activity};
use egui::{Align, Button, CornerRadius, Layout, Rect, RichText, Stroke, StrokeKind, Ui, UiBuilder, vec2};

/// Draws it in `room`.
pub fn draw(ui: &mut Ui, room: Rect, scene: &Scene, state: &EditorState) {
    let corners = CornerRadius::same(theme::CARD_RADIUS as u8);
    ui.painter().rect(room, corners, theme::CARD, Stroke::new(1.0, theme::EDGE), StrokeKind::Inside);
    let column = Rect::from_center_size(room.center(), vec2(room.width().min(500.0), 128.0_f32.min(room.height())));
    let layout = Layout::top_down(Align::Center);
    let mut inside = ui.new_child(UiBuilder::new().max_rect(column).layout(layout).id_salt("empty"));
    let loading = matches!(scene.session.activity(), Activity::Loading(_));
    let title = if loading { "Loading…" } else { "No preset plays" };
    inside.label(RichText::new(title).size(20.0).color(theme::TEXT));
    inside.add_space(4.0);
    inside.label(RichText::new("The mixture passes as it is. Choose what to take it apart with.").color(theme::WEAK));
    inside.add_space(12.0);
    let ways = Rect::from_center_size(
        egui::pos2(column.center().x, inside.cursor().top() + 16.0),
        vec2(column.width().min(480.0), 32.0),
    );
    let width = (ways.width() - 16.0) / 3.0;
    let place = |i: f32| Rect::from_min_size(ways.min + vec2(i * (width + 8.0), 0.0), vec2(width, 32.0));
    if ui.put(place(0.0), Button::new(FIRST_PRESET)).clicked() {
        scene.session.request(Request::LoadFactory(FIRST_PRESET.to_owned()));
    }
    if ui.put(place(1.0), Button::new("Open a preset…")).clicked() {
        state.files.ask(Wanted::Preset, scene.session);
    }
    if ui.put(place(2.0), Button::new("Two untaught parts")).clicked() {
        scene.session.request(Request::TakeApart(2));
    }
}
