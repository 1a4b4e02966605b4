//! Which keys the editor keeps from the host: what is typed into a text field, and what moves a knob that has the
//! focus. All others are the host's: its space bar starts and stops while the editor is open.
//!
//! baseview 0.4.2 acts on it on macOS. On Windows it keeps every key while its window has the focus.

use egui::Context;
use nice_plug_egui::KeyCapture;

/// Keys that knobs and buttons with the focus answer to, by their names in the W3C's standard of keyboard events.
const MOVING: [&str; 7] = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter", "Escape", "Tab"];

/// What is kept after the frame that `ctx` has drawn.
pub(super) fn kept(ctx: &Context) -> KeyCapture {
    if ctx.text_edit_focused() {
        KeyCapture::CaptureAll
    } else if ctx.egui_wants_keyboard_input() {
        KeyCapture::CaptureKeys(MOVING.iter().filter_map(|name| name.parse().ok()).collect())
    } else {
        KeyCapture::IgnoreAll
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Button, RawInput, TextEdit, Ui};
    use nice_plug_egui::Key;

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
        let space = Key::Character(" ".to_owned());
        assert_eq!(kept(&Context::default()), KeyCapture::IgnoreAll);
        let KeyCapture::CaptureKeys(keys) = kept_beside(|ui| ui.add(Button::new("M"))) else {
            panic!("a button that has the focus answers to some keys alone");
        };
        assert_eq!(keys.len(), MOVING.len());
        assert!(!keys.contains(&space));
        let typed = kept_beside(|ui| ui.add(TextEdit::singleline(&mut String::new())));
        assert_eq!(typed, KeyCapture::CaptureAll);
    }
}
