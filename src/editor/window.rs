//! The editor as the host opens it, and its size in the project.

use super::{
    draw::draw,
    handle::{self, WindowHandle},
    key_capture,
    layout::{DEFAULT_SIZE, MAX_SIZE, MIN_SIZE},
    scale::{SCALES, remembered},
    send,
    state::EditorState,
    theme,
};
use crate::instance::{params::UnbraidParams, session::Session};
use egui::{Id, Vec2, vec2};
use nice_plug::{
    context::gui::GuiContext,
    editor::{
        EditorHandle, HostMethods, SpawnedEditor,
        dpi::{LogicalSize, NativeSize},
    },
    plugin::TrackInfo,
    prelude::{Editor, ParentWindowHandle, ResizeHint},
};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier,
    baseview::{HandlerError, WindowSize},
    create_egui_editor,
};
use parking_lot::Mutex;
use std::{
    error::Error,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

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
    /// The window that is open or will be opened next.
    window: Mutex<EguiWindow>,
}

struct EguiWindow {
    state: Arc<EguiEditorState>,
    editor: Arc<EguiEditor<EditorApp>>,
}

/// The editor of an instance whose parameters and session these are.
pub fn create(params: Arc<UnbraidParams>, session: Arc<Session>) -> Option<PluginEditor> {
    let window = Mutex::new(EguiWindow::new(&params, &session)?);
    Some(PluginEditor { params, session, window })
}

impl EguiWindow {
    fn new(params: &Arc<UnbraidParams>, session: &Arc<Session>) -> Option<Self> {
        let (size, scale) = (usable_size(*params.editor_size.lock()), remembered(params));
        let state = EguiEditorState::from_size(LogicalSize::new(f64::from(size.x), f64::from(size.y)), scale);
        // The window manager keeps these limits for as long as the window is open, so they cover all scales.
        let hint = ResizeHint::RESIZABLE.with_min_max_logical_size(
            Some(LogicalSize::new(MIN_SIZE.x * SCALES[0], MIN_SIZE.y * SCALES[0])),
            Some(LogicalSize::new(MAX_SIZE.x * SCALES[SCALES.len() - 1], MAX_SIZE.y * SCALES[SCALES.len() - 1])),
        );
        let settings = EguiNiceSettings::new().with_tile("Unbraid").with_resize_hint(hint);
        let notifier = RepaintNotifier::new();
        let app = EditorApp {
            params: params.clone(),
            session: session.clone(),
            notifier: notifier.clone(),
            host: None,
            state: EditorState::default(),
            has_failed: false,
        };
        let editor = create_egui_editor(state.clone(), notifier, settings, app)?;
        Some(Self { state, editor: Arc::new(editor) })
    }

    fn size(&self) -> Vec2 {
        let size = self.state.logical_size();
        usable_size(Some((size.width, size.height)))
    }
}

impl PluginEditor {
    /// The egui editor; a new one if a project has brought another size and no window is open.
    /// No lock is held on return, because opening a window may make the host ask for its size.
    fn current(&self) -> Arc<EguiEditor<EditorApp>> {
        let mut window = self.window.lock();
        let wanted = usable_size(*self.params.editor_size.lock());
        if !window.state.is_open()
            && (wanted != window.size() || remembered(&self.params) != window.state.user_scale_factor())
            && let Some(renewed) = EguiWindow::new(&self.params, &self.session)
        {
            *window = renewed;
        }
        window.editor.clone()
    }
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
        let first_scale = fallback_scale_factor.filter(|_| !scales_late);
        let spawned = self.current().spawn(parent, wait_for_parent, first_scale, gui_context, host)?;
        let handle = WindowHandle { inner: spawned.handle, params: self.params.clone() };
        if let Some(scale) = fallback_scale_factor.filter(|_| scales_late) {
            handle.set_fallback_scale_factor(scale, &spawned.window)?;
        }
        Ok(SpawnedEditor { handle, window: spawned.window })
    }

    fn size(&self) -> NativeSize<u32> {
        // nice-plug-egui 0.6.0 leaves the scale out.
        let (size, scale) = (self.current().size(), remembered(&self.params));
        let scaled = |length: u32| (length as f32 * scale).round() as u32;
        NativeSize::new(scaled(size.width), scaled(size.height))
    }

    fn resize_hint(&self) -> ResizeHint {
        handle::limits(remembered(&self.params))
    }

    fn track_info_updated(&self, info: TrackInfo) {
        self.current().track_info_updated(info);
    }
}

/// What stands in a window whose drawing has failed.
const FAILED: &str = "The window has failed; what plays goes on. Close it and open it again, and please report this.";

/// What egui runs in the window.
pub struct EditorApp {
    params: Arc<UnbraidParams>,
    session: Arc<Session>,
    /// Makes an open window draw.
    notifier: RepaintNotifier,
    host: Option<GuiContext>,
    state: EditorState,
    /// Drawing has failed: nothing more is drawn in this window.
    has_failed: bool,
}

impl NiceEguiApp for EditorApp {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        nice_gui_ctx: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::install(&egui_ctx);
        self.host = Some(nice_gui_ctx);
        let notifier = self.notifier.clone();
        let window = self.session.repaint.open(move || notifier.request_repaint());
        // Dropped with the window's context: nothing else says that the window has closed.
        egui_ctx.data_mut(|data| data.insert_temp(Id::unique("unbraid window"), window));
        // The app outlives its windows, and the clock of each window begins at 0.
        self.has_failed = false;
        let files = self.state.file_chooser();
        files.belong_to(frame.baseview_window().platform_handle());
        self.state = EditorState::default().with_file_chooser(files);
        send::window_opened(&self.session);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let Some(host) = self.host.as_ref().filter(|_| !self.has_failed) else {
            if self.has_failed {
                ui.centered_and_justified(|ui| ui.label(FAILED));
            }
            return;
        };
        let state = &mut self.state;
        // A panic must not reach the host, which would end with it.
        let drawn = catch_unwind(AssertUnwindSafe(|| draw(ui, &self.params, &self.session, host, state)));
        self.has_failed = drawn.is_err();
        frame.set_key_capture(key_capture::kept(ui.ctx()));
    }

    fn resized(&mut self, new_size: WindowSize) {
        let size = (new_size.logical.width as f32, new_size.logical.height as f32);
        *self.params.editor_size.lock() = Some(size);
    }
}
