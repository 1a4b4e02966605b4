//! Keys that do something wherever the pointer is, and the page that lists them.

use super::stage::{DEFAULT, SMALLEST, Stage};
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use unbraid::{
    editor::shortcuts::SHORTCUTS,
    instance::{
        command::{Command, LearnCommand, UndoCommand},
        state::preferences::Preferences,
    },
};

/// Presses what is on the digit's place of the keyboard, whatever sign that is.
fn digit(stage: &mut Stage, place: Key, sign: Key, modifiers: Modifiers) {
    let key = |pressed| Event::Key { key: sign, physical_key: Some(place), pressed, repeat: false, modifiers };
    stage.event(key(true));
    stage.event(key(false));
}

#[test]
fn digits_solo_and_mute() {
    let mut stage = Stage::new(2, DEFAULT);
    digit(&mut stage, Key::Num2, Key::Num2, Modifiers::NONE);
    digit(&mut stage, Key::Num1, Key::Exclamationmark, Modifiers::SHIFT);
    digit(&mut stage, Key::Num3, Key::Num3, Modifiers::NONE);
    let strips = &stage.params.sound.strips;
    let on: Vec<(bool, bool)> = strips.iter().map(|strip| (strip.solo.value(), strip.mute.value())).collect();
    assert_eq!(on[..3], [(false, true), (true, false), (false, false)], "the third strip has no source");
    digit(&mut stage, Key::Num2, Key::Num2, Modifiers::NONE);
    assert!(!stage.params.sound.strips[1].solo.value());
}

#[test]
fn letters_switch_and_ask() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.key(Key::B, Modifiers::NONE);
    stage.key(Key::D, Modifiers::NONE);
    assert!(stage.params.sound.bypass.value() && stage.params.sound.removed.value());
    stage.key(Key::A, Modifiers::NONE);
    assert_eq!(stage.asked(), [UndoCommand::SwitchSide.into()]);
    stage.key(Key::L, Modifiers::NONE);
    assert_eq!(stage.asked(), [], "no strip is under the pointer");
    let at = stage.centre("Bass gain");
    stage.move_to(at);
    stage.key(Key::L, Modifiers::NONE);
    assert_eq!(stage.asked(), [LearnCommand::Start(1).into()]);
    stage.key(Key::B, Modifiers::ALT);
    assert!(stage.params.sound.bypass.value(), "with Alt it is the host's");
}

#[test]
fn what_is_typed_is_no_shortcut() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.click("Drums gain value");
    stage.harness.step();
    stage.key(Key::B, Modifiers::NONE);
    digit(&mut stage, Key::Num1, Key::Num1, Modifiers::NONE);
    assert!(!stage.params.sound.bypass.value() && !stage.params.sound.strips[0].solo.value());
}

#[test]
fn in_a_host_the_keys_are_the_hosts_until_somebody_chooses() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.click("Help");
    stage.wait(0.1);
    stage.click("Let them act in this window; your host does not get them then");
    let chosen = Preferences { shortcuts_in_hosts: true, ..Preferences::default() };
    assert_eq!(stage.asked(), [Command::SetPreferences(chosen)]);
}

#[test]
fn the_page_of_help_opens_in_two_ways_and_closes_in_two() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        for by_key in [true, false] {
            if by_key {
                stage.key(Key::F1, Modifiers::NONE)
            } else {
                stage.click("Help")
            }
            stage.wait(0.2);
            assert!(stage.shows("Version"));
            let listed = |what: &str| stage.harness.query_all_by_label(what).next().is_some();
            assert!(SHORTCUTS.iter().all(|(_, what)| listed(what)));
            stage.key(Key::B, Modifiers::NONE);
            assert!(!stage.params.sound.bypass.value(), "it is read, not played");
            if by_key {
                stage.click("Close")
            } else {
                stage.key(Key::Escape, Modifiers::NONE)
            }
            stage.wait(0.2);
            assert!(!stage.shows("Version"));
        }
    }
}
