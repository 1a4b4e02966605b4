//! The shapes of marks, and which frequencies they cover when.

use std::ops::RangeInclusive;

/// A place in a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Seconds from the recording's beginning.
    pub seconds: f64,
    /// In Hz, above 0.
    pub hz: f64,
}

/// The shape of a mark.
#[derive(Debug, Clone, PartialEq)]
pub enum MarkShape {
    /// A brush that was drawn along `points`: as many `seconds` long and `semitones` high as the brush is.
    Stroke {
        /// Where it was drawn, one after the other; at least one.
        points: Vec<Point>,
        /// Length of the brush in time.
        seconds: f64,
        /// Height of the brush.
        semitones: f64,
    },
    /// The same along a fundamental, and along its overtones.
    Comb {
        /// Where the fundamental was drawn; at least one.
        points: Vec<Point>,
        /// Number of partials, with the fundamental.
        partials: u32,
        /// Length of the brush in time.
        seconds: f64,
        /// Height of the brush.
        semitones: f64,
    },
    /// Everything between two corners.
    Box {
        /// One corner, and the one that lies across.
        corners: [Point; 2],
    },
}

/// Most partials of a comb.
pub(super) const MOST_PARTIALS: u32 = 64;

/// What a shape covers at one time, in Hz.
pub type Coverage = Vec<RangeInclusive<f64>>;

impl MarkShape {
    /// All points that it is given by.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::Stroke { points, .. } | Self::Comb { points, .. } => points,
            Self::Box { corners } => corners,
        }
    }

    /// Whether it was drawn with a brush; it is cut out with edges otherwise.
    pub(super) fn is_brushed(&self) -> bool {
        !matches!(self, Self::Box { .. })
    }

    /// When it begins and ends, in seconds.
    pub(super) fn duration(&self) -> RangeInclusive<f64> {
        let half = match self {
            Self::Stroke { seconds, .. } | Self::Comb { seconds, .. } => 0.5 * seconds,
            Self::Box { .. } => 0.0,
        };
        let times = || self.points().iter().map(|point| point.seconds);
        times().fold(f64::INFINITY, f64::min) - half..=times().fold(f64::NEG_INFINITY, f64::max) + half
    }

    /// The frequencies that it covers from one time to another, in seconds.
    pub(super) fn coverage(&self, from: f64, to: f64) -> Coverage {
        match self {
            Self::Stroke { points, seconds, semitones } => drawn(points, 0.5 * seconds, *semitones, from, to),
            Self::Comb { points, partials, seconds, semitones } => {
                let fundamental = drawn(points, 0.5 * seconds, *semitones, from, to);
                let partials = (1..=(*partials).min(MOST_PARTIALS)).map(f64::from);
                let of = |n: f64| fundamental.iter().map(move |hz| hz.start() * n..=hz.end() * n);
                partials.flat_map(of).collect()
            }
            Self::Box { corners: [a, b] } => {
                let overlaps = a.seconds.min(b.seconds) < to && a.seconds.max(b.seconds) > from;
                overlaps.then(|| a.hz.min(b.hz)..=a.hz.max(b.hz)).into_iter().collect()
            }
        }
    }

    /// The frequencies that it covers at this time, or comes near to, in Hz.
    pub fn covered(&self, seconds: f64) -> Coverage {
        let wider = 2.0_f64.powf(TOUCH_SEMITONES / 24.0);
        let coverage = self.coverage(seconds - TOUCH_SECONDS, seconds + TOUCH_SECONDS);
        coverage.into_iter().map(|hz| hz.start() / wider..=hz.end() * wider).collect()
    }

    /// Whether it covers `at`, or comes near.
    pub fn covers(&self, at: Point) -> bool {
        self.covered(at.seconds).iter().any(|hz| hz.contains(&at.hz))
    }

    /// Whether any place is covered by both, or nearly so.
    pub fn meets(&self, other: &Self) -> bool {
        let (own, others) = (self.duration(), other.duration());
        let from = own.start().max(*others.start()) - TOUCH_SECONDS;
        let end = own.end().min(*others.end()) + TOUCH_SECONDS;
        let steps = ((end - from) / TOUCH_SECONDS).ceil().max(0.0) as usize;
        (0..steps).any(|step| {
            let at = from + step as f64 * TOUCH_SECONDS;
            let others = other.covered(at);
            let overlaps = |own: &RangeInclusive<f64>| {
                others.iter().any(|other| own.start() <= other.end() && other.start() <= own.end())
            };
            self.covered(at).iter().any(overlaps)
        })
    }
}

