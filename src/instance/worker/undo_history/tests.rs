#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use super::*;
use crate::{
    instance::{
        project::stored_preset::StoredPreset,
        state::summary::{Origin, Summary},
    },
    preset::Preset,
};

fn turn(id: &str, from: f32, to: f32) -> Move {
    Move { id: id.to_owned(), from, to, is_turn: true }
}

fn drag(id: &str, from: f32, to: f32) -> Move {
    Move { is_turn: false, ..turn(id, from, to) }
}

fn set(deed: Option<Deed>) -> (String, f32) {
    match deed {
        Some(Deed::Set(id, to)) => (id, to),
        other => panic!("{other:?}"),
    }
}

/// A version whose stored file takes so many bytes.
fn version(bytes: usize) -> Arc<Version> {
    let preset = Preset::of(Vec::new());
    let summary = Summary::new("A", Origin::Project, &preset);
    let stored = StoredPreset { title: "A".to_owned(), file: "x".repeat(bytes), ..StoredPreset::default() };
    Version::new(Arc::new(preset), Arc::new(stored), Arc::new(summary), Arc::default())
}

fn whole(value: f32) -> Whole {
    Whole { params: vec![("gain_1".to_owned(), value)], version: None }
}

fn value(whole: &Whole) -> f32 {
    whole.params[0].1
}

#[test]
fn steps_come_back_in_order_and_again() {
    let mut history = History::default();
    history.moved(drag("gain_1", 0.5, 0.7), 0.0);
    history.moved(drag("gain_2", 0.5, 0.1), 0.1);
    assert_eq!(set(history.undo()), ("gain_2".to_owned(), 0.5));
    assert_eq!(set(history.undo()), ("gain_1".to_owned(), 0.5));
    assert!(history.undo().is_none() && history.undoable().is_none());
    assert_eq!(set(history.redo()), ("gain_1".to_owned(), 0.7));
    assert_eq!(set(history.redo()), ("gain_2".to_owned(), 0.1));
    assert!(history.redo().is_none());
}

#[test]
fn what_is_done_after_an_undo_takes_the_place_of_what_was_undone() {
    let mut history = History::default();
    history.moved(drag("gain_1", 0.5, 0.7), 0.0);
    history.moved(drag("gain_2", 0.5, 0.1), 5.0);
    history.undo();
    history.moved(drag("gain_3", 0.5, 0.2), 9.0);
    assert!(history.redoable().is_none());
    assert_eq!(set(history.undo()).0, "gain_3");
    assert_eq!(set(history.undo()).0, "gain_1");
}

#[test]
fn a_change_that_goes_on_joins_the_one_before_it() {
    let change = |from: &Arc<Version>, to: &Arc<Version>| Step::Changed {
        from: from.clone(),
        to: to.clone(),
        knobs: None,
        what: String::new(),
    };
    let [first, ahead, last] = [1, 2, 3].map(version);
    let mut history = History::default();
    history.push(change(&first, &ahead));
    history.push(change(&ahead, &last));
    history.join_last();
    assert!(matches!(history.undo(), Some(Deed::Play(played, None)) if Arc::ptr_eq(&played, &first)));
    assert!(history.undoable().is_none());
    assert!(matches!(history.redo(), Some(Deed::Play(played, None)) if Arc::ptr_eq(&played, &last)));

    // Something came between the two.
    let mut history = History::default();
    history.push(change(&first, &ahead));
    history.moved(drag("gain_1", 0.5, 0.7), 0.0);
    history.push(change(&ahead, &last));
    history.join_last();
    assert!(matches!(history.undo(), Some(Deed::Play(played, None)) if Arc::ptr_eq(&played, &ahead)));

    // They do not follow each other.
    let mut history = History::default();
    history.push(change(&first, &ahead));
    history.push(change(&first, &last));
    history.join_last();
    history.undo();
    assert!(history.undoable().is_some());
}

#[test]
fn turns_of_one_knob_in_a_row_are_one_step() {
    let mut history = History::default();
    for (n, to) in [0.6, 0.7, 0.8].into_iter().enumerate() {
        history.moved(turn("gain_1", to - 0.1, to), 0.5 * n as f64);
    }
    history.moved(turn("gain_2", 0.5, 0.4), 1.1);
    history.moved(turn("gain_1", 0.8, 0.9), 1.2);
    assert_eq!(set(history.undo()), ("gain_1".to_owned(), 0.8));
    assert_eq!(set(history.undo()), ("gain_2".to_owned(), 0.5));
    assert_eq!(set(history.undo()), ("gain_1".to_owned(), 0.5));
    assert!(history.undo().is_none());
}

