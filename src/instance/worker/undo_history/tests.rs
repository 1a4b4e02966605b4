#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use super::*;
const ONE: ParamId = ParamId::Gain(0);
const TWO: ParamId = ParamId::Gain(1);
const THREE: ParamId = ParamId::Gain(2);

fn turn(param: ParamId, from: f32, to: f32, at: f64) -> ParamMove {
    ParamMove { param, from, to, turned_at: Some(at), clicked_in: None }
}

fn drag(param: ParamId, from: f32, to: f32) -> ParamMove {
    ParamMove { param, from, to, turned_at: None, clicked_in: None }
}

/// A version whose stored file takes so many bytes.
fn version(bytes: usize) -> Arc<Version> {
    Arc::new(Version::of_size(bytes))
}

fn state(value: f32) -> SideState {
    SideState { params: vec![(ONE, value)], version: version(0), memory_seconds: 3.0 }
}

fn value(state: &SideState) -> f32 {
    state.params[0].1
}

fn step(history: &mut UndoHistory, direction: Direction) -> Option<Action> {
    let action = history.next(direction).cloned();
    history.step(direction, &version(0));
    action
}

/// The parameter that undoing would set, and where.
fn undo(history: &mut UndoHistory) -> Option<(ParamId, f32)> {
    match step(history, Direction::Undo)? {
        Action::Moved(moves) if moves.len() == 1 => Some((moves[0].param, moves[0].from)),
        other => panic!("{other:?}"),
    }
}

/// The same for doing it again.
fn redo(history: &mut UndoHistory) -> Option<(ParamId, f32)> {
    match step(history, Direction::Redo)? {
        Action::Moved(moves) if moves.len() == 1 => Some((moves[0].param, moves[0].to)),
        other => panic!("{other:?}"),
    }
}

fn can(history: &UndoHistory, direction: Direction) -> bool {
    history.next(direction).is_some()
}

#[test]
fn steps_come_back_in_order_and_again() {
    let mut history = UndoHistory::default();
    history.moved(drag(ONE, 0.5, 0.7));
    history.moved(drag(TWO, 0.5, 0.1));
    assert_eq!(undo(&mut history), Some((TWO, 0.5)));
    assert_eq!(undo(&mut history), Some((ONE, 0.5)));
    assert!(step(&mut history, Direction::Undo).is_none() && !can(&history, Direction::Undo));
    assert_eq!(redo(&mut history), Some((ONE, 0.7)));
    assert_eq!(redo(&mut history), Some((TWO, 0.1)));
    assert!(step(&mut history, Direction::Redo).is_none());
}

#[test]
fn what_is_done_after_an_undo_takes_the_place_of_what_was_undone() {
    let mut history = UndoHistory::default();
    history.moved(drag(ONE, 0.5, 0.7));
    history.moved(drag(TWO, 0.5, 0.1));
    step(&mut history, Direction::Undo);
    history.moved(drag(THREE, 0.5, 0.2));
    assert!(!can(&history, Direction::Redo));
    assert_eq!(undo(&mut history).map(|set| set.0), Some(THREE));
    assert_eq!(undo(&mut history).map(|set| set.0), Some(ONE));
}

#[test]
fn a_change_that_goes_on_joins_the_one_before_it() {
    let change = |from: &Arc<Version>, to: &Arc<Version>| Action::Changed {
        from: from.clone(),
        to: to.clone(),
        settings: None,
        what: String::new(),
    };
    let [first, ahead, last] = [1, 2, 3].map(version);
    let mut history = UndoHistory::default();
    history.push(change(&first, &ahead));
    history.push(change(&ahead, &last));
    history.join_last();
    assert!(
        matches!(step(&mut history, Direction::Undo), Some(Action::Changed { from, .. }) if Arc::ptr_eq(&from, &first))
    );
    assert!(!can(&history, Direction::Undo));
    assert!(matches!(step(&mut history, Direction::Redo), Some(Action::Changed { to, .. }) if Arc::ptr_eq(&to, &last)));

    // Something came between the two.
    let mut history = UndoHistory::default();
    history.push(change(&first, &ahead));
    history.moved(drag(ONE, 0.5, 0.7));
    history.push(change(&ahead, &last));
    history.join_last();
    assert!(
        matches!(step(&mut history, Direction::Undo), Some(Action::Changed { from, .. }) if Arc::ptr_eq(&from, &ahead))
    );

    // They do not follow each other.
    let mut history = UndoHistory::default();
    history.push(change(&first, &ahead));
    history.push(change(&first, &last));
    history.join_last();
    step(&mut history, Direction::Undo);
    assert!(can(&history, Direction::Undo));
}

