//! Keys, buttons and pointers: their names in the W3C's standard of keyboard events and baseview's, and egui's.

use baseview::{MouseButton, MouseCursor};
use egui::{CursorIcon, Event, Key, Modifiers, PointerButton};
use keyboard_types::{Code, KeyboardEvent, NamedKey};

pub(super) fn button(button: MouseButton) -> Option<PointerButton> {
    match button {
        MouseButton::Left => Some(PointerButton::Primary),
        MouseButton::Right => Some(PointerButton::Secondary),
        MouseButton::Middle => Some(PointerButton::Middle),
        MouseButton::Back => Some(PointerButton::Extra1),
        MouseButton::Forward => Some(PointerButton::Extra2),
        _ => None,
    }
}

pub(super) fn modifiers(held: keyboard_types::Modifiers) -> Modifiers {
    let mac_cmd = cfg!(target_os = "macos") && held.meta();
    let command = if cfg!(target_os = "macos") { mac_cmd } else { held.ctrl() };
    Modifiers { alt: held.alt(), ctrl: held.ctrl(), shift: held.shift(), mac_cmd, command }
}

/// The key by what it means, whatever the layout.
pub(super) fn key(key: &keyboard_types::Key) -> Option<Key> {
    Key::from_name(&key.to_string())
}

/// The key by where it is.
pub(super) fn physical(code: Code) -> Option<Key> {
    Key::from_name(&code.to_string())
}

/// What a key that went down does to text: writes it, or moves it to or from the clipboard, of which `clipboard` gives
/// the text.
pub(super) fn text_event(
    event: &KeyboardEvent,
    held: Modifiers,
    clipboard: impl FnOnce() -> Option<String>,
) -> Option<Event> {
    use keyboard_types::Key::{Character, Named};
    // The right Alt key of many layouts is Ctrl and Alt at once, and writes.
    let is_command = held.mac_cmd || (held.ctrl && !held.alt);
    match &event.key {
        Character(text) if is_command => match text.to_lowercase().as_str() {
            "x" => Some(Event::Cut),
            "c" => Some(Event::Copy),
            "v" => clipboard().map(Event::Paste),
            _ => None,
        },
        Character(text) if !text.chars().any(char::is_control) => Some(Event::Text(text.clone())),
        Named(NamedKey::Delete) if held.shift => Some(Event::Cut),
        Named(NamedKey::Insert) if held.ctrl => Some(Event::Copy),
        Named(NamedKey::Insert) if held.shift => clipboard().map(Event::Paste),
        _ => None,
    }
}

/// The pointer's shape.
pub(super) fn cursor(icon: CursorIcon) -> MouseCursor {
    match icon {
        CursorIcon::None => MouseCursor::Hidden,
        CursorIcon::Help => MouseCursor::Help,
        CursorIcon::ContextMenu | CursorIcon::PointingHand | CursorIcon::Grab => MouseCursor::Hand,
        CursorIcon::Grabbing => MouseCursor::HandGrabbing,
        CursorIcon::Progress => MouseCursor::PtrWorking,
        CursorIcon::Wait => MouseCursor::Working,
        CursorIcon::Cell => MouseCursor::Cell,
        CursorIcon::Crosshair => MouseCursor::Crosshair,
        CursorIcon::Text => MouseCursor::Text,
        CursorIcon::VerticalText => MouseCursor::VerticalText,
        CursorIcon::Alias => MouseCursor::Alias,
        CursorIcon::Copy => MouseCursor::Copy,
        CursorIcon::Move => MouseCursor::Move,
        CursorIcon::NoDrop | CursorIcon::NotAllowed => MouseCursor::NotAllowed,
        CursorIcon::AllScroll => MouseCursor::AllScroll,
        CursorIcon::ResizeHorizontal | CursorIcon::ResizeColumn => MouseCursor::EwResize,
        CursorIcon::ResizeVertical | CursorIcon::ResizeRow => MouseCursor::NsResize,
        CursorIcon::ResizeNeSw => MouseCursor::NeswResize,
        CursorIcon::ResizeNwSe | CursorIcon::ResizeSouthEast => MouseCursor::NwseResize,
        CursorIcon::ZoomIn => MouseCursor::ZoomIn,
        CursorIcon::ZoomOut => MouseCursor::ZoomOut,
        _ => MouseCursor::Default,
    }
}
