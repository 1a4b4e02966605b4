//! Marks on a frozen stretch, learned from, undone and stored.

use super::*;
use crate::{
    instance::{
        command::{MarkCommand, PartUnit, StretchPart, UndoCommand},
        project::stored_preset::StoredPreset,
        state::stretch_view::StretchOrigin,
    },
    marks::{Mark, MarkShape, MarkedFrames, Point},
    preset::Kind,
    recording::{self, Recording, SampleFormat},
    separator::batch::MarkedRecording,
};
use std::path::PathBuf;

const SECONDS: f64 = 3.0;
/// Up to the newest sound.
const NOW: MarkCommand = MarkCommand::Freeze { end: (SECONDS * 44_100.0) as u64 };

fn take(name: &str) -> Recording {
    let path = format!("{}/tests/audio/{name}.flac", env!("CARGO_MANIFEST_DIR"));
    recording::read(std::path::Path::new(&path)).unwrap()
}

/// Drums and bass have played for three seconds.
fn heard() -> Rig {
    let rig = Rig::active();
    let mixture = Recording::sum_of(&[take("standard-kit-take2"), take("finger-bass-take2")].map(|part| Recording {
        channels: part.channels.iter().map(|channel| channel[..(SECONDS * 44_100.0) as usize].to_vec()).collect(),
        ..part
    }));
    let capture = rig.playback.snapshot().stream.unwrap().capture;
    let (mut left, mut right) = (mixture.channels[0].clone(), mixture.channels.last().unwrap().clone());
    capture.write(&[&mut left, &mut right]);
    rig
}

fn bass_note() -> Mark {
    let points = vec![Point { seconds: 0.5, hz: 98.0 }, Point { seconds: 1.0, hz: 98.0 }];
    Mark::belongs(1, MarkShape::Comb { points, partials: 12, seconds: 0.05, semitones: 0.5 })
}

fn kinds(rig: &Rig) -> Vec<Kind> {
    rig.session.summary().strips.iter().map(|strip| strip.kind).collect()
}

#[test]
fn a_mark_is_learned_from_shown_undone_and_forgotten() {
    let mut rig = heard();
    let first = rig.playback.version();
    rig.ask(NOW);
    let frozen = rig.session.stretch().unwrap();
    assert!((frozen.seconds - SECONDS).abs() < 1e-6 && frozen.marks.is_empty() && frozen.sources == 3);
    assert_eq!(frozen.shares.len(), 3 * frozen.grid.frames * frozen.grid.bands.len());
    assert_eq!(frozen.magnitudes.len(), frozen.grid.frames * frozen.bins);
    assert!(Arc::ptr_eq(&rig.playback.version(), &first), "freezing changes nothing");

    rig.ask(MarkCommand::Add(bass_note()));
    let marked = rig.session.stretch().unwrap();
    assert_eq!(marked.marks, [bass_note()]);
    assert_ne!(marked.shares, frozen.shares);
    assert_eq!(kinds(&rig), [Kind::Drifting; 3], "what was learned plays on");
    assert_eq!(rig.session.undo_view().undo.unwrap(), "mark of Bass");

    let learned = rig.playback.version();
    rig.ask(MarkCommand::Add(Mark { source: 0, ..bass_note() }));
    rig.ask(UndoCommand::Undo);
    assert!(rig.session.stretch().unwrap().marks == [bass_note()], "stroke by stroke");
    assert!(Arc::ptr_eq(&rig.playback.version().preset, &learned.preset));
    rig.ask(UndoCommand::Undo);
    let undone = rig.session.stretch().unwrap();
    assert!(undone.marks.is_empty() && undone.shares == frozen.shares);
    assert_eq!(kinds(&rig), [Kind::Recognised; 3]);
    rig.ask(UndoCommand::Redo);
    assert_eq!(rig.session.stretch().unwrap().shares, marked.shares, "the same marks, the same picture");

    rig.ask(MarkCommand::Forget(1));
    assert_eq!(kinds(&rig), [Kind::Recognised; 3], "without marks it plays as before");
    rig.ask(MarkCommand::Release);
    assert!(rig.session.stretch().is_none());
    rig.ask(MarkCommand::Add(bass_note()));
    assert!(rig.failure().contains("freeze it"), "{}", rig.failure());
}

