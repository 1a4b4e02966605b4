//! Whose the keyboard is. The host keeps it, so that its space bar starts and stops while the editor is open; a text
//! field has it for as long as something is typed there.

use baseview::WindowContext;
use keyboard_types::KeyboardEvent;

/// The host gets this key, which the editor does not keep.
pub(super) fn hand_on(window: &WindowContext, event: &KeyboardEvent) {
    platform::hand_on(window, event);
}

/// The keyboard, while the window has it from the host.
#[derive(Default)]
pub(super) struct Keyboard {
    /// Who had it before, while a text field has it.
    lender: Option<platform::Window>,
    was_typing: bool,
}

impl Keyboard {
    /// After a frame: `is_typing` says whether a text field is open, `is_pressed` whether a button went down in the
    /// window. Takes the keyboard when a field opens or is clicked, and gives it back when it closes.
    pub(super) fn follow(&mut self, window: &WindowContext, is_typing: bool, is_pressed: bool) {
        if is_typing && (!self.was_typing || is_pressed) && !platform::has_keyboard(window) {
            let before = platform::focused();
            // A window that is not on the screen cannot have it; then it is not.
            self.lender = window.focus().ok().and(before);
        } else if self.was_typing && !is_typing {
            self.give_back(window);
        }
        self.was_typing = is_typing;
    }

