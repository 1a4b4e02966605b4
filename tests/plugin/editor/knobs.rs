//! What a hand does to a knob, and what the host hears of it.

use super::{
    host::{Told, assert_one_gesture},
    stage::{DEFAULT, Stage},
};
use egui::{Key, Modifiers, MouseWheelUnit, vec2};
use egui_kittest::kittest::Queryable;
use nice_plug::prelude::{FloatParam, Param};
use std::sync::atomic::Ordering::SeqCst;
use unbraid::instance::{
    command::PresetCommand,
    params::{GAIN_MAX_DB, GAIN_SILENCE_DB},
};

const CTRL: Modifiers = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };

fn stage() -> Stage {
    Stage::new(2, DEFAULT)
}

fn drums(stage: &Stage) -> &FloatParam {
    &stage.params.strips[0].gain
}

#[track_caller]
fn assert_near(value: f32, expected: f32) {
    assert!((value - expected).abs() < 1e-3, "{value} is not {expected}");
}

#[test]
fn dragging_down_turns_the_gain_down_in_one_gesture() {
    let mut stage = stage();
    let before = drums(&stage).unmodulated_normalized_value();
    stage.drag("Drums gain", 40.0);
    // 200 points are the whole way.
    assert_near(drums(&stage).unmodulated_normalized_value(), before - 0.2);
    let told = stage.told_of(drums(&stage));
    assert_one_gesture(&told);
    assert_eq!(told.len(), 12, "one set for each of ten moves: {told:?}");
    assert!(stage.host.told().is_empty(), "no other parameter was touched");
    stage.drag("Drums gain", -40.0);
    assert_near(drums(&stage).value(), 0.0);
}

#[test]
fn a_gesture_begins_at_the_press_and_ends_at_the_release() {
    let mut stage = stage();
    let at = stage.centre("Bass gain");
    stage.press(at);
    assert!(matches!(stage.told_of(&stage.params.strips[1].gain)[..], [Told::Begin(_)]));
    stage.wait(0.5);
    assert!(stage.host.told().is_empty());
    stage.release(at);
    assert!(matches!(stage.told_of(&stage.params.strips[1].gain)[..], [Told::End(_)]));
}

#[test]
fn shift_makes_a_drag_ten_times_finer() {
    let mut stage = stage();
    let before = drums(&stage).unmodulated_normalized_value();
    stage.hold(Modifiers::SHIFT);
    stage.drag("Drums gain", 40.0);
    assert_near(drums(&stage).unmodulated_normalized_value(), before - 0.02);
    assert_one_gesture(&stage.told_of(drums(&stage)));
}

#[test]
fn a_drag_stops_at_the_ends_and_turns_back_at_once() {
    let mut stage = stage();
    let from = stage.centre("Drums gain");
    stage.press(from);
    stage.move_to(from - vec2(0.0, 300.0));
    assert_eq!(drums(&stage).value(), GAIN_MAX_DB);
    stage.move_to(from - vec2(0.0, 280.0));
    assert_near(drums(&stage).unmodulated_normalized_value(), 0.9);
    stage.move_to(from + vec2(0.0, 300.0));
    assert_eq!(drums(&stage).value(), GAIN_SILENCE_DB);
    assert_eq!(stage.spoken("Drums gain"), "−∞ dB");
    stage.release(from);
    assert_one_gesture(&stage.told_of(drums(&stage)));
}

#[test]
fn the_wheel_steps_by_one_decibel_and_with_shift_by_a_tenth() {
    let mut stage = stage();
    stage.wheel("Drums gain", 1.0, Modifiers::NONE);
    assert_near(drums(&stage).value(), 1.0);
    assert_one_gesture(&stage.told_of(drums(&stage)));
    stage.wheel("Drums gain", -2.0, Modifiers::SHIFT);
    assert_near(drums(&stage).value(), 0.8);
    assert_one_gesture(&stage.told_of(drums(&stage)));
    stage.wheel("Drums gain", 30.0, Modifiers::NONE);
    assert_eq!(drums(&stage).value(), GAIN_MAX_DB);
    assert_eq!(stage.params.strips[1].gain.value(), 0.0);
}