#[test]
fn turns_of_one_knob_in_a_row_are_one_step() {
    let mut history = UndoHistory::default();
    for (n, to) in [0.6, 0.7, 0.8].into_iter().enumerate() {
        history.moved(turn(ONE, to - 0.1, to, 0.5 * n as f64));
    }
    history.moved(turn(TWO, 0.5, 0.4, 1.1));
    history.moved(turn(ONE, 0.8, 0.9, 1.2));
    assert_eq!(undo(&mut history), Some((ONE, 0.8)));
    assert_eq!(undo(&mut history), Some((TWO, 0.5)));
    assert_eq!(undo(&mut history), Some((ONE, 0.5)));
    assert!(step(&mut history, Direction::Undo).is_none());
}

#[test]
fn a_pause_a_drag_an_undo_or_another_window_ends_a_turn() {
    let mut history = UndoHistory::default();
    history.moved(turn(ONE, 0.1, 0.2, 10.0));
    history.moved(turn(ONE, 0.2, 0.3, 11.0));
    history.moved(drag(ONE, 0.3, 0.4));
    history.moved(turn(ONE, 0.4, 0.5, 11.2));
    step(&mut history, Direction::Undo);
    history.moved(turn(ONE, 0.4, 0.6, 11.3));
    history.end_turn();
    history.moved(turn(ONE, 0.6, 0.7, 11.4));
    // The next window's clock begins at 0.
    history.moved(turn(ONE, 0.7, 0.8, 0.0));
    let values = std::iter::from_fn(|| undo(&mut history).map(|set| set.1)).collect::<Vec<_>>();
    assert_eq!(values, [0.7, 0.6, 0.4, 0.3, 0.2, 0.1]);
}

#[test]
fn what_moves_nothing_is_no_step() {
    let mut history = UndoHistory::default();
    history.moved(drag(ONE, 0.5, 0.5));
    assert!(!can(&history, Direction::Undo));
    history.moved(turn(ONE, 0.5, 0.6, 1.0));
    history.moved(turn(ONE, 0.6, 0.5, 1.1));
    assert!(!can(&history, Direction::Undo));
    history.moved(turn(ONE, 0.5, 0.4, 1.2));
    assert_eq!(undo(&mut history), Some((ONE, 0.5)));
}

#[test]
fn the_oldest_steps_go_when_there_are_too_many() {
    let mut history = UndoHistory::default();
    for n in 0..MAX_ACTIONS + 50 {
        history.moved(drag(ONE, n as f32, n as f32 + 1.0));
    }
    let mut oldest = f32::MAX;
    let mut count = 0;
    while let Some((_, from)) = undo(&mut history) {
        (oldest, count) = (from, count + 1);
    }
    assert_eq!((count, oldest), (MAX_ACTIONS, 50.0));
}

#[test]
fn presets_in_the_steps_take_no_more_memory_than_they_may() {
    let mut history = UndoHistory::default();
    let size = MAX_BYTES / 8;
    let mut last = version(size);
    for _ in 0..40 {
        let next = version(size);
        history.push(Action::Changed { from: last, to: next.clone(), settings: None, what: String::new() });
        last = next;
        assert!(history.bytes() <= MAX_BYTES, "{}", history.bytes());
    }
    // Eight versions are seven steps from one to the next.
    let steps = std::iter::from_fn(|| step(&mut history, Direction::Undo)).count();
    assert_eq!(steps, 7);
    let huge = version(MAX_BYTES + 1);
    history.push(Action::Changed { from: last, to: huge, settings: None, what: String::new() });
    assert!(can(&history, Direction::Undo), "the newest can be undone, whatever it takes");
}

