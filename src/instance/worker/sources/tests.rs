#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::super::tests::Rig;
use super::*;
use crate::{
    instance::command::SourceCommand,
    learner::adaptive::{AdaptiveState, ComponentIndex, SourceState},
    preset::library,
};

fn factory() -> Entry {
    Entry { name: "Drums + Bass".to_owned(), path: None }
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
    for _ in 2..MAX_SOURCES {
        rig.ask(SourceCommand::Add);
    }
    let strips = rig.session.summary().strips.clone();
    assert_eq!(strips.len(), MAX_SOURCES);
    assert_eq!((strips[2].name.as_str(), strips[3].name.as_str()), ("rest", "rest 2"));
    for (i, strip) in strips.iter().enumerate() {
        assert!(strips[..i].iter().all(|other| other.colour != strip.colour && other.name != strip.name));
    }
    rig.ask(SourceCommand::Add);
    assert!(rig.failure().contains("8 sources already"));
    assert_eq!(names(&rig).len(), MAX_SOURCES);
}

#[test]
fn what_others_have_learned_and_their_knobs_go_along_when_one_is_removed() {
    let mut rig = Rig::new();
    rig.ask(SourceCommand::Add);
    let version = rig.playback.version();
    let dictionary = version.preset.sources[0].dictionaries()[0].clone();
    let count = dictionary.components;
    let learned =
        SourceState { strip: 2, dictionary, pinned: vec![true; count], components: vec![ComponentIndex(0); count] };
    let state = AdaptiveState { sources: vec![learned], ..AdaptiveState::default() };
    rig.worker.context.put(&version, version.with_adaptive_state(Arc::new(state))).unwrap();
    let knobs = |i| Knobs { gain_db: Some(i as f32), ..Knobs::default() };
    rig.worker.context.set_knobs(&(0..MAX_SOURCES).map(knobs).collect::<Vec<_>>());
    let before = names(&rig);

    rig.ask(SourceCommand::Remove(0));
    assert_eq!(names(&rig), before[1..]);
    let state = rig.playback.version().adaptive_state.clone();
    assert_eq!((state.sources[0].strip, state.sources[0].pinned[0]), (1, true));
    let first = rig.playback.version().preset.sources[0].components();
    assert_eq!(state.sources[0].components, (first..first + count).map(ComponentIndex).collect::<Vec<_>>());
    let gains: Vec<_> = rig.params.knobs().iter().map(|knobs| knobs.gain_db.unwrap().round()).collect();
    assert_eq!(gains, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 0.0]);

    rig.ask(SourceCommand::Remove(0));
    rig.ask(SourceCommand::Remove(0));
    assert!(rig.failure().contains("needs a source"));
    assert_eq!(names(&rig).len(), 1);
}

#[test]
fn a_source_comes_from_another_preset_with_the_strips_colour() {
    let mut rig = Rig::new();
    rig.ask(SourceCommand::List(factory()));
    let found = rig.session.preset_sources().unwrap();
    assert_eq!((found.names.len(), &found.preset), (2, &factory()));
    rig.ask(SourceCommand::Add);
    let colour = rig.session.summary().strips[2].colour;
    rig.ask(SourceCommand::Load { strip: 2, from: factory(), source: 1 });
    let preset = rig.playback.version().preset.clone();
    assert_eq!(preset.sources[2].name, format!("{} 2", preset.sources[1].name));
    assert_eq!(preset.sources[2].bases, preset.sources[1].bases);
    assert_eq!(preset.sources[2].colour, colour);
    rig.ask(SourceCommand::Load { strip: 2, from: factory(), source: 9 });
    assert!(rig.failure().contains("no source 10"));
    assert!(library::load(&factory()).is_ok());
}
