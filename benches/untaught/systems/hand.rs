//! A simulated hand that marks what belongs to whom, knowing the parts: it puts each stroke where it brings the masks
//! nearest to the ideal ratio masks, weighted by magnitude. What is learned under its marks separates the recording
//! itself, or plays on in the real-time engine.

use super::engine;
use crate::scene::Scene;
use std::ops::ControlFlow;
use unbraid_engine::{
    marks::{FrameGrid, Mark, MarkShape, MarkedFrames, Point},
    nmf::discriminative::FOCUS,
    preset::{Preset, Source},
    recording::Recording,
    separator::{
        Controls, LatencyMode,
        batch::{BatchSettings, LearnedUnderMarks, MarkedRecording},
        offline,
    },
};

/// How the hand works, and what is done with its marks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Practice {
    /// Number of strokes.
    strokes: usize,
    /// Whether one in ten is given to the wrong source.
    is_mistaken: bool,
    /// Whether the source model speaks, too.
    is_recognised: bool,
    /// The mode in which what was learned plays on; the recording itself is separated otherwise.
    live: Option<LatencyMode>,
}

const fn practice(strokes: usize, is_mistaken: bool, is_recognised: bool, live: Option<LatencyMode>) -> Practice {
    Practice { strokes, is_mistaken, is_recognised, live }
}

const QUALITY: Option<LatencyMode> = Some(LatencyMode::Quality);
const LIVE: Option<LatencyMode> = Some(LatencyMode::Live);

/// What is measured.
pub(crate) const PRACTICES: [(&str, Practice); 17] = [
    ("0 strokes", practice(0, false, true, None)),
    ("5 strokes", practice(5, false, true, None)),
    ("15 strokes", practice(15, false, true, None)),
    ("30 strokes", practice(30, false, true, None)),
    ("15 strokes, a tenth wrong", practice(15, true, true, None)),
    ("30 strokes, a tenth wrong", practice(30, true, true, None)),
    ("0 strokes, no source model", practice(0, false, false, None)),
    ("5 strokes, no source model", practice(5, false, false, None)),
    ("30 strokes, no source model", practice(30, false, false, None)),
    ("0 strokes, then quality", practice(0, false, true, QUALITY)),
    ("5 strokes, then quality", practice(5, false, true, QUALITY)),
    ("15 strokes, then quality", practice(15, false, true, QUALITY)),
    ("30 strokes, then quality", practice(30, false, true, QUALITY)),
    ("0 strokes, then live", practice(0, false, true, LIVE)),
    ("5 strokes, then live", practice(5, false, true, LIVE)),
    ("15 strokes, then live", practice(15, false, true, LIVE)),
    ("30 strokes, then live", practice(30, false, true, LIVE)),
];

/// Bases of a source where no source model speaks.
const COMPONENTS: usize = 12;
/// After so many strokes the hand looks at what was learned under them.
const LOOKS_AFTER: usize = 5;
/// Lengths of the strokes, in seconds.
const PARTIAL_SECONDS: f64 = 0.35;
const HIT_SECONDS: f64 = 0.045;
const COMB_SECONDS: f64 = 0.28;
const COMB_PARTIALS: u32 = 12;
/// The fundamentals of combs, in Hz, and the step between two of them.
const FUNDAMENTALS: (f64, f64) = (35.0, 700.0);
const FUNDAMENTAL_STEP: f64 = 1.02;
/// What a mark makes of the mask of its source.
const MARKED: f32 = 0.9;

