//! The marks that were made, drawn over the frozen spectrogram in the colours of their sources.

use super::super::view::SpectrogramPlace;
use crate::{
    editor::theme::SCREEN,
    instance::state::stretch_view::StretchView,
    marks::{Coverage, Mark, MarkShape, Point, Says},
};
use egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, pos2};

/// Widths of a mark, of the dark line beneath it and of the light one within it, in points: a mark is seen on its own
/// colour, too.
const WIDTH: f32 = 3.0;
const BENEATH: f32 = 5.0;
const WITHIN: f32 = 1.0;
/// Opacity of the weakest mark.
const LEAST_OPACITY: f32 = 0.3;
/// Lengths of the dashes of what does not belong to a source, in points.
const DASH: f32 = 5.0;

/// Opacity of what fills a box, and side of the cells that it is filled in where something of it was erased, in points.
const FILL: f32 = 0.12;
const CELL: f32 = 6.0;
/// How far apart the places are that are looked up, in points.
const STEP: f32 = 3.0;

/// Draws the marks on `stretch`, which `place` shows, and those that were `made` since, but for what was erased later.
pub(super) fn draw(ui: &Ui, place: &SpectrogramPlace, stretch: &StretchView, made: &[Mark], colours: &[Color32]) {
    let marks: Vec<&Mark> = stretch.marks.iter().chain(made).collect();
    for (n, mark) in marks.iter().enumerate().filter(|(_, mark)| mark.says != Says::Nothing) {
        let erases = |later: &&Mark| later.says == Says::Nothing && later.source == mark.source;
        let erasers: Vec<&Mark> = marks[n + 1..].iter().copied().filter(erases).collect();
        draw_but_for(ui, place, stretch, mark, &erasers, colours);
    }
}

/// Draws one mark.
pub(super) fn draw_mark(ui: &Ui, place: &SpectrogramPlace, stretch: &StretchView, mark: &Mark, colours: &[Color32]) {
    draw_but_for(ui, place, stretch, mark, &[], colours);
}

/// Draws `mark` where none of `erasers` covers it.
fn draw_but_for(
    ui: &Ui,
    place: &SpectrogramPlace,
    stretch: &StretchView,
    mark: &Mark,
    erasers: &[&Mark],
    colours: &[Color32],
) {
    let painter = ui.painter().with_clip_rect(place.rect);
    let colour = match mark.says {
        Says::Nothing => SCREEN.faint,
        _ => colours.get(mark.source).copied().unwrap_or(SCREEN.text),
    };
    let colour = colour.gamma_multiply(LEAST_OPACITY + (1.0 - LEAST_OPACITY) * mark.strength);
    let at = |point: &Point, times: f64| place.position(stretch.seconds - point.seconds, (point.hz * times) as f32);
    let is_left = |at: Pos2| {
        let (ago, hz) = place.seconds_and_hz(at);
        let at = Point { seconds: stretch.seconds - ago, hz: f64::from(hz) };
        !erasers.iter().any(|eraser| eraser.shape.covers(at))
    };
    let is_dashed = mark.says == Says::Excluded;
    let line = |points: Vec<Pos2>, colour: Color32| {
        let points = if erasers.is_empty() { points } else { dense(&points) };
        points.chunk_by(|a, b| is_left(*a) == is_left(*b)).filter(|run| is_left(run[0])).for_each(|run| {
            draw_line(&painter, run, colour, is_dashed);
        });
    };
    match &mark.shape {
        MarkShape::Stroke { points, .. } => line(points.iter().map(|p| at(p, 1.0)).collect(), colour),
        MarkShape::Comb { points, partials, .. } => {
            for n in 1..=*partials {
                // The fundamental is what was drawn; its overtones are fainter.
                let colour = if n == 1 { colour } else { colour.gamma_multiply(0.6) };
                line(points.iter().map(|p| at(p, f64::from(n))).collect(), colour);
            }
        }
        MarkShape::Box { corners } => {
            let rect = Rect::from_two_pos(at(&corners[0], 1.0), at(&corners[1], 1.0));
            let fill = colour.gamma_multiply(FILL);
            if erasers.is_empty() {
                painter.rect_filled(rect, 0.0, fill);
            } else {
                painter.add(filled_but_for(place, stretch, rect, erasers, fill));
            }
            let [a, b] = [rect.right_top(), rect.left_bottom()];
            line(vec![rect.min, a, rect.max, b, rect.min], colour);
        }
    }
}

/// `rect` in cells of [`CELL`] or less, without those that one of `erasers` covers.
fn filled_but_for(
    place: &SpectrogramPlace,
    stretch: &StretchView,
    rect: Rect,
    erasers: &[&Mark],
    fill: Color32,
) -> Mesh {
    let rect = rect.intersect(place.rect);
    let count = |length: f32| (length / CELL).ceil().max(0.0) as usize;
    let mut mesh = Mesh::default();
    for column in 0..count(rect.width()) {
        let left = rect.left() + CELL * column as f32;
        let (ago, _) = place.seconds_and_hz(pos2(left + 0.5 * CELL, rect.top()));
        // What is erased is found once for the whole column.
        let erased: Coverage = erasers.iter().flat_map(|eraser| eraser.shape.covered(stretch.seconds - ago)).collect();
        for row in 0..count(rect.height()) {
            let cell = Rect::from_min_size(pos2(left, rect.top() + CELL * row as f32), Vec2::splat(CELL));
            let (_, hz) = place.seconds_and_hz(cell.center());
            if !erased.iter().any(|covered| covered.contains(&f64::from(hz))) {
                mesh.add_colored_rect(cell.intersect(rect), fill);
            }
        }
    }
    mesh
}

/// `points` with others between them, at most [`STEP`] apart.
fn dense(points: &[Pos2]) -> Vec<Pos2> {
    let between = |pair: &[Pos2]| {
        let (from, way) = (pair[0], pair[1] - pair[0]);
        let count = (way.length() / STEP).ceil().clamp(1.0, 1_000.0) as usize;
        (0..count).map(move |n| from + way * (n as f32 / count as f32)).collect::<Vec<_>>()
    };
    points.windows(2).flat_map(between).chain(points.last().copied()).collect()
}

fn draw_line(painter: &Painter, points: &[Pos2], colour: Color32, is_dashed: bool) {
    if let [point] = points {
        painter.circle_filled(*point, WIDTH, colour);
        return;
    }
    painter.add(Shape::line(points.to_vec(), Stroke::new(BENEATH, SCREEN.well.gamma_multiply(0.6))));
    if is_dashed {
        painter.extend(Shape::dashed_line(points, Stroke::new(WIDTH, colour), DASH, DASH));
        return;
    }
    painter.add(Shape::line(points.to_vec(), Stroke::new(WIDTH, colour)));
    let within = SCREEN.text.gamma_multiply(f32::from(colour.a()) / 255.0);
    painter.add(Shape::line(points.to_vec(), Stroke::new(WITHIN, within)));
}
