//! Curves over frequency, and areas between two curves. Frequency runs upwards, as in the spectrogram beside them, and
//! the value, called height, to the right.

use super::axis::ROWS;
use egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2};

/// Width of one step of a curve, in points.
const STEP: f32 = 2.0;

/// A rectangle for curves.
#[derive(Debug, Clone, Copy)]
pub struct PlotRect {
    /// Its place on the screen.
    pub rect: Rect,
    /// The part of the frequency axis that it shows, 0 to 1.
    pub range: (f32, f32),
}

impl PlotRect {
    /// The point at `along` the frequency axis and at `height`, both 0 to 1.
    pub fn point(&self, along: f32, height: f32) -> Pos2 {
        let (Rect { min, max }, (low, high)) = (self.rect, self.range);
        pos2(min.x + height * (max.x - min.x), max.y - (along - low) / (high - low) * (max.y - min.y))
    }

    /// Where `at` lies on the frequency axis, 0 to 1.
    pub fn along(&self, at: Pos2) -> f32 {
        let (low, high) = self.range;
        low + (high - low) * ((self.rect.bottom() - at.y) / self.rect.height()).clamp(0.0, 1.0)
    }

    /// The steps of a curve: where each lies on the frequency axis, and the rows it stands for.
    pub fn steps(&self) -> impl Iterator<Item = (f32, std::ops::Range<usize>)> + use<> {
        let (low, high) = self.range;
        let count = ((self.rect.height() / STEP) as usize).clamp(2, ROWS);
        let row = move |part: f32| ((low + part * (high - low)) * ROWS as f32) as usize;
        (0..count).map(move |step| {
            let first = row(step as f32 / count as f32).min(ROWS - 1);
            let rows = first..row((step + 1) as f32 / count as f32).clamp(first + 1, ROWS);
            (low + (high - low) * step as f32 / (count - 1) as f32, rows)
        })
    }

    /// Draws a line across, at `along` the frequency axis.
    pub fn line_across(&self, painter: &Painter, along: f32, stroke: Stroke) {
        painter.line_segment([self.point(along, 0.0), self.point(along, 1.0)], stroke);
    }

    /// Draws a curve of these heights, one per step, where they are above 0.
    pub fn curve(&self, painter: &Painter, heights: &[f32], stroke: Stroke) {
        let points: Vec<Pos2> =
            self.steps().zip(heights).map(|((along, _), height)| self.point(along, *height)).collect();
        let above = |i: usize| heights[i] > 0.0;
        let mut first = 0;
        while first < points.len() {
            let run = (first..points.len()).take_while(|i| above(*i)).count();
            if run > 1 {
                painter.add(Shape::line(points[first..first + run].to_vec(), stroke));
            }
            first += run.max(1);
        }
    }
}

/// The area between two curves, with a colour per step.
pub struct CurveArea<'a> {
    plot: &'a PlotRect,
    mesh: Mesh,
}

impl<'a> CurveArea<'a> {
    /// An empty area.
    pub fn new(plot: &'a PlotRect) -> Self {
        Self { plot, mesh: Mesh::default() }
    }

    /// Adds a step at `along` the frequency axis, from the height `low` to `high`.
    pub fn step(&mut self, along: f32, (low, high): (f32, f32), colour: Color32) {
        let next = self.mesh.vertices.len() as u32;
        self.mesh.colored_vertex(self.plot.point(along, low), colour);
        self.mesh.colored_vertex(self.plot.point(along, high), colour);
        if next > 0 {
            self.mesh.add_triangle(next - 2, next - 1, next);
            self.mesh.add_triangle(next - 1, next, next + 1);
        }
    }

    /// Paints it.
    pub fn paint(self, painter: &Painter) {
        painter.add(Shape::mesh(self.mesh));
    }
}