pub(crate) fn separate(scene: &Scene, practice: Practice) -> Option<Vec<Recording>> {
    let mut preset = engine::factory_preset(&scene.sources())?;
    if !practice.is_recognised {
        let adaptive = |(index, source): (usize, &Source)| Source::adaptive(source.name.clone(), index, COMPONENTS);
        preset = Preset::of(preset.sources.iter().enumerate().map(adaptive).collect());
    }
    let places = engine::places(&preset, scene)?;
    let recording = match MarkedRecording::new(&preset, &scene.mixture) {
        Ok(recording) => recording,
        Err(error) => panic!("{error}"),
    };
    let ideal = ideal_shares(scene, &preset, &places, &recording);
    let marks = marks(&recording, &ideal, practice);
    let learned = learn(&recording, &marks);
    let go_on = &mut |_: f32| ControlFlow::Continue(());
    let separation = match practice.live {
        None => recording.separate(&learned, &BatchSettings::default(), go_on),
        Some(mode) => {
            let taught = recording.taught(&preset, &learned);
            offline::separate(&taught, &scene.mixture, mode, &Controls::default(), go_on)
        }
    };
    match separation {
        Ok(separation) => Some(places.into_iter().map(|place| separation.sources[place].clone()).collect()),
        Err(error) => panic!("{error}"),
    }
}

fn learn(recording: &MarkedRecording, marks: &[Mark]) -> LearnedUnderMarks {
    let marked = MarkedFrames::new(marks, &recording.grid());
    match recording.learn(&marked, &mut |_| ControlFlow::Continue(())) {
        Ok(learned) => learned,
        Err(error) => panic!("{error}"),
    }
}

/// `shape`, so many seconds later.
fn moved(shape: &MarkShape, seconds: f64) -> MarkShape {
    let later = |points: &[Point]| points.iter().map(|at| Point { seconds: at.seconds + seconds, ..*at }).collect();
    let mut moved = shape.clone();
    match &mut moved {
        MarkShape::Stroke { points, .. } | MarkShape::Comb { points, .. } => *points = later(points),
        MarkShape::Box { corners } => corners.iter_mut().for_each(|at| at.seconds += seconds),
    }
    moved
}

/// The ideal share of each source of `preset` in every band, `[T, S, B]`.
fn ideal_shares(scene: &Scene, preset: &Preset, places: &[usize], recording: &MarkedRecording) -> Vec<f32> {
    let width = recording.grid().bands.len();
    let count = places.len();
    let mut shares = vec![0.0; recording.bands().len() * count];
    for (part, place) in scene.material.parts.iter().zip(places) {
        let passes = scene.mixture.len() / part.len();
        let channels = part.channels.iter().map(|channel| channel.repeat(passes)).collect();
        let alone = MarkedRecording::new(preset, &Recording { channels, ..*part });
        let Ok(alone) = alone else { continue };
        let rows = alone.bands().chunks_exact(width);
        for (row, shares) in rows.zip(shares.chunks_exact_mut(count * width)) {
            shares[place * width..][..width].copy_from_slice(row);
        }
    }
    for shares in shares.chunks_exact_mut(count * width) {
        for b in 0..width {
            let sum: f32 = shares[b..].iter().step_by(width).sum();
            shares[b..].iter_mut().step_by(width).for_each(|share| *share /= sum.max(f32::MIN_POSITIVE));
        }
    }
    shares
}

/// The strokes of the hand.
fn marks(recording: &MarkedRecording, ideal: &[f32], practice: Practice) -> Vec<Mark> {
    let (grid, count) = (recording.grid(), recording.sources());
    let mut marks: Vec<Mark> = Vec::new();
    let mut shares = Vec::new();
    for stroke in 0..practice.strokes {
        if stroke % LOOKS_AFTER == 0 {
            shares = recording.shares(&learn(recording, &marks), FOCUS);
        }
        let Some(mut mark) = best(recording, ideal, &shares, &grid) else { break };
        // What it has marked it takes to be right from now on.
        set(&mark, &grid, count, &mut shares);
        if practice.is_mistaken && stroke % 10 == 5 {
            mark.source = (mark.source + 1) % count;
        }
        marks.push(mark);
    }
    marks
}

