//! Undo and redo: what is a step, what is none, and that every step comes back exactly.

use super::stage::{DEFAULT, Stage};
use crate::{LEARNED, browsing::rig::Folder, learned};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable};
use nice_plug::prelude::{FloatParam, Param};
use unbraid::{
    instance::{
        command::{LibraryCommand, PresetCommand},
        param_id::ParamId,
        project::version::Version,
        state::{message::Message, summary::Origin},
    },
    preset::{Knobs, Preset},
};

fn can(stage: &Stage, button: &str) -> bool {
    !stage.harness.get_by_label(button).accesskit_node().is_disabled()
}

/// The first knob in dB. A host hands back a position, from which 0 dB comes back a rounding error away.
fn gain(stage: &Stage) -> f32 {
    stage.params.strips[0].gain_db().unwrap()
}

/// What the host does when it plays automation.
fn automate(param: &FloatParam, plain: f32) {
    // SAFETY: the stage holds the parameter.
    unsafe { param.as_ptr()._internal_set_normalized_value(param.preview_normalized(plain)) };
}

#[test]
fn a_drag_is_one_step_and_comes_back_exactly() {
    let mut stage = Stage::with_worker(DEFAULT);
    assert!(!can(&stage, "Undo") && !can(&stage, "Redo"));
    stage.drag("Drums gain", 30.0);
    let moved = gain(&stage);
    stage.wait(0.1);
    assert!(moved < -1.0 && can(&stage, "Undo"));
    stage.drag("Drums gain", 30.0);
    let further = gain(&stage);
    stage.host.told().clear();
    stage.click("Undo");
    assert_eq!((gain(&stage), stage.set_by_worker()), (moved, vec![ParamId::Gain(0)]));
    assert!(stage.host.told().is_empty(), "the worker tells the host");
    stage.click("Undo");
    assert_eq!(gain(&stage), 0.0);
    stage.wait(0.1);
    assert!(!can(&stage, "Undo"));
    stage.click("Redo");
    stage.click("Redo");
    assert_eq!(gain(&stage), further);
    stage.wait(0.1);
    assert!(!can(&stage, "Redo"));
}

#[test]
fn the_notches_of_one_turn_of_the_wheel_are_one_step() {
    let mut stage = Stage::with_worker(DEFAULT);
    for _ in 0..5 {
        stage.wheel("Drums gain", -1.0, Modifiers::NONE);
    }
    stage.wait(2.0);
    stage.wheel("Drums gain", -1.0, Modifiers::NONE);
    stage.wheel("Bass gain", 1.0, Modifiers::NONE);
    stage.click("Undo");
    assert!((gain(&stage) + 6.0).abs() < 1e-3 && stage.params.strips[1].gain_db() == Some(0.0));
    stage.click("Undo");
    assert!((gain(&stage) + 5.0).abs() < 1e-3, "{}", gain(&stage));
    stage.click("Undo");
    assert_eq!(gain(&stage), 0.0);
}

#[test]
fn every_click_of_a_switch_is_a_step_but_for_those_that_only_serve_to_listen() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.click("Drums mute");
    stage.click("Drums mute");
    stage.click("Bass solo");
    stage.click("Bypass");
    stage.click("Delta");
    stage.click("Undo");
    assert!(!stage.params.strips[1].solo.value() && stage.params.bypass.value() && stage.params.removed.value());
    stage.click("Undo");
    assert!(stage.params.strips[0].mute.value());
    stage.click("Undo");
    assert!(!stage.params.strips[0].mute.value());
}

#[test]
fn what_the_host_automates_is_no_step() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.wheel("Drums gain", -3.0, Modifiers::NONE);
    for step in 0..20 {
        automate(&stage.params.strips[1].gain, -step as f32);
        automate(&stage.params.strips[0].gain, -step as f32);
        stage.harness.step();
    }
    stage.click("Undo");
    assert_eq!((gain(&stage), stage.params.strips[1].gain.value().round()), (0.0, -19.0));
    stage.wait(0.1);
    assert!(!can(&stage, "Undo"));
}

#[test]
fn a_knob_under_automation_comes_back_to_where_the_hand_took_it() {
    let mut stage = Stage::with_worker(DEFAULT);
    automate(&stage.params.strips[0].gain, -12.0);
    stage.drag("Drums gain", -40.0);
    stage.click("Undo");
    assert!((gain(&stage) + 12.0).abs() < 1e-4, "{}", gain(&stage));
}

