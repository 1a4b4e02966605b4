//! A strip's menu: its name, where it comes from, which strips there are. Its share of the mixture.

use super::stage::{DEFAULT, SMALLEST, Stage, summary};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable};
use unbraid::{
    instance::{
        command::{AdaptationCommand, SourceCommand},
        state::{message::Message, preset_sources::PresetSources},
    },
    preset::{Cue, Kind, Role, library::Entry},
};

/// Opens the menu of the strip of this name, and the menu within it.
pub(super) fn open(stage: &mut Stage, strip: &str, within: Option<&str>) {
    stage.click(strip);
    stage.wait(0.1);
    if let Some(within) = within {
        stage.click(within);
        stage.wait(0.1);
    }
}

#[test]
fn a_source_is_renamed_by_a_pick_or_by_typing() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        open(&mut stage, "Bass", Some("Rename"));
        assert_eq!(stage.spoken("Name of the source"), "bass");
        let taken = stage.harness.get_by_label("drums").accesskit_node().is_disabled();
        assert!(taken, "a name that another source has is not on offer");
        stage.click("vocals");
        assert_eq!(stage.asked(), [SourceCommand::Rename(1, "vocals".into()).into()]);
        stage.wait(0.1);
        assert!(!stage.shows("Name of the source"), "the menu closes");

        open(&mut stage, "Bass", Some("Rename"));
        stage.click("Name of the source");
        stage.key(Key::A, Modifiers::COMMAND);
        stage.event(egui::Event::Text("sub".into()));
        stage.key(Key::Enter, Modifiers::NONE);
        assert_eq!(stage.asked(), [SourceCommand::Rename(1, "sub".into()).into()]);
    }
}

#[test]
fn strips_come_and_go_and_are_saved() {
    for (item, request) in [
        ("Add a source", SourceCommand::Add),
        ("Remove Bass", SourceCommand::Remove(1)),
        ("Save as a preset of its own", SourceCommand::Save(1)),
    ] {
        for size in [DEFAULT, SMALLEST] {
            let mut stage = Stage::new(3, size);
            open(&mut stage, "Bass", Some("Load, save, remove"));
            stage.click(item);
            assert_eq!(stage.asked(), [request.clone().into()]);
        }
    }
    let disabled = |stage: &Stage, item: &str| stage.harness.get_by_label(item).accesskit_node().is_disabled();
    let mut stage = Stage::new(8, DEFAULT);
    open(&mut stage, "Bass", Some("Load, save, remove"));
    assert!(disabled(&stage, "Add a source") && !disabled(&stage, "Remove Bass"));
    let mut stage = Stage::new(1, DEFAULT);
    open(&mut stage, "Drums", Some("Load, save, remove"));
    assert!(disabled(&stage, "Remove Drums") && !disabled(&stage, "Add a source"));
}

#[test]
fn a_source_is_loaded_from_another_preset_in_two_steps() {
    let mut stage = Stage::with_library(DEFAULT);
    open(&mut stage, "Bass", Some("Load, save, remove"));
    stage.click("Replace it by a source of a preset");
    stage.wait(0.1);
    stage.click("2 kits");
    let entry = Entry { name: "2 kits".to_owned(), path: None };
    assert_eq!(stage.asked(), [SourceCommand::List(entry.clone()).into()]);
    let names = vec!["kick".into(), "snare".into()];
    stage.session.set_preset_sources(Some(PresetSources {
        preset: entry.clone(),
        names,
        fits: vec![None, Some(0.864)],
    }));
    stage.wait(0.1);
    stage.click("Snare of 2 kits · fits 86 %");
    let load = SourceCommand::Load { strip: 1, from: entry, source: 1 };
    assert_eq!(stage.asked(), [SourceCommand::ForgetList.into(), load.into()]);
    stage.wait(0.1);
    assert!(!stage.shows("snare"), "the menu closes");
}

#[test]
fn a_source_is_recognised_as_what_is_picked() {
    for size in [DEFAULT, SMALLEST] {
        for (item, role) in [("as drums", Role::Drums), ("as the rest", Role::Rest), ("as cymbals", Role::Cymbals)] {
            let mut stage = Stage::new(2, size);
            open(&mut stage, "Bass", Some("Learn from the mixture"));
            stage.click("Recognise it, without teaching");
            stage.wait(0.1);
            stage.click(item);
            assert_eq!(stage.asked(), [SourceCommand::MakeRecognised(1, role).into()]);
        }
    }
}