/// The stroke that brings `shares` nearest to the ideal ones, all `[T, S, B]`.
fn best(recording: &MarkedRecording, ideal: &[f32], shares: &[f32], grid: &FrameGrid) -> Option<Mark> {
    let (width, count, frames) = (grid.bands.len(), recording.sources(), grid.frames);
    let v = recording.bands();
    let mut found: Option<(f32, Mark)> = None;
    for source in 0..count {
        // What is won in every place, added up over time. `[T + 1, B]`
        let mut won = vec![0.0; (frames + 1) * width];
        for t in 0..frames {
            for b in 0..width {
                let at = |s: usize| (t * count + s) * width + b;
                let marked = |s: usize| if s == source { MARKED } else { (1.0 - MARKED) / (count - 1) as f32 };
                let off = |s: usize| (shares[at(s)] - ideal[at(s)]).abs() - (marked(s) - ideal[at(s)]).abs();
                let gain = v[t * width + b] * (0..count).map(off).sum::<f32>();
                won[(t + 1) * width + b] = won[t * width + b] + gain;
            }
        }
        for (shape, length) in shapes(grid) {
            let middle = grid.first_seconds;
            let bands = covered(&Mark::belongs(source, moved(&shape, middle)), grid);
            let reach = (length / grid.step_seconds).round().max(1.0) as usize;
            for t in 0..frames.saturating_sub(reach) {
                let gain: f32 = bands.iter().map(|b| won[(t + reach) * width + b] - won[t * width + b]).sum();
                if gain > found.as_ref().map_or(0.0, |(most, _)| *most) {
                    let seconds = grid.first_seconds + (t as f64 + 0.5 * (reach - 1) as f64) * grid.step_seconds;
                    found = Some((gain, Mark::belongs(source, moved(&shape, seconds))));
                }
            }
        }
    }
    found.map(|(_, mark)| mark)
}

/// The shapes of strokes around the time 0, and their lengths in seconds.
fn shapes(grid: &FrameGrid) -> Vec<(MarkShape, f64)> {
    let hz = |b: usize| {
        let bins = grid.bands.bins(b);
        0.5 * (bins.start + bins.end - 1) as f64 * grid.bin_spacing
    };
    let along = |seconds: f64, hz: f64| [-0.5, 0.5].map(|end| Point { seconds: end * 0.8 * seconds, hz }).to_vec();
    let brush = |seconds: f64| 0.2 * seconds;
    let mut shapes = Vec::new();
    for b in 0..grid.bands.len() {
        let (points, seconds) = (along(PARTIAL_SECONDS, hz(b)), brush(PARTIAL_SECONDS));
        shapes.push((MarkShape::Stroke { points, seconds, semitones: 0.0 }, PARTIAL_SECONDS));
        if b % 4 == 0 {
            let points = [0.5, 2.0].map(|octave| Point { seconds: 0.0, hz: octave * hz(b) }).to_vec();
            shapes.push((MarkShape::Stroke { points, seconds: HIT_SECONDS, semitones: 0.0 }, HIT_SECONDS));
        }
    }
    let (mut fundamental, highest) = FUNDAMENTALS;
    while fundamental < highest {
        let (points, seconds) = (along(COMB_SECONDS, fundamental), brush(COMB_SECONDS));
        shapes.push((MarkShape::Comb { points, partials: COMB_PARTIALS, seconds, semitones: 0.0 }, COMB_SECONDS));
        fundamental *= FUNDAMENTAL_STEP;
    }
    shapes
}

/// The bands that `mark` covers in the middle of its time.
fn covered(mark: &Mark, grid: &FrameGrid) -> Vec<usize> {
    let one = FrameGrid { frames: 1, ..grid.clone() };
    let marked = MarkedFrames::new([mark], &one);
    (0..grid.bands.len()).filter(|b| marked.source_at(0, *b).is_some()).collect()
}

/// The shares as `mark` says, where it is.
fn set(mark: &Mark, grid: &FrameGrid, count: usize, shares: &mut [f32]) {
    let marked = MarkedFrames::new([mark], grid);
    let width = grid.bands.len();
    for t in 0..grid.frames {
        for b in (0..width).filter(|b| marked.source_at(t, *b).is_some()) {
            for s in 0..count {
                shares[(t * count + s) * width + b] =
                    if s == mark.source { MARKED } else { (1.0 - MARKED) / (count - 1) as f32 };
            }
        }
    }
}
