//! The top row: name, preset, the two states, undo, latency mode, what is listened to; the load beneath.
//!
//! Where the window is narrow the name goes and words become pictures, so that everything stays in its place.

pub mod browser;
pub mod compare;
pub mod cpu_meter;
pub mod latency;
pub mod preset_head;
pub mod undo;

use super::{EditorState, Scene, file_chooser, gesture, icon, icon::Icon, strip, theme, toggle, toggle::Toggle};
use egui::{Align2, Rect, Ui};
use nice_plug::prelude::BoolParam;

const NAME_WIDTH: f32 = 92.0;
/// Widths of the modes: at ease, and packed.
const SEGMENTS_WIDTHS: (f32, f32) = (234.0, 200.0);
const PRESET_MAX_WIDTH: f32 = 360.0;
/// Height of the buttons; the captions stand in what is left.
const BUTTON_HEIGHT: f32 = 28.0;
/// From this width of the row on there is room for the name and for "Bypass".
const AT_EASE: f32 = 800.0;
/// From this width on there is room for "Removed".
const GENEROUS: f32 = 960.0;

/// Draws the row in `room`.
pub fn draw(ui: &mut Ui, room: Rect, scene: &Scene, state: &mut EditorState) {
    let at_ease = room.width() >= AT_EASE;
    let space = if at_ease { 12.0 } else { 8.0 };
    let buttons = room.with_max_y(room.top() + BUTTON_HEIGHT);
    let captions = room.with_min_y(buttons.bottom() + 1.0);
    let column = |span: &std::ops::RangeInclusive<f32>| {
        let column = |row: Rect| Rect::from_x_y_ranges(span.clone(), row.y_range());
        (column(buttons), column(captions))
    };

    let bypass = switch_width("Bypass", at_ease);
    let removed = switch_width("Removed", room.width() >= GENEROUS);
    let switches = room.right() - bypass - removed - 4.0..=room.right();
    let segments_width = if at_ease { SEGMENTS_WIDTHS.0 } else { SEGMENTS_WIDTHS.1 };
    let segments = switches.start() - space - segments_width..=switches.start() - space;
    let left = room.left() + if at_ease { NAME_WIDTH + space } else { 0.0 };
    let tools = compare::WIDTH + space + undo::WIDTH;
    let preset = left..=(segments.start() - 2.0 * space - tools).min(left + PRESET_MAX_WIDTH);
    let sides = preset.end() + space..=preset.end() + space + compare::WIDTH;
    let steps = sides.end() + space..=sides.end() + space + undo::WIDTH;

    if at_ease {
        let name_at = egui::pos2(room.left() + 2.0, buttons.center().y);
        ui.painter().text(name_at, Align2::LEFT_CENTER, "Unbraid", theme::font(25.0), theme::TEXT);
    }
    let (rect, caption) = column(&preset);
    // Nothing else stands beneath the two states and undo.
    preset_head::draw(ui, rect, caption.with_max_x(*steps.end()), scene, state);
    compare::draw(ui, column(&sides).0, scene, state);
    undo::draw(ui, column(&steps).0, scene, state);
    let (rect, caption) = column(&segments);
    latency::draw(ui, rect, caption, scene);

    let (rect, caption) = column(&switches);
    let tooltip = "Listen to what is removed: the mixture minus the remix. The separate outputs stay as they are.";
    let place = rect.with_max_x(rect.left() + removed);
    switch(ui, place, "Removed", Icon::Difference, tooltip, &scene.params.removed, scene);
    let tooltip = "Bypass: hear the mixture as it comes in, at the same delay. The separate outputs fall silent.";
    let place = rect.with_min_x(rect.right() - bypass);
    switch(ui, place, "Bypass", Icon::Power, tooltip, &scene.params.bypass, scene);
    state.load.draw(ui, caption, scene);
}

/// The width of a switch, spelled out or with its picture.
fn switch_width(name: &str, spelled_out: bool) -> f32 {
    match name {
        _ if !spelled_out => 28.0,
        "Bypass" => 66.0,
        _ => 80.0,
    }
}

/// A switch on `param`, with its name where it fits and its picture elsewhere.
fn switch(ui: &Ui, rect: Rect, name: &str, icon: Icon, tooltip: &str, param: &BoolParam, scene: &Scene) {
    let on = param.value();
    let spelled_out = rect.width() > 30.0;
    let toggle = Toggle { text: if spelled_out { name } else { "" }, ..Toggle::switch(name, name, on, theme::NOTICE) };
    let response = toggle.show(ui, rect, ui.scope_id().with(name));
    if !spelled_out {
        icon.paint(ui.painter(), rect.center(), if on { theme::INK } else { theme::TEXT });
    }
    if response.on_hover_text(tooltip).clicked() {
        gesture::set(&scene.gui.param_setter(), param, !on);
    }
}
