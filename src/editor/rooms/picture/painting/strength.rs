//! How strongly a stroke says what it says: a bar that is filled so far.

use super::{super::scales::wheel, tools::LEAST_STRENGTH};
use crate::editor::theme::{self, Themed};
use egui::{
    Align2, Color32, CornerRadius, CursorIcon, EventFilter, Key, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::{Action, ActionData},
};

/// What it is called in the accessibility tree.
const NAME: &str = "Strength of a stroke";
const TOOLTIP: &str =
    "How sure you are: a weak stroke pulls a little, a full one decides. Click, drag, wheel, or arrow keys.";
/// A notch of the wheel, in percent.
const NOTCH: f32 = 5.0;

/// Draws `strength`, in percent, in `rect`, filled with `lit`, and takes what is done to it.
pub(super) fn draw(ui: &Ui, rect: Rect, lit: Color32, strength: &mut u8) {
    let response = ui.interact(rect, ui.scope_id().with(NAME), Sense::click_and_drag());
    let percent = |along: f32| {
        let steps = (along * 100.0 / f32::from(LEAST_STRENGTH)).ceil().clamp(1.0, 100.0 / f32::from(LEAST_STRENGTH));
        steps as u8 * LEAST_STRENGTH
    };
    let is_down = ui.input(|input| input.pointer.primary_down());
    let is_held = (is_down && response.is_pointer_button_down_on()) || response.clicked();
    if let Some(at) = response.interact_pointer_pos().filter(|_| is_held) {
        *strength = percent((at.x - rect.left()) / rect.width());
    }
    let has_focus = response.has_focus();
    if has_focus {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }
    let (steps, set) = ui.input(|input| {
        let pressed = |key| if has_focus { input.num_presses(key) as i32 } else { 0 };
        let keys = pressed(Key::ArrowRight) + pressed(Key::ArrowUp);
        let keys = keys - pressed(Key::ArrowLeft) - pressed(Key::ArrowDown);
        let asked = |action| input.num_accesskit_action_requests(response.id, action) as i32;
        let set =
            input.accesskit_action_requests(response.id, Action::SetValue).find_map(|request| match request.data {
                Some(ActionData::NumericValue(value)) if value.is_finite() => Some(value as f32),
                _ => None,
            });
        (keys + asked(Action::Increment) - asked(Action::Decrement), set)
    });
    if let Some(set) = set {
        *strength = percent(set / 100.0);
    }
    let least = i32::from(LEAST_STRENGTH);
    let notches = (wheel(ui, &response).0 * NOTCH).round() as i32;
    *strength = (i32::from(*strength) + steps * least + notches).clamp(least, 100) as u8;
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), f64::from(*strength), NAME));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(f64::from(LEAST_STRENGTH));
        node.set_max_numeric_value(100.0);
        node.set_numeric_value_step(f64::from(LEAST_STRENGTH));
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
    let (colours, corners) = (ui.colours(), CornerRadius::same(theme::BUTTON_RADIUS as u8));
    let filled = rect.with_max_x(rect.left() + rect.width() * f32::from(*strength) / 100.0);
    ui.painter().rect_filled(rect, corners, colours.button);
    ui.painter().rect_filled(filled, corners, lit);
    let edge = if has_focus { Stroke::new(2.0, colours.focus) } else { Stroke::new(1.0, colours.button_edge) };
    ui.painter().rect_stroke(rect, corners, edge, StrokeKind::Inside);
    let (text, font) = (format!("{strength} %"), theme::font(theme::CAPTION));
    let painter = ui.painter();
    // Each half of the number in the ink of its ground.
    for (part, ink) in [(rect.with_min_x(filled.right()), colours.text), (filled, colours.ink_on(lit))] {
        let painter = painter.with_clip_rect(part.intersect(painter.clip_rect()));
        painter.text(rect.center(), Align2::CENTER_CENTER, &text, font.clone(), ink);
    }
    response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(TOOLTIP);
}
