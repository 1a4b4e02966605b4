//! The top row: name, preset, latency mode, bypass.

use super::{EditorState, Scene, gesture, latency, preset_menu, theme, toggle::Toggle};
use egui::{Align2, Rect, Ui};

const NAME_WIDTH: f32 = 92.0;
const SEGMENTS_WIDTH: f32 = 234.0;
const BYPASS_WIDTH: f32 = 70.0;
const PRESET_MAX_WIDTH: f32 = 360.0;
const SPACE: f32 = 12.0;
/// Height of the buttons; the captions stand in what is left.
const BUTTON_HEIGHT: f32 = 28.0;

/// Draws the row in `room`.
pub fn draw(ui: &mut Ui, room: Rect, scene: &Scene, state: &mut EditorState) {
    let buttons = room.with_max_y(room.top() + BUTTON_HEIGHT);
    let captions = room.with_min_y(buttons.bottom() + 1.0);
    let column = |left: f32, right: f32| {
        let span = left..=right;
        (Rect::from_x_y_ranges(span.clone(), buttons.y_range()), Rect::from_x_y_ranges(span, captions.y_range()))
    };
    let bypass = buttons.with_min_x(room.right() - BYPASS_WIDTH);
    let (segments, latency_caption) = column(bypass.left() - SPACE - SEGMENTS_WIDTH, bypass.left() - SPACE);
    let preset_left = room.left() + NAME_WIDTH + SPACE;
    let preset_right = (segments.left() - SPACE).min(preset_left + PRESET_MAX_WIDTH);
    let (preset, preset_caption) = column(preset_left, preset_right);

    let name_at = egui::pos2(room.left() + 2.0, buttons.center().y);
    ui.painter().text(name_at, Align2::LEFT_CENTER, "Unbraid", theme::font(25.0), theme::TEXT);
    preset_menu::draw(ui, preset, preset_caption, scene, state);
    latency::draw(ui, segments, latency_caption, scene);

    let on = scene.params.bypass.value();
    let switch = Toggle::switch("Bypass", "Bypass", on, theme::NOTICE);
    let response = switch.show(ui, bypass, ui.scope_id().with("bypass"));
    if response
        .on_hover_text("Hear the mixture as it comes in, at the same delay. The separate outputs fall silent.")
        .clicked()
    {
        gesture::set(&scene.gui.param_setter(), &scene.params.bypass, !on);
    }
}
