//! The screen that the window is on.

use baseview::WindowContext;
use egui::{Vec2, vec2};
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

/// The system's scale of the window that was opened last: pixels per point at 100 %.
#[derive(Clone)]
pub(super) struct SystemScale(Arc<AtomicU32>);

impl Default for SystemScale {
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(1_f32.to_bits())))
    }
}

impl SystemScale {
    pub(super) fn set(&self, window: &WindowContext) {
        self.0.store((window.scale_factor() as f32).to_bits(), SeqCst);
    }

    pub(super) fn get(&self) -> f32 {
        f32::from_bits(self.0.load(SeqCst))
    }
}

/// The size of the screen that most of the window is on, without what the system keeps for itself where it says so; in
/// points of the window at 100 %. `None` where it cannot be found out.
pub(super) fn size(window: &WindowContext) -> Option<Vec2> {
    let handle = window.window_handle().ok()?.as_raw();
    let size = platform::size(handle).filter(|size| size.min_elem() > 0.0)?;
    // macOS gives it in points.
    Some(if cfg!(target_os = "macos") { size } else { size / window.scale_factor() as f32 })
}

#[cfg(target_os = "linux")]
mod platform {
    use super::{super::x11_id, RawWindowHandle, Vec2, vec2};
    use x11rb::{
        connection::Connection,
        protocol::{
            randr::{ConnectionExt as _, MonitorInfo},
            xproto::ConnectionExt as _,
        },
        rust_connection::RustConnection,
    };

    pub(super) fn size(handle: RawWindowHandle) -> Option<Vec2> {
        let window = x11_id::of(handle)?;
        let (connection, number) = RustConnection::connect(None).ok()?;
        let root = connection.setup().roots.get(number)?;
        let whole = vec2(root.width_in_pixels.into(), root.height_in_pixels.into());
        Some(monitor(&connection, root.root, window).unwrap_or(whole))
    }

    /// The monitor that the window's middle is on.
    fn monitor(connection: &RustConnection, root: u32, window: u32) -> Option<Vec2> {
        let place = connection.get_geometry(window).ok()?.reply().ok()?;
        let (x, y) = ((place.width / 2) as i16, (place.height / 2) as i16);
        let middle = connection.translate_coordinates(window, root, x, y).ok()?.reply().ok()?;
        let monitors = connection.randr_get_monitors(root, true).ok()?.reply().ok()?.monitors;
        let is_within = |at: i16, start: i16, length: u16| (0..i32::from(length)).contains(&(i32::from(at - start)));
        let is_here = |monitor: &&MonitorInfo| {
            is_within(middle.dst_x, monitor.x, monitor.width) && is_within(middle.dst_y, monitor.y, monitor.height)
        };
        monitors.iter().find(is_here).map(|monitor| vec2(monitor.width.into(), monitor.height.into()))
    }
}

#[cfg(windows)]
mod platform {
    use super::{RawWindowHandle, Vec2, vec2};
    use windows_sys::Win32::Graphics::Gdi::{
        GetMonitorInfoW, MONITOR_DEFAULTTONEAREST, MONITORINFO, MonitorFromWindow,
    };

    pub(super) fn size(handle: RawWindowHandle) -> Option<Vec2> {
        let RawWindowHandle::Win32(handle) = handle else { return None };
        let mut info = MONITORINFO { cbSize: size_of::<MONITORINFO>() as u32, ..MONITORINFO::default() };
        // SAFETY: the window is alive, and `info` says how large it is.
        let is_known = unsafe {
            let monitor = MonitorFromWindow(handle.hwnd.get() as _, MONITOR_DEFAULTTONEAREST);
            GetMonitorInfoW(monitor, &raw mut info)
        };
        let area = info.rcWork;
        (is_known != 0).then(|| vec2((area.right - area.left) as f32, (area.bottom - area.top) as f32))
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use super::{RawWindowHandle, Vec2, vec2};
    use objc2_app_kit::NSView;

    pub(super) fn size(handle: RawWindowHandle) -> Option<Vec2> {
        let RawWindowHandle::AppKit(handle) = handle else { return None };
        // SAFETY: the view is alive while its window's handler asks, on the main thread.
        let view = unsafe { handle.ns_view.cast::<NSView>().as_ref() };
        let area = view.window()?.screen()?.visibleFrame().size;
        Some(vec2(area.width as f32, area.height as f32))
    }
}
