//! Marks on the frames and bands of a recording.

use super::{Mark, Says};
use crate::nmf::bands::Bands;
use std::ops::Range;

/// How likely a place belongs to the source that is marked, with a strength of 1; each other source is as likely as
/// 1 minus this.
const LIKELY: f32 = 0.9;
/// How many bins a partial is wide: no brush is narrower.
const PARTIAL_BINS: f64 = 3.0;

/// The frames of a recording, and the bands of their spectra.
#[derive(Debug, Clone)]
pub struct FrameGrid {
    /// Number of frames T.
    pub frames: usize,
    /// The time in the middle of the first frame, and from one frame to the next, in seconds.
    pub first_seconds: f64,
    /// See [`Self::first_seconds`].
    pub step_seconds: f64,
    /// Distance between two bins, in Hz.
    pub bin_spacing: f64,
    /// The bands of a frame.
    pub bands: Bands,
}

impl FrameGrid {
    /// The bands that lie in `hz`, or the one that it lies in.
    fn bands_in(&self, (low, high): (f64, f64)) -> Range<usize> {
        let middle = 0.5 * (low + high);
        let half = (0.5 * (high - low)).max(0.5 * PARTIAL_BINS * self.bin_spacing);
        // Bin f holds what lies within half a bin of it.
        let (low, high) = ((middle - half) / self.bin_spacing, (middle + half) / self.bin_spacing);
        let centre = |b: usize| {
            let bins = self.bands.bins(b);
            0.5 * (bins.start + bins.end - 1) as f64
        };
        let bands: Vec<usize> = (0..self.bands.len()).filter(|b| (low..=high).contains(&centre(*b))).collect();
        let within = bands.first().map(|first| *first..bands[bands.len() - 1] + 1);
        within.unwrap_or_else(|| {
            let middle = middle / self.bin_spacing;
            let holds = |b: &usize| {
                let bins = self.bands.bins(*b);
                (bins.start as f64 - 0.5..bins.end as f64 - 0.5).contains(&middle)
            };
            (0..self.bands.len()).find(holds).map_or(0..0, |b| b..b + 1)
        })
    }

    /// When frame `t` is, in seconds: up to the middle between it and its neighbours.
    fn time(&self, t: usize) -> (f64, f64) {
        let middle = self.first_seconds + t as f64 * self.step_seconds;
        (middle - 0.5 * self.step_seconds, middle + 0.5 * self.step_seconds)
    }
}

/// What is marked in one place.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    source: u8,
    excluded: bool,
    strength: f32,
}

/// Marks on the frames and bands of a recording. Of two marks in one place the later one counts.
#[derive(Debug, Clone)]
pub struct MarkedFrames {
    /// `[T, B]`
    places: Vec<Option<Place>>,
    bands: usize,
}

