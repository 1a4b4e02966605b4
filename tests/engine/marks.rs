//! Separation under marks, on real sound that nothing was learned from.

use std::{ops::ControlFlow, path::Path};
use unbraid_engine::{
    evaluation::bss_eval_sources,
    learner::{LearnSettings, Lesson, learn as learn_lessons},
    marks::{Mark, MarkShape, MarkedFrames, Point, Says},
    nmf::discriminative::FOCUS,
    preset::{Kind, Preset, Role, Source},
    recording::{self, Recording},
    separator::{
        Controls, LatencyMode,
        batch::{BatchSettings, LearnedUnderMarks, MarkedRecording},
        offline,
    },
};

const SECONDS: f64 = 8.0;

fn take(instrument: &str) -> Recording {
    let name = format!("tests/audio/{instrument}-take2.flac");
    let mut take = recording::read(Path::new(crate::ROOT).join(name)).unwrap();
    let len = (SECONDS * f64::from(take.sample_rate)) as usize;
    take.channels.iter_mut().for_each(|channel| channel.truncate(len));
    take
}

fn learn(recording: &MarkedRecording, marks: &[Mark]) -> LearnedUnderMarks {
    recording.learn(&MarkedFrames::new(marks, &recording.grid()), &mut go_on).unwrap()
}