/// How near a point is that counts as covered, in seconds to either side, and in semitones to both sides together.
const TOUCH_SECONDS: f64 = 0.01;
const TOUCH_SEMITONES: f64 = 0.5;
/// Times that differ by less are the same, in seconds.
const SAME_TIME: f64 = 1e-6;

/// What a brush drawn along `points` covers from one time to another: a brush of `semitones`, whose middle comes within
/// `half` a brush of that time. One range for every piece of the line.
fn drawn(points: &[Point], half: f64, semitones: f64, from: f64, to: f64) -> Coverage {
    // What ends when a frame begins is not in it, but what is a single moment is in one frame.
    let early = if half > 0.0 { -SAME_TIME } else { 0.5 * SAME_TIME };
    let (from, to) = (from - half - early, to + half - SAME_TIME);
    let wider = 2.0_f64.powf(semitones / 24.0);
    let range = |a: f64, b: f64| a.min(b) / wider..=a.max(b) * wider;
    if let [point] = points {
        return (from..=to).contains(&point.seconds).then(|| range(point.hz, point.hz)).into_iter().collect();
    }
    let piece = |pair: &[Point]| {
        let (a, b) = if pair[0].seconds <= pair[1].seconds { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
        if b.seconds < from || a.seconds > to {
            return None;
        }
        // A straight line in the picture, whose frequency axis is logarithmic.
        let at = |seconds: f64| {
            let along = (seconds - a.seconds) / (b.seconds - a.seconds);
            a.hz * (b.hz / a.hz).powf(along.clamp(0.0, 1.0))
        };
        let low = if a.seconds >= from { a.hz } else { at(from) };
        let high = if b.seconds <= to { b.hz } else { at(to) };
        Some(range(low, high))
    };
    points.windows(2).filter_map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(points: [(f64, f64); 2], seconds: f64, semitones: f64) -> MarkShape {
        let points = points.map(|(seconds, hz)| Point { seconds, hz }).into();
        MarkShape::Stroke { points, seconds, semitones }
    }

    #[test]
    fn shapes_meet_where_a_place_belongs_to_both() {
        let line = stroke([(1.0, 400.0), (2.0, 800.0)], 0.02, 0.0);
        let eraser = |seconds: f64, hz: f64| stroke([(seconds, hz), (seconds + 0.01, hz)], 0.06, 2.0);
        assert!(eraser(1.5, 566.0).meets(&line) && line.meets(&eraser(1.5, 566.0)));
        for (seconds, hz) in [(1.5, 720.0), (2.2, 800.0), (0.8, 400.0)] {
            assert!(!eraser(seconds, hz).meets(&line), "{seconds} s, {hz} Hz");
        }
        let corner = |seconds, hz| Point { seconds, hz };
        let square = MarkShape::Box { corners: [corner(3.0, 1_000.0), corner(1.9, 700.0)] };
        assert!(square.meets(&line) && eraser(2.5, 850.0).meets(&square) && !eraser(2.5, 400.0).meets(&square));
        let points = vec![corner(1.0, 100.0), corner(2.0, 100.0)];
        let comb = MarkShape::Comb { points, partials: 4, seconds: 0.02, semitones: 0.0 };
        assert!(eraser(1.2, 300.0).meets(&comb) && !eraser(1.2, 250.0).meets(&comb));
    }
}
