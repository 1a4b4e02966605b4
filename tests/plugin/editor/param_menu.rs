//! The menu of a parameter, under the right button.

use super::{
    host::assert_one_gesture,
    stage::{DEFAULT, Stage},
};
use egui::{Key, Modifiers, PointerButton, Pos2};
use unbraid::instance::{host_menu::HostMenuItem, param_id::ParamId};

/// Opens the menu of the control of this name.
fn open(stage: &mut Stage, control: &str) {
    let pos = stage.centre(control);
    open_at(stage, pos);
}

fn open_at(stage: &mut Stage, pos: Pos2) {
    stage.move_to(pos);
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        stage.event(egui::Event::PointerButton { pos, button, pressed, modifiers });
    }
    stage.wait(0.05);
}

#[test]
fn a_knob_is_reset_copied_and_pasted() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.wheel("Drums gain", -6.0, Modifiers::NONE);
    for control in ["Drums gain", "Drums gain value"] {
        open(&mut stage, control);
        assert!(stage.shows("Reset to 0.0 dB") && stage.shows("Type a value"), "{control}");
        stage.key(Key::Escape, Modifiers::NONE);
        stage.wait(0.05);
        assert!(!stage.shows("Reset to 0.0 dB"), "it closes");
    }
    open(&mut stage, "Drums gain");
    stage.click("Copy −6.0 dB");
    assert!(!stage.shows("Copy −6.0 dB"), "it closes");
    open(&mut stage, "Bass gain");
    let _ = stage.told_of(&stage.params.sound.strips[1].gain);
    stage.click("Paste −6.0 dB");
    assert_one_gesture(&stage.told_of(&stage.params.sound.strips[1].gain));
    assert_eq!(stage.spoken("Bass gain"), "−6.0 dB");
    open(&mut stage, "Bass gain");
    stage.click("Reset to 0.0 dB");
    assert_one_gesture(&stage.told_of(&stage.params.sound.strips[1].gain));
    assert_eq!((stage.spoken("Bass gain"), stage.spoken("Drums gain")), ("0.0 dB".into(), "−6.0 dB".into()));
    open(&mut stage, "Focus");
    assert_eq!(stage.harness.ctx.pixels_per_point(), 1.0);
    assert!(stage.shows("Reset to 1.50"));
}

#[test]
fn a_value_is_typed_from_the_menu() {
    let mut stage = Stage::new(2, DEFAULT);
    open(&mut stage, "Drums gain");
    stage.click("Type a value");
    stage.event(egui::Event::Text("-3".to_owned()));
    stage.key(Key::Enter, Modifiers::NONE);
    stage.wait(0.05);
    assert_eq!(stage.spoken("Drums gain"), "−3.0 dB");
}

#[test]
fn every_parameter_has_its_menu_and_no_other_control_has_one() {
    for (control, reset) in [
        ("Bass mute", "Reset to Off"),
        ("Bass solo", "Reset to Off"),
        ("Bass learn", "Reset to Off"),
        ("Bass gain", "Reset to 0.0 dB"),
        ("Focus", "Reset to 1.50"),
        ("Sparsity", "Reset to 0 %"),
        ("Bypass", "Reset to Off"),
        ("Delta", "Reset to Off"),
        ("Live", "Reset to Quality"),
        ("Mix", "Reset to 100 %"),
        ("Output", "Reset to 0.0 dB"),
        ("Smoothness", "Reset to 0 %"),
    ] {
        let mut stage = Stage::new(2, DEFAULT);
        open(&mut stage, control);
        assert!(stage.shows(reset), "{control}");
        let beside = stage.centre("Spectrogram");
        stage.press(beside);
        stage.release(beside);
        assert!(!stage.shows(reset), "{control}: it closes with a click beside it");
    }
    let mut stage = Stage::new(2, DEFAULT);
    open(&mut stage, "Undo");
    assert!(!stage.shows("Reset to"));
}

#[test]
fn the_hosts_entries_are_there_as_soon_as_it_answers() {
    let mut stage = Stage::new(2, DEFAULT);
    open(&mut stage, "Drums gain");
    let menu = &stage.session.host_menu;
    assert_eq!(menu.take_wanted(), Some(ParamId::Gain(0)), "the host is asked");
    let entry = |label: &str, action| HostMenuItem::Entry {
        label: label.to_owned(),
        is_enabled: true,
        is_checked: None,
        action,
    };
    let midi = HostMenuItem::Submenu("MIDI".to_owned(), vec![entry("Learn", 8)]);
    menu.answer(ParamId::Gain(0), vec![entry("Show automation", 7), HostMenuItem::Separator, midi]);
    stage.wait(0.05);
    assert!(stage.shows("Show automation") && stage.shows("MIDI"));
    stage.click("Show automation");
    assert_eq!(stage.session.host_menu.take_chosen(), Some((ParamId::Gain(0), 7)));
    assert!(!stage.shows("Show automation"), "it closes");
    open(&mut stage, "Bass gain");
    assert!(!stage.shows("Show automation"), "those were of another parameter");
}
