//! Icons, drawn by code, and buttons that show one.

use crate::editor::theme::{self, Themed};
use egui::{
    Color32, CornerRadius, Id, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    accesskit::Role, pos2, vec2,
};
use std::f32::consts::{FRAC_PI_2, PI};

/// Width of lines, in points.
const LINE: f32 = 1.5;

/// What an icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A tip to the left.
    Previous,
    /// A tip to the right.
    Next,
    /// A tip downwards: something opens below.
    More,
    /// An arrow that turns back.
    Undo,
    /// An arrow that turns forward.
    Redo,
    /// An arrow to a bar on the right.
    CopyRight,
    /// An arrow to a bar on the left.
    CopyLeft,
    /// A triangle, the letter delta.
    Difference,
    /// The power symbol.
    Power,
    /// A magnifying glass.
    Search,
    /// A cross.
    Clear,
    /// A pencil.
    Pencil,
    /// A waste bin.
    Bin,
    /// A backspace key.
    Backspace,
    /// An exclamation mark in a triangle.
    Warning,
    /// Two arrows that point outwards.
    Expand,
    /// Two arrows that point inwards.
    Contract,
    /// A star's outline.
    Star,
    /// A filled star.
    StarFilled,
    /// Headphones.
    Headphones,
}

impl Icon {
    /// Paints the icon around `centre`, some 14 points wide.
    pub fn paint(self, painter: &Painter, centre: Pos2, ink: Color32) {
        let at = |x: f32, y: f32| centre + vec2(x, y);
        let stroke = Stroke::new(LINE, ink);
        let line = |points: &[(f32, f32)]| {
            painter.add(Shape::line(points.iter().map(|(x, y)| at(*x, *y)).collect(), stroke));
        };
        match self {
            Self::Previous => line(&[(2.5, -5.0), (-2.5, 0.0), (2.5, 5.0)]),
            Self::Next => line(&[(-2.5, -5.0), (2.5, 0.0), (-2.5, 5.0)]),
            Self::More => line(&[(-4.0, -2.0), (0.0, 2.0), (4.0, -2.0)]),
            Self::Undo => turn(painter, centre, -1.0, stroke),
            Self::Redo => turn(painter, centre, 1.0, stroke),
            Self::CopyRight | Self::CopyLeft => {
                let way = if self == Self::CopyRight { 1.0 } else { -1.0 };
                line(&[(-6.0 * way, 0.0), (3.5 * way, 0.0)]);
                line(&[(0.0, -3.5), (3.5 * way, 0.0), (0.0, 3.5)].map(|(x, y)| (x + 0.25 * way, y)));
                line(&[(6.5 * way, -5.0), (6.5 * way, 5.0)]);
            }
            Self::Difference => {
                painter.add(Shape::closed_line(vec![at(0.0, -5.5), at(6.0, 5.0), at(-6.0, 5.0)], stroke));
            }
            Self::Power => {
                arc(painter, at(0.0, 0.5), 5.5, -FRAC_PI_2 + 0.65, 1.5 * PI - 0.65, stroke);
                line(&[(0.0, -6.5), (0.0, -0.5)]);
            }
            Self::Search => {
                painter.circle_stroke(at(-1.5, -1.5), 4.0, stroke);
                line(&[(1.5, 1.5), (5.5, 5.5)]);
            }
            Self::Clear => {
                line(&[(-3.5, -3.5), (3.5, 3.5)]);
                line(&[(3.5, -3.5), (-3.5, 3.5)]);
            }
            Self::Pencil => {
                let outline = [(-5.5, 5.5), (-4.5, 2.0), (2.5, -5.0), (5.0, -2.5), (-2.0, 4.5)];
                painter.add(Shape::closed_line(outline.map(|(x, y)| at(x, y)).into(), stroke));
                line(&[(0.5, -3.0), (3.0, -0.5)]);
            }
            Self::Bin => {
                line(&[(-5.5, -3.5), (5.5, -3.5)]);
                line(&[(-2.0, -3.5), (-2.0, -5.5), (2.0, -5.5), (2.0, -3.5)]);
                line(&[(-4.0, -3.5), (-3.5, 5.5), (3.5, 5.5), (4.0, -3.5)]);
                line(&[(0.0, -0.5), (0.0, 3.0)]);
            }
            Self::Backspace => {
                let outline = [(-7.0, 0.0), (-3.0, -4.5), (6.5, -4.5), (6.5, 4.5), (-3.0, 4.5)];
                painter.add(Shape::closed_line(outline.map(|(x, y)| at(x, y)).into(), stroke));
                line(&[(-0.5, -2.0), (3.5, 2.0)]);
                line(&[(3.5, -2.0), (-0.5, 2.0)]);
            }
            Self::Expand | Self::Contract => {
                let (corner, end) = if self == Self::Expand { (5.5, 1.5) } else { (1.5, 5.5) };
                line(&[(end, -corner), (corner, -corner), (corner, -end)]);
                line(&[(-end, corner), (-corner, corner), (-corner, end)]);
                // The shafts of two arrows.
                line(&[(1.5, -1.5), (5.5, -5.5)]);
                line(&[(-1.5, 1.5), (-5.5, 5.5)]);
            }
            Self::Star | Self::StarFilled => {
                let corner = |i: u8| {
                    let radius = if i.is_multiple_of(2) { 6.5 } else { 2.7 };
                    at(0.0, 0.5) + radius * Vec2::angled(-FRAC_PI_2 + PI * f32::from(i) / 5.0)
                };
                let corners: Vec<Pos2> = (0..10).map(corner).collect();
                if self == Self::StarFilled {
                    // The tips one by one: egui fills convex shapes only.
                    let inner = (0..5_usize).map(|i| corners[2 * i + 1]).collect();
                    painter.add(Shape::convex_polygon(inner, ink, Stroke::NONE));
                    for i in 0..5_usize {
                        let tip = vec![corners[(2 * i + 9) % 10], corners[2 * i], corners[2 * i + 1]];
                        painter.add(Shape::convex_polygon(tip, ink, Stroke::NONE));
                    }
                }
                painter.add(Shape::closed_line(corners, Stroke::new(1.2, ink)));
            }
            Self::Headphones => {
                arc(painter, at(0.0, 0.5), 5.5, PI, 2.0 * PI, stroke);
                for side in [-1.0, 1.0] {
                    let cup = Rect::from_center_size(at(5.0 * side, 3.0), vec2(3.0, 5.5));
                    painter.rect_filled(cup, CornerRadius::same(1), ink);
                }
            }
            Self::Warning => {
                painter.add(Shape::closed_line(vec![at(0.0, -5.5), at(6.0, 5.0), at(-6.0, 5.0)], stroke));
                line(&[(0.0, -2.0), (0.0, 1.5)]);
                painter.circle_filled(at(0.0, 3.3), 0.9, ink);
            }
        }
    }
}