#[test]
fn between_silence_and_the_lowest_gain_is_one_step() {
    let mut stage = stage();
    stage.wheel("Drums gain", -60.0, Modifiers::NONE);
    assert_near(drums(&stage).value(), -60.0);
    stage.wheel("Drums gain", -1.0, Modifiers::SHIFT);
    assert_eq!(stage.params.strips[0].gain_db(), None);
    stage.wheel("Drums gain", 1.0, Modifiers::SHIFT);
    assert_near(stage.params.strips[0].gain_db().unwrap(), -60.0);
}

#[test]
fn a_touchpad_has_to_travel_for_a_step() {
    let mut stage = stage();
    let at = stage.centre("Drums gain");
    stage.move_to(at);
    for expected in [0.0, 0.0, 0.0, 1.0] {
        stage.event(egui::Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, 10.0),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::NONE,
            source: egui::MouseWheelSource::Trackpad,
        });
        assert_near(drums(&stage).value(), expected);
    }
}

#[test]
fn double_click_and_ctrl_click_go_back_to_0_db() {
    let mut stage = stage();
    stage.drag("Drums gain", 70.0);
    stage.wait(1.0);
    stage.told_of(drums(&stage));
    let at = stage.centre("Drums gain");
    for _ in 0..2 {
        stage.press(at);
        stage.release(at);
    }
    assert_near(drums(&stage).value(), 0.0);
    let told = stage.told_of(drums(&stage));
    assert!(
        matches!(told[..], [Told::Begin(_), Told::End(_), Told::Begin(_), Told::Set(..), Told::End(_)]),
        "two touches, the second one resets: {told:?}"
    );

    stage.wait(1.0);
    stage.drag("Drums gain", 70.0);
    stage.wait(1.0);
    stage.told_of(drums(&stage));
    stage.hold(CTRL);
    stage.move_to(at);
    stage.button(at, true, CTRL);
    stage.move_to(at + vec2(0.0, 30.0));
    stage.button(at, false, CTRL);
    // Moving on does not undo the reset.
    assert_near(drums(&stage).value(), 0.0);
    let told = stage.told_of(drums(&stage));
    assert!(matches!(told[..], [Told::Begin(_), Told::Set(..), Told::End(_)]), "{told:?}");
}

#[test]
fn a_number_can_be_typed() {
    let mut stage = stage();
    for (text, db) in [("-3,5", -3.5), ("-6 dB", -6.0), ("+2.5", 2.5), ("-inf", GAIN_SILENCE_DB), ("−12.0dB", -12.0)]
    {
        stage.type_into("Drums gain value", text, Key::Enter);
        assert_near(drums(&stage).value(), db);
        assert_one_gesture(&stage.told_of(drums(&stage)));
    }
    assert_eq!(stage.spoken("Drums gain value"), "−12.0 dB");
    stage.type_into("Drums gain value", "99", Key::Enter);
    assert_eq!(drums(&stage).value(), GAIN_MAX_DB);
    stage.type_into("Mix value", "50 %", Key::Enter);
    assert_near(stage.params.mix.value(), 0.5);
    stage.type_into("Focus value", "1,75", Key::Enter);
    assert_near(stage.params.focus.value(), 1.75);
    stage.type_into("Output value", "-3dB", Key::Enter);
    assert_near(stage.params.output.value(), -3.0);
}

#[test]
fn nonsense_and_escape_keep_the_old_number() {
    let mut stage = stage();
    for text in ["loud", "NaN", "", "3 4", "--2"] {
        stage.type_into("Drums gain value", text, Key::Enter);
        stage.type_into("Output value", text, Key::Enter);
    }
    stage.type_into("Drums gain value", "-20", Key::Escape);
    assert_eq!(drums(&stage).value(), 0.0);
    assert_eq!(stage.params.output.value(), 0.0);
    assert!(stage.host.told().is_empty(), "{:?}", stage.host.told());
}

