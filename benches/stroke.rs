//! From the release of a stroke on the frozen picture to the model at the audio thread: ten seconds, two and four
//! sources, through the worker itself, without a window.

use std::{hint::black_box, sync::Arc, time::Instant};
use unbraid::{
    instance::{
        command::{Command, MarkCommand, PresetCommand},
        host_params::HostParams,
        params::UnbraidParams,
        project::{
            playback::Playback,
            stream::{Stream, StreamFormat},
            version::Version,
        },
        session::Session,
        worker::{Worker, context::Context},
    },
    learner::capture::Capture,
    marks::{Mark, MarkShape, Point},
    preset::{Preset, Role, Source, file},
    realtime::wires::{self, AudioEnd},
    separator::LatencyMode,
};
use unbraid_benches::{cases, median};

const SECONDS: f64 = 10.0;
const STROKES: usize = 9;
/// Bases of a source that is found.
const BASES: usize = 12;

fn main() {
    println!("from a stroke to its model at the audio thread, {SECONDS} s, {STROKES} strokes each, ms");
    println!("{:34}{:>10}{:>10}{:>10}", "", "median", "most", "freezing");
    let [drums, bass] =
        [Source::recognised("drums", 0, Role::Drums, BASES), Source::recognised("bass", 1, Role::Bass, BASES)];
    let rest = Source::recognised("rest", 2, Role::Rest, BASES);
    let parts = [("kick", Role::Kick), ("snare", Role::Snare)];
    let parts = parts.iter().enumerate().map(|(n, (name, role))| Source::recognised(*name, 2 + n, *role, BASES));
    let two = vec![drums, bass.clone()];
    let four = [bass, rest].into_iter().chain(parts).collect();
    for (name, sources) in [("2 sources", two), ("4 sources", four)] {
        measure(name, &Preset::of(sources));
    }
}

fn measure(name: &str, preset: &Preset) {
    let (mut worker, audio, end) = playing(preset);
    let freezing = timed(|| worker.serve(Command::from(MarkCommand::Freeze { end })));
    let times: Vec<f64> =
        (0..STROKES).map(|n| timed(|| stroke(&mut worker, &audio, n, preset.sources.len()))).collect();
    let most = times.iter().copied().fold(0.0, f64::max);
    println!("{name:34}{:10.0}{most:10.0}{freezing:10.0}", median(times));
}

/// A note is painted, learned from and taken by the audio thread.
fn stroke(worker: &mut Worker, audio: &AudioEnd, number: usize, sources: usize) {
    let (at, hz) = (0.5 + number as f64, 80.0 + 15.0 * number as f64);
    let points = vec![Point { seconds: at, hz }, Point { seconds: at + 0.4, hz }];
    let shape = MarkShape::Comb { points, partials: 12, seconds: 0.02, semitones: 0.0 };
    worker.serve(Command::from(MarkCommand::Add(Mark::belongs(number % sources, shape))));
    assert!(black_box(audio.models.take_newest()).is_some(), "a model has come");
}

/// Milliseconds that `act` takes.
fn timed(act: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    act();
    begin.elapsed().as_secs_f64() * 1e3
}

/// A worker of an instance that plays `preset` in Quality and has heard ten seconds; its way to the audio thread, and
/// the position that was reached.
fn playing(preset: &Preset) -> (Worker, AudioEnd, u64) {
    let case = cases().swap_remove(0);
    let rate = f64::from(case.parts[0].sample_rate);
    let playback = Playback::new(Arc::new(Version::first()));
    let (session, _) = Session::new(playback.clone());
    let params = Arc::new(UnbraidParams::new(playback.clone()));
    let (audio, models) = wires::connect();
    let context = Context::new(playback.clone(), session, Arc::default(), models, HostParams::new(params).0);
    let mut worker = Worker::new(context);
    let capture = Arc::new(Capture::new(rate, 2));
    let count = (SECONDS * rate) as usize;
    let [bass, drums] = case.parts.each_ref().map(|part| part.downmix());
    let mixed = |n: usize| bass[n % bass.len()] + drums[n % drums.len()];
    let mut samples: Vec<f32> = (0..count).map(mixed).collect();
    let mut other = samples.clone();
    capture.write(&[&mut samples, &mut other]);
    let format = StreamFormat { sample_rate: rate, mode: LatencyMode::Quality, offline: false };
    let seen = playback.snapshot();
    let stream = Stream { format, capture, number: 1 };
    assert!(playback.activate(&seen, seen.version.clone(), stream, None, || {}).is_ok(), "nothing else plays");
    let path = std::env::temp_dir().join(format!("unbraid-stroke-{}.unbraid.safetensors", std::process::id()));
    assert!(file::write(preset, &path).is_ok(), "the preset can be written");
    worker.serve(Command::from(PresetCommand::LoadFile(path.clone())));
    // It was only the way to the worker.
    let _ = std::fs::remove_file(path);
    drop(audio.models.take_newest());
    (worker, audio, count as u64)
}
