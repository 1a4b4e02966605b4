//! The brushes: what a stroke of the hand becomes.

use crate::{
    editor::rooms::picture::frozen_part::FrozenPart,
    instance::state::stretch_view::StretchView,
    marks::{Mark, MarkShape, Point, Says},
};

/// Length of a hit, in seconds, and of the brush along a partial.
const HIT_SECONDS: f64 = 0.045;
const PARTIAL_SECONDS: f64 = 0.02;
/// Partials of a comb.
const PARTIALS: u32 = 12;
/// Size of the eraser, in seconds and semitones.
const ERASER: (f64, f64) = (0.06, 2.0);
/// A hit that was only clicked reaches this far up and down, as a factor of the frequency: an octave.
const CLICKED_HIT: f64 = 2.0;
/// What was only clicked lasts so long, in seconds.
const CLICKED_SECONDS: f64 = 0.3;

/// The brush, and the stroke that is being made.
#[derive(Debug, Default)]
pub struct PaintingState {
    pub(super) brush: Brush,
    /// Where the pointer was while the button was held.
    pub(super) stroke: Vec<Point>,
    /// What the worker has frozen, or was asked to.
    pub(super) asked: Option<FrozenPart>,
    /// What was drawn on the frozen stretch and is not answered yet.
    pub(super) made: MadeMarks,
    /// The last stroke was to erase marks and has met none.
    pub(super) found_nothing: bool,
}

/// The marks that were made and that the worker has not answered yet, the oldest first: they stay drawn until then.
#[derive(Debug, Default)]
pub(super) struct MadeMarks {
    /// The number of the stretch that they were made on.
    stretch: u64,
    /// How many marks were made on it.
    count: u64,
    waiting: Vec<Mark>,
}

impl MadeMarks {
    /// The worker shows `stretch`: what it has answered waits no longer.
    pub(super) fn follow(&mut self, stretch: &StretchView) {
        if self.stretch != stretch.number {
            *self = Self { stretch: stretch.number, count: stretch.answered, waiting: Vec::new() };
        }
        let open = self.count.saturating_sub(stretch.answered) as usize;
        self.waiting.drain(..self.waiting.len().saturating_sub(open));
    }

    /// The worker is asked to make `mark`.
    pub(super) fn make(&mut self, mark: Mark) {
        self.count += 1;
        self.waiting.push(mark);
    }

    /// The marks.
    pub(super) fn waiting(&self) -> &[Mark] {
        &self.waiting
    }
}

impl PaintingState {
    /// Whether a tool is chosen that paints.
    pub fn paints(&self) -> bool {
        self.brush.tool != Tool::Look
    }
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tool {
    /// Nothing: the picture is only looked at.
    #[default]
    Look,
    /// A stroke along a partial.
    Line,
    /// A stroke across the octaves of a hit.
    Hit,
    /// A note and its overtones.
    Note,
    /// Everything between two corners.
    Box,
}

impl Tool {
    /// All tools, with what stands on their buttons, their names and what they are for.
    pub(super) const ALL: [(Self, &'static str, &'static str, &'static str); 5] = [
        (Self::Look, "Look", "Only look", "Paints nothing: point, hold a place to hear it alone, zoom and scroll."),
        (Self::Line, "Line", "Paint a line", "Draw along one partial, as thin as it is."),
        (Self::Hit, "Hit", "Paint a hit", "Draw upwards across the frequencies of a drum hit."),
        (Self::Note, "Note", "Paint a note", "Draw along the lowest partial of a note: its overtones come with it."),
        (Self::Box, "Box", "Paint a box", "Everything between two corners; use it where one source sounds alone."),
    ];
}

/// What a stroke says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Saying {
    /// It belongs to the source.
    #[default]
    Is,
    /// It does not.
    IsNot,
    /// Nothing any more.
    Erase,
}

impl Saying {
    pub(super) const ALL: [(Self, &'static str, &'static str, &'static str); 3] = [
        (Self::Is, "Is", "It belongs to the source", "What you paint belongs to the chosen source."),
        (Self::IsNot, "Is not", "It does not belong to the source", "What you paint is anything but that source."),
        (Self::Erase, "Erase", "Erase marks of the source", "Takes the chosen source's marks away where you paint."),
    ];
}

/// The brush.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brush {
    pub(super) tool: Tool,
    pub(super) saying: Saying,
    pub(super) source: usize,
    /// How strongly it says so, in percent: [`LEAST_STRENGTH`] to 100.
    pub(super) strength: u8,
}

/// The weakest stroke, and a step, in percent.
pub(super) const LEAST_STRENGTH: u8 = 10;

impl Default for Brush {
    fn default() -> Self {
        Self { tool: Tool::default(), saying: Saying::default(), source: 0, strength: 100 }
    }
}

impl Brush {
    /// What is marked by a stroke along `points`, of which there is at least one.
    pub(super) fn mark(&self, points: &[Point]) -> Mark {
        let says = match self.saying {
            Saying::Is => Says::Belongs,
            Saying::IsNot => Says::Excluded,
            Saying::Erase => Says::Nothing,
        };
        let shape = match self.saying {
            Saying::Erase if self.tool != Tool::Box => {
                MarkShape::Stroke { points: points.to_vec(), seconds: ERASER.0, semitones: ERASER.1 }
            }
            _ => self.shape(points),
        };
        // What is erased is gone.
        let strength = if says == Says::Nothing { 1.0 } else { f32::from(self.strength) / 100.0 };
        Mark { source: self.source, says, strength, shape }
    }

