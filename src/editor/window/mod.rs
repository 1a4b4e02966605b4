//! The editor as the host opens it: a window of baseview's, drawn by egui.
//!
//! nice-plug-egui 0.6.0 and egui-baseview 0.9.0 do most of this, but hand on neither files that are dropped, nor screen
//! readers, nor clicks that are faster than a frame, and take the keyboard from the host with every click.
//!
//! - [`handler`]: the window's life. [`input`]: events on their way to egui. [`app`]: what is drawn.
//! - `drag_source`: files on their way out of the window.
//! - [`handle`]: the window as the host sees it. [`thread_end`]: its thread has ended when it is closed.

mod app;
mod clipboard;
mod drag_source;
mod handle;
mod handler;
pub mod input;
mod key_capture;
mod keyboard;
mod keys;
mod painter;
mod reader;
mod repainter;
mod screen;
pub mod thread_end;
#[cfg(target_os = "linux")]
mod x11_id;

use super::{
    file_chooser::FileChooser,
    layout::{DEFAULT_SIZE, MAX_SIZE, MIN_SIZE},
    scale::{SCALES, remembered},
};
use crate::instance::{params::UnbraidParams, session::Session};
use app::App;
use baseview::{
    HandlerError, Window, WindowSettings,
    dpi::{LogicalSize, PhysicalSize, Size},
    gl::GlConfig,
    host::Host,
};
use egui::{Vec2, vec2};
use handle::WindowHandle;
use handler::Handler;
use nice_plug::{
    context::gui::GuiContext,
    editor::{EditorHandle, HostCallbacks, HostMainThreadCaller, HostMethods, SpawnedEditor, dpi::NativeSize},
    prelude::{Editor, ParentWindowHandle, ResizeHint},
};
use repainter::Repainter;
use screen::SystemScale;
use std::{error::Error, sync::Arc};

/// The size to open with: the project's, brought into the range from [`MIN_SIZE`] to [`MAX_SIZE`].
pub fn usable_size(remembered: Option<(f32, f32)>) -> Vec2 {
    match remembered {
        Some((width, height)) if width.is_finite() && height.is_finite() => {
            vec2(width, height).clamp(MIN_SIZE, MAX_SIZE)
        }
        _ => DEFAULT_SIZE,
    }
}

/// The plugin's editor. Each window opens with the project's size.
pub struct PluginEditor {
    params: Arc<UnbraidParams>,
    session: Arc<Session>,
    files: FileChooser,
    system_scale: SystemScale,
}

/// The editor of an instance whose parameters and session these are.
pub fn create(params: Arc<UnbraidParams>, session: Arc<Session>) -> PluginEditor {
    PluginEditor { params, session, files: FileChooser::default(), system_scale: SystemScale::default() }
}

impl PluginEditor {
    /// The size to open with, in logical pixels.
    fn logical_size(&self) -> Vec2 {
        usable_size(*self.params.editor_size.lock()) * remembered(&self.params)
    }
}

fn logical(size: Vec2) -> LogicalSize<f64> {
    LogicalSize::new(f64::from(size.x), f64::from(size.y))
}

impl Editor for PluginEditor {
    type Handle = WindowHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        // On X11, baseview 0.4.2 opens a window as large as without the host's scale, and then takes it to have it.
        let scales_late = cfg!(target_os = "linux");
        let mut settings = WindowSettings::new()
            .with_title("Unbraid")
            .with_size(logical(self.logical_size()))
            .with_resizable(true)
            // The window manager keeps these limits for as long as the window is open, so they cover all scales.
            .with_min_size(logical(MIN_SIZE * SCALES[0]))
            .with_max_size(logical(MAX_SIZE * SCALES[SCALES.len() - 1]))
            .with_parent(parent.as_ref())
            .with_wait_for_parent(wait_for_parent)
            .with_fallback_scale_factor(fallback_scale_factor.filter(|_| !scales_late));
        settings.gl_config = Some(GlConfig::default());
        let repainter = Repainter::default();
        let app = App::new(self.params.clone(), self.session.clone(), gui_context, self.files.clone());
        let (wake, scale) = (repainter.clone(), self.system_scale.clone());
        let window = thread_end::open(|running| {
            let open = move |window| {
                running.mark_this_thread();
                Handler::new(window, app, &wake, scale)
            };
            Window::create_with_host(settings, open, host.map(callbacks))
        })?;
        let handle = WindowHandle { params: self.params.clone(), repainter };
        if let Some(scale) = fallback_scale_factor.filter(|_| scales_late) {
            handle.set_fallback_scale_factor(scale, &window)?;
        }
        Ok(SpawnedEditor { handle, window })
    }

    fn size(&self) -> NativeSize<u32> {
        let size = self.logical_size();
        let size = nice_plug::editor::dpi::LogicalSize::new(f64::from(size.x), f64::from(size.y));
        NativeSize::from_size(size.into(), self.system_scale.get().into())
    }

    fn resize_hint(&self) -> ResizeHint {
        handle::limits(remembered(&self.params))
    }

    unsafe fn assume_standalone_in_process(&self) {
        // SAFETY: the caller says that no other window library runs in this process.
        unsafe { baseview::assume_standalone_in_process() }
    }
}

/// The framework's way to the host, as baseview takes it.
fn callbacks(host: HostMethods) -> Host {
    struct Callbacks(Box<dyn HostCallbacks>);

    impl baseview::host::HostCallbacks for Callbacks {
        fn request_resize(&mut self, new_size: baseview::WindowSize) -> Result<(), HandlerError> {
            let PhysicalSize { width, height } = new_size.physical;
            let size = Size::Physical(PhysicalSize::new(width, height));
            self.0.request_resize(size, new_size.scale_factor).map_err(HandlerError::from_boxed)
        }

        fn destroyed(&mut self) {
            self.0.destroyed();
        }
    }

    struct MainThread(Box<dyn HostMainThreadCaller>);

    impl baseview::host::HostMainThreadCaller for MainThread {
        fn call_main_thread(&mut self) {
            self.0.call_main_thread();
        }
    }

    Host::new().with_callbacks(Callbacks(host.callbacks)).with_main_thread(MainThread(host.main_thread_caller))
}
