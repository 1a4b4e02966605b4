//! The window that would take the file where the pointer is.

use super::display::{DragDisplay, DropTarget, VERSION};
use x11rb::{
    NONE,
    protocol::xproto::{ConnectionExt as _, Window},
};

/// Versions before this one say less than a drop needs, and have been gone since 2002.
const OLDEST: u32 = 3;
/// Windows lie no deeper within each other; what seems to is passed over.
const DEEPEST: usize = 64;

/// What takes files at this place of `root`: of the windows there the outermost, as in GTK and Qt. `None` where none
/// does, and over `own`, which lies within a host's, and below which nothing is seen.
pub(super) fn below(display: &DragDisplay, root: Window, (x, y): (i16, i16), own: Window) -> Option<DropTarget> {
    let (mut at, mut found) = (root, None);
    for _ in 0..DEEPEST {
        let child = display.connection.translate_coordinates(root, at, x, y).ok()?.reply().ok()?.child;
        if child == NONE {
            // A desktop may have its icons on the root window.
            return found.or_else(|| aware(display, root));
        }
        if child == own {
            return None;
        }
        at = child;
        found = found.or_else(|| aware(display, at));
    }
    None
}

/// `window`, if it takes files itself or by another one.
fn aware(display: &DragDisplay, window: Window) -> Option<DropTarget> {
    let proxy = |window| display.property(window, display.atoms.XdndProxy);
    // One that names itself is still there.
    let receiver = proxy(window).filter(|receiver| proxy(*receiver) == Some(*receiver)).unwrap_or(window);
    let version = display.property(receiver, display.atoms.XdndAware)?.min(VERSION);
    (version >= OLDEST).then_some(DropTarget { window, receiver, version })
}