impl MarkedFrames {
    /// `marks` on `grid`.
    pub fn new<'a>(marks: impl IntoIterator<Item = &'a Mark>, grid: &FrameGrid) -> Self {
        let mut marked = Self { places: vec![None; grid.frames * grid.bands.len()], bands: grid.bands.len() };
        marks.into_iter().for_each(|mark| marked.add(mark, grid));
        marked
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.places.iter().all(Option::is_none)
    }

    /// The source that the place is marked as, if it is, and whether it is marked as not being that source.
    pub fn at(&self, frame: usize, band: usize) -> Option<(usize, bool)> {
        self.places[frame * self.bands + band].map(|place| (usize::from(place.source), place.excluded))
    }

    /// Multiplies `prior`, `[S, B]`, how likely each source is in the bands of `frame`, by what the marks say to the
    /// power of `confidence`. The sources sum to 1 again.
    pub fn constrain(&self, frame: usize, confidence: f32, prior: &mut [f32]) {
        let places = &self.places[frame * self.bands..][..self.bands];
        for (b, place) in places.iter().enumerate() {
            let Some(place) = place else { continue };
            let odds = (LIKELY / (1.0 - LIKELY)).powf(confidence * place.strength);
            let own = usize::from(place.source);
            let mut sum = 0.0;
            for (s, prior) in prior[b..].iter_mut().step_by(self.bands).enumerate() {
                if (s == own) != place.excluded {
                    *prior *= odds;
                }
                sum += *prior;
            }
            prior[b..].iter_mut().step_by(self.bands).for_each(|prior| *prior /= sum.max(f32::MIN_POSITIVE));
        }
    }

    fn add(&mut self, mark: &Mark, grid: &FrameGrid) {
        let duration = mark.shape.duration();
        let place = |seconds: f64| (seconds - grid.first_seconds) / grid.step_seconds;
        let first = place(*duration.start()).floor().max(0.0) as usize;
        let end = (place(*duration.end()).ceil().max(-1.0) + 1.0) as usize;
        let source = mark.source as u8;
        for t in first..end.min(grid.frames) {
            let (from, to) = grid.time(t);
            for hz in mark.shape.coverage(from, to) {
                for b in grid.bands_in((*hz.start(), *hz.end())) {
                    let place = &mut self.places[t * self.bands + b];
                    *place = match mark.says {
                        Says::Nothing => place.filter(|place| place.source != source),
                        says => Some(Place { source, excluded: says == Says::Excluded, strength: mark.strength }),
                    };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::{MarkShape, Point};

    const STEP: f64 = 0.02;
    const SPACING: f64 = 10.0;

    fn grid() -> FrameGrid {
        FrameGrid {
            frames: 50,
            first_seconds: 0.5 * STEP,
            step_seconds: STEP,
            bin_spacing: SPACING,
            bands: Bands::new(1..1000),
        }
    }

    fn point(seconds: f64, hz: f64) -> Point {
        Point { seconds, hz }
    }

    fn stroke(from: (f64, f64), to: (f64, f64), seconds: f64, semitones: f64) -> MarkShape {
        MarkShape::Stroke { points: vec![point(from.0, from.1), point(to.0, to.1)], seconds, semitones }
    }

    /// The frames and the lowest and highest frequencies, in Hz, that are marked.
    fn extent(marks: &[Mark]) -> (Range<usize>, (f64, f64)) {
        let (grid, mut frames, mut hz) = (grid(), (usize::MAX, 0), (f64::MAX, 0.0_f64));
        let marked = MarkedFrames::new(marks, &grid);
        for t in 0..grid.frames {
            for b in (0..grid.bands.len()).filter(|b| marked.at(t, *b).is_some()) {
                let bins = grid.bands.bins(b);
                frames = (frames.0.min(t), frames.1.max(t + 1));
                hz = (hz.0.min(bins.start as f64 * SPACING), hz.1.max((bins.end - 1) as f64 * SPACING));
            }
        }
        (frames.0..frames.1, hz)
    }

    #[test]
    fn a_stroke_along_a_partial_is_three_bins_high_and_as_long_as_it_was_drawn() {
        let (frames, hz) = extent(&[Mark::belongs(0, stroke((0.2, 200.0), (0.4, 200.0), 0.0, 0.0))]);
        assert_eq!((frames, hz), (10..21, (190.0, 210.0)));
    }

    #[test]
    fn a_stroke_across_octaves_is_as_long_as_its_brush() {
        let (frames, hz) = extent(&[Mark::belongs(0, stroke((0.5, 200.0), (0.5, 800.0), 0.04, 0.0))]);
        assert_eq!(frames, 24..26);
        assert!((190.0..=200.0).contains(&hz.0) && (790.0..=830.0).contains(&hz.1), "{hz:?}");
    }

    #[test]
    fn a_stroke_that_rises_covers_every_moment_at_its_own_pitch() {
        let (grid, shape) = (grid(), stroke((0.0, 100.0), (1.0, 400.0), 0.0, 1.0));
        let marked = MarkedFrames::new(&[Mark::belongs(0, shape)], &grid);
        for t in 0..grid.frames {
            // Two octaves in a second.
            let hz = 100.0 * 4.0_f64.powf(grid.first_seconds + t as f64 * STEP);
            let is_marked = |hz: f64| marked.at(t, (hz / SPACING).round() as usize - 1).is_some();
            assert!(is_marked(hz) && !is_marked(hz * 1.4) && (hz < 140.0 || !is_marked(hz / 1.4)), "frame {t}");
        }
    }

    #[test]
    fn a_comb_covers_a_note_and_its_overtones_and_not_what_lies_between() {
        let points = vec![point(0.2, 150.0), point(0.4, 150.0)];
        let comb = MarkShape::Comb { points, partials: 3, seconds: 0.0, semitones: 0.0 };
        let marked = MarkedFrames::new(&[Mark::belongs(1, comb)], &grid());
        let at = |hz: f64| marked.at(15, (hz / SPACING) as usize - 1);
        for partial in [150.0, 300.0, 450.0] {
            assert_eq!(at(partial), Some((1, false)), "{partial} Hz");
        }
        assert_eq!([at(220.0), at(380.0)], [None, None]);
    }

    #[test]
    fn the_later_mark_counts_and_erasing_leaves_other_sources_alone() {
        let note = stroke((0.2, 200.0), (0.4, 200.0), 0.0, 0.0);
        let whole = MarkShape::Box { corners: [point(0.0, 50.0), point(1.0, 5_000.0)] };
        let erased = |source| Mark { says: Says::Nothing, ..Mark::belongs(source, whole.clone()) };
        let at = |marks: &[Mark]| MarkedFrames::new(marks, &grid()).at(15, 19);
        let marks = [Mark::belongs(0, note.clone()), Mark::belongs(1, note.clone())];
        assert_eq!(at(&marks), Some((1, false)));
        assert_eq!(at(&[marks[0].clone(), erased(1)]), Some((0, false)));
        assert_eq!(at(&[marks[0].clone(), erased(0)]), None);
        assert_eq!(at(&[Mark { says: Says::Excluded, ..Mark::belongs(2, note) }]), Some((2, true)));
    }

    #[test]
    fn a_marked_source_is_nine_times_as_likely_as_each_other() {
        let grid = grid();
        let note = stroke((0.2, 200.0), (0.4, 200.0), 0.0, 0.0);
        let width = grid.bands.len();
        let constrained = |mark: Mark| {
            let mut prior = vec![1.0 / 3.0; 3 * width];
            MarkedFrames::new(&[mark], &grid).constrain(15, 1.0, &mut prior);
            [0, 1, 2].map(|source| prior[source * width + 19])
        };
        let [a, b, c] = constrained(Mark::belongs(1, note.clone()));
        assert!((b / a - 9.0).abs() < 1e-3 && (b / c - 9.0).abs() < 1e-3 && (a + b + c - 1.0).abs() < 1e-6);
        let [a, b, c] = constrained(Mark { says: Says::Excluded, ..Mark::belongs(1, note.clone()) });
        assert!((a / b - 9.0).abs() < 1e-3 && (c / b - 9.0).abs() < 1e-3, "{a} {b} {c}");
        let [a, b, _] = constrained(Mark { strength: 0.0, ..Mark::belongs(1, note) });
        assert!((a - b).abs() < 1e-6, "a mark without strength says nothing");
    }
}
