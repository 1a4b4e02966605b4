//! Two states to compare: what is exchanged, what is copied, what stays.

use super::stage::{DEFAULT, Stage, summary};
use egui_kittest::kittest::{NodeT as _, Queryable};
use std::sync::Arc;
use unbraid::instance::{
    param_id::ParamId,
    state::{message::Message, summary::Summary},
};

fn is_lit(stage: &Stage, name: &str) -> bool {
    stage.harness.get_by_label(name).accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
}

/// The first knob in dB. A host hands back a position, from which 0 dB comes back a rounding error away.
fn gain(stage: &Stage) -> f32 {
    stage.params.strips[0].gain_db().unwrap()
}

#[test]
fn each_side_keeps_its_knobs_and_switches() {
    let mut stage = Stage::with_worker(DEFAULT);
    assert!(is_lit(&stage, "State A") && !is_lit(&stage, "State B"));
    stage.click("State B");
    assert!(is_lit(&stage, "State B") && gain(&stage) == 0.0, "at first both are the same");
    stage.drag("Drums gain", 30.0);
    stage.click("Bass mute");
    stage.type_into("Focus value", "2", egui::Key::Enter);
    let turned = gain(&stage);
    stage.host.told().clear();
    stage.click("State A");
    assert_eq!((gain(&stage), stage.params.strips[1].mute.value(), stage.params.focus.value()), (0.0, false, 1.5));
    assert_eq!(stage.set_by_worker(), [ParamId::Gain(0), ParamId::Mute(1), ParamId::Focus]);
    assert!(stage.host.told().is_empty(), "the worker tells the host");
    stage.click("State B");
    assert_eq!((gain(&stage), stage.params.strips[1].mute.value(), stage.params.focus.value()), (turned, true, 2.0));
    stage.click("State B");
    assert!(is_lit(&stage, "State B") && gain(&stage) == turned, "it was in force already");
}

#[test]
fn copying_makes_both_sides_the_same() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.click("State B");
    stage.drag("Drums gain", 30.0);
    let turned = gain(&stage);
    stage.click("Copy B to A");
    stage.click("State A");
    assert_eq!(gain(&stage), turned);
    stage.drag("Drums gain", -60.0);
    let other = gain(&stage);
    stage.click("Copy A to B");
    stage.click("State B");
    assert_eq!(gain(&stage), other);
}

#[test]
fn switches_and_copies_are_undone_in_order() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.drag("Drums gain", 30.0);
    let first = gain(&stage);
    stage.click("State B");
    stage.drag("Drums gain", 30.0);
    let second = gain(&stage);
    stage.click("Copy B to A");
    stage.click("State A");
    assert_eq!(gain(&stage), second);
    stage.click("Undo");
    assert!(is_lit(&stage, "State B"));
    stage.click("Undo");
    stage.click("State A");
    assert_eq!(gain(&stage), first, "the copy was undone");
    stage.click("Undo");
    stage.click("Undo");
    assert_eq!(gain(&stage), first);
    stage.click("Undo");
    assert!(is_lit(&stage, "State A") && gain(&stage) == first);
    stage.click("Undo");
    assert_eq!(gain(&stage), 0.0);
    for _ in 0..3 {
        stage.click("Redo");
    }
    assert!(is_lit(&stage, "State B") && gain(&stage) == second);
}

#[test]
fn the_preset_goes_with_its_side() {
    let mut stage = Stage::with_worker(DEFAULT);
    let titled = |title: &str| Summary { title: title.to_owned(), ..summary(2) };
    stage.show(titled("Kit"));
    let kit = stage.playback.version();
    stage.click("State B");
    assert!(Arc::ptr_eq(&stage.playback.version(), &kit), "the same preset plays on");
    stage.show(titled("Band"));
    stage.click("State A");
    assert_eq!(stage.session.summary().title, "Kit");
    stage.show(titled("Room"));
    stage.click("State B");
    assert_eq!(stage.session.summary().title, "Band");
    stage.click("State A");
    assert_eq!(stage.session.summary().title, "Room");
}

#[test]
fn what_only_serves_to_listen_stays() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.click("Bypass");
    stage.click("State B");
    stage.click("Bypass");
    stage.click("Delta");
    stage.click("State A");
    assert!(stage.params.removed.value() && !stage.params.bypass.value());
}

#[test]
fn sides_are_not_exchanged_while_a_preset_is_on_its_way() {
    let mut stage = Stage::with_worker(DEFAULT);
    stage.session.set_message(Message::Loading("Kit".into()));
    stage.click("State B");
    assert!(is_lit(&stage, "State A"));
}

#[test]
fn both_sides_outlive_the_window() {
    let mut first = Stage::with_worker(DEFAULT);
    first.click("State B");
    first.drag("Drums gain", 30.0);
    let turned = gain(&first);
    let mut second = Stage::reopened(&first);
    assert!(is_lit(&second, "State B"));
    second.click("State A");
    assert_eq!(gain(&second), 0.0);
    second.click("State B");
    assert_eq!(gain(&second), turned);
}
