//! Painting on the frozen picture: strokes say which source a place belongs to, and the sources learn from them.
//!
//! - [`stretch`]: the frozen stretch as columns. [`mod@tools`]: the brushes, and what a stroke becomes. `toolbar`: their
//!   buttons; `strength`: how strongly a stroke says so; `parts`: which bars or seconds can be saved. `overlay`: the
//!   marks that were made.

mod overlay;
mod parts;
mod strength;
pub mod stretch;
mod toolbar;
pub mod tools;

use super::{
    frozen_part::FrozenPart,
    layout::PictureLayout,
    state::{PictureState, Playhead},
    view::SpectrogramPlace,
};
use crate::{
    editor::{asked::Asked, theme::SCREEN},
    instance::{command::MarkCommand, state::stretch_view::StretchView},
    marks::{Mark, Point, Says},
};
use egui::{Color32, CursorIcon, Key, Modifiers, PointerButton, Pos2, Rect, Response, Shape, Stroke, Ui, pos2, vec2};
use tools::PaintingState;

/// What is held is heard from so long before it on, in seconds.
const BEFORE_HELD_S: f64 = 0.1;

/// Has the worker freeze what a frozen picture shows, or let it go, when that has changed.
pub fn follow_freeze(state: &mut PictureState) -> Option<Asked> {
    let PictureState { part, painting, .. } = state;
    if painting.asked == *part {
        return None;
    }
    painting.asked = *part;
    painting.stroke.clear();
    painting.found_nothing = false;
    match *part {
        Some(FrozenPart::Heard { end }) => Some(MarkCommand::Freeze { end }.into()),
        // The worker has frozen it when it read it.
        Some(FrozenPart::File { .. }) => None,
        None => Some(MarkCommand::Release.into()),
    }
}

/// Draws where the stretch of `seconds` plays, or where it would begin.
fn draw_playhead(ui: &Ui, place: &SpectrogramPlace, seconds: f64, Playhead { seconds: at, plays }: Playhead) {
    let x = place.position(seconds - at, 1_000.0).x;
    if !place.rect.x_range().contains(x) || (!plays && at <= 0.0) {
        return;
    }
    let painter = ui.painter().with_clip_rect(place.rect);
    if plays {
        painter.vline(x, place.rect.y_range(), Stroke::new(3.0, SCREEN.well.gamma_multiply(0.6)));
    }
    painter.vline(x, place.rect.y_range(), Stroke::new(1.0, if plays { SCREEN.text } else { SCREEN.faint }));
    let foot = pos2(x, place.rect.bottom());
    let tip = vec![foot - vec2(0.0, 8.0), foot + vec2(5.0, 0.0), foot - vec2(5.0, 0.0)];
    painter.add(Shape::convex_polygon(tip, SCREEN.text, Stroke::NONE));
}

/// Height of the tools in `width`, with `sources` sources to choose from, in points; `None` where there is no space.
pub fn tools_height(width: f32, sources: usize) -> Option<f32> {
    toolbar::Toolbar::new(Pos2::ZERO, width, sources).map(|bar| bar.rect.height())
}

/// Draws the marks on `stretch`, if one is frozen, and the tools, and takes strokes on the spectrogram, which is the
/// `canvas`. `names` and `colours` are the sources'; `bars` says where the host's bars begin, as in `parts::last`.
pub fn draw(
    ui: &Ui,
    (canvas, layout): (&Response, &PictureLayout),
    stretch: Option<&StretchView>,
    (names, colours): (&[String], &[Color32]),
    bars: impl Fn() -> Vec<(f64, i32)>,
    state: &mut PictureState,
) -> Vec<Asked> {
    let (sought, play_is_asked) = (state.sought.take(), std::mem::take(&mut state.play_is_asked));
    let held = state.held_ago.take();
    state.hint = None;
    let Some(stretch) = stretch.filter(|stretch| stretch.sources == names.len()) else { return Vec::new() };
    let place = SpectrogramPlace { rect: canvas.rect, view: state.view };
    let seek = |ago: f64| Asked::Seek { number: stretch.number, seconds: stretch.seconds - ago };
    let mut asked: Vec<Asked> = sought.map(seek).into_iter().collect();
    asked.extend(play_is_asked.then_some(Asked::TogglePlay));
    let hold = |ago: f64| (stretch.seconds - ago - BEFORE_HELD_S).clamp(0.0, stretch.seconds);
    asked.extend(held.map(|ago| Asked::HearFrom { number: stretch.number, seconds: hold(ago) }));
    let painting = &mut state.painting;
    painting.brush.source = painting.brush.source.min(names.len().saturating_sub(1));
    painting.made.follow(stretch);
    let free = |at: Pos2| place.rect.contains(at) && !layout.is_covered(at);
    let made = stroke(ui, canvas, &place, free, stretch, painting);
    overlay::draw(ui, &place, stretch, painting.made.waiting(), colours);
    if !painting.stroke.is_empty() {
        overlay::draw_mark(ui, &place, stretch, &painting.brush.mark(&painting.stroke), colours);
    }
    if let Some(playhead) = state.playhead {
        draw_playhead(ui, &place, stretch.seconds, playhead);
    }
    // The tools lie above the canvas, where they cover it.
    let parts = || parts::last(&bars(), stretch.seconds);
    let bar = layout.tools.and_then(|tools| toolbar::Toolbar::new(tools.min, tools.width(), names.len()));
    let brush = (painting.brush.tool, painting.brush.saying, painting.brush.source);
    let chosen = bar.and_then(|bar| bar.draw(ui, names, colours, (stretch, &parts), &mut painting.brush));
    painting.found_nothing &= brush == (painting.brush.tool, painting.brush.saying, painting.brush.source);
    state.hint = names
        .get(painting.brush.source)
        .filter(|_| painting.found_nothing)
        .map(|name| format!("No mark of {name} is here: Erase takes the chosen source's marks away"));
    asked.extend(made.or(chosen));
    asked
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
    // What else Escape would end goes on.
    if !painting.stroke.is_empty() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
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
        painting.found_nothing = false;
    } else if canvas.is_pointer_button_down_on() && !painting.stroke.is_empty() {
        let next = at.map(point).filter(|next| painting.stroke.last() != Some(next));
        painting.stroke.extend(next);
    }
    let is_made = ui.input(|input| input.pointer.button_released(PointerButton::Primary));
    let stroke = if is_made { std::mem::take(&mut painting.stroke) } else { Vec::new() };
    if stroke.is_empty() {
        return None;
    }
    let mark = painting.brush.mark(&stroke);
    let mut there = stretch.marks.iter().chain(painting.made.waiting());
    let is_own = |other: &Mark| other.source == mark.source && other.says != Says::Nothing;
    painting.found_nothing =
        mark.says == Says::Nothing && !there.any(|other| is_own(other) && other.shape.meets(&mark.shape));
    if painting.found_nothing {
        return None;
    }
    painting.made.make(mark.clone());
    Some(MarkCommand::Add(mark).into())
}
