//! The number by which the X server knows a window.

use raw_window_handle::RawWindowHandle;

/// That of the window that `handle` stands for; `None` where it is not one of X11's.
pub(super) fn of(handle: RawWindowHandle) -> Option<u32> {
    match handle {
        RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok(),
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        _ => None,
    }
}
