//! The marks that were made, drawn over the frozen spectrogram in the colours of their sources.

use super::super::view::SpectrogramPlace;
use crate::{
    editor::theme::SCREEN,
    instance::state::stretch_view::StretchView,
    marks::{Mark, MarkShape, Point, Says},
};
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui};

/// Widths of a mark, of the dark line beneath it and of the light one within it, in points: a mark is seen on its own
/// colour, too.
const WIDTH: f32 = 3.0;
const BENEATH: f32 = 5.0;
const WITHIN: f32 = 1.0;
/// Lengths of the dashes of what does not belong to a source, in points.
const DASH: f32 = 5.0;

/// Draws the marks on `stretch`, which `place` shows. What was erased is drawn no more.
pub(super) fn draw(ui: &Ui, place: &SpectrogramPlace, stretch: &StretchView, colours: &[Color32]) {
    for mark in stretch.marks.iter().filter(|mark| mark.says != Says::Nothing) {
        draw_mark(ui, place, stretch, mark, colours);
    }
}

/// Draws one mark.
pub(super) fn draw_mark(ui: &Ui, place: &SpectrogramPlace, stretch: &StretchView, mark: &Mark, colours: &[Color32]) {
    let painter = ui.painter().with_clip_rect(place.rect);
    let colour = match mark.says {
        Says::Nothing => SCREEN.faint,
        _ => colours.get(mark.source).copied().unwrap_or(SCREEN.text),
    };
    let at = |point: &Point, times: f64| place.position(stretch.seconds - point.seconds, (point.hz * times) as f32);
    let dashed = mark.says == Says::Excluded;
    match &mark.shape {
        MarkShape::Stroke { points, .. } => line(&painter, points.iter().map(|p| at(p, 1.0)).collect(), colour, dashed),
        MarkShape::Comb { points, partials, .. } => {
            for n in 1..=*partials {
                // The fundamental is what was drawn; its overtones are fainter.
                let colour = if n == 1 { colour } else { colour.gamma_multiply(0.6) };
                line(&painter, points.iter().map(|p| at(p, f64::from(n))).collect(), colour, dashed);
            }
        }
        MarkShape::Box { corners } => {
            let rect = Rect::from_two_pos(at(&corners[0], 1.0), at(&corners[1], 1.0));
            painter.rect_filled(rect, 0.0, colour.gamma_multiply(0.12));
            painter.rect_stroke(rect, 0.0, Stroke::new(WITHIN, colour), StrokeKind::Inside);
        }
    }
}

fn line(painter: &Painter, points: Vec<Pos2>, colour: Color32, dashed: bool) {
    if let [point] = points[..] {
        painter.circle_filled(point, WIDTH, colour);
        return;
    }
    painter.add(Shape::line(points.clone(), Stroke::new(BENEATH, SCREEN.well.gamma_multiply(0.6))));
    match dashed {
        true => painter.extend(Shape::dashed_line(&points, Stroke::new(WIDTH, colour), DASH, DASH)),
        false => {
            painter.add(Shape::line(points.clone(), Stroke::new(WIDTH, colour)));
            painter.add(Shape::line(
                points,
                Stroke::new(WITHIN, SCREEN.text.gamma_multiply(f32::from(colour.a()) / 255.0)),
            ));
        }
    }
}
