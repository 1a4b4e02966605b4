//! Whose the keyboard is. The host keeps it, so that its space bar starts and stops while the editor is open; a text
//! field has it for as long as something is typed there.

use baseview::WindowContext;

/// The keyboard, while the window has it from the host.
#[derive(Default)]
pub(super) struct Keyboard {
    /// Who had it before, while a text field has it.
    lender: Option<platform::Window>,
    was_typing: bool,
}

impl Keyboard {
    /// After a frame: `is_typing` says whether a text field is open. Takes the keyboard when one opens, and gives it
    /// back when it closes.
    pub(super) fn follow(&mut self, window: &WindowContext, is_typing: bool) {
        if is_typing && !self.was_typing && !window.has_focus() {
            let before = platform::focused();
            // A window that is not on the screen cannot have it; then it is not.
            self.lender = window.focus().ok().and(before);
        } else if self.was_typing
            && !is_typing
            && let Some(lender) = self.lender.take()
            && window.has_focus()
        {
            platform::focus(lender);
        }
        self.was_typing = is_typing;
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use x11rb::{
        CURRENT_TIME,
        protocol::xproto::{ConnectionExt as _, InputFocus},
        rust_connection::RustConnection,
        wrapper::ConnectionExt as _,
    };

    pub(super) type Window = u32;

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
    use windows_sys::Win32::{
        Foundation::HWND,
        UI::Input::KeyboardAndMouse::{GetFocus, SetFocus},
    };

    pub(super) type Window = HWND;

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
    pub(super) type Window = ();

    pub(super) fn focused() -> Option<Window> {
        None
    }

    pub(super) fn focus((): Window) {}
}