#[test]
fn the_cue_is_in_the_menu_of_strips_that_share_their_bases() {
    let mut stage = Stage::new(2, DEFAULT);
    let mut both = summary(2);
    both.strips.iter_mut().for_each(|strip| strip.kind = Kind::Adaptive);
    stage.show(both);
    stage.wait(0.1);
    open(&mut stage, "Bass", Some("Learn from the mixture"));
    stage.click("position");
    assert_eq!(stage.asked(), [AdaptationCommand::GroupBy(Cue::Position).into()]);
}

#[test]
fn a_strip_shows_its_share_of_the_mixture() {
    let mut stage = Stage::new(2, DEFAULT);
    for _ in 0..240 {
        stage.session.meters.mixture.write(0.5, 0.2);
        stage.session.meters.shares[0].write(0.62);
        stage.session.meters.shares[1].write(0.38);
        stage.harness.step();
    }
    assert_eq!((stage.spoken("Drums share"), stage.spoken("Bass share")), ("62 %".into(), "38 %".into()));
    // The audio thread has stopped: what it wrote last is old.
    stage.wait(6.0);
    assert_eq!(stage.spoken("Drums share"), "0 %");
}

#[test]
fn a_success_is_told_until_the_worker_takes_it_away() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.session.set_message(Message::Done("Saved as preset \"bass\"".into()));
    stage.wait(0.2);
    assert!(stage.shows("Saved as preset"));
    stage.session.set_message(Message::None);
    stage.wait(0.1);
    assert!(!stage.shows("Saved as preset"));
}

#[test]
fn a_right_click_on_the_name_opens_the_menu_and_a_double_click_renames() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        let at = stage.centre("Bass");
        stage.move_to(at);
        for pressed in [true, false] {
            stage.event(egui::Event::PointerButton {
                pos: at,
                button: egui::PointerButton::Secondary,
                pressed,
                modifiers: Modifiers::NONE,
            });
        }
        stage.wait(0.1);
        assert!(stage.shows("Learn Bass: play it alone"));
        stage.key(Key::Escape, Modifiers::NONE);
        stage.wait(1.0);
        stage.click("Bass");
        stage.click("Bass");
        stage.wait(0.1);
        assert!(!stage.shows("Learn Bass: play it alone"));
        assert_eq!(stage.spoken("Name of the source"), "bass");
        stage.click("vocals");
        assert_eq!(stage.asked(), [SourceCommand::Rename(1, "vocals".into()).into()]);
        stage.wait(0.1);
        assert!(!stage.shows("Name of the source"));
    }
}

#[test]
fn a_menu_covers_no_strip_however_narrow_they_are() {
    for (size, count) in [(DEFAULT, 8), (vec2(900.0, 600.0), 8), (DEFAULT, 2)] {
        for strip in ["Drums", "Bass"] {
            let mut stage = Stage::new(count, size);
            let strips = stage.place(strip).top();
            open(&mut stage, strip, None);
            for entry in ["Learn from", "Rename", "Load, save, remove", "Show what it has learned"] {
                let bottom = stage.place(entry).bottom();
                assert!(bottom <= strips, "{entry} of {count} strips at {size} ends at {bottom}, below {strips}");
            }
        }
    }
}

#[test]
fn every_entry_of_the_menu_says_what_it_does() {
    for (within, entry, tooltip) in [
        (None, "Learn Bass: play it alone", "Mute everything else in your session"),
        (None, "Show what it has learned", "The page of bases"),
        (Some("Learn from"), "What just played (10 s)", "no need to play it again"),
        (Some("Learn from the mixture"), "Learn what the others leave", "for what is never played alone"),
        (Some("Load, save, remove"), "Remove Bass", "Undo brings it back"),
    ] {
        let mut stage = Stage::new(3, DEFAULT);
        open(&mut stage, "Bass", within);
        stage.move_to(stage.centre(entry));
        stage.wait(1.5);
        assert!(stage.shows(tooltip), "{entry}");
    }
}

#[test]
fn the_button_of_the_scale_says_what_it_does() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.move_to(stage.centre("Scale"));
    stage.wait(1.5);
    assert!(stage.shows("How large everything is drawn"));
}
