#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::{
    instance::{
        command::{Command, MarkCommand, PresetCommand, SourceCommand, UndoCommand},
        state::{learn_state::Foreign, options::LearnOptions},
        worker::tests::Rig,
    },
    learner::LearnSettings,
    marks::{Mark, MarkShape, Point},
    preset::{Kind, MAX_SOURCES, Source},
    recording,
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

fn audio(name: &str) -> Recording {
    recording::read(Path::new(&format!("{}/tests/audio/{name}.flac", env!("CARGO_MANIFEST_DIR")))).unwrap()
}

fn both() -> Recording {
    let parts = [audio("standard-kit-take1"), audio("finger-bass-take1")];
    let length = parts.iter().map(Recording::len).min().unwrap();
    let cut = |part: &Recording| {
        let channels = part.channels.iter().map(|channel| channel[..length].to_vec()).collect();
        Recording { channels, ..*part }
    };
    Recording::sum_of(&parts.each_ref().map(cut))
}

/// Learns `strip` from `recording`, as if it had been played, until nothing is to be done.
fn play(rig: &mut Rig, strip: usize, recording: Recording) {
    rig.worker.learning.follow_playback(&mut rig.worker.context);
    rig.worker.learning.queue(strip, TaskSource::Recording(recording), &rig.worker.context).unwrap();
    rest(rig);
}