/// A part of a circle between two angles, in radians clockwise from three o'clock.
fn arc(painter: &Painter, centre: Pos2, radius: f32, from: f32, to: f32, stroke: Stroke) {
    const CORNERS: u8 = 24;
    let corner = |i: u8| centre + radius * Vec2::angled(from + (to - from) * f32::from(i) / f32::from(CORNERS));
    painter.add(Shape::line((0..=CORNERS).map(corner).collect(), stroke));
}

/// An arrow that points to the left (`way` -1) or the right (1) and curves back below.
fn turn(painter: &Painter, centre: Pos2, way: f32, stroke: Stroke) {
    let at = |x: f32, y: f32| pos2(centre.x + x * way, centre.y + y);
    painter.add(Shape::line(vec![at(2.0, -6.0), at(5.5, -2.5), at(2.0, 1.0)], stroke));
    let mut points = vec![at(5.5, -2.5)];
    points.extend((0..=16_u8).map(|i| {
        let angle = -FRAC_PI_2 - PI * f32::from(i) / 16.0;
        let out = 4.0 * Vec2::angled(angle);
        at(-1.5 + out.x, 1.5 + out.y)
    }));
    points.push(at(1.5, 5.5));
    painter.add(Shape::line(points, stroke));
}

/// A button that shows an icon.
pub struct IconButton<'a> {
    /// The icon.
    pub icon: Icon,
    /// What it is called in the accessibility tree.
    pub name: &'a str,
    /// Whether it can be clicked.
    pub enabled: bool,
    /// Whether its background is drawn while the pointer is elsewhere.
    pub plate: bool,
}

impl<'a> IconButton<'a> {
    /// An enabled button with a background.
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self { icon, name, enabled: true, plate: true }
    }

    /// Draws it in `rect`; the response tells whether it was clicked.
    pub fn show(self, ui: &Ui, rect: Rect, id: Id) -> Response {
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, id, sense);
        let enabled = self.enabled && ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, self.name));
        let hovered = self.enabled && response.hovered();
        if self.plate || hovered || response.has_focus() {
            let fill = match (self.enabled, hovered) {
                (false, _) => Color32::TRANSPARENT,
                (true, false) => ui.colours().button,
                (true, true) => ui.colours().button_hover,
            };
            plate(ui, rect, fill, &response);
        }
        let ink = match (self.enabled, hovered || self.plate) {
            // Weak in every theme: in that of high contrast edges are as bright as words. Opaque, because lines cross.
            (false, _) => ui.colours().ground.lerp_to_gamma(ui.colours().text, 0.4),
            (true, false) => ui.colours().faint,
            (true, true) => ui.colours().text,
        };
        self.icon.paint(ui.painter(), rect.center(), ink);
        response
    }
}

/// A button's background, with a ring while it has the keyboard's focus.
pub fn plate(ui: &Ui, rect: Rect, fill: Color32, response: &Response) {
    let edge = if response.has_focus() {
        Stroke::new(2.0, ui.colours().focus)
    } else {
        Stroke::new(1.0, ui.colours().button_edge)
    };
    ui.painter().rect(rect, CornerRadius::same(theme::BUTTON_RADIUS as u8), fill, edge, StrokeKind::Inside);
}