#[test]
fn a_pause_a_drag_an_undo_or_another_window_ends_a_turn() {
    let mut history = History::default();
    history.moved(turn("gain_1", 0.1, 0.2), 10.0);
    history.moved(turn("gain_1", 0.2, 0.3), 11.0);
    history.moved(drag("gain_1", 0.3, 0.4), 11.1);
    history.moved(turn("gain_1", 0.4, 0.5), 11.2);
    history.undo();
    history.moved(turn("gain_1", 0.4, 0.6), 11.3);
    history.settle();
    history.moved(turn("gain_1", 0.6, 0.7), 11.4);
    // The next window's clock begins at 0.
    history.moved(turn("gain_1", 0.7, 0.8), 0.0);
    let values = std::iter::from_fn(|| history.undo().map(|deed| set(Some(deed)).1)).collect::<Vec<_>>();
    assert_eq!(values, [0.7, 0.6, 0.4, 0.3, 0.2, 0.1]);
}

#[test]
fn what_moves_nothing_is_no_step() {
    let mut history = History::default();
    history.moved(drag("gain_1", 0.5, 0.5), 0.0);
    assert!(history.undoable().is_none());
    history.moved(turn("gain_1", 0.5, 0.6), 1.0);
    history.moved(turn("gain_1", 0.6, 0.5), 1.1);
    assert!(history.undoable().is_none());
    history.moved(turn("gain_1", 0.5, 0.4), 1.2);
    assert_eq!(set(history.undo()).1, 0.5);
}

#[test]
fn the_oldest_steps_go_when_there_are_too_many() {
    let mut history = History::default();
    for n in 0..MAX_STEPS + 50 {
        history.moved(drag("gain_1", n as f32, n as f32 + 1.0), n as f64);
    }
    let mut oldest = f32::MAX;
    let mut count = 0;
    while let Some(deed) = history.undo() {
        (oldest, count) = (set(Some(deed)).1, count + 1);
    }
    assert_eq!((count, oldest), (MAX_STEPS, 50.0));
}

#[test]
fn presets_in_the_steps_take_no_more_memory_than_they_may() {
    let mut history = History::default();
    let size = MAX_BYTES / 8;
    let mut last = version(size);
    for _ in 0..40 {
        let next = version(size);
        history.push(Step::Changed { from: last, to: next.clone(), knobs: None, what: String::new() });
        last = next;
        assert!(history.bytes() <= MAX_BYTES, "{}", history.bytes());
    }
    // Eight versions are seven steps from one to the next.
    let steps = std::iter::from_fn(|| history.undo()).count();
    assert_eq!(steps, 7);
    let huge = version(MAX_BYTES + 1);
    history.push(Step::Changed { from: last, to: huge, knobs: None, what: String::new() });
    assert!(history.undoable().is_some(), "the newest can be undone, whatever it takes");
}

#[test]
fn a_preset_comes_back_as_the_same_object() {
    let (before, after) = (version(1), version(2));
    let mut history = History::default();
    history.push(Step::Changed { from: before.clone(), to: after.clone(), knobs: None, what: String::new() });
    assert!(matches!(history.undo(), Some(Deed::Play(played, None)) if Arc::ptr_eq(&played, &before)));
    assert!(matches!(history.redo(), Some(Deed::Play(played, None)) if Arc::ptr_eq(&played, &after)));
}

#[test]
fn sides_are_exchanged_copied_and_undone() {
    let mut history = History::default();
    assert_eq!(value(&history.switch_by_hand(whole(0.1))), 0.1, "at first both are the same");
    assert_eq!(history.side(), Side::B);
    assert_eq!(value(&history.switch_by_hand(whole(0.2))), 0.1);
    history.copy_by_hand(whole(0.3));
    assert!(matches!(history.undo(), Some(Deed::Nothing)));
    // The side that was left holds what it held before the copy.
    assert!(matches!(history.undo(), Some(Deed::Switch)));
    assert_eq!((value(&history.switch(whole(0.3))), history.side()), (0.2, Side::B));
    assert!(matches!(history.redo(), Some(Deed::Switch)));
    assert_eq!(value(&history.switch(whole(0.2))), 0.3);
    assert!(matches!(history.redo(), Some(Deed::Nothing)));
    assert_eq!(value(&history.switch_by_hand(whole(0.3))), 0.3);
}

#[test]
fn a_deletion_that_was_taken_back_otherwise_is_no_step_any_more() {
    let trashed = Trashed { file: "a".into(), kept_at: "b".into() };
    let mut history = History::default();
    history.push(Step::Deleted(trashed.clone()));
    history.moved(drag("gain_1", 0.5, 0.7), 0.0);
    history.forget_deletion(&trashed);
    history.undo();
    assert!(history.undo().is_none());
    assert_eq!(set(history.redo()).0, "gain_1");
}

#[test]
fn what_serves_to_listen_or_to_learn_is_not_remembered() {
    assert!(["gain_1", "mute_8", "focus", "mode", "output"].into_iter().all(is_remembered));
    assert!(!["bypass", "removed", "learn_1"].into_iter().any(is_remembered));
}
