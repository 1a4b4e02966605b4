//! Which keys the editor keeps from the host: what is typed into a text field, and what moves a control that has the
//! focus. All others are the host's: its space bar starts and stops while the editor is open.
//!
//! baseview 0.4.2 acts on it on macOS. Elsewhere the window does not have the keyboard but while a text field is open.

use egui::Context;
use keyboard_types::{Key, NamedKey};

/// Keys that controls with the focus answer to.
const MOVING: [NamedKey; 7] = [
    NamedKey::ArrowUp,
    NamedKey::ArrowDown,
    NamedKey::ArrowLeft,
    NamedKey::ArrowRight,
    NamedKey::Enter,
    NamedKey::Escape,
    NamedKey::Tab,
];

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum KeyCapture {
    #[default]
    Nothing,
    Moving,
    Everything,
}

/// What is kept after the frame that `ctx` has drawn.
pub(super) fn kept(ctx: &Context) -> KeyCapture {
    if ctx.text_edit_focused() {
        KeyCapture::Everything
    } else if ctx.egui_wants_keyboard_input() {
        KeyCapture::Moving
    } else {
        KeyCapture::Nothing
    }
}

impl KeyCapture {
    /// Whether the host does not get `key`.
    pub(super) fn keeps(self, key: &Key) -> bool {
        match self {
            Self::Nothing => false,
            Self::Moving => MOVING.iter().any(|moving| *key == Key::Named(*moving)),
            Self::Everything => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Button, RawInput, TextEdit, Ui};

    /// What is kept when the widget that `add` draws has the focus.
    fn kept_beside(add: impl Fn(&mut Ui) -> egui::Response) -> KeyCapture {
        let ctx = Context::default();
        for _ in 0..2 {
            ctx.run_ui(RawInput::default(), |ui| add(ui).request_focus()).drop_without_applying_deltas();
        }
        kept(&ctx)
    }

    #[test]
    fn the_space_bar_is_the_hosts_unless_text_is_typed() {
        let (space, enter) = (Key::Character(" ".to_owned()), Key::Named(NamedKey::Enter));
        let nothing = kept(&Context::default());
        assert!(!nothing.keeps(&space) && !nothing.keeps(&enter));
        let moving = kept_beside(|ui| ui.add(Button::new("M")));
        assert!(!moving.keeps(&space) && moving.keeps(&enter));
        let typed = kept_beside(|ui| ui.add(TextEdit::singleline(&mut String::new())));
        assert!(typed.keeps(&space) && typed.keeps(&enter));
    }
}
