//! The plugin's interface, drawn by code in egui.
//!
//! It reads [`UnbraidParams`] and a [`Session`], sets parameters through the host, and asks the
//! worker for presets. What it must not know is how the sound is made.
//!
//! - [`window`]: the editor as the host opens it, and its size in the project. [`handle`]: an open window, as the host sees it.
//! - [`state`]: what the editor remembers between two frames.
//! - [`theme`]: colours, type, spacing; `oklab`: colours as they are seen. [`layout`]: which room of the window is where.
//! - Rooms of the window: [`header`] with [`preset_head`] and its [`browser`], [`compare`], [`undo`], [`latency`] and [`load`]; [`picture`]; [`strip`] per source, arranged by `strip_layout`;
//!   [`sound_row`]; [`status`] with the failure banner, and at its end the [`footer`] with the pages and the [`scale`].
//! - [`learn`]: the Learn switch of a strip. [`strip_menu`]: everything else that can be done with it. [`bases`]: the page that shows what it
//!   has learned. [`empty`]: what stands in the strips' place when there are none.
//! - Things in the rooms: [`knob`] with its [`dial`] and [`value_field`]; [`meter`]; [`toggle`]; [`icon`].
//! - [`gesture`]: how a parameter is set so that the host can record it; [`recorder`]: so that it can be undone.
//! - [`file_chooser`]: the system's file dialog on a thread of its own.

pub mod file_chooser;
pub mod handle;
pub mod layout;
mod oklab;
pub mod recorder;
pub mod rooms;
pub mod scale;
pub mod state;
pub mod theme;
pub mod widgets;
pub mod window;

pub use state::EditorState;
pub use window::{PluginEditor, create};

use crate::instance::{params::UnbraidParams, session::Session};
use layout::Rooms;
use nice_plug::context::gui::GuiContext;
use rooms::{bases, footer, header, picture, sound_row, status, strips::card as strip};
use std::{sync::Arc, time::Duration};

/// Time between two frames while something moves.
const MOVING_FRAME: Duration = Duration::from_millis(16);

/// Everything a room of the window needs to draw itself.
pub struct Scene<'a> {
    /// The parameters, to be read; they are set through `gui`.
    pub params: &'a UnbraidParams,
    /// What plays.
    pub session: &'a Arc<Session>,
    /// The host: parameter gestures and restarts. What the hand does goes here, and can be undone.
    pub gui: &'a GuiContext,
    /// The host as it is: what is set here is no step of the history.
    pub host: &'a GuiContext,
}

/// Draws the whole interface into `ui` and acts on what the hand did.
pub fn draw(
    ui: &mut egui::Ui,
    params: &UnbraidParams,
    session: &Arc<Session>,
    gui: &GuiContext,
    state: &mut EditorState,
) {
    scale::apply(ui.ctx(), params);
    let recording = state.recording(ui.ctx(), params, session, gui);
    let scene = Scene { params, session, gui: &recording, host: gui };
    state.observe(ui, &scene);

    let window = ui.max_rect();
    ui.painter().rect_filled(window, 0.0, theme::GROUND);
    let banner = status::failure(session).map(|sentence| status::Banner::new(ui, window.width(), sentence));
    let rooms = Rooms::new(window, banner.as_ref().map(status::Banner::height), !state.picture_folded);

    header::draw(ui, rooms.header, &scene, state);
    if let (Some(banner), Some(room)) = (banner, rooms.banner) {
        banner.draw(ui, room, session);
    }
    let scrolls = picture::draw(ui, rooms.picture, &scene, state);
    match state.shown_bases() {
        Some(strip) => bases::draw(ui, rooms.strips, strip, &scene, state),
        None => strip::draw_all(ui, rooms.strips, &scene, state),
    }
    sound_row::draw(ui, rooms.sound, &scene, state);
    let line = footer::draw(ui, rooms.status, &scene, state);
    status::draw(ui, line, &scene, state);
    state.settle();

    // While nothing moves nothing is drawn, until the hand, the host or the session's waker comes, or something's time is over.
    if scrolls || state.is_moving() {
        ui.ctx().request_repaint_after(MOVING_FRAME);
    } else if let Some(seconds) = state.seconds_to_rest() {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(seconds));
    }
}
