//! Draws one frame: divides the window among the rooms, gives each what it shows and its own state, and sends what they
//! ask for.

use super::{
    asked::Asked,
    layout::{PictureSize, WindowLayout, columns},
    rooms::{
        bases, doubt, drops, failure::FailureBanner, footer, header, help, param_menu, picture, scale_trial, sound_row,
        status, strips,
    },
    send, shortcuts,
    state::EditorState,
    theme::{self, Themed},
};
use crate::instance::{params::UnbraidParams, session::Session};
use egui::{CursorIcon, Key, Popup, Rect, Ui};
use nice_plug::context::gui::GuiContext;
use std::{sync::Arc, time::Duration};

/// Time between two frames while something moves.
const FRAME_TIME: Duration = Duration::from_millis(16);
/// The picture's usual share of the window's height while bases are shown, which need more space than knobs.
const BESIDE_BASES: f32 = 0.36;

/// Draws the interface into `ui` and carries out what the user asks for.
pub fn draw(ui: &mut Ui, params: &UnbraidParams, session: &Arc<Session>, host: &GuiContext, state: &mut EditorState) {
    theme::wear(ui.ctx(), session.preferences().theme);
    state.scale.apply(ui.ctx(), params);
    let recorded = state.recorded(ui.ctx(), params, session, host);
    let setter = recorded.param_setter();
    let snapshot = state.begin_frame(ui.ctx(), params, session, host);

    // What Escape would close, or take the focus from.
    let had_nothing_open = !Popup::is_any_open(ui.ctx()) && ui.memory(|memory| memory.focused().is_none());
    let nothing_takes_escape = !Popup::is_any_open(ui.ctx()) && !ui.ctx().text_edit_focused();
    let window = ui.max_rect();
    ui.painter().rect_filled(window, 0.0, ui.colours().ground);
    let failure = FailureBanner::new(ui, window.width(), &snapshot);
    let doubt = snapshot.learning.doubt.filter(|_| failure.is_none());
    let banner = failure.as_ref().map(FailureBanner::height).or(doubt.map(|_| doubt::HEIGHT));
    let size = match &state.picture {
        picture if picture.is_folded => PictureSize::Folded,
        picture if picture.is_full => PictureSize::Full,
        _ if state.bases.shown_strip(&snapshot).is_some() => {
            PictureSize::Share(Some(params.editor_picture.lock().unwrap_or(BESIDE_BASES)))
        }
        _ => PictureSize::Share(*params.editor_picture.lock()),
    };
    let layout = WindowLayout::new(window, banner, size);

    let mut asked = header::draw(ui, layout.header, &snapshot, &mut state.header, &setter);
    let shown_strip = state.bases.shown_strip(&snapshot);
    let strips = layout.page.filter(|_| shown_strip.is_none());
    let pointed = strips.and_then(|page| strip_under_pointer(ui, page, snapshot.summary().strips.len()));
    let stretch = snapshot.stretch.as_deref().filter(|stretch| state.picture.shows(stretch));
    state.drag_out.follow(snapshot.dragged_stem.as_ref());
    state.playing.follow(stretch);
    state.picture.playhead = stretch.map(|stretch| state.playing.playhead(stretch));
    let (picture_moves, asked_of_picture) = picture::draw(ui, layout.picture, &snapshot, &mut state.picture, pointed);
    asked.extend(asked_of_picture);
    if let (Some(divider), Some(picture)) = (layout.divider, layout.picture) {
        let share = &mut *params.editor_picture.lock();
        picture::divider::draw(ui, divider, picture.height(), window.height(), share);
    }
    let activations = state.picture.activations();
    if let Some(page) = layout.page {
        asked.extend(match shown_strip {
            Some(strip) => bases::draw(ui, page, strip, &snapshot, &mut state.bases, activations),
            None => strips::draw(ui, page, &snapshot, &mut state.strips, &mut state.knobs, &setter),
        });
    }
    let hint = layout
        .sound
        .and_then(|sound| sound_row::draw(ui, sound, &snapshot, &mut state.output, &mut state.knobs, &setter));
    // Over what lies there.
    match (failure, doubt, layout.banner) {
        (Some(failure), _, Some(rect)) => asked.extend(failure.draw(ui, rect)),
        (None, Some(doubt), Some(rect)) => asked.extend(doubt::draw(ui, rect, doubt, &snapshot)),
        _ => {}
    }
    let (line, asked_of_footer) = footer::draw(ui, layout.status, &snapshot, shown_strip.is_some());
    asked.extend(asked_of_footer);
    let hint = hint.or(state.picture.hint.as_deref());
    asked.extend(status::draw(ui, line, &snapshot, &mut state.status, hint, &setter));
    asked.extend(param_menu::draw(ui, &snapshot, &mut state.menu, &mut state.knobs, &setter));
    let canvas = layout.picture.map(|picture| (picture, state.picture.playhead.is_some()));
    asked.extend(drops::draw(ui, strips, canvas, &snapshot, &mut state.drops));
    asked.extend(scale_trial::draw(ui, state.scale.trial(ui.input(|input| input.time))));

    if !state.help_is_open {
        asked.extend(shortcuts::read(ui.ctx(), &snapshot, pointed, &setter));
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            // First what is heard.
            if state.playing.is_on() && nothing_takes_escape {
                state.playing.end();
            } else if state.picture.is_full && had_nothing_open {
                asked.push(Asked::ToggleFullPicture);
            }
        }
    } else {
        let (stays, asked_of_help) = help::draw(ui, &snapshot);
        state.help_is_open = stays;
        asked.extend(asked_of_help);
    }

    if state.drag_out.is_on() {
        // Also over other windows, as long as the button is held.
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    }
    state.end_frame();
    let held = asked.iter().find_map(|asked| match asked {
        Asked::Hear(audition) => Some(*audition),
        _ => None,
    });
    let held_from = asked.iter().find_map(|asked| match asked {
        Asked::HearFrom { number, seconds } => Some((*number, *seconds)),
        _ => None,
    });
    asked.retain(|asked| !matches!(asked, Asked::Hear(_) | Asked::HearFrom { .. }));
    if state.audition.follow(held, session, &snapshot) {
        ui.ctx().request_repaint();
    }
    state.playing.follow_hold(session, held_from.filter(|_| state.audition.is_on()));
    if !asked.is_empty() {
        ui.ctx().request_repaint();
    }
    for asked in asked {
        send::carry_out(asked, ui.ctx(), params, session, state);
    }

    // While nothing moves, nothing is drawn until there is input, the session asks for it, or something is due.
    if picture_moves || state.is_moving() || state.playing.is_on() {
        ui.ctx().request_repaint_after(FRAME_TIME);
    } else if let Some(seconds) = state.seconds_to_change() {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(seconds));
    }
}

/// The strip under the pointer, of the `count` that share `page`.
fn strip_under_pointer(ui: &Ui, page: Rect, count: usize) -> Option<usize> {
    let at = ui.ctx().pointer_latest_pos()?;
    columns(page, count).position(|strip| strip.contains(at))
}
