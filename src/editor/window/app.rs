//! What is drawn in the window.

use super::{drag_source, repainter::Repainter};
use crate::{
    editor::{drag_out::DragOut, draw::draw, file_chooser::FileChooser, send, state::EditorState, theme},
    instance::{params::UnbraidParams, repaint::OpenWindow, session::Session},
};
use baseview::WindowContext;
use egui::{Context, Ui, Vec2};
use nice_plug::context::{PluginApi, gui::GuiContext};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// What stands in a window whose drawing has failed.
const FAILED: &str = "The window has failed; what plays goes on. Close it and open it again, and please report this.";

/// The editor of one window.
pub(super) struct App {
    params: Arc<UnbraidParams>,
    session: Arc<Session>,
    host: GuiContext,
    state: EditorState,
    /// Said to be open for as long as this is kept.
    open: Option<OpenWindow>,
    /// Drawing has failed: nothing more is drawn in this window.
    has_failed: bool,
}

impl App {
    pub(super) fn new(params: Arc<UnbraidParams>, session: Arc<Session>, host: GuiContext, files: FileChooser) -> Self {
        let state = EditorState::default().with_file_chooser(files);
        Self { params, session, host, state, open: None, has_failed: false }
    }

    /// The window has opened.
    pub(super) fn open(&mut self, ctx: &Context, window: &WindowContext, repainter: &Repainter) {
        theme::install(ctx, self.session.preferences().theme);
        ctx.set_zoom_factor(self.state.scale.now(&self.params));
        let repainter = repainter.clone();
        let wake = repainter.clone();
        self.state.drag_out = DragOut::new(drag_source::new(window, move || wake.request()));
        self.open = Some(self.session.repaint.open(move || repainter.request()));
        self.state.file_chooser().belong_to(window.platform_handle());
        send::window_opened(&self.session);
    }

    pub(super) fn draw(&mut self, ui: &mut Ui) {
        if !self.has_failed {
            let Self { params, session, host, state, .. } = self;
            // A panic must not reach the host, which would end with it.
            let drawn = catch_unwind(AssertUnwindSafe(|| draw(ui, params, session, host, state)));
            self.has_failed = drawn.is_err();
            if self.has_failed {
                state.audition.end();
                state.playing.end();
            }
        } else {
            ui.centered_and_justified(|ui| ui.label(FAILED));
        }
    }

    /// Whether files that are dragged over the window may be dropped where they are.
    pub(super) fn takes_files(&self) -> bool {
        !self.has_failed && self.state.drops.takes_files()
    }

    /// Whether a host has opened the window.
    pub(super) fn is_in_host(&self) -> bool {
        self.host.plugin_api() != PluginApi::Standalone
    }

    /// Whether shortcuts act.
    pub(super) fn shortcuts_act(&self) -> bool {
        !self.is_in_host() || self.session.preferences().shortcuts_in_hosts
    }

    /// The window's size in points is this now.
    pub(super) fn resized(&mut self, size: Vec2) {
        self.state.scale.keep_size(size, &self.params);
    }

    /// The screen that the window is on has this size in points at 100 %, as far as it is known.
    pub(super) fn see_screen(&mut self, size: Option<Vec2>) {
        self.state.scale.screen = size;
    }

    pub(super) fn screen(&self) -> Option<Vec2> {
        self.state.scale.screen
    }
}