fn rest(rig: &mut Rig) {
    let begun = Instant::now();
    while rig.worker.learning.is_busy() {
        rig.worker.look();
        assert!(begun.elapsed() < Duration::from_secs(120), "learning does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn kinds(rig: &Rig) -> Vec<Kind> {
    rig.session.summary().strips.iter().map(|strip| strip.kind).collect()
}

#[test]
fn a_mixture_is_not_learned_as_one_source_before_that_is_confirmed() {
    let mut rig = Rig::new();
    let before = rig.playback.version();
    play(&mut rig, 1, both());
    let doubt = rig.session.learning().doubt.unwrap();
    assert!(doubt.strip == 1 && doubt.foreign.share > Foreign::DOUBTED, "{doubt:?}");
    assert!(Arc::ptr_eq(&rig.playback.version(), &before), "nothing has changed");
    rig.ask(LearnCommand::Decline);
    assert_eq!(rig.session.learning().doubt, None);
    play(&mut rig, 1, both());
    rig.ask(SourceCommand::Remove(0));
    assert_eq!(rig.session.learning().doubt.unwrap().strip, 0, "the question goes where its source goes");
    rig.ask(LearnCommand::Confirm);
    rest(&mut rig);
    assert_eq!((rig.session.learning().doubt, kinds(&rig)[0]), (None, Kind::Fixed));
}

#[test]
fn learning_says_how_well_the_sources_are_told_apart() {
    let mut rig = Rig::new();
    play(&mut rig, 0, audio("standard-kit-take1"));
    assert_eq!(kinds(&rig)[0], Kind::Fixed, "it was played alone");
    assert_eq!(rig.session.learning().verdicts, [None; MAX_SOURCES], "there is nothing to tell it from");
    assert_eq!(rig.session.learning().finished.map(|finished| finished.strip), Some(0));
    play(&mut rig, 1, audio("finger-bass-take1"));
    let verdicts = rig.session.learning().verdicts;
    for verdict in &verdicts[..2] {
        let verdict = verdict.unwrap();
        assert!(verdict.before_db.abs() < 8.0 && verdict.after_db > verdict.before_db + 6.0, "{verdict:?}");
    }
    assert_eq!(verdicts[2], None);
    let evidence_weights = |rig: &Rig| {
        let version = rig.playback.version();
        let weight = |source: &Source| source.learned().and_then(|learned| learned.evidence_weight);
        version.preset.sources.iter().map(weight).collect::<Vec<_>>()
    };
    assert_eq!(evidence_weights(&rig), [None; 3], "the rest is found while it plays, and is not in the mixtures");
    rig.ask(SourceCommand::Remove(2));
    play(&mut rig, 1, audio("finger-bass-take1"));
    assert_eq!(evidence_weights(&rig), [Some(LearnSettings::default().evidence_weight); 2]);
    rig.ask(SourceCommand::MakeAdaptive(0));
    assert_eq!(rig.session.learning().verdicts[0], None, "another source is there now");
}

#[test]
fn doubts_wait_in_line_and_a_newer_take_answers_them() {
    let mut rig = Rig::new();
    play(&mut rig, 0, both());
    play(&mut rig, 1, both());
    let asked = |rig: &Rig| rig.session.learning().doubt.map(|doubt| doubt.strip);
    assert_eq!(asked(&rig), Some(0));
    // What is learned meanwhile goes on, whatever is answered.
    let (source, options) = (TaskSource::Recording(audio("finger-bass-take1")), rig.session.learn_options());
    rig.worker.learning.tasks.push(Task { strip: 2, source, options, is_confirmed: true }).unwrap();
    rig.ask(LearnCommand::Decline);
    assert_eq!(asked(&rig), Some(1), "the other is still asked");
    rest(&mut rig);
    assert_eq!(kinds(&rig)[2], Kind::Fixed);
    play(&mut rig, 1, audio("finger-bass-take1"));
    assert_eq!((asked(&rig), kinds(&rig)[1]), (None, Kind::Fixed), "it was taken again");
}

#[test]
fn what_was_learned_is_spoken_of_until_it_is_saved_undone_or_dismissed() {
    let finished = |rig: &Rig| rig.session.learning().finished;
    for (command, is_gone) in [
        (Command::from(SourceCommand::Rename(0, "lead".to_owned())), false),
        (Command::DismissMessage, false),
        (LearnCommand::Start(0).into(), false),
        (LearnCommand::Dismiss.into(), true),
        (UndoCommand::Undo.into(), true),
        (SourceCommand::MakeAdaptive(1).into(), true),
        (PresetCommand::Unsupervised(2).into(), true),
    ] {
        let mut rig = Rig::new();
        play(&mut rig, 1, audio("finger-bass-take1"));
        rig.worker.look();
        assert!(finished(&rig).is_some_and(|finished| finished.strip == 1 && finished.can_undo));
        rig.worker.context.end_message_at(Instant::now());
        rig.worker.look();
        assert!(finished(&rig).is_some(), "no time takes it away");
        rig.ask(command.clone());
        rig.worker.look();
        assert_eq!(finished(&rig).is_none(), is_gone, "{command:?}");
    }
    let mut rig = Rig::new();
    play(&mut rig, 1, audio("finger-bass-take1"));
    rig.ask(SourceCommand::Rename(0, "lead".to_owned()));
    rig.worker.look();
    assert!(finished(&rig).is_some_and(|finished| !finished.can_undo), "undo would take back the name first");
}

#[test]
fn what_is_doubted_and_what_was_taught_outlive_a_stroke() {
    let mut rig = Rig::active();
    play(&mut rig, 0, audio("standard-kit-take1"));
    play(&mut rig, 1, both());
    let before = rig.session.learning();
    assert!(before.doubt.is_some() && before.material[0] > 1.0);
    let capture = rig.playback.snapshot().stream.unwrap().capture;
    let mut music = both().channels;
    music.iter_mut().for_each(|channel| channel.truncate(2 * 44_100));
    music.resize(2, music[0].clone());
    let mut blocks: Vec<&mut [f32]> = music.iter_mut().map(Vec::as_mut_slice).collect();
    capture.write(&blocks.iter_mut().map(|block| &mut **block).collect::<Vec<_>>());
    rig.ask(MarkCommand::Freeze { end: 88_200 });
    let points = vec![Point { seconds: 0.5, hz: 98.0 }, Point { seconds: 1.0, hz: 98.0 }];
    rig.ask(MarkCommand::Add(Mark::belongs(1, MarkShape::Stroke { points, seconds: 0.0, semitones: 0.0 })));
    assert_eq!(kinds(&rig)[1], Kind::Drifting, "{:?}", rig.session.message());
    let after = rig.session.learning();
    assert_eq!((after.doubt, after.material), (before.doubt, before.material));
}

#[test]
fn a_second_file_after_a_long_one_is_no_reason_not_to_ask() {
    let mut long = both();
    long.channels.iter_mut().for_each(|channel| *channel = channel.repeat(4));
    let preset = Rig::new().playback.version().preset.clone();
    let heard = |recordings: &[Recording]| super::alone::heard_beside(&preset, 1, recordings, || true);
    let one = heard(std::slice::from_ref(&long)).unwrap();
    assert_eq!(heard(&[long, both()]).unwrap().share, one.share);
}

#[test]
fn recordings_do_not_wait_without_end() {
    let mut rig = Rig::new();
    rig.worker.learning.follow_playback(&mut rig.worker.context);
    let mut queue = || rig.worker.learning.queue(0, TaskSource::Again, &rig.worker.context);
    let taken = (0..40).take_while(|_| queue().is_ok()).count();
    assert_eq!(taken, 16);
    let refused = queue().unwrap_err().to_string();
    assert!(refused.starts_with("16 recordings wait to be learned already"), "{refused}");
}

/// One basis is not enough for a kit: its kick and its hats are never told from a bass by it.
#[test]
fn numbers_of_bases_that_separate_best_are_found_and_learned() {
    // So short that a search is quick.
    let short = |name: &str| {
        let mut recording = audio(name);
        recording.channels.iter_mut().for_each(|channel| channel.truncate(7 * recording.sample_rate as usize / 2));
        recording
    };
    let [kit, bass] = ["standard-kit-take1", "finger-bass-take1"].map(short);
    let mut rig = Rig::new();
    rig.session.set_learn_options(LearnOptions { components: 1, ..LearnOptions::default() });
    play(&mut rig, 0, kit.clone());
    rig.ask(LearnCommand::FindBases(0));
    rest(&mut rig);
    assert!(rig.failure().starts_with("no number of bases was tried"), "there is nothing to tell it from");
    play(&mut rig, 1, bass);
    let components = |rig: &Rig| [0, 1].map(|strip| rig.playback.version().preset.sources[strip].components());
    assert_eq!(components(&rig), [1, 1]);
    let before = rig.session.learning();
    rig.ask(LearnCommand::FindBases(1));
    rest(&mut rig);
    let found = components(&rig);
    assert!(found[0] >= 8, "{found:?}");
    let Message::Done(sentence) = rig.session.message() else { panic!("nothing is said") };
    let sizes = format!("Bases now: {} for Drums, {} for Bass; +", found[0], found[1]);
    assert!(sentence.starts_with(&sizes), "{sentence}");
    let after = rig.session.learning();
    assert_eq!(after.material, before.material);
    let [before, after] = [before, after].map(|state| state.verdicts[0].unwrap().after_db);
    assert!(after > before + 1.0, "{before} to {after} dB");
    play(&mut rig, 0, kit);
    assert_eq!(components(&rig), [1, found[1]], "the other keeps its number");
    rig.ask(UndoCommand::Undo);
    rig.ask(UndoCommand::Undo);
    assert_eq!(components(&rig), [1, 1]);
}

#[test]
fn a_search_for_numbers_of_bases_can_be_cancelled() {
    let mut rig = Rig::new();
    play(&mut rig, 0, audio("standard-kit-take1"));
    play(&mut rig, 1, audio("finger-bass-take1"));
    let before = rig.playback.version();
    rig.ask(LearnCommand::FindBases(0));
    rig.worker.look();
    assert!(rig.session.learning().tries_bases);
    rig.ask(LearnCommand::Cancel);
    rig.worker.look();
    assert!(!rig.worker.learning.is_busy() && Arc::ptr_eq(&rig.playback.version(), &before));
}