    /// Gives it back to the host, if the window has it from there.
    pub(super) fn give_back(&mut self, window: &WindowContext) {
        if let Some(lender) = self.lender.take()
            && platform::has_keyboard(window)
        {
            platform::focus(lender);
        }
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use super::super::x11_id;
    use baseview::WindowContext;
    use keyboard_types::{Key, KeyState, KeyboardEvent, Modifiers, NamedKey};
    use raw_window_handle::HasWindowHandle;
    use x11rb::{
        CURRENT_TIME,
        connection::Connection,
        protocol::xproto::{
            ConnectionExt as _, EventMask, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask, KeyPressEvent,
        },
        rust_connection::RustConnection,
        wrapper::ConnectionExt as _,
    };

    pub(super) type Window = u32;

    /// Keys by the names that X11 has for them (keysymdef.h).
    const NAMED: [(NamedKey, u32); 27] = [
        (NamedKey::Backspace, 0xff08),
        (NamedKey::Tab, 0xff09),
        (NamedKey::Enter, 0xff0d),
        (NamedKey::Escape, 0xff1b),
        (NamedKey::Home, 0xff50),
        (NamedKey::ArrowLeft, 0xff51),
        (NamedKey::ArrowUp, 0xff52),
        (NamedKey::ArrowRight, 0xff53),
        (NamedKey::ArrowDown, 0xff54),
        (NamedKey::PageUp, 0xff55),
        (NamedKey::PageDown, 0xff56),
        (NamedKey::End, 0xff57),
        (NamedKey::Insert, 0xff63),
        (NamedKey::ContextMenu, 0xff67),
        (NamedKey::F1, 0xffbe),
        (NamedKey::F2, 0xffbf),
        (NamedKey::F3, 0xffc0),
        (NamedKey::F4, 0xffc1),
        (NamedKey::F5, 0xffc2),
        (NamedKey::F6, 0xffc3),
        (NamedKey::F7, 0xffc4),
        (NamedKey::F8, 0xffc5),
        (NamedKey::F9, 0xffc6),
        (NamedKey::F10, 0xffc7),
        (NamedKey::F11, 0xffc8),
        (NamedKey::F12, 0xffc9),
        (NamedKey::Delete, 0xffff),
    ];

    /// While the pointer is over a window, X11 gives it the keys of those around it. They are sent on to whoever has
    /// the keyboard, or to the window around.
    pub(super) fn hand_on(window: &WindowContext, event: &KeyboardEvent) {
        // A key that cannot be sent on is lost.
        let _ = id(window).and_then(|own| send(own, event));
    }

    fn id(window: &WindowContext) -> Option<Window> {
        x11_id::of(window.window_handle().ok()?.as_raw())
    }

    /// Whether keys come here wherever the pointer is. The window is told that it has the focus when one around it gets
    /// it while the pointer is here.
    pub(super) fn has_keyboard(window: &WindowContext) -> bool {
        id(window).is_some_and(|own| focused() == Some(own))
    }

    fn send(own: Window, event: &KeyboardEvent) -> Option<()> {
        let (connection, screen) = RustConnection::connect(None).ok()?;
        let setup = connection.setup();
        let (first, count) = (setup.min_keycode, setup.max_keycode - setup.min_keycode + 1);
        let map = connection.get_keyboard_mapping(first, count).ok()?.reply().ok()?;
        let symbol = symbol(&event.key)?;
        let mut keys = map.keysyms.chunks(map.keysyms_per_keycode.into());
        let detail = first + u8::try_from(keys.position(|symbols| symbols.contains(&symbol))?).ok()?;
        let focus = connection.get_input_focus().ok()?.reply().ok()?.focus;
        let to = if focus == own { connection.query_tree(own).ok()?.reply().ok()?.parent } else { focus };
        let is_down = event.state == KeyState::Down;
        let sent = KeyPressEvent {
            response_type: if is_down { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT },
            detail,
            sequence: 0,
            time: CURRENT_TIME,
            root: setup.roots.get(screen)?.root,
            event: to,
            child: x11rb::NONE,
            root_x: 0,
            root_y: 0,
            event_x: 0,
            event_y: 0,
            state: held(event.modifiers),
            same_screen: true,
        };
        let mask = if is_down { EventMask::KEY_PRESS } else { EventMask::KEY_RELEASE };
        connection.send_event(true, to, mask, sent).ok()?;
        connection.sync().ok()
    }

    fn symbol(key: &Key) -> Option<u32> {
        match key {
            Key::Character(text) => {
                let letter = text.chars().next()?;
                // Symbols of Latin-1 are its letters, all others those of Unicode.
                let is_latin = u32::from(letter) < 0x100;
                Some(u32::from(letter.to_lowercase().next()?) | if is_latin { 0 } else { 0x0100_0000 })
            }
            Key::Named(named) => NAMED.iter().find(|(known, _)| known == named).map(|(_, symbol)| *symbol),
        }
    }

    fn held(modifiers: Modifiers) -> KeyButMask {
        let masks = [
            (Modifiers::SHIFT, KeyButMask::SHIFT),
            (Modifiers::CONTROL, KeyButMask::CONTROL),
            (Modifiers::ALT, KeyButMask::MOD1),
            (Modifiers::META, KeyButMask::MOD4),
        ];
        let held = masks.into_iter().filter(|(modifier, _)| modifiers.contains(*modifier));
        held.fold(KeyButMask::default(), |all, (_, mask)| all | mask)
    }

    pub(super) fn focused() -> Option<Window> {
        let (connection, _) = RustConnection::connect(None).ok()?;
        Some(connection.get_input_focus().ok()?.reply().ok()?.focus)
    }

    pub(super) fn focus(window: Window) {
        let Ok((connection, _)) = RustConnection::connect(None) else { return };
        if connection.set_input_focus(InputFocus::PARENT, window, CURRENT_TIME).is_ok() {
            // The window may have gone: then there is nobody to give it back to.
            let _ = connection.sync();
        }
    }
}

#[cfg(windows)]
mod platform {
    use baseview::WindowContext;
    use keyboard_types::KeyboardEvent;
    use windows_sys::Win32::{
        Foundation::HWND,
        UI::Input::KeyboardAndMouse::{GetFocus, SetFocus},
    };

    pub(super) type Window = HWND;

    pub(super) fn has_keyboard(window: &WindowContext) -> bool {
        window.has_focus()
    }

    /// Without the focus, the window gets no keys.
    pub(super) fn hand_on(_: &WindowContext, _: &KeyboardEvent) {}

    pub(super) fn focused() -> Option<Window> {
        // SAFETY: it only asks.
        Some(unsafe { GetFocus() }).filter(|window| !window.is_null())
    }

    pub(super) fn focus(window: Window) {
        // SAFETY: where the window has gone, it fails.
        unsafe { SetFocus(window) };
    }
}

/// The responder chain hands on what the window does not keep.
#[cfg(target_os = "macos")]
mod platform {
    use baseview::WindowContext;
    use keyboard_types::KeyboardEvent;

    pub(super) type Window = ();

    pub(super) fn has_keyboard(window: &WindowContext) -> bool {
        window.has_focus()
    }

    /// The window has done so already.
    pub(super) fn hand_on(_: &WindowContext, _: &KeyboardEvent) {}

    pub(super) fn focused() -> Option<Window> {
        None
    }

    pub(super) fn focus((): Window) {}
}
