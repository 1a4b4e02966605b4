//! The worker's desk, without an audio thread.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::{
    instance::{
        project::stored_preset::PresetField,
        session::Session,
        stage::Stage,
        state::summary::{Origin, Summary},
    },
    learner::adapted::{Adapted, AdaptedSource},
    realtime::wires,
};
use std::cell::Cell;

/// A desk on which the factory's drums and bass lie, with the knobs of all strips at other places.
fn desk() -> (Desk, Learning) {
    let preset = library::load(&factory()).unwrap();
    let summary = Summary::new("Drums + Bass", Origin::Factory("Drums + Bass".to_owned()), &preset);
    let knobs = || (0..MAX_SOURCES).map(|i| Knobs { gain_db: Some(i as f32), ..Knobs::default() }).collect();
    let desk = Desk {
        stage: Arc::new(Stage::new(Arc::new(preset))),
        field: PresetField::default(),
        session: Session::new(summary).0,
        link: Arc::default(),
        models: wires::connect().1,
        knobs: Box::new(knobs),
        adapted_since: Cell::new(false),
    };
    (desk, Learning::default())
}

fn factory() -> Entry {
    Entry { name: "Drums + Bass".to_owned(), path: None }
}

fn names(desk: &Desk) -> Vec<String> {
    desk.session.summary().strips.iter().map(|strip| strip.name.clone()).collect()
}

fn refused(desk: &Desk) -> String {
    match desk.session.activity() {
        Activity::Failed(sentence) => sentence,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_source_gets_the_name_it_is_given_or_a_sentence_why_not() {
    let (desk, mut learning) = desk();
    desk.arrange(Arrange::Rename(1, "sub".to_owned()), &mut learning);
    assert_eq!(names(&desk)[1], "sub");
    assert!(desk.session.summary().changed);
    let own = names(&desk)[0].to_uppercase();
    for (name, why) in [("", "1 to 64 characters"), (&*own, "a name of its own"), ("a/b", "without slashes")] {
        desk.arrange(Arrange::Rename(1, name.to_owned()), &mut learning);
        assert!(refused(&desk).contains(why), "{}", refused(&desk));
        assert_eq!(names(&desk)[1], "sub");
    }
}

#[test]
fn sources_are_added_up_to_eight_with_names_and_colours_of_their_own() {
    let (desk, mut learning) = desk();
    for _ in 2..MAX_SOURCES {
        desk.arrange(Arrange::Add, &mut learning);
    }
    let strips = desk.session.summary().strips.clone();
    assert_eq!(strips.len(), MAX_SOURCES);
    assert_eq!((strips[2].name.as_str(), strips[3].name.as_str()), ("rest", "rest 2"));
    for (i, strip) in strips.iter().enumerate() {
        assert!(strips[..i].iter().all(|other| other.colour != strip.colour && other.name != strip.name));
    }
    desk.arrange(Arrange::Add, &mut learning);
    assert!(refused(&desk).contains("8 sources already"));
    assert_eq!(names(&desk).len(), MAX_SOURCES);
}

#[test]
fn what_others_have_become_and_their_knobs_go_along_when_one_is_removed() {
    let (desk, mut learning) = desk();
    desk.arrange(Arrange::Add, &mut learning);
    let dictionary = desk.present().sources[0].dictionaries()[0].clone();
    let count = dictionary.components;
    let become_so = AdaptedSource { strip: 2, dictionary, pinned: vec![true; count], components: vec![0; count] };
    desk.remember(|_| Some(Adapted { sources: vec![become_so], ..Adapted::default() }));
    let before = names(&desk);
    desk.session.withdraw_knobs();

    desk.arrange(Arrange::Remove(0), &mut learning);
    assert_eq!(names(&desk), before[1..]);
    let adapted = desk.stage.lock().adapted.clone();
    assert_eq!((adapted.sources[0].strip, adapted.sources[0].pinned[0]), (1, true));
    let first = desk.present().sources[0].components();
    assert_eq!(adapted.sources[0].components, (first..first + count).collect::<Vec<_>>());
    let gains: Vec<_> = desk.session.take_knobs().unwrap().iter().map(|knobs| knobs.gain_db).collect();
    assert_eq!(gains, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 0.0].map(Some));

    desk.arrange(Arrange::Remove(0), &mut learning);
    desk.arrange(Arrange::Remove(0), &mut learning);
    assert!(refused(&desk).contains("needs a source"));
    assert_eq!(names(&desk).len(), 1);
}

#[test]
fn a_source_comes_from_another_preset_with_the_strips_colour() {
    let (desk, mut learning) = desk();
    desk.arrange(Arrange::Look(factory()), &mut learning);
    let found = desk.session.found().unwrap();
    assert_eq!((found.sources.len(), &found.entry), (2, &factory()));
    desk.arrange(Arrange::Add, &mut learning);
    let colour = desk.session.summary().strips[2].colour;
    desk.arrange(Arrange::Load { strip: 2, from: factory(), source: 1 }, &mut learning);
    let preset = desk.present();
    assert_eq!(preset.sources[2].name, format!("{} 2", preset.sources[1].name));
    assert_eq!(preset.sources[2].bases, preset.sources[1].bases);
    assert_eq!(preset.sources[2].colour, colour);
    desk.arrange(Arrange::Load { strip: 2, from: factory(), source: 9 }, &mut learning);
    assert!(refused(&desk).contains("no source 10"));
}
