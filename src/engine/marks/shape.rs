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
pub(super) type Coverage = Vec<RangeInclusive<f64>>;

impl MarkShape {
    /// All points that it is given by.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::Stroke { points, .. } | Self::Comb { points, .. } => points,
            Self::Box { corners } => corners,
        }
    }

    /// The same, `seconds` later.
    pub fn moved(mut self, seconds: f64) -> Self {
        let points = match &mut self {
            Self::Stroke { points, .. } | Self::Comb { points, .. } => points.as_mut_slice(),
            Self::Box { corners } => corners,
        };
        points.iter_mut().for_each(|point| point.seconds += seconds);
        self
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

    /// The frequencies that it covers in the time `from` one second `to` another.
    pub(super) fn coverage(&self, from: f64, to: f64) -> Coverage {
        match self {
            Self::Stroke { points, seconds, semitones } => {
                drawn(points, 0.5 * seconds, *semitones, from, to).into_iter().collect()
            }
            Self::Comb { points, partials, seconds, semitones } => {
                let fundamental = drawn(points, 0.5 * seconds, *semitones, from, to);
                let partial = |n: u32| {
                    let range = fundamental.as_ref()?;
                    Some(range.start() * f64::from(n)..=range.end() * f64::from(n))
                };
                (1..=(*partials).min(MOST_PARTIALS)).filter_map(partial).collect()
            }
            Self::Box { corners: [a, b] } => {
                let overlaps = a.seconds.min(b.seconds) < to && a.seconds.max(b.seconds) > from;
                overlaps.then(|| a.hz.min(b.hz)..=a.hz.max(b.hz)).into_iter().collect()
            }
        }
    }
}

/// Times that differ by less are the same, in seconds.
const SAME_TIME: f64 = 1e-6;

/// What a brush drawn along `points` covers from one time to another: a brush of `semitones`, whose middle comes within
/// `half` a brush of that time.
fn drawn(points: &[Point], half: f64, semitones: f64, from: f64, to: f64) -> Option<RangeInclusive<f64>> {
    // What ends when a frame begins is not in it, but what is a single moment is in one frame.
    let early = if half > 0.0 { -SAME_TIME } else { 0.5 * SAME_TIME };
    let (from, to) = (from - half - early, to + half - SAME_TIME);
    let (mut lowest, mut highest) = (f64::INFINITY, 0.0_f64);
    let mut reach = |hz: f64| (lowest, highest) = (lowest.min(hz), highest.max(hz));
    for point in points.iter().filter(|point| (from..=to).contains(&point.seconds)) {
        reach(point.hz);
    }
    for pair in points.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        for edge in [from, to] {
            let along = (edge - a.seconds) / (b.seconds - a.seconds);
            if (0.0..=1.0).contains(&along) {
                // A straight line in the picture, whose frequency axis is logarithmic.
                reach(a.hz * (b.hz / a.hz).powf(along));
            }
        }
    }
    let wider = 2.0_f64.powf(semitones / 24.0);
    (highest > 0.0).then(|| lowest / wider..=highest * wider)
}
