//! Which keys the editor keeps from the host: what is typed into a text field, what moves a control that has the focus,
//! and shortcuts, where they act. All others are the host's: its space bar starts and stops while the editor is open.

use egui::Context;
use keyboard_types::{Code, Key, KeyboardEvent, NamedKey};

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
/// Digits that are shortcuts, by their place.
const DIGITS: [Code; 8] =
    [Code::Digit1, Code::Digit2, Code::Digit3, Code::Digit4, Code::Digit5, Code::Digit6, Code::Digit7, Code::Digit8];
/// Letters that are shortcuts: y with ctrl or command, z with and without.
const LETTERS: [&str; 7] = ["l", "b", "d", "a", "f", "z", "y"];

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct KeyCapture {
    /// A text field is open: everything.
    is_typing: bool,
    /// A control has the focus.
    is_moving: bool,
    /// Shortcuts act.
    shortcuts_act: bool,
}

impl KeyCapture {
    /// What is kept after the frame that `ctx` has drawn.
    pub(super) fn of(ctx: &Context, shortcuts_act: bool) -> Self {
        Self { is_typing: ctx.text_edit_focused(), is_moving: ctx.egui_wants_keyboard_input(), shortcuts_act }
    }

    /// Whether the host does not get the key of `event`.
    pub(super) fn keeps(self, event: &KeyboardEvent) -> bool {
        let moves = |key: &Key| MOVING.iter().any(|moving| *key == Key::Named(*moving));
        self.is_typing || (self.is_moving && moves(&event.key)) || (self.shortcuts_act && is_shortcut(event))
    }
}

fn is_shortcut(event: &KeyboardEvent) -> bool {
    match &event.key {
        _ if DIGITS.contains(&event.code) => true,
        // With it one gets to the controls without a pointer.
        Key::Named(named) => matches!(named, NamedKey::F1 | NamedKey::Tab),
        Key::Character(letter) => LETTERS.contains(&letter.to_lowercase().as_str()),
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
        KeyCapture::of(&ctx, false)
    }

    fn key(key: Key, code: Code) -> KeyboardEvent {
        KeyboardEvent { key, code, ..KeyboardEvent::default() }
    }

    #[test]
    fn the_space_bar_is_the_hosts_unless_text_is_typed() {
        let space = key(Key::Character(" ".to_owned()), Code::Space);
        let enter = key(Key::Named(NamedKey::Enter), Code::Enter);
        let nothing = KeyCapture::default();
        assert!(!nothing.keeps(&space) && !nothing.keeps(&enter));
        let moving = kept_beside(|ui| ui.add(Button::new("M")));
        assert!(!moving.keeps(&space) && moving.keeps(&enter));
        let typed = kept_beside(|ui| ui.add(TextEdit::singleline(&mut String::new())));
        assert!(typed.keeps(&space) && typed.keeps(&enter));
    }

    #[test]
    fn shortcuts_are_the_hosts_where_they_do_not_act() {
        let chosen = KeyCapture { shortcuts_act: true, ..KeyCapture::default() };
        for shortcut in [
            key(Key::Character("!".to_owned()), Code::Digit1),
            key(Key::Character("B".to_owned()), Code::KeyB),
            key(Key::Named(NamedKey::F1), Code::F1),
        ] {
            assert!(chosen.keeps(&shortcut) && !KeyCapture::default().keeps(&shortcut), "{shortcut:?}");
        }
        assert!(!chosen.keeps(&key(Key::Character(" ".to_owned()), Code::Space)));
        assert!(!chosen.keeps(&key(Key::Character("r".to_owned()), Code::KeyR)));
    }
}
