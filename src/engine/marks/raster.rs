//! Marks on the frames and bands of a recording.

use super::{Mark, Point, Says};
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
    /// The bands whose middles lie in `hz`, in Hz, which is made at least `least_bins` bins wide; or the one that it
    /// lies in.
    fn bands_in(&self, (low, high): (f64, f64), least_bins: f64) -> Range<usize> {
        let middle = 0.5 * (low + high);
        let half = (0.5 * (high - low)).max(0.5 * least_bins * self.bin_spacing);
        let first_with = |is_far_enough: &dyn Fn(usize) -> bool| {
            let (mut first, mut end) = (0, self.bands.len());
            while first < end {
                let b = (first + end) / 2;
                if is_far_enough(b) { end = b } else { first = b + 1 }
            }
            first
        };
        let first = first_with(&|b| self.band_hz(b) >= middle - half);
        let end = first_with(&|b| self.band_hz(b) > middle + half);
        if first < end {
            return first..end;
        }
        // Bin f holds what lies within half a bin of it.
        let bin = middle / self.bin_spacing + 0.5;
        let b = first_with(&|b| self.bands.bins(b).end as f64 > bin);
        if b < self.bands.len() && self.bands.bins(b).start as f64 <= bin { b..b + 1 } else { 0..0 }
    }

    /// The middle of band `b`, in Hz.
    pub fn band_hz(&self, b: usize) -> f64 {
        let bins = self.bands.bins(b);
        0.5 * (bins.start + bins.end - 1) as f64 * self.bin_spacing
    }

    /// The middle of frame `t`, in seconds.
    pub fn frame_seconds(&self, t: usize) -> f64 {
        self.first_seconds + t as f64 * self.step_seconds
    }

    /// When frame `t` is, in seconds: up to the middle between it and its neighbours.
    fn time(&self, t: usize) -> (f64, f64) {
        let middle = self.frame_seconds(t);
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
        let mut marked = Self::unmarked(grid);
        // One bit per source that a later mark has erased there.
        let mut erased = vec![0_u8; marked.places.len()];
        let marks: Vec<&Mark> = marks.into_iter().collect();
        for mark in marks.into_iter().rev() {
            let bit = 1_u8.checked_shl(mark.source as u32).unwrap_or_default();
            let place =
                Place { source: mark.source as u8, excluded: mark.says == Says::Excluded, strength: mark.strength };
            marked.each_covered(mark, grid, |at, places| match mark.says {
                Says::Nothing => erased[at] |= bit,
                _ if erased[at] & bit == 0 => {
                    places[at].get_or_insert(place);
                }
                _ => {}
            });
        }
        marked
    }

    /// What belongs to whom on `grid`: `source` says it for the middles of frames and bands, as far as it is known.
    pub fn labelled(grid: &FrameGrid, source: impl Fn(Point) -> Option<usize>) -> Self {
        let mut marked = Self::unmarked(grid);
        for (at, place) in marked.places.iter_mut().enumerate() {
            let (t, b) = (at / marked.bands, at % marked.bands);
            let said = source(Point { seconds: grid.frame_seconds(t), hz: grid.band_hz(b) });
            *place = said.map(|source| Place { source: source as u8, excluded: false, strength: 1.0 });
        }
        marked
    }

    fn unmarked(grid: &FrameGrid) -> Self {
        Self { places: vec![None; grid.frames * grid.bands.len()], bands: grid.bands.len() }
    }

    /// The source that the place is marked with, if it is.
    pub fn source_at(&self, frame: usize, band: usize) -> Option<usize> {
        self.places[frame * self.bands + band].map(|place| place.source.into())
    }

    /// Whether something is said of `source`.
    pub fn names(&self, source: usize) -> bool {
        self.places.iter().flatten().any(|place| usize::from(place.source) == source && place.strength > 0.0)
    }

    /// Multiplies `likelihoods`, `[S, B]`, of the bands of `frame` by what the marks say to the power of `confidence`.
    /// The sources have the same sum as before.
    pub fn constrain(&self, frame: usize, confidence: f32, likelihoods: &mut [f32]) {
        let places = &self.places[frame * self.bands..][..self.bands];
        for (b, place) in places.iter().enumerate() {
            let Some(place) = place else { continue };
            let odds = (LIKELY / (1.0 - LIKELY)).powf(confidence * place.strength);
            let (mut before, mut after) = (0.0, 0.0);
            for (s, likelihood) in likelihoods[b..].iter_mut().step_by(self.bands).enumerate() {
                before += *likelihood;
                if (s == usize::from(place.source)) != place.excluded {
                    *likelihood *= odds;
                }
                after += *likelihood;
            }
            let scale = before / after.max(f32::MIN_POSITIVE);
            likelihoods[b..].iter_mut().step_by(self.bands).for_each(|likelihood| *likelihood *= scale);
        }
    }

    /// Calls `act` with every place that `mark` covers, and all places.
    fn each_covered(&mut self, mark: &Mark, grid: &FrameGrid, mut act: impl FnMut(usize, &mut [Option<Place>])) {
        let duration = mark.shape.duration();
        let place = |seconds: f64| (seconds - grid.first_seconds) / grid.step_seconds;
        let first = place(*duration.start()).floor().max(0.0) as usize;
        let end = (place(*duration.end()).ceil().max(-1.0) + 1.0) as usize;
        let least_bins = if mark.shape.is_brushed() { PARTIAL_BINS } else { 0.0 };
        for t in first..end.min(grid.frames) {
            let (from, to) = grid.time(t);
            for hz in mark.shape.coverage(from, to) {
                let bands = grid.bands_in((*hz.start(), *hz.end()), least_bins);
                bands.for_each(|b| act(t * self.bands + b, &mut self.places));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::MarkShape;

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
            for b in (0..grid.bands.len()).filter(|b| marked.source_at(t, *b).is_some()) {
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
            let is_marked = |hz: f64| marked.source_at(t, (hz / SPACING).round() as usize - 1).is_some();
            assert!(is_marked(hz) && !is_marked(hz * 1.4) && (hz < 140.0 || !is_marked(hz / 1.4)), "frame {t}");
        }
    }

    #[test]
    fn a_comb_covers_a_note_and_its_overtones_and_not_what_lies_between() {
        let points = vec![point(0.2, 150.0), point(0.4, 150.0)];
        let comb = MarkShape::Comb { points, partials: 3, seconds: 0.0, semitones: 0.0 };
        let marked = MarkedFrames::new(&[Mark::belongs(1, comb)], &grid());
        let at = |hz: f64| marked.source_at(15, (hz / SPACING) as usize - 1);
        for partial in [150.0, 300.0, 450.0] {
            assert_eq!(at(partial), Some(1), "{partial} Hz");
        }
        assert_eq!([at(220.0), at(380.0)], [None, None]);
    }

    #[test]
    fn boxes_that_touch_do_not_overlap() {
        let slice = |source, low: f64| {
            Mark::belongs(source, MarkShape::Box { corners: [point(0.0, low), point(1.0, low + SPACING)] })
        };
        let marks = [slice(0, 195.0), slice(1, 205.0), slice(2, 185.0)];
        let marked = MarkedFrames::new(&marks, &grid());
        assert_eq!([18, 19, 20].map(|band| marked.source_at(5, band)), [Some(2), Some(0), Some(1)]);
    }

    #[test]
    fn the_later_mark_counts_and_what_is_erased_was_never_there() {
        let note = stroke((0.2, 200.0), (0.4, 200.0), 0.0, 0.0);
        let whole = MarkShape::Box { corners: [point(0.0, 50.0), point(1.0, 5_000.0)] };
        let eraser = |source| Mark { says: Says::Nothing, ..Mark::belongs(source, whole.clone()) };
        let marked = |marks: &[Mark]| MarkedFrames::new(marks, &grid());
        let at = |marks: &[Mark]| marked(marks).source_at(15, 19);
        let [first, second] = [0, 1].map(|source| Mark::belongs(source, note.clone()));
        assert_eq!(at(&[first.clone(), second.clone()]), Some(1));
        assert_eq!(at(&[first.clone(), eraser(1)]), Some(0));
        assert_eq!(at(&[first.clone(), eraser(0)]), None);
        assert_eq!(at(&[first.clone(), second.clone(), eraser(1)]), Some(0), "what lay beneath is there again");
        assert_eq!(at(&[eraser(0), first.clone()]), Some(0), "what comes later is not erased");
        assert!(marked(std::slice::from_ref(&first)).names(0) && !marked(&[first.clone(), eraser(0)]).names(0));
        assert!(!marked(&[eraser(1)]).names(1) && !marked(&[Mark { strength: 0.0, ..first }]).names(0));
    }

    #[test]
    fn a_stroke_that_turns_back_marks_its_line_and_not_what_lies_between() {
        let points = vec![point(0.2, 200.0), point(0.8, 200.0), point(0.8, 800.0), point(0.2, 800.0)];
        let shape = MarkShape::Stroke { points, seconds: 0.0, semitones: 0.0 };
        let marked = MarkedFrames::new(&[Mark::belongs(0, shape)], &grid());
        let grid = grid();
        let band = |hz: f64| (0..grid.bands.len()).min_by_key(|b| (grid.band_hz(*b) - hz).abs() as u32);
        let at = |hz: f64| marked.source_at(20, band(hz).unwrap_or_default());
        assert_eq!([at(200.0), at(400.0), at(800.0)], [Some(0), None, Some(0)]);
    }

    #[test]
    fn labels_are_looked_up_where_frames_and_bands_are() {
        let marked = MarkedFrames::labelled(&grid(), |at| (at.hz > 1_000.0).then_some(usize::from(at.seconds > 0.5)));
        let high = grid().bands.len() - 1;
        assert_eq!(
            [marked.source_at(3, 0), marked.source_at(3, high), marked.source_at(30, high)],
            [None, Some(0), Some(1)]
        );
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
        let mut likelihoods = vec![0.8; 3 * width];
        let mark = Mark { strength: 0.3, ..Mark::belongs(0, stroke((0.2, 200.0), (0.4, 200.0), 0.0, 0.0)) };
        MarkedFrames::new(&[mark], &grid).constrain(15, 1.0, &mut likelihoods);
        let sum: f32 = likelihoods[19..].iter().step_by(width).sum();
        assert!((sum - 2.4).abs() < 1e-5, "all together are as likely as before: {sum}");
    }
}