#[test]
fn sources_that_drift_from_marks_on_are_told_of_once() {
    let mut rig = heard();
    let told = |rig: &Rig| match rig.session.message() {
        Message::Notice(sentence) => Some(sentence),
        Message::None => None,
        other => panic!("{other:?}"),
    };
    let all =
        "Drums, Bass and Rest are no longer found anew: they drift from what your mark has taught · Undo takes it back";
    rig.ask(NOW);
    rig.ask(MarkCommand::Add(bass_note()));
    assert_eq!(told(&rig).as_deref(), Some(all));
    rig.ask(MarkCommand::Add(bass_note()));
    assert_eq!(told(&rig).as_deref(), Some(all), "the next stroke leaves time to read it");
    rig.worker.context.end_message_at(Instant::now());
    rig.worker.look();
    rig.ask(MarkCommand::Add(Mark { source: 0, ..bass_note() }));
    assert_eq!(told(&rig), None, "it bothers nobody twice");
    (0..2).for_each(|_| rig.ask(UndoCommand::Undo));
    assert_eq!(kinds(&rig), [Kind::Drifting; 3]);
    rig.ask(UndoCommand::Undo);
    assert_eq!((kinds(&rig), told(&rig)), (vec![Kind::Recognised; 3], None));
    rig.ask(MarkCommand::Add(bass_note()));
    assert!(told(&rig).is_some());
    rig.ask(MarkCommand::Forget(1));
    assert_eq!((kinds(&rig), told(&rig)), (vec![Kind::Recognised; 3], None), "it is taken back");
}

#[test]
fn a_source_that_was_taught_is_marked_without_beginning_to_drift() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("taught{}", file::SUFFIX));
    file::write(&learned(), &path).unwrap();
    let mut rig = heard();
    rig.ask(PresetCommand::LoadFile(path));
    let before = rig.playback.version();
    rig.ask(NOW);
    rig.ask(MarkCommand::Add(bass_note()));
    let after = rig.playback.version();
    assert_ne!(after.preset.sources[1].dictionaries(), before.preset.sources[1].dictionaries());
    assert_eq!((kinds(&rig), rig.session.message()), (vec![Kind::Fixed; 2], Message::None));
    rig.ask(SourceCommand::Drift(1, true));
    rig.ask(MarkCommand::Add(bass_note()));
    assert_eq!(kinds(&rig), [Kind::Fixed, Kind::Drifting], "as somebody has set it");
}

#[test]
fn marks_are_stored_in_the_project_with_what_was_learned() {
    let mut rig = heard();
    rig.ask(NOW);
    rig.ask(MarkCommand::Add(bass_note()));
    let stored = rig.playback.stored();
    let text = serde_json::to_string(&stored).unwrap();
    let (opened, _) = Version::from_project(&serde_json::from_str::<StoredPreset>(&text).unwrap()).unwrap();
    assert_eq!(opened.marking.marks, [bass_note()]);
    assert_eq!(opened.preset.sources[1].learned_from(), ["marks"]);
    assert_eq!(opened.stored(), stored);
}