#[test]
fn clicking_elsewhere_commits_the_typed_number() {
    let mut stage = stage();
    stage.click("Drums gain value");
    stage.harness.step();
    stage.event(egui::Event::Text("-9".to_owned()));
    let elsewhere = stage.place("Drums").center();
    stage.press(elsewhere);
    stage.release(elsewhere);
    stage.harness.step();
    assert_near(drums(&stage).value(), -9.0);
    assert_one_gesture(&stage.told_of(drums(&stage)));
}

#[test]
fn keys_and_a_screen_reader_turn_a_focused_knob() {
    let mut stage = stage();
    stage.harness.get_by_label("Drums gain").focus();
    stage.harness.step();
    stage.harness.step();
    for (key, modifiers, db) in [
        (Key::ArrowUp, Modifiers::NONE, 1.0),
        (Key::ArrowRight, Modifiers::NONE, 2.0),
        (Key::ArrowDown, Modifiers::NONE, 1.0),
        (Key::Delete, Modifiers::NONE, 0.0),
        (Key::ArrowLeft, Modifiers::NONE, -1.0),
    ] {
        stage.key(key, modifiers);
        assert_near(drums(&stage).value(), db);
        assert_one_gesture(&stage.told_of(drums(&stage)));
    }
    stage.hold(Modifiers::SHIFT);
    stage.key(Key::ArrowUp, Modifiers::SHIFT);
    assert_near(drums(&stage).value(), -0.9);
    stage.hold(Modifiers::NONE);
    stage.harness.get_by_label("Drums gain").increment_accesskit();
    stage.harness.step();
    assert_near(drums(&stage).value(), 0.1);
    stage.harness.get_by_label("Drums gain").set_value_accesskit(-24.0);
    stage.harness.step();
    assert_near(drums(&stage).value(), -24.0);
    stage.key(Key::Enter, Modifiers::NONE);
    stage.harness.step();
    stage.event(egui::Event::Text("-5".to_owned()));
    stage.key(Key::Enter, Modifiers::NONE);
    assert_near(drums(&stage).value(), -5.0);
}

#[test]
fn small_knobs_are_turned_like_the_big_ones() {
    let mut stage = stage();
    stage.drag("Focus", -40.0);
    // 0.5 to 4 in 200 points, up from 1.5.
    assert_near(stage.params.focus.value(), 1.5 + 3.5 * 0.2);
    assert_one_gesture(&stage.told_of(&stage.params.focus));
    stage.wheel("Sparsity", 2.0, Modifiers::NONE);
    assert_near(stage.params.sparsity.value(), 0.02);
    stage.wheel("Smoothness", 1.0, Modifiers::SHIFT);
    assert_near(stage.params.smoothness.value(), 0.001);
    stage.wheel("Mix", -5.0, Modifiers::NONE);
    assert_near(stage.params.mix.value(), 0.95);
    stage.wheel("Output", -3.0, Modifiers::NONE);
    assert_near(stage.params.output.value(), -3.0);
}

#[test]
fn a_preset_that_arrives_during_a_drag_waits_for_the_hand() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.wheel("Drums gain", -3.0, Modifiers::NONE);
    let from = stage.centre("Bass gain");
    stage.press(from);
    stage.session.send(PresetCommand::Unsupervised(2));
    stage.wait(0.1);
    assert_eq!(stage.session.summary().title, "2 parts");
    stage.move_to(from + vec2(0.0, 20.0));
    assert!(stage.harness.query_by_label("Bass gain").is_some());
    stage.release(from + vec2(0.0, 20.0));
    assert_one_gesture(&stage.told_of(&stage.params.strips[1].gain));
    stage.wait(0.1);
    assert!(stage.harness.query_by_label("Bass gain").is_none());
    assert_eq!(stage.params.strips[0].gain_db(), Some(0.0), "the preset's own knobs were taken over");
}

