//! What happens to a real window: clicks that are faster than a frame, bursts of a wheel, keys.

use super::{
    host::{Told, assert_one_gesture},
    stage::{DEFAULT, Stage},
};
use baseview::{Event, MouseButton, MouseEvent, ScrollDelta, WindowEvent, dpi::PhysicalPosition};
use egui::{Pos2, Vec2};
use egui_kittest::kittest::Queryable;
use keyboard_types::{Code, Key, KeyState, KeyboardEvent, Modifiers, NamedKey};
use nice_plug::prelude::Param;

pub(super) fn place(at: Pos2) -> PhysicalPosition<f64> {
    PhysicalPosition::new(at.x.into(), at.y.into())
}

fn moved(at: Pos2) -> Event {
    Event::Mouse(MouseEvent::CursorMoved { position: place(at), modifiers: Modifiers::empty() })
}

fn button(button: MouseButton, pressed: bool, modifiers: Modifiers) -> Event {
    Event::Mouse(if pressed {
        MouseEvent::ButtonPressed { button, modifiers }
    } else {
        MouseEvent::ButtonReleased { button, modifiers }
    })
}

/// A click within one frame, pointer and all.
fn click(at: Pos2, modifiers: Modifiers) -> [Event; 3] {
    [moved(at), button(MouseButton::Left, true, modifiers), button(MouseButton::Left, false, modifiers)]
}

fn key(key: Key, code: Code) -> [Event; 2] {
    [KeyState::Down, KeyState::Up]
        .map(|state| Event::Keyboard(KeyboardEvent { state, key: key.clone(), code, ..KeyboardEvent::default() }))
}

fn letters(text: &str) -> Vec<Event> {
    text.chars().flat_map(|letter| key(Key::Character(letter.to_string()), Code::Unidentified)).collect()
}

/// What a click on the control of this name leads to: commands, and how the host's parameters end up.
fn outcome(control: &str, click: impl Fn(&mut Stage)) -> String {
    let mut stage = Stage::with_library(DEFAULT);
    click(&mut stage);
    stage.wait(0.2);
    let told: Vec<f32> = stage.host.told().iter().filter_map(set).collect();
    format!("{control}: {:?} {told:?} {:?}", stage.asked(), stage.harness.query_all_by(|_| true).count())
}

fn set(told: &Told) -> Option<f32> {
    if let Told::Set(_, value) = told { Some(*value) } else { None }
}

#[test]
fn a_click_within_one_frame_does_what_a_slow_click_does() {
    for control in [
        "Drums mute",
        "Bass solo",
        "Drums learn",
        "Bypass",
        "Delta",
        "Preset",
        "Scale",
        "Page of bases",
        "Drums",
        "Live",
    ] {
        let slow = outcome(control, |stage| stage.click(control));
        let fast = outcome(control, |stage| stage.happens(click(stage.centre(control), Modifiers::empty())));
        assert_eq!(fast, slow);
        let idle = outcome(control, |_| {});
        assert_ne!(fast, idle, "{control} does nothing");
    }
}

#[test]
fn a_double_click_within_one_frame_and_a_ctrl_click_reset_a_knob() {
    for ways in [vec![Modifiers::empty(); 2], vec![Modifiers::CONTROL]] {
        let mut stage = Stage::new(2, DEFAULT);
        stage.wheel("Drums gain", -6.0, egui::Modifiers::NONE);
        let gain = || &stage.params.sound.strips[0].gain;
        let (turned, rest) = (gain().unmodulated_normalized_value(), gain().default_normalized_value());
        assert_ne!(turned, rest);
        let at = stage.centre("Drums gain");
        stage.host.told().clear();
        let clicks: Vec<Event> = ways.iter().flat_map(|modifiers| click(at, *modifiers)).collect();
        stage.happens(clicks);
        assert_eq!(stage.params.sound.strips[0].gain.unmodulated_normalized_value(), rest, "{ways:?}");
    }
}