#[test]
fn what_plays_is_what_the_batch_separation_would_teach() {
    let mut rig = heard();
    let first = rig.playback.version();
    rig.ask(NOW);
    rig.ask(MarkCommand::Add(bass_note()));
    let capture = rig.playback.snapshot().stream.unwrap().capture;
    let sound = capture.read(capture.at_hand()).unwrap();
    let recording = MarkedRecording::new(&first.preset, &sound).unwrap();
    let marked = MarkedFrames::new(&[bass_note()], &recording.grid());
    let learned = recording.learn(&marked, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
    let mut taught = recording.taught(&first.preset, &learned);
    file::round(&mut taught, None);
    assert_eq!(rig.playback.version().preset.sources, taught.sources);
}

#[test]
fn another_preset_takes_the_frozen_stretch_apart_anew() {
    let mut rig = heard();
    rig.ask(NOW);
    rig.ask(MarkCommand::Add(bass_note()));
    rig.ask(PresetCommand::LoadFactory("Kick + Snare + Hats".to_owned()));
    let other = rig.session.stretch().unwrap();
    assert!(other.marks.is_empty() && other.sources == 3);
    rig.ask(MarkCommand::Add(Mark { source: 7, ..bass_note() }));
    assert!(rig.failure().contains("no source 8"), "{}", rig.failure());
    let refused = rig.session.stretch().unwrap();
    assert!((other.answered, refused.answered) == (1, 2) && refused.marks.is_empty(), "a refusal is an answer");
}

#[test]
fn an_edit_keeps_the_marks_and_new_ones_do_not_take_it_back() {
    let mut rig = heard();
    rig.ask(NOW);
    rig.ask(MarkCommand::Add(bass_note()));
    rig.ask(rename("kit"));
    assert_eq!(rig.playback.version().marking.marks, [bass_note()]);
    rig.ask(MarkCommand::Add(Mark { source: 2, ..bass_note() }));
    assert_eq!(rig.session.summary().strips[0].name, "kit");
    assert_eq!(rig.playback.version().marking.marks, [Mark { source: 2, ..bass_note() }], "those after the edit");
    rig.ask(SourceCommand::Remove(0));
    assert!(rig.playback.version().marking.marks.is_empty());
}

#[test]
fn too_little_sound_cannot_be_frozen() {
    let mut rig = Rig::active();
    rig.ask(NOW);
    assert!(rig.failure().contains("let it play"), "{}", rig.failure());
    let mut stopped = Rig::new();
    stopped.ask(MarkCommand::Freeze { end: 9 });
    assert!(stopped.failure().contains("let it play"), "{}", stopped.failure());
}

#[test]
fn the_stem_of_a_source_is_saved_in_the_users_folder_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    // SAFETY: the standard library locks the environment, and no C code that reads it runs here.
    unsafe { std::env::set_var(crate::preset::library::stems::STEMS_VARIABLE, folder.path().join("stems")) };
    let mut rig = heard();
    rig.ask(MarkCommand::Save(1));
    assert!(rig.failure().contains("freeze it"), "{}", rig.failure());
    rig.ask(NOW);
    for (strip, name) in [(0, "Drums 1.wav"), (1, "Bass 1.wav"), (1, "Bass 2.wav"), (2, "Rest 1.wav")] {
        rig.ask(MarkCommand::Save(strip));
        let path = folder.path().join("stems").join(name);
        assert!(matches!(rig.session.message(), Message::Saved(file) if file.ends_with(name)));
        assert_eq!(recording::read(&path).unwrap().len(), (SECONDS * 44_100.0) as usize);
    }
    let stem = |name: &str| recording::read(folder.path().join("stems").join(name)).unwrap();
    let sum = Recording::sum_of(&["Drums 1.wav", "Bass 1.wav", "Rest 1.wav"].map(stem));
    let capture = rig.playback.snapshot().stream.unwrap().capture;
    let sound = capture.read(capture.at_hand()).unwrap();
    let error = sum.channels[0].iter().zip(&sound.channels[0]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(error < 1e-4, "the stems add up to what was heard: {error}");

    let whole = stem("Bass 1.wav");
    rig.ask(MarkCommand::SavePart(1, StretchPart { count: 2, unit: PartUnit::Bars, seconds: (0.5, 2.5) }));
    let name = "Bass 2 bars Drums + Bass + Rest 1.wav";
    assert!(matches!(rig.session.message(), Message::Saved(file) if file.ends_with(name)));
    assert_eq!(stem(name).channels[0], whole.channels[0][22_050..110_250]);
    rig.ask(MarkCommand::SavePart(1, StretchPart { count: 4, unit: PartUnit::Bars, seconds: (0.5, 9.0) }));
    assert!(rig.failure().contains("not in the frozen sound"), "{}", rig.failure());
    rig.ask(MarkCommand::SavePart(1, StretchPart { count: 1, unit: PartUnit::Seconds, seconds: (2.0, 3.0) }));
    let name = "Bass 1 second Drums + Bass + Rest 1.wav";
    assert_eq!(stem(name).channels[0], whole.channels[0][88_200..132_300]);
}

#[test]
fn a_stem_that_is_dragged_again_is_the_same_file_until_it_would_be_another() {
    let folder = tempfile::tempdir().unwrap();
    // SAFETY: the standard library locks the environment, and no C code that reads it runs here.
    unsafe { std::env::set_var(crate::preset::library::stems::STEMS_VARIABLE, folder.path()) };
    let mut rig = heard();
    rig.ask(NOW);
    let mut last = 0;
    let mut drag = |rig: &mut Rig, strip: usize| {
        last += 1;
        rig.ask(MarkCommand::Drag { strip, part: None, number: last });
        let stem = rig.session.dragged_stem().unwrap();
        assert_eq!(stem.number, last);
        let file = stem.file.unwrap();
        assert_eq!(rig.session.message(), Message::Saved(file.clone()));
        file.file_name().unwrap().to_str().unwrap().to_owned()
    };
    rig.ask(MarkCommand::Save(1));
    assert_eq!([drag(&mut rig, 1), drag(&mut rig, 1), drag(&mut rig, 0)], ["Bass 1.wav", "Bass 1.wav", "Drums 1.wav"]);
    assert_eq!([drag(&mut rig, 1), drag(&mut rig, 1)], ["Bass 2.wav"; 2]);
    std::fs::write(folder.path().join("Bass 2.wav"), "another program's").unwrap();
    assert_eq!(drag(&mut rig, 1), "Bass 3.wav");
    std::fs::remove_file(folder.path().join("Bass 3.wav")).unwrap();
    assert_eq!(drag(&mut rig, 1), "Bass 3.wav", "written anew");
    rig.ask(MarkCommand::Add(bass_note()));
    assert_eq!(drag(&mut rig, 1), "Bass 4.wav", "other marks, another stem");
    rig.ask(MarkCommand::Release);
    rig.ask(MarkCommand::Drag { strip: 1, part: None, number: 99 });
    assert!(rig.failure().contains("freeze it"), "{}", rig.failure());
    let stem = rig.session.dragged_stem().unwrap();
    assert_eq!((stem.number, stem.file), (99, None));
}

#[test]
fn the_frozen_stretch_goes_to_the_audio_thread_for_the_stream_that_plays() {
    let mut rig = heard();
    rig.ask(NOW);
    let number = rig.session.stretch().unwrap().number;
    rig.session.stretch_control.play(number, 0.0);
    rig.ask(MarkCommand::Play);
    let sound = rig.audio.stretch.take(|| Some(number)).unwrap();
    let capture = rig.playback.snapshot().stream.unwrap().capture;
    assert_eq!(sound.channels, capture.read(capture.at_hand()).unwrap().channels);
    assert_eq!(sound.sample_rate, 44_100.0);
    let format = StreamFormat { sample_rate: 22_050.0, mode: LatencyMode::Live, offline: false };
    let stream = Stream { format, capture: Arc::new(Capture::new(22_050.0, 2)), number: 2 };
    let seen = rig.playback.snapshot();
    rig.playback.activate(&seen, seen.version.clone(), stream, None, || {}).unwrap();
    rig.ask(MarkCommand::Play);
    let sound = rig.audio.stretch.take(|| Some(number)).unwrap();
    assert_eq!((sound.sample_rate, sound.channels[0].len()), (22_050.0, (SECONDS * 22_050.0) as usize));
    rig.ask(MarkCommand::Release);
    assert_eq!(rig.session.stretch_control.wanted(), None, "it ends with the stretch");
    rig.session.stretch_control.play(number, 0.0);
    rig.ask(MarkCommand::Play);
    assert!(rig.failure().contains("freeze it"), "{}", rig.failure());
    assert_eq!(rig.session.stretch_control.wanted(), None);
    rig.playback.deactivate(|| {});
    rig.ask(MarkCommand::FreezeFile(PathBuf::from(format!(
        "{}/tests/audio/finger-bass-take2.flac",
        env!("CARGO_MANIFEST_DIR")
    ))));
    rig.ask(MarkCommand::Play);
    assert!(rig.failure().contains("let the host start the audio"), "{}", rig.failure());
}

#[test]
fn the_first_seconds_of_a_file_are_frozen_at_the_streams_rate() {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = heard();
    rig.ask(NOW);
    rig.ask(MarkCommand::Add(bass_note()));
    let before = rig.session.stretch().unwrap();
    let write = |name: &str, samples: Vec<f32>| {
        let path = folder.path().join(name);
        recording::write_wav(&path, &Recording { sample_rate: 22_050, channels: vec![samples] }, SampleFormat::Float32)
            .unwrap();
        path
    };
    let tone = |n: usize| if n < 22_050 { 0.0 } else { 0.3 * (n as f32 * 0.05).sin() };
    let silent = write("silent.wav", vec![0.0; 90_000]);
    let short = write("short.wav", (22_000..27_000).map(tone).collect());
    let text = folder.path().join("text.wav");
    std::fs::write(&text, "no sound").unwrap();
    for (file, reason) in [
        (silent, "silent.wav has less than a quarter of a second"),
        (short, "short.wav has less than"),
        (text, "text.wav"),
        (folder.path().join("none.wav"), "none.wav"),
    ] {
        rig.ask(MarkCommand::FreezeFile(file));
        assert!(rig.failure().contains(reason), "{}", rig.failure());
        assert!(Arc::ptr_eq(&rig.session.stretch().unwrap(), &before), "what is frozen stays");
    }
    rig.ask(MarkCommand::FreezeFile(write("loop.wav", (0..300_000).map(tone).collect())));
    let stretch = rig.session.stretch().unwrap();
    assert_eq!((&stretch.origin, stretch.seconds, stretch.marks.len()), (&StretchOrigin::File, 10.0, 0));
    let told = |rig: &Rig| match rig.session.message() {
        Message::Done(sentence) => sentence,
        other => panic!("{other:?}"),
    };
    assert!(told(&rig).contains("the first ten seconds of loop.wav"), "{}", told(&rig));
    rig.ask(MarkCommand::Add(bass_note()));
    assert_eq!(rig.session.stretch().unwrap().marks, [bass_note()], "it is painted on");
    rig.ask(MarkCommand::FreezeFile(write("all.wav", (22_050..60_000).map(tone).collect())));
    assert!(!told(&rig).contains("first"), "{}", told(&rig));
}

#[test]
fn a_weak_mark_moves_less_and_is_stored_and_undone_as_it_was() {
    let mut rig = heard();
    rig.ask(NOW);
    let none = rig.session.stretch().unwrap().shares.clone();
    let away = |rig: &Rig| {
        let shares = rig.session.stretch().unwrap().shares.clone();
        shares.iter().zip(&none).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>()
    };
    let moved = [0.1, 0.5, 1.0].map(|strength| {
        let mark = Mark { strength, ..bass_note() };
        rig.ask(MarkCommand::Add(mark.clone()));
        let moved = away(&rig);
        let stored = serde_json::to_string(&rig.playback.stored()).unwrap();
        let (opened, _) = Version::from_project(&serde_json::from_str::<StoredPreset>(&stored).unwrap()).unwrap();
        assert_eq!(opened.marking.marks, [mark]);
        rig.ask(UndoCommand::Undo);
        assert_eq!(away(&rig), 0.0);
        rig.ask(UndoCommand::Redo);
        assert_eq!(away(&rig), moved);
        rig.ask(UndoCommand::Undo);
        moved
    });
    assert!(moved[0] > 0.0 && moved.is_sorted() && moved[2] > 1.5 * moved[0], "{moved:?}");
}

#[test]
fn a_stretch_is_the_one_that_was_asked_for_and_goes_when_another_is_asked_for_in_vain() {
    let mut rig = heard();
    rig.ask(MarkCommand::Freeze { end: 100_000 });
    let stretch = rig.session.stretch().unwrap();
    assert_eq!(stretch.origin, StretchOrigin::Heard { end: 100_000 });
    assert_eq!((stretch.seconds * 44_100.0).round(), 100_000.0);
    rig.ask(MarkCommand::Freeze { end: 9 });
    assert!(rig.session.stretch().is_none());
    assert!(rig.failure().contains("let it play"), "{}", rig.failure());
}