/// A host with large blocks takes a value over only after the next notch has come.
#[test]
fn steps_add_up_though_the_host_is_slow() {
    let mut stage = stage();
    stage.host.is_late.store(true, SeqCst);
    for notches in [-1.0, -1.0, -1.0, 1.0, 1.0, 1.0] {
        stage.wheel("Drums gain", notches, Modifiers::NONE);
    }
    let gain = drums(&stage);
    let sets = stage.told_of(gain).into_iter().filter_map(|told| match told {
        Told::Set(_, normalized) => Some(gain.preview_plain(normalized).round() as i32),
        _ => None,
    });
    assert_eq!(sets.collect::<Vec<_>>(), [-1, -2, -3, -2, -1, 0]);
    // What the host says counts again after a while.
    stage.wait(0.5);
    stage.wheel("Drums gain", 1.0, Modifiers::NONE);
    assert!(matches!(stage.told_of(drums(&stage))[..], [_, Told::Set(_, at), _]
        if (drums(&stage).preview_plain(at) - 1.0).abs() < 1e-3));
}

#[test]
fn a_number_that_was_looked_at_stays_as_it_is() {
    let mut stage = stage();
    stage.drag("Drums gain", 13.0);
    stage.told_of(drums(&stage));
    let before = drums(&stage).unmodulated_normalized_value();
    stage.click("Drums gain value");
    stage.wait(0.1);
    stage.click("Bass mute");
    stage.wait(0.1);
    assert_eq!((stage.told_of(drums(&stage)), drums(&stage).unmodulated_normalized_value()), (Vec::new(), before));
}

/// A host would take the parameter for held for ever.
#[test]
fn a_window_that_closes_during_a_drag_ends_the_gesture() {
    let mut stage = stage();
    stage.press(stage.centre("Drums gain"));
    stage.move_to(stage.centre("Drums gain") + vec2(0.0, 30.0));
    let (host, params) = (stage.host.clone(), stage.params.clone());
    let told = stage.told_of(drums(&stage));
    assert!(matches!(told[..], [Told::Begin(_), Told::Set(..)]), "{told:?}");
    drop(stage);
    assert_eq!(*host.told(), [Told::End(params.strips[0].gain.as_ptr())]);
}

/// A page that takes the strips' place, opened by a key while the pointer holds a knob.
#[test]
fn a_knob_that_goes_away_under_the_hand_is_let_go() {
    let mut stage = stage();
    stage.press(stage.centre("Drums gain"));
    stage.move_to(stage.centre("Drums gain") + vec2(0.0, 30.0));
    stage.told_of(drums(&stage));
    stage.harness.get_by_label("Page of bases").click_accesskit();
    stage.wait(0.1);
    assert_eq!(stage.told_of(drums(&stage)), [Told::End(drums(&stage).as_ptr())]);
}

#[test]
fn a_knobs_tooltip_waits_for_the_pointer_to_rest_and_covers_neither_name_nor_value() {
    for (knob, tooltip) in [("Drums gain", "How loud this source is"), ("Focus", "Higher cuts sources apart harder")] {
        let mut stage = Stage::new(2, DEFAULT);
        let at = stage.centre(knob);
        // The line at the foot says the same of some knobs.
        let shown = |stage: &Stage| stage.harness.query_all_by_label_contains(tooltip).count();
        let value = stage.place(&format!("{knob} value"));
        stage.move_to(at);
        stage.wait(0.7);
        let before = shown(&stage);
        stage.wait(0.8);
        assert_eq!(shown(&stage), before + 1, "{knob}");
        let over = |stage: &Stage, place: egui::Rect| {
            stage.harness.query_all_by_label_contains(tooltip).any(|node| node.rect().expand(8.0).intersects(place))
        };
        assert!(!over(&stage, value), "{knob}");
        for _ in 0..2 {
            stage.drag(knob, 20.0);
            stage.wait(0.1);
            stage.move_to(at);
            stage.wait(3.0);
            assert_eq!(shown(&stage), before, "it was just turned: {knob}");
        }
        stage.wheel(knob, 1.0, Modifiers::NONE);
        stage.wait(3.0);
        assert_eq!(shown(&stage), before, "{knob}");
        stage.move_to(egui::Pos2::new(1.0, 1.0));
        stage.wait(0.2);
        stage.move_to(at);
        stage.wait(1.5);
        assert_eq!(shown(&stage), before + 1, "it was left and is asked about anew: {knob}");
    }
}