#[test]
fn the_keys_undo_and_redo_unless_a_number_is_typed() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.click("Drums mute");
    stage.key(Key::Z, Modifiers::COMMAND);
    assert!(!stage.params.strips[0].mute.value());
    stage.key(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT);
    assert!(stage.params.strips[0].mute.value());
    stage.key(Key::Z, Modifiers::COMMAND);
    stage.key(Key::Y, Modifiers::COMMAND);
    assert!(stage.params.strips[0].mute.value());
    stage.click("Drums gain value");
    stage.harness.step();
    stage.event(egui::Event::Text("-9".into()));
    stage.key(Key::Z, Modifiers::COMMAND);
    assert!(stage.params.strips[0].mute.value(), "the key belonged to the number");
    stage.key(Key::Escape, Modifiers::NONE);
    stage.wait(0.1);
    stage.key(Key::Z, Modifiers::COMMAND);
    assert!(!stage.params.strips[0].mute.value());
}

#[test]
fn a_step_says_what_it_is() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.click("Bass solo");
    stage.move_to(stage.centre("Undo"));
    stage.wait(1.0);
    assert!(stage.shows("Undo: Bass solo"));
}

#[test]
fn a_loaded_preset_is_one_step_with_its_knobs() {
    let mut stage = Stage::with_worker(DEFAULT);
    let folder = Folder::new();
    let mut after = Preset::unsupervised(2, 2);
    after.sources[0].knobs = Knobs { gain_db: Some(-6.0), mute: true };
    let path = folder.save(&after, "After");
    let before = stage.playback.version();
    let state = |stage: &Stage| {
        let (title, mute) = (stage.session.summary().title.clone(), stage.params.strips[0].mute.value());
        let thousandths_db = (1e3 * gain(stage)).round();
        (title, thousandths_db, mute)
    };
    let (stood, brought) = (state(&stage), ("After".to_owned(), -6_000.0, true));
    stage.session.send(PresetCommand::LoadFile(path));
    stage.wait(0.1);
    assert_eq!(state(&stage), brought);
    stage.click("Undo");
    assert_eq!(state(&stage), stood);
    assert!(stage.playback.version().is_same_preset(&before));
    stage.click("Redo");
    assert_eq!(state(&stage), brought);
    stage.click("Undo");
    stage.wait(0.1);
    assert!(!can(&stage, "Undo"), "the knobs were no steps of their own");
}

#[test]
fn names_and_deletions_are_undone() {
    let folder = Folder::new();
    let mut stage = Stage::with_worker(DEFAULT);
    for name in ["a", "c"] {
        folder.save(&Preset::unsupervised(2, 2), name);
    }
    let exist = || ["a", "b", "c"].map(|name| folder.path(name).exists());
    stage.session.send(LibraryCommand::Rename(folder.path("a"), "b".to_owned()));
    stage.session.send(LibraryCommand::Delete(folder.path("c")));
    stage.wait(0.1);
    assert_eq!(exist(), [false, true, false]);
    for (button, files) in [
        ("Undo", [false, true, true]),
        ("Undo", [true, false, true]),
        ("Redo", [false, true, true]),
        ("Redo", [false, true, false]),
    ] {
        stage.click(button);
        assert_eq!(exist(), files);
    }
}

#[test]
fn nothing_is_undone_while_a_preset_is_on_its_way() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.click("Drums mute");
    stage.session.set_message(Message::Loading("Kit".into()));
    stage.wait(0.1);
    assert!(!can(&stage, "Undo"));
    stage.key(Key::Z, Modifiers::COMMAND);
    assert!(stage.params.strips[0].mute.value());
    stage.session.set_message(Message::None);
    stage.key(Key::Z, Modifiers::COMMAND);
    assert!(!stage.params.strips[0].mute.value());
}

#[test]
fn steps_outlive_the_window() {
    let mut first = Stage::with_worker(DEFAULT);
    first.drag("Drums gain", 30.0);
    first.click("Bass mute");
    let mut second = Stage::reopened(&first);
    second.click("Undo");
    second.click("Undo");
    assert!(gain(&second) == 0.0 && !second.params.strips[1].mute.value());
    assert_eq!(second.set_by_worker(), [ParamId::Mute(1), ParamId::Gain(0)]);
}

/// The presets in the worker's history take memory.
#[test]
fn a_version_knows_what_it_takes() {
    let version = Version::loaded(learned(), "Learned", Origin::New).unwrap();
    let (bytes, stored) = (version.bytes(), version.stored().file.len());
    let file = LEARNED.len();
    assert!(bytes > stored + file * 9 / 10 && bytes < stored + file, "{bytes} of {file}");
}