fn go_on(_: f32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn preset() -> Preset {
    Preset::of(vec![Source::recognised("drums", 0, Role::Drums, 12), Source::recognised("bass", 1, Role::Bass, 12)])
}

/// The parts, and their mixture.
fn scene() -> ([Recording; 2], Recording) {
    let parts = [take("standard-kit"), take("finger-bass")];
    let mixture = Recording::sum_of(&parts);
    (parts, mixture)
}

/// Strokes along partials, where they bring the shares nearest to the true ones, weighted by magnitude, as somebody makes
/// them who knows the parts.
fn strokes(recording: &MarkedRecording, parts: &[Recording; 2], count: usize) -> Vec<Mark> {
    const FRAMES: usize = 15;
    let grid = recording.grid();
    let (width, v) = (grid.bands.len(), recording.bands());
    let alone = parts.each_ref().map(|part| MarkedRecording::new(&preset(), part).unwrap());
    let shares = recording.shares(&learn(recording, &[]), FOCUS);
    // What is won where the drums are given 0.9, or 0.1. `[2][T, B]`
    let won = |given: f32, place: usize| {
        let [drums, bass] = alone.each_ref().map(|part| part.bands()[place]);
        let ideal = drums / (drums + bass).max(f32::MIN_POSITIVE);
        let share = shares[2 * width * (place / width) + place % width];
        v[place] * ((share - ideal).abs() - (given - ideal).abs())
    };
    let mut left = [0.9, 0.1].map(|given| (0..v.len()).map(|place| won(given, place)).collect::<Vec<f32>>());
    let mut marks = Vec::new();
    for _ in 0..count {
        let gain = |source: usize, place: usize| left[source][place..].iter().step_by(width).take(FRAMES).sum::<f32>();
        let places = (0..(grid.frames - FRAMES) * width).flat_map(|place| [(0, place), (1, place)]);
        let (source, place) = places.max_by(|a, b| gain(a.0, a.1).total_cmp(&gain(b.0, b.1))).unwrap();
        let bins = grid.bands.bins(place % width);
        let hz = 0.5 * (bins.start + bins.end - 1) as f64 * grid.bin_spacing;
        let at = |t: usize| Point { seconds: grid.first_seconds + (place / width + t) as f64 * grid.step_seconds, hz };
        let shape = MarkShape::Stroke { points: vec![at(0), at(FRAMES - 1)], seconds: 0.0, semitones: 0.0 };
        let mark = Mark::belongs(source, shape);
        let marked = MarkedFrames::new([&mark], &grid);
        for place in (0..v.len()).filter(|place| marked.source_at(place / width, place % width).is_some()) {
            left.iter_mut().for_each(|left| left[place] = 0.0);
        }
        marks.push(mark);
    }
    marks
}

fn mean_sdr(parts: &[Recording; 2], sources: &[Recording]) -> f64 {
    let downmixes = |recordings: &[Recording]| recordings.iter().map(Recording::downmix).collect::<Vec<_>>();
    let scores = bss_eval_sources(&downmixes(parts), &downmixes(sources)).unwrap();
    scores.iter().map(|score| score.sdr).sum::<f64>() / 2.0
}

#[test]
fn strokes_separate_better_and_what_was_learned_plays_on() {
    let (parts, mixture) = scene();
    let recording = MarkedRecording::new(&preset(), &mixture).unwrap();
    let marks = strokes(&recording, &parts, 30);
    let sdr = |marks: &[Mark]| {
        let learned = learn(&recording, marks);
        let whole = recording.separate(&learned, &BatchSettings::default(), &mut go_on).unwrap();
        let taught = recording.taught(&preset(), &learned);
        let live = offline::separate(&taught, &mixture, LatencyMode::Quality, &Controls::default(), &mut go_on);
        [mean_sdr(&parts, &whole.sources), mean_sdr(&parts, &live.unwrap().sources)]
    };
    let ([before, live_before], [after, live_after]) = (sdr(&[]), sdr(&marks));
    println!("whole {before:.2} to {after:.2} dB, live {live_before:.2} to {live_after:.2} dB");
    assert!(after - before > 1.2, "whole: {before} to {after} dB");
    assert!(live_after - live_before > 0.9, "live: {live_before} to {live_after} dB");
    // Every tenth of them wrong costs little.
    let mut wrong = marks.clone();
    wrong.iter_mut().skip(5).step_by(10).for_each(|mark| mark.source = 1 - mark.source);
    let [with_errors, _] = sdr(&wrong);
    assert!(after - with_errors < 0.6, "{after} dB, with errors {with_errors} dB");
}

#[test]
fn under_marks_the_sources_add_up_to_the_mixture_and_gains_remix_them() {
    let (_, mixture) = scene();
    let recording = MarkedRecording::new(&preset(), &mixture).unwrap();
    let whole = MarkShape::Box { corners: [Point { seconds: 2.0, hz: 30.0 }, Point { seconds: 4.0, hz: 20_000.0 }] };
    let learned = learn(&recording, &[Mark::belongs(1, whole)]);
    let mut settings = BatchSettings::default();
    settings.gains[0] = 0.0;
    let separation = recording.separate(&learned, &settings, &mut go_on).unwrap();
    assert!(separation.sources[0].channels.iter().flatten().all(|sample| *sample == 0.0));
    let unmuted = recording.separate(&learned, &BatchSettings::default(), &mut go_on).unwrap();
    for (c, channel) in mixture.channels.iter().enumerate() {
        for (n, sample) in channel.iter().enumerate() {
            let sum: f32 = unmuted.sources.iter().map(|source| source.channels[c][n]).sum();
            assert!((sum - sample).abs() < 1e-4, "sample {n}: {sum} for {sample}");
        }
    }
    // What is marked as bass from top to bottom is bass.
    let rate = mixture.sample_rate as usize;
    let power = |recording: &Recording| {
        recording.channels[0][5 * rate / 2..7 * rate / 2].iter().map(|x| f64::from(x * x)).sum::<f64>()
    };
    let [drums, bass] = [0, 1].map(|source| power(&unmuted.sources[source]));
    assert!(bass > 8.0 * drums, "bass {bass}, drums {drums}");
}

#[test]
fn what_is_erased_was_never_said_and_the_same_marks_give_the_same_bits() {
    let (_, mixture) = scene();
    let recording = MarkedRecording::new(&preset(), &mixture).unwrap();
    let note = |source| {
        let points = vec![Point { seconds: 1.0, hz: 98.0 }, Point { seconds: 1.5, hz: 98.0 }];
        Mark::belongs(source, MarkShape::Comb { points, partials: 12, seconds: 0.05, semitones: 0.5 })
    };
    let everything =
        MarkShape::Box { corners: [Point { seconds: 0.0, hz: 1.0 }, Point { seconds: 60.0, hz: 40_000.0 }] };
    let eraser = Mark { says: Says::Nothing, ..Mark::belongs(0, everything) };
    let shares = |marks: &[Mark]| recording.shares(&learn(&recording, marks), FOCUS);
    let none = shares(&[]);
    assert!(none == shares(&[note(0), eraser]));
    let marked = shares(&[note(0)]);
    assert!(marked != none && marked == shares(&[note(0)]));
}

#[test]
fn taught_sources_move_only_where_they_are_marked() {
    let (parts, mixture) = scene();
    let recording = MarkedRecording::new(&preset(), &mixture).unwrap();
    let taught = recording.taught(&preset(), &learn(&recording, &strokes(&recording, &parts, 5)));
    assert!(taught.sources.iter().all(|source| source.kind() == Kind::Drifting && source.role.is_some()));
    assert_eq!(taught.sources[0].learned_from(), ["marks"]);
    let again = MarkedRecording::new(&taught, &mixture).unwrap();
    let bass = strokes(&again, &parts, 20).into_iter().filter(|mark| mark.source == 1).collect::<Vec<_>>();
    let twice = again.taught(&taught, &learn(&again, &bass));
    assert_eq!(twice.sources[0], taught.sources[0], "the drums are not marked");
    assert_ne!(twice.sources[1].dictionaries(), taught.sources[1].dictionaries());
    assert_eq!(twice.sources[1].learned_from(), ["marks"]);
    unbraid_engine::preset::file::to_bytes(&twice).unwrap();
}

/// One dictionary, in the short frames of Live, and in another rate.
#[test]
fn what_was_taught_in_other_frames_and_rates_can_be_marked_and_keeps_what_lies_above() {
    let (parts, mixture) = scene();
    let lesson = |recording: &Recording| {
        let recordings = [recording.clone()];
        let settings = LearnSettings { components: 5, iterations: 20, ..LearnSettings::default() };
        let mut learned =
            learn_lessons(&[Lesson { recordings: &recordings, settings, known: &[], role: None }], &mut go_on).unwrap();
        learned.remove(0)
    };
    let low = parts[1].resampled(22_050).unwrap();
    let mut taught =
        Preset::of(vec![Source::fixed("drums", 0, lesson(&parts[0])), Source::fixed("bass", 1, lesson(&low))]);
    let live = taught.sources[1].dictionaries()[0].clone();
    taught.sources[1] = Source::fixed("bass", 1, live);
    let recording = MarkedRecording::new(&taught, &mixture).unwrap();
    let hiss = MarkShape::Box { corners: [Point { seconds: 1.0, hz: 3_000.0 }, Point { seconds: 3.0, hz: 9_000.0 }] };
    let note = MarkShape::Box { corners: [Point { seconds: 1.0, hz: 90.0 }, Point { seconds: 3.0, hz: 300.0 }] };
    let marks = [Mark::belongs(0, hiss), Mark::belongs(1, note)];
    let moved = recording.taught(&taught, &learn(&recording, &marks));
    unbraid_engine::preset::file::to_bytes(&moved).unwrap();
    let top = |source: &Source| {
        let dictionary = &source.dictionaries()[1];
        let from = (13_000.0 / dictionary.frame.bin_spacing()) as usize;
        dictionary.bases.chunks_exact(dictionary.bins).flat_map(|basis| &basis[from..]).sum::<f32>()
    };
    assert!(top(&taught.sources[0]) > 1e-3 && top(&moved.sources[0]) > 0.2 * top(&taught.sources[0]));
    assert_eq!(moved.sources[0].dictionaries().len(), 2, "every dictionary moves");
    assert!(moved.sources.iter().all(|source| source.kind() == Kind::Fixed), "what was fixed stays so");
    assert_ne!(moved.sources[1].dictionaries(), taught.sources[1].dictionaries());
}

#[test]
fn erasers_and_silence_teach_nothing() {
    let (parts, mixture) = scene();
    let recording = MarkedRecording::new(&preset(), &mixture).unwrap();
    let taught = recording.taught(&preset(), &learn(&recording, &strokes(&recording, &parts, 5)));
    let again = MarkedRecording::new(&taught, &mixture).unwrap();
    let whole = MarkShape::Box { corners: [Point { seconds: 0.0, hz: 30.0 }, Point { seconds: 9.0, hz: 20_000.0 }] };
    let eraser = Mark { says: Says::Nothing, ..Mark::belongs(0, whole.clone()) };
    assert_eq!(again.taught(&taught, &learn(&again, &[eraser])), taught);
    let silence = Recording { sample_rate: 44_100, channels: vec![vec![0.0; 44_100]] };
    let silent = MarkedRecording::new(&preset(), &silence).unwrap();
    assert_eq!(silent.taught(&preset(), &learn(&silent, &[Mark::belongs(1, whole)])), preset());
}

#[test]
fn learning_can_be_cancelled() {
    let (_, mixture) = scene();
    let recording = MarkedRecording::new(&preset(), &mixture).unwrap();
    let mut told = Vec::new();
    let mut stop = |share: f32| {
        told.push(share);
        if share > 0.5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let cancelled = recording.learn(&MarkedFrames::new([], &recording.grid()), &mut stop);
    assert!(matches!(cancelled, Err(offline::SeparateError::Cancelled)));
    assert!(told.is_sorted() && told.len() > 10);
}

#[test]
fn any_marks_on_any_sound_give_finite_sound() {
    let extremes = [
        MarkShape::Stroke { points: vec![Point { seconds: 0.0, hz: 1e-9 }; 3], seconds: 60.0, semitones: 120.0 },
        MarkShape::Comb { points: vec![Point { seconds: -5.0, hz: 1e6 }], partials: 64, seconds: 0.0, semitones: 0.0 },
        MarkShape::Box { corners: [Point { seconds: 1e6, hz: 1e6 }, Point { seconds: -1e6, hz: 1e-6 }] },
    ];
    let marks: Vec<Mark> = extremes.into_iter().zip([0, 1, 0]).map(|(shape, s)| Mark::belongs(s, shape)).collect();
    let mut noisy = take("standard-kit");
    noisy.channels[0].truncate(30_000);
    noisy.channels.truncate(1);
    let silent = Recording { sample_rate: 48_000, channels: vec![vec![0.0; 20_000]] };
    let broken = Recording { sample_rate: 44_100, channels: vec![vec![f32::NAN; 5_000]; 2] };
    for mixture in [noisy, silent, broken] {
        for preset in [preset(), Preset::unsupervised(3, 4)] {
            let recording = MarkedRecording::new(&preset, &mixture).unwrap();
            let learned = learn(&recording, &marks);
            let separation = recording.separate(&learned, &BatchSettings::default(), &mut go_on).unwrap();
            assert!(
                separation.sources.iter().flat_map(|source| source.channels.iter().flatten()).all(|x| x.is_finite())
            );
            unbraid_engine::preset::file::to_bytes(&recording.taught(&preset, &learned)).unwrap();
        }
    }
}
