//! Painting on the frozen picture: strokes say which source a place belongs to, and the sources learn from them.
//!
//! - [`stretch`]: the frozen stretch as columns. [`tools`]: the brushes, and what a stroke becomes. `toolbar`: their
//!   buttons. `overlay`: the marks that were made.

mod overlay;
pub mod stretch;
mod toolbar;
pub mod tools;

use super::{layout::PictureLayout, state::PictureState, view::SpectrogramPlace};
use crate::{
    editor::{asked::Asked, snapshot::EditorSnapshot},
    instance::{command::MarkCommand, state::stretch_view::StretchView},
    marks::Point,
};
use egui::{Color32, CursorIcon, Rect, Sense, Ui};
use tools::{PaintingState, Tool};

/// Has the worker freeze what a frozen picture shows, draws the marks and the tools, and takes strokes. `names` and
/// `colours` are the sources'.
pub fn draw(
    ui: &Ui,
    layout: &PictureLayout,
    snapshot: &EditorSnapshot,
    (names, colours): (&[String], &[Color32]),
    state: &mut PictureState,
) -> Vec<Asked> {
    let mut asked = Vec::new();
    let edge = state.frozen_edge();
    if state.painting.is_asked != edge.is_some() {
        state.painting.is_asked = edge.is_some();
        state.painting.stroke.clear();
        asked.push(match edge {
            Some(edge) => MarkCommand::Freeze { end: Some(edge.position) }.into(),
            None => MarkCommand::Release.into(),
        });
    }
    let Some(stretch) = snapshot.stretch.as_deref().filter(|_| state.is_frozen()) else { return asked };
    let place = SpectrogramPlace { rect: layout.spectrogram.rect, view: state.view };
    let painting = &mut state.painting;
    painting.brush.source = painting.brush.source.min(names.len().saturating_sub(1));
    overlay::draw(ui, &place, stretch, colours);
    let bar = toolbar::rect(&place.rect, names.len());
    // The tools lie above the canvas.
    asked.extend(stroke(ui, &place, bar, stretch, colours, painting));
    if let Some(bar) = bar {
        asked.extend(toolbar::draw(ui, bar, names, colours, stretch, &mut painting.brush));
    }
    asked
}

/// Takes the stroke that is made in `place`, outside of the tools in `bar`.
fn stroke(
    ui: &Ui,
    place: &SpectrogramPlace,
    bar: Option<Rect>,
    stretch: &StretchView,
    colours: &[Color32],
    painting: &mut PaintingState,
) -> Option<Asked> {
    if painting.brush.tool == Tool::Look || bar.is_none() {
        return None;
    }
    let response = ui.interact(place.rect, ui.scope_id().with("canvas"), Sense::drag());
    let at = response.interact_pointer_pos().or(response.hover_pos());
    let within = at.filter(|at| place.rect.contains(*at) && !bar.is_some_and(|bar| bar.contains(*at)));
    if within.is_some() {
        ui.set_cursor_icon(CursorIcon::Crosshair);
    }
    let point = |at: egui::Pos2| {
        let (ago, hz) = place.seconds_and_hz(at.clamp(place.rect.min, place.rect.max));
        Point { seconds: (stretch.seconds - ago).clamp(0.0, stretch.seconds), hz: f64::from(hz) }
    };
    if response.drag_started() && within.is_some() {
        painting.stroke.clear();
        // A drag is told from a click only after some points: the stroke begins where the button went down.
        painting.stroke.extend(ui.input(|input| input.pointer.press_origin()).map(point));
    }
    if response.dragged() && !painting.stroke.is_empty() {
        painting.stroke.extend(at.map(point));
        let mark = painting.brush.mark(&painting.stroke);
        overlay::draw_mark(ui, place, stretch, &mark, colours);
    }
    if response.drag_stopped() && !painting.stroke.is_empty() {
        let mark = painting.brush.mark(&painting.stroke);
        painting.stroke.clear();
        return Some(MarkCommand::Add(mark).into());
    }
    None
}
