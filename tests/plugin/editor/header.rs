//! The header: what is removed, the CPU load, the asterisk.

use super::{
    host::assert_one_gesture,
    stage::{DEFAULT, SMALLEST, Stage, file, summary},
};
use egui_kittest::kittest::{NodeT as _, Queryable};
use unbraid::{
    instance::state::summary::{Origin, Summary},
    preset::{
        Kind, Knobs,
        library::{Library, Listing},
    },
};

#[test]
fn what_is_removed_is_switched_by_a_whole_gesture_and_said() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        stage.click("Delta");
        assert!(stage.params.removed.value() && !stage.params.bypass.value());
        assert_one_gesture(&stage.told_of(&stage.params.removed));
        let lit = stage.harness.get_by_label("Delta").accesskit_node().toggled();
        assert_eq!(lit, Some(egui::accesskit::Toggled::True));
        stage.wait(0.1);
        assert!(stage.shows("You hear what is removed"));
        stage.click("Bypass");
        stage.wait(0.1);
        assert!(!stage.shows("You hear what is removed"), "bypass goes before it");
        stage.click("Bypass");
        stage.click("Delta");
        assert!(!stage.params.removed.value());
    }
}

#[test]
fn the_load_is_shown_while_something_plays() {
    let mut stage = Stage::new(2, DEFAULT);
    let play = |stage: &mut Stage, seconds: f32| {
        for _ in 0..(seconds * 60.0) as usize {
            stage.session.meters.cpu.write(0.034, 0.12, false);
            stage.harness.step();
        }
    };
    assert_eq!(stage.spoken("CPU load"), "–");
    play(&mut stage, 0.5);
    assert_eq!(stage.spoken("CPU load"), "3.4 %");
    let at = stage.centre("CPU load");
    stage.move_to(at);
    play(&mut stage, 1.0);
    assert!(stage.shows("3.4 % on average, 12 % at most"));
    stage.wait(2.0);
    assert_eq!(stage.spoken("CPU load"), "–", "nothing is played");
}

#[test]
fn blocks_that_are_late_again_and_again_are_an_overload() {
    let before = Stage::new(2, DEFAULT);
    before.session.meters.cpu.write(0.5, 1.2, true);
    before.session.meters.cpu.write(0.5, 1.2, true);
    let mut stage = Stage::reopened(&before);
    stage.wait(0.1);
    let overload = "CPU overload";
    assert!(!stage.shows(overload), "what was before the window opened is past");
    stage.session.meters.cpu.write(0.5, 1.2, true);
    stage.wait(0.1);
    assert!(!stage.shows(overload), "a single one may be another program's fault");
    stage.session.meters.cpu.write(0.9, 1.2, true);
    stage.wait(0.1);
    assert!(stage.shows(overload));
    stage.wait(5.0);
    assert!(!stage.shows(overload));
}

#[test]
fn an_asterisk_says_that_a_knob_stands_elsewhere_than_the_presets() {
    let mut stage = Stage::new(2, DEFAULT);
    assert_eq!(stage.spoken("Preset"), "Drums + Bass");
    stage.wheel("Drums gain", 1.0, egui::Modifiers::NONE);
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Drums + Bass *");
    stage.wheel("Drums gain", -1.0, egui::Modifiers::NONE);
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Drums + Bass");
    stage.click("Bass mute");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Drums + Bass *");
    // A preset that holds just these knobs.
    let knobs = vec![Knobs::default(), Knobs { mute: true, ..Knobs::default() }];
    stage.show(Summary { knobs, ..summary(2) });
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Drums + Bass");
    stage.show(Summary { changed: true, ..summary(2) });
    stage.click("Bass mute");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Drums + Bass *", "something was learned");
}

#[test]
fn the_head_says_how_many_sources_are_recognised() {
    let mut stage = Stage::new(3, DEFAULT);
    assert!(!stage.shows("recognised"));
    for (count, said) in [(1, "3 sources, 1 recognised"), (3, "3 sources, recognised")] {
        let mut some = summary(3);
        some.strips.iter_mut().take(count).for_each(|strip| strip.kind = Kind::Recognised);
        stage.show(some);
        stage.wait(0.1);
        assert!(stage.shows(said), "{said}");
    }
}

#[test]
fn a_preset_whose_file_is_gone_is_the_users_still_and_can_be_saved_anew() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.show(Summary { origin: Origin::File(file("Gone")), title: "Gone".into(), ..summary(2) });
    let user: Vec<Listing> = Vec::new();
    stage.session.set_library(Library { origin_missing: true, user, ..Library::default() });
    stage.wait(0.1);
    assert!(stage.shows("The preset's file is missing"));
    stage.click("Preset");
    stage.wait(0.1);
    let save = stage.harness.get_by_label("Save");
    assert!(save.accesskit_node().is_disabled(), "there is no file to save it in");
    stage.click("Save as…");
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset name"), "Gone");
}
