//! Undo and redo: two buttons and their keys.

use crate::editor::{
    asked::Asked,
    snapshot::EditorSnapshot,
    widgets::icon::{Icon, IconButton},
};
use egui::{Key, KeyboardShortcut, Modifiers, Rect, Ui, text_edit::TextEditState, vec2};

/// Width of both buttons, in points.
pub const WIDTH: f32 = 58.0;

/// Draws both buttons in `rect`.
pub fn draw(ui: &mut Ui, rect: Rect, snapshot: &EditorSnapshot) -> Vec<Asked> {
    let button = vec2(28.0, rect.height());
    let left = Rect::from_min_size(rect.min, button);
    let right = Rect::from_min_size(rect.right_top() - vec2(button.x, 0.0), button);
    let (undo_pressed, redo_pressed) = keys(ui, snapshot);
    let (undo, redo) = (&snapshot.undo.undo, &snapshot.undo.redo);
    let mut asked = Vec::new();
    for (place, icon, name, action, pressed, what) in [
        (left, Icon::Undo, "Undo", undo, undo_pressed, Asked::Undo),
        (right, Icon::Redo, "Redo", redo, redo_pressed, Asked::Redo),
    ] {
        let enabled = snapshot.is_exchangeable() && action.is_some();
        let button = IconButton { enabled, ..IconButton::new(icon, name) };
        let response = button.show(ui, place, ui.scope_id().with(name));
        let tooltip = match action {
            Some(action) => format!("{name}: {action}"),
            None => format!("Nothing to {}", name.to_lowercase()),
        };
        if response.on_hover_text(tooltip).clicked() || (pressed && enabled) {
            asked.push(what);
        }
    }
    asked
}

/// Whether ctrl+Z, and ctrl+shift+Z or ctrl+Y, were pressed. While text is edited, these keys belong to the text.
fn keys(ui: &Ui, snapshot: &EditorSnapshot) -> (bool, bool) {
    let focused = ui.memory(|memory| memory.focused());
    if snapshot.window.is_typing || focused.is_some_and(|id| TextEditState::load(ui.ctx(), id).is_some()) {
        return (false, false);
    }
    let shortcut = |modifiers, key| KeyboardShortcut::new(modifiers, key);
    ui.input_mut(|input| {
        // The one with shift first, because the other one matches it too.
        let redo = input.consume_shortcut(&shortcut(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z))
            || input.consume_shortcut(&shortcut(Modifiers::COMMAND, Key::Y));
        (input.consume_shortcut(&shortcut(Modifiers::COMMAND, Key::Z)), redo)
    })
}
