//! Which keys the editor keeps from the host: what is typed into a text field, what moves a control that has the focus,
//! and shortcuts, where they act. All others are the host's: its space bar starts and stops while the editor is open.

use super::keys;
use crate::editor::shortcuts;
use egui::Context;
use keyboard_types::{Key, KeyboardEvent, NamedKey};

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
    // With Tab one gets to the controls without a pointer.
    let physical = keys::physical(event.code);
    let acts = |key| shortcuts::acts(key, physical, keys::modifiers(event.modifiers));
    event.key == Key::Named(NamedKey::Tab) || keys::key(&event.key).or(physical).is_some_and(acts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Button, RawInput, TextEdit, Ui};
    use keyboard_types::{Code, Modifiers};

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
            KeyboardEvent { modifiers: Modifiers::SHIFT, ..key(Key::Character("!".to_owned()), Code::Digit1) },
            KeyboardEvent { modifiers: Modifiers::CONTROL, ..key(Key::Character("z".to_owned()), Code::KeyZ) },
            key(Key::Character("B".to_owned()), Code::KeyB),
            key(Key::Named(NamedKey::F1), Code::F1),
        ] {
            assert!(chosen.keeps(&shortcut) && !KeyCapture::default().keeps(&shortcut), "{shortcut:?}");
        }
        assert!(!chosen.keeps(&key(Key::Character(" ".to_owned()), Code::Space)));
        assert!(!chosen.keeps(&key(Key::Character("r".to_owned()), Code::KeyR)));
        for (letter, code) in [("d", Code::KeyD), ("s", Code::KeyS), ("1", Code::Digit1)] {
            let held = key(Key::Character(letter.to_owned()), code);
            assert!(!chosen.keeps(&KeyboardEvent { modifiers: Modifiers::CONTROL, ..held }), "ctrl + {letter}");
        }
    }
}