#[test]
fn a_burst_of_the_wheel_counts_every_notch() {
    let mut stage = Stage::new(2, DEFAULT);
    let gain = stage.params.sound.strips[0].gain.as_ptr();
    let notch = Event::Mouse(MouseEvent::WheelScrolled {
        delta: ScrollDelta::Lines { x: 0.0, y: -1.0 },
        modifiers: Modifiers::empty(),
    });
    let at = stage.centre("Drums gain");
    stage.happens(std::iter::once(moved(at)).chain(vec![notch; 7]));
    stage.wait(0.5);
    assert_eq!(stage.spoken("Drums gain"), "−7.0 dB");
    let told: Vec<Told> = stage
        .host
        .told()
        .iter()
        .copied()
        .filter(|told| matches!(told, Told::Begin(p) | Told::Set(p, _) | Told::End(p) if *p == gain))
        .collect();
    assert!(!told.is_empty());
}

#[test]
fn a_drag_within_one_frame_turns_the_knob() {
    let mut stage = Stage::new(2, DEFAULT);
    let at = stage.centre("Drums gain");
    let (press, release) =
        (button(MouseButton::Left, true, Modifiers::empty()), button(MouseButton::Left, false, Modifiers::empty()));
    stage.happens([moved(at), press, moved(at + Vec2::new(0.0, 40.0)), moved(at + Vec2::new(0.0, 80.0)), release]);
    stage.wait(0.1);
    assert_one_gesture(&stage.told_of(&stage.params.sound.strips[0].gain));
    assert_ne!(stage.spoken("Drums gain"), "0.0 dB");
}

#[test]
fn a_button_is_released_wherever_the_pointer_has_gone() {
    let mut stage = Stage::new(2, DEFAULT);
    let at = stage.centre("Drums gain");
    let hold = |pressed| button(MouseButton::Left, pressed, Modifiers::empty());
    let leaves = Event::Mouse(MouseEvent::CursorLeft);
    stage.happens([moved(at), hold(true), moved(at + Vec2::new(0.0, 40.0)), leaves, hold(false)]);
    stage.wait(0.1);
    assert_one_gesture(&stage.told_of(&stage.params.sound.strips[0].gain));
}

#[test]
fn what_is_typed_right_after_a_field_opened_is_written() {
    let mut stage = Stage::with_library(DEFAULT);
    stage.click("Preset");
    stage.wait(0.2);
    // The window loses the keyboard to a dialog of the host's, and gets it back.
    stage.happens([Event::Window(WindowEvent::Unfocused), Event::Window(WindowEvent::Focused)]);
    let at = stage.harness.get_by_label("Save as…").rect().center();
    let select_all = [KeyState::Down, KeyState::Up].map(|state| {
        let (key, modifiers) = (Key::Character("a".to_owned()), Modifiers::CONTROL);
        Event::Keyboard(KeyboardEvent { state, key, modifiers, code: Code::KeyA, ..KeyboardEvent::default() })
    });
    stage.happens(click(at, Modifiers::empty()).into_iter().chain(select_all).chain(letters("Gig 7")));
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset name"), "Gig 7");
    stage.happens(key(Key::Named(NamedKey::Enter), Code::Enter));
    stage.wait(0.1);
    assert_eq!(stage.asked(), [unbraid::instance::command::PresetCommand::Save("Gig 7".into()).into()]);
}

#[test]
fn a_key_whose_shift_is_released_first_counts_each_time() {
    let change = |state, key, code, modifiers| {
        Event::Keyboard(KeyboardEvent { state, key, code, modifiers, ..KeyboardEvent::default() })
    };
    // As X11 tells it: an event carries what was held before it.
    let shift = |state, held| change(state, Key::Named(NamedKey::Shift), Code::ShiftLeft, held);
    let digit = |state, sign: &str, held| change(state, Key::Character(sign.to_owned()), Code::Digit1, held);
    let press = [
        shift(KeyState::Down, Modifiers::empty()),
        digit(KeyState::Down, "!", Modifiers::SHIFT),
        shift(KeyState::Up, Modifiers::SHIFT),
        digit(KeyState::Up, "1", Modifiers::empty()),
    ];
    let mut stage = Stage::new(2, DEFAULT);
    stage.happens((0..5).flat_map(|_| press.clone()));
    let strip = &stage.params.sound.strips[0];
    let muted: Vec<f32> = stage.told_of(&strip.mute).iter().filter_map(set).collect();
    assert_eq!(muted, [1.0, 0.0, 1.0, 0.0, 1.0]);
    assert!(!strip.solo.value());
}
