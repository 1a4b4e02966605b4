//! Painting on the frozen picture: strokes say which source a place belongs to, and the sources learn from them.
//!
//! - [`stretch`]: the frozen stretch as columns. [`tools`]: the brushes, and what a stroke becomes. `toolbar`: their
//!   buttons. `overlay`: the marks that were made.

mod overlay;
pub mod stretch;
mod toolbar;
pub mod tools;

use super::{state::PictureState, view::SpectrogramPlace};
use crate::{
    editor::asked::Asked,
    instance::{command::MarkCommand, state::stretch_view::StretchView},
    marks::Point,
};
use egui::{Color32, CursorIcon, Key, PointerButton, Pos2, Rect, Response, Ui};
use tools::PaintingState;

/// Has the worker freeze what a frozen picture shows, or let it go, when that has changed.
pub fn follow_freeze(state: &mut PictureState) -> Option<Asked> {
    let PictureState { edge, painting, .. } = state;
    if painting.asked == *edge {
        return None;
    }
    painting.asked = *edge;
    painting.stroke.clear();
    Some(edge.map_or(MarkCommand::Release, |end| MarkCommand::Freeze { end }).into())
}

/// Draws the marks on `stretch`, if one is frozen, and the tools, and takes strokes on the spectrogram, which is the
/// `canvas`. `names` and `colours` are the sources'.
pub fn draw(
    ui: &Ui,
    canvas: &Response,
    stretch: Option<&StretchView>,
    (names, colours): (&[String], &[Color32]),
    state: &mut PictureState,
) -> Option<Asked> {
    let stretch = stretch.filter(|stretch| stretch.sources == names.len())?;
    let place = SpectrogramPlace { rect: canvas.rect, view: state.view };
    let painting = &mut state.painting;
    painting.brush.source = painting.brush.source.min(names.len().saturating_sub(1));
    overlay::draw(ui, &place, stretch, colours);
    let bar = toolbar::Toolbar::new(&place.rect, names.len());
    let free = |at: Pos2| place.rect.contains(at) && !bar.as_ref().is_some_and(|bar| bar.rect.contains(at));
    let made = stroke(ui, canvas, &place, free, stretch, painting);
    if !painting.stroke.is_empty() {
        overlay::draw_mark(ui, &place, stretch, &painting.brush.mark(&painting.stroke), colours);
    }
    // The tools lie above the canvas.
    let chosen = bar.and_then(|bar| bar.draw(ui, names, colours, stretch, &mut painting.brush));
    made.or(chosen)
}

/// Takes the stroke that is made with the left button on `canvas`, beginning where it is `free`.
fn stroke(
    ui: &Ui,
    canvas: &Response,
    place: &SpectrogramPlace,
    free: impl Fn(Pos2) -> bool,
    stretch: &StretchView,
    painting: &mut PaintingState,
) -> Option<Asked> {
    if !painting.paints() {
        return None;
    }
    if canvas.hover_pos().is_some_and(&free) {
        ui.set_cursor_icon(CursorIcon::Crosshair);
    }
    if ui.input(|input| input.key_pressed(Key::Escape)) {
        painting.stroke.clear();
        return None;
    }
    let Rect { min, max } = place.rect;
    let point = |at: Pos2| {
        let (ago, hz) = place.seconds_and_hz(at.clamp(min, max));
        Point { seconds: (stretch.seconds - ago).clamp(0.0, stretch.seconds), hz: f64::from(hz) }
    };
    let at = canvas.interact_pointer_pos();
    if canvas.is_pointer_button_down_on() && ui.input(|input| input.pointer.button_pressed(PointerButton::Primary)) {
        painting.stroke = at.filter(|at| free(*at)).map(point).into_iter().collect();
    } else if canvas.is_pointer_button_down_on() && !painting.stroke.is_empty() {
        let next = at.map(point).filter(|next| painting.stroke.last() != Some(next));
        painting.stroke.extend(next);
    }
    let is_made = ui.input(|input| input.pointer.button_released(PointerButton::Primary));
    let stroke = if is_made { std::mem::take(&mut painting.stroke) } else { Vec::new() };
    (!stroke.is_empty()).then(|| MarkCommand::Add(painting.brush.mark(&stroke)).into())
}