#[test]
fn a_preset_comes_back_as_the_same_object() {
    let (before, after) = (version(1), version(2));
    let mut history = UndoHistory::default();
    history.push(Action::Changed { from: before.clone(), to: after.clone(), settings: None, what: String::new() });
    let ends = |action: Option<Action>| match action {
        Some(Action::Changed { from, to, .. }) => Arc::ptr_eq(&from, &before) && Arc::ptr_eq(&to, &after),
        _ => false,
    };
    assert!(ends(step(&mut history, Direction::Undo)) && ends(step(&mut history, Direction::Redo)));
}

#[test]
fn a_preset_comes_back_with_what_it_had_learned_when_it_was_left() {
    let (before, after) = (version(1), version(2));
    let mut history = UndoHistory::default();
    history.push(Action::Changed { from: before, to: after.clone(), settings: None, what: String::new() });
    let learned = Arc::new(after.with_adaptive_state(Arc::default()));
    history.step(Direction::Undo, &learned);
    let redone = history.next(Direction::Redo);
    assert!(matches!(redone, Some(Action::Changed { to, .. }) if Arc::ptr_eq(to, &learned)));
    let strange = version(3);
    history.step(Direction::Redo, &strange);
    let undone = history.next(Direction::Undo);
    assert!(matches!(undone, Some(Action::Changed { from, .. }) if !Arc::ptr_eq(from, &strange)), "another preset");
}

#[test]
fn an_action_is_next_until_it_was_carried_out() {
    let mut history = UndoHistory::default();
    history.moved(drag(ONE, 0.5, 0.7));
    assert!(can(&history, Direction::Undo) && can(&history, Direction::Undo) && !can(&history, Direction::Redo));
    history.step(Direction::Undo, &version(0));
    assert!(!can(&history, Direction::Undo) && can(&history, Direction::Redo));
}

#[test]
fn the_side_that_is_left_stays_behind() {
    let mut history = UndoHistory::default();
    assert!(history.other_side().is_none(), "at first both are the same");
    history.switch_side(state(0.1));
    assert_eq!((history.side(), history.other_side().map(value)), (Side::B, Some(0.1)));
    history.switch_side(state(0.2));
    assert_eq!((history.side(), history.other_side().map(value)), (Side::A, Some(0.2)));
    assert_eq!(history.set_other_side(Some(state(0.3))).as_ref().map(value), Some(0.2));
    assert_eq!(history.other_side().map(value), Some(0.3));
}

#[test]
fn a_deletion_that_was_taken_back_otherwise_is_no_action_any_more() {
    let trashed = Trashed { file: "a".into(), kept_at: "b".into() };
    let mut history = UndoHistory::default();
    history.push(Action::Deleted(trashed.clone()));
    history.moved(drag(ONE, 0.5, 0.7));
    history.forget_deletion(&trashed);
    undo(&mut history);
    assert!(step(&mut history, Direction::Undo).is_none());
    assert_eq!(redo(&mut history).map(|set| set.0), Some(ONE));
}

#[test]
fn all_that_one_click_moves_is_one_step() {
    let mut history = UndoHistory::default();
    let click = |param, frame| ParamMove { clicked_in: Some(frame), ..drag(param, 0.0, 1.0) };
    for (param, frame) in [(ONE, 6), (ONE, 7), (TWO, 7), (THREE, 8)] {
        history.moved(click(param, frame));
    }
    // Another window counts its frames anew.
    history.end_turn();
    history.moved(click(ONE, 8));
    let moved = |action: Option<Action>| match action {
        Some(Action::Moved(moves)) => moves.iter().map(|moved| moved.param).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    for expected in [&[ONE][..], &[THREE], &[ONE, TWO], &[ONE]] {
        assert_eq!(moved(step(&mut history, Direction::Undo)), expected);
    }
    // What was undone is not joined.
    history.moved(click(TWO, 6));
    assert_eq!(moved(step(&mut history, Direction::Undo)), [TWO]);
}
