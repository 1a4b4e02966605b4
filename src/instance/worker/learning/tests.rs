#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::{
    instance::{command::SourceCommand, state::learn_state::Foreign, worker::tests::Rig},
    preset::Kind,
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
    rig.worker.learning.queue(strip, TaskSource::Recording(recording), &rig.worker.context);
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
    assert!(
        matches!(rig.session.message(), Message::Learned { sentence, .. } if sentence.contains("teach a second source"))
    );
    play(&mut rig, 1, audio("finger-bass-take1"));
    let verdicts = rig.session.learning().verdicts;
    for verdict in &verdicts[..2] {
        let verdict = verdict.unwrap();
        assert!(verdict.before_db.abs() < 8.0 && verdict.after_db > verdict.before_db + 6.0, "{verdict:?}");
    }
    assert_eq!(verdicts[2], None);
    let said = rig.session.message();
    assert!(
        matches!(&said, Message::Learned { sentence, .. } if sentence.starts_with("Bass: ") && sentence.contains("dB above")),
        "{said:?}"
    );
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
    rig.worker.learning.queue(2, TaskSource::Recording(audio("finger-bass-take1")), &rig.worker.context);
    rig.ask(LearnCommand::Decline);
    assert_eq!(asked(&rig), Some(1), "the other is still asked");
    rest(&mut rig);
    assert_eq!(kinds(&rig)[2], Kind::Fixed);
    play(&mut rig, 1, audio("finger-bass-take1"));
    assert_eq!((asked(&rig), kinds(&rig)[1]), (None, Kind::Fixed), "it was taken again");
}
