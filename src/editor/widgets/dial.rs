//! A knob as it is painted: an arc from the lowest position to the value, ticks, a body, a pointer.

use crate::editor::theme::{self, Themed};
use egui::{Align2, Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};
use std::f32::consts::{PI, TAU};

/// Angle of the lowest position, in radians clockwise from three o'clock: seven o'clock.
const START: f32 = 0.75 * PI;
/// Angle between the lowest and the highest position.
const SWEEP: f32 = 1.5 * PI;
/// How far the arc reaches below the centre, as a share of its radius. The ticks' labels reach a little further.
const FOOT: f32 = 0.86;
/// Least diameter at which the ticks have labels, in points.
const LABELS_FROM: f32 = 116.0;

/// A tick beside the arc.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Position, 0 to 1.
    pub position: f32,
    /// Label; empty for none.
    pub label: &'static str,
    /// Marks the neutral position ("unchanged"); drawn at every size.
    pub home: bool,
}

/// What a knob shows.
pub struct Dial<'a> {
    /// Position, 0 to 1.
    pub position: f32,
    /// Colour of the arc.
    pub colour: Color32,
    /// Ticks, lowest first.
    pub ticks: &'a [Tick],
    /// The pointer is over it or drags it.
    pub hot: bool,
    /// It has the keyboard's focus.
    pub focused: bool,
}

impl Dial<'_> {
    /// Paints the dial, centred in `rect`.
    pub fn paint(&self, painter: &Painter, rect: Rect) {
        let size = rect.size().min_elem();
        let labelled = size >= LABELS_FROM && self.ticks.iter().any(|tick| !tick.label.is_empty());
        let label_size = (size * 0.07).clamp(11.5, 15.0);
        let (above, beside) = if labelled {
            (label_size * 1.9, label_size * 2.9)
        } else {
            ((size * 0.1).max(4.0), (size * 0.1).max(4.0))
        };
        // The arc is open at its foot, so the circle needs less space there than above.
        let outer = ((rect.height() - above) / (1.0 + FOOT)).min(rect.width() / 2.0 - beside);
        let width = (outer * 0.13).max(3.0);
        let spare = rect.height() - above - outer * (1.0 + FOOT);
        let centre = pos2(rect.center().x, rect.top() + above + outer + spare / 2.0);

        self.paint_ticks(painter, centre, outer, labelled.then_some(label_size));
        let ring = outer - width / 2.0;
        paint_arc(painter, centre, ring, width, 0.0..=1.0, painter.colours().well);
        paint_arc(painter, centre, ring, width, 0.0..=self.position, self.colour);
        self.paint_body(painter, centre, outer - width * 1.75);
    }

    fn paint_ticks(&self, painter: &Painter, centre: Pos2, outer: f32, label_size: Option<f32>) {
        for tick in self.ticks.iter().filter(|tick| tick.home || label_size.is_some()) {
            let out = direction(tick.position);
            let colour = if tick.home { painter.colours().text } else { painter.colours().faint };
            let (from, to) = (outer + 2.0, outer + if label_size.is_some() { 7.0 } else { 5.5 });
            let stroke = Stroke::new(if tick.home { 2.0 } else { 1.0 }, colour);
            painter.line_segment([centre + out * from, centre + out * to], stroke);
            if let Some(size) = label_size {
                // Labels are wider than high: those at the sides stand further out.
                let at = centre + out * (outer + 9.0 + size * 0.62) + vec2(out.x * size * 0.5, 0.0);
                painter.text(at, Align2::CENTER_CENTER, tick.label, theme::font(size), colour);
            }
        }
    }

    fn paint_body(&self, painter: &Painter, centre: Pos2, radius: f32) {
        let colours = painter.colours();
        let lift = if self.hot { 0.09 } else { 0.0 };
        let [top, foot, rim] = colours.knob.map(|shade| shade.lerp_to_gamma(colours.text, lift));
        painter.add(lit_disc(centre, radius, top, foot));
        let rim = if self.focused { Stroke::new(2.0, colours.focus) } else { Stroke::new(1.0, rim) };
        painter.circle_stroke(centre, radius, rim);
        let out = direction(self.position);
        let width = (radius * 0.075).max(2.0);
        let (from, to) = (centre + out * radius * 0.46, centre + out * radius * 0.88);
        painter.line_segment([from, to], Stroke::new(width, colours.text));
        for end in [from, to] {
            painter.circle_filled(end, width / 2.0, colours.text);
        }
    }
}

fn direction(position: f32) -> Vec2 {
    Vec2::angled(START + SWEEP * position.clamp(0.0, 1.0))
}

fn paint_arc(
    painter: &Painter,
    centre: Pos2,
    radius: f32,
    width: f32,
    span: std::ops::RangeInclusive<f32>,
    colour: Color32,
) {
    let (from, to) = (*span.start(), span.end().clamp(0.0, 1.0));
    if to - from < 1e-3 {
        return;
    }
    let steps = ((to - from) * radius * 1.5).ceil().max(2.0) as usize;
    let points: Vec<Pos2> =
        (0..=steps).map(|i| centre + direction(from + (to - from) * i as f32 / steps as f32) * radius).collect();
    for end in [points[0], points[steps]] {
        painter.circle_filled(end, width / 2.0, colour);
    }
    painter.add(Shape::line(points, Stroke::new(width, colour)));
}

/// A disc lit from above: `top` runs into `bottom`.
fn lit_disc(centre: Pos2, radius: f32, top: Color32, bottom: Color32) -> Shape {
    const CORNERS: u32 = 96;
    let mut mesh = Mesh::default();
    mesh.colored_vertex(centre, top.lerp_to_gamma(bottom, 0.5));
    for corner in 0..CORNERS {
        let out = Vec2::angled(TAU * corner as f32 / CORNERS as f32);
        let at = pos2(centre.x + out.x * radius, centre.y + out.y * radius);
        mesh.colored_vertex(at, top.lerp_to_gamma(bottom, 0.5 + 0.5 * out.y));
        mesh.add_triangle(0, corner + 1, (corner + 1) % CORNERS + 1);
    }
    Shape::mesh(mesh)
}
