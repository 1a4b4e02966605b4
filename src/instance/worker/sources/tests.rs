#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::super::{
    preset_settings::PresetSettings,
    tests::{Rig, learned},
};
use super::*;
use crate::{
    instance::command::SourceCommand,
    learner::adaptive::{AdaptiveState, ComponentIndex, SourceState},
    preset::{Kind, Role, file, library},
};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// A preset of drums and bass with bases of their own.
fn entry() -> Entry {
    Entry::of_file(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/learned.unbraid.safetensors").into())
}

fn names(rig: &Rig) -> Vec<String> {
    rig.session.summary().strips.iter().map(|strip| strip.name.clone()).collect()
}

#[test]
fn a_source_gets_the_name_it_is_given_or_a_sentence_why_not() {
    let mut rig = Rig::new();
    rig.ask(SourceCommand::Rename(1, "sub".to_owned()));
    assert_eq!(names(&rig)[1], "sub");
    assert!(rig.session.summary().changed);
    let own = names(&rig)[0].to_uppercase();
    for (name, why) in [("", "1 to 64 characters"), (&*own, "a name of its own"), ("a/b", "without slashes")] {
        rig.ask(SourceCommand::Rename(1, name.to_owned()));
        assert!(rig.failure().contains(why), "{}", rig.failure());
        assert_eq!(names(&rig)[1], "sub");
    }
}

#[test]
fn sources_are_added_up_to_eight_with_names_and_colours_of_their_own() {
    let mut rig = Rig::new();
    let first = names(&rig);
    for _ in first.len()..MAX_SOURCES {
        rig.ask(SourceCommand::Add);
    }
    let strips = rig.session.summary().strips.clone();
    assert_eq!(strips.len(), MAX_SOURCES);
    assert_eq!(first, ["drums", "bass", "rest"]);
    assert_eq!((strips[3].name.as_str(), strips[4].name.as_str()), ("rest 2", "rest 3"));
    assert!(strips[3..].iter().all(|strip| strip.kind == Kind::Adaptive));
    for (i, strip) in strips.iter().enumerate() {
        assert!(strips[..i].iter().all(|other| other.colour != strip.colour && other.name != strip.name));
    }
    rig.ask(SourceCommand::Add);
    assert!(rig.failure().contains("8 sources already"));
    assert_eq!(names(&rig).len(), MAX_SOURCES);
}

#[test]
fn each_of_several_recordings_becomes_a_source_of_its_name_and_is_learned() {
    let mut rig = Rig::new();
    let audio = |name: &str| PathBuf::from(format!("{}/tests/audio/{name}", env!("CARGO_MANIFEST_DIR")));
    let files = vec![audio("standard-kit-take1.flac"), audio("finger-bass-take1.flac")];
    rig.ask(SourceCommand::AddRecorded(files));
    assert_eq!(names(&rig)[3..], ["standard-kit-take1", "finger-bass-take1"]);
    let begun = Instant::now();
    while rig.worker.learning.is_busy() {
        rig.worker.look();
        assert!(begun.elapsed() < Duration::from_secs(120), "learning does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    let sources = rig.playback.version().preset.sources.clone();
    assert_eq!(sources[3..].iter().map(Source::kind).collect::<Vec<_>>(), [Kind::Fixed, Kind::Fixed]);
    assert!(sources[..3].iter().all(|source| source.kind() == Kind::Recognised), "the others stay");
    rig.ask(SourceCommand::AddRecorded(vec![audio("finger-bass-take1.flac"); 4]));
    assert!(rig.failure().contains("8 sources already"), "{}", rig.failure());
    rig.ask(SourceCommand::AddRecorded(vec![audio("finger-bass-take1.flac"), "/t/a.wav".into()]));
    assert!(rig.failure().contains("no such file"), "{}", rig.failure());
    assert_eq!(names(&rig).len(), 5, "nothing is added where not all have room, or not all can be read");
}

#[test]
fn what_others_have_learned_and_their_knobs_go_along_when_one_is_removed() {
    let mut rig = Rig::new();
    let version = rig.playback.version();
    let dictionary = learned().sources[0].dictionaries()[0].clone();
    let count = dictionary.components;
    let state =
        SourceState { strip: 2, dictionary, pinned: vec![true; count], components: vec![ComponentIndex(0); count] };
    let state = AdaptiveState { sources: vec![state], ..AdaptiveState::default() };
    rig.worker.context.put(&version, version.with_adaptive_state(Arc::new(state))).unwrap();
    let strip = |i| StripControls { gain_db: Some(i as f32), ..StripControls::default() };
    let strips = (0..MAX_SOURCES).map(strip).collect();
    rig.worker.context.set_params(&PresetSettings::of_strips(strips));
    let before = names(&rig);

    rig.ask(SourceCommand::Remove(0));
    assert_eq!(names(&rig), before[1..]);
    let state = rig.playback.version().adaptive_state.clone();
    assert_eq!((state.sources[0].strip, state.sources[0].pinned[0]), (1, true));
    let first = rig.playback.version().preset.sources[0].components();
    assert_eq!(state.sources[0].components, (first..first + count).map(ComponentIndex).collect::<Vec<_>>());
    let gains: Vec<_> = rig.params.strip_controls().iter().map(|strip| strip.gain_db.unwrap().round()).collect();
    assert_eq!(gains, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 0.0]);

    rig.ask(SourceCommand::Remove(0));
    rig.ask(SourceCommand::Remove(0));
    assert!(rig.failure().contains("needs a source"));
    assert_eq!(names(&rig).len(), 1);
}

#[test]
fn a_source_comes_from_another_preset_with_the_strips_colour() {
    let mut rig = Rig::new();
    rig.ask(SourceCommand::List(entry()));
    let found = rig.session.preset_sources().unwrap();
    assert_eq!((found.names.len(), &found.preset), (2, &entry()));
    rig.ask(SourceCommand::Add);
    let colour = rig.session.summary().strips[3].colour;
    rig.ask(SourceCommand::Load { strip: 3, from: entry(), source: 1 });
    let preset = rig.playback.version().preset.clone();
    assert_eq!(preset.sources[3].name, format!("{} 2", preset.sources[1].name));
    let mut loaded = learned();
    file::round(&mut loaded, None);
    assert_eq!(preset.sources[3].bases, loaded.sources[1].bases);
    assert_eq!(preset.sources[3].colour, colour);
    rig.ask(SourceCommand::Load { strip: 3, from: entry(), source: 9 });
    assert!(rig.failure().contains("no source 10"));
    assert!(library::load(&entry()).is_ok());
}

#[test]
fn a_source_is_recognised_as_it_is_told_and_forgets_that_when_it_follows_the_mixture() {
    let mut rig = Rig::new();
    let first = |rig: &Rig| {
        let version = rig.playback.version();
        (version.preset.sources[0].kind(), version.preset.sources[0].role)
    };
    assert_eq!(first(&rig), (Kind::Recognised, Some(Role::Drums)));
    rig.ask(SourceCommand::Load { strip: 0, from: entry(), source: 0 });
    assert_eq!(first(&rig), (Kind::Fixed, Some(Role::Drums)), "what was taught elsewhere is still the drums");
    rig.ask(SourceCommand::MakeRecognised(0, Role::Bass));
    assert_eq!(first(&rig), (Kind::Recognised, Some(Role::Bass)));
    assert!(rig.session.undo_view().undo.unwrap().ends_with("is recognised"));
    rig.ask(SourceCommand::MakeAdaptive(0));
    assert_eq!(first(&rig), (Kind::Adaptive, None));
}