    fn shape(&self, points: &[Point]) -> MarkShape {
        let (first, last) = (points[0], points[points.len() - 1]);
        match self.tool {
            Tool::Look | Tool::Line => {
                MarkShape::Stroke { points: along(points), seconds: PARTIAL_SECONDS, semitones: 0.0 }
            }
            Tool::Note => {
                MarkShape::Comb { points: along(points), partials: PARTIALS, seconds: PARTIAL_SECONDS, semitones: 0.0 }
            }
            Tool::Hit => {
                // A hit is a moment: where the button went down.
                let hz = || points.iter().map(|point| point.hz);
                let (mut low, mut high) = (hz().fold(f64::INFINITY, f64::min), hz().fold(0.0, f64::max));
                if points.len() == 1 {
                    (low, high) = (low / CLICKED_HIT, high * CLICKED_HIT);
                }
                let at = |hz: f64| Point { seconds: first.seconds, hz };
                MarkShape::Stroke { points: vec![at(low), at(high)], seconds: HIT_SECONDS, semitones: 0.0 }
            }
            Tool::Box => MarkShape::Box { corners: [first, last] },
        }
    }
}

/// The stroke itself, or a short one where there was only a click. Most points of a slow stroke say nothing new.
fn along(points: &[Point]) -> Vec<Point> {
    if let [point] = points {
        let at = |seconds: f64| Point { seconds: point.seconds + seconds, hz: point.hz };
        return vec![at(-0.5 * CLICKED_SECONDS), at(0.5 * CLICKED_SECONDS)];
    }
    let mut kept: Vec<Point> = Vec::new();
    for (n, point) in points.iter().enumerate() {
        let is_near = kept.last().is_some_and(|last: &Point| {
            (point.seconds - last.seconds).abs() < 0.01 && (point.hz / last.hz).log2().abs() < 0.01
        });
        if !is_near || n + 1 == points.len() {
            kept.push(*point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(list: &[(f64, f64)]) -> Vec<Point> {
        list.iter().map(|(seconds, hz)| Point { seconds: *seconds, hz: *hz }).collect()
    }

    #[test]
    fn each_tool_makes_its_shape() {
        let drawn = points(&[(1.0, 100.0), (1.001, 100.0), (1.5, 200.0)]);
        let mark = |tool, saying| Brush { tool, saying, source: 2, strength: 30 }.mark(&drawn);
        let line = mark(Tool::Line, Saying::Is);
        assert_eq!((line.source, line.says, line.strength), (2, Says::Belongs, 0.3));
        assert_eq!(line.shape.points(), points(&[(1.0, 100.0), (1.5, 200.0)]), "what is near says nothing new");
        assert!(matches!(mark(Tool::Note, Saying::IsNot).shape, MarkShape::Comb { partials: PARTIALS, .. }));
        assert_eq!(mark(Tool::Hit, Saying::Is).shape.points(), points(&[(1.0, 100.0), (1.0, 200.0)]));
        assert_eq!(mark(Tool::Box, Saying::Is).shape.points(), points(&[(1.0, 100.0), (1.5, 200.0)]));
        let eraser = mark(Tool::Hit, Saying::Erase);
        assert_eq!(eraser.strength, 1.0);
        assert!(eraser.says == Says::Nothing && matches!(eraser.shape, MarkShape::Stroke { semitones: 2.0, .. }));
    }

    #[test]
    fn a_click_is_a_short_note_or_a_hit_of_two_octaves() {
        let click = points(&[(1.0, 100.0)]);
        let shape = |tool| Brush { tool, ..Brush::default() }.mark(&click).shape;
        assert_eq!(shape(Tool::Note).points(), points(&[(0.85, 100.0), (1.15, 100.0)]));
        assert_eq!(shape(Tool::Hit).points(), points(&[(1.0, 50.0), (1.0, 200.0)]));
    }
}
