//! Where things are: nothing overlaps, nothing is cut, everything has a name.

use super::stage::{DEFAULT, NAMES, SMALLEST, Stage};
use egui::Rect;
use egui_kittest::kittest::{NodeT as _, Queryable};
use unbraid::{instance::state::message::Message, preset::display_name};

const HEADER: [&str; 15] = [
    "Previous preset",
    "Preset",
    "Next preset",
    "State A",
    "State B",
    "Copy A to B",
    "Undo",
    "Redo",
    "Direct",
    "Live",
    "Balanced",
    "Quality",
    "Delta",
    "Bypass",
    "CPU load",
];
const SOUND: [&str; 5] = ["Focus", "Sparsity", "Smoothness", "Mix", "Output"];

/// Names of all controls that a preset of `count` sources has.
fn controls(count: usize) -> Vec<String> {
    let mut names: Vec<String> = HEADER.map(str::to_owned).into();
    for name in NAMES[..count].iter().map(|name| display_name(name)) {
        names.push(name.clone());
        names.extend(["gain", "gain value", "mute", "solo", "learn", "level"].map(|what| format!("{name} {what}")));
    }
    for name in SOUND {
        names.extend([name.to_owned(), format!("{name} value")]);
    }
    names.extend(["Output level", "Page of bases", "Page of knobs", "Scale"].map(str::to_owned));
    names
}

pub(super) fn assert_well_placed(stage: &Stage, names: &[String], context: &str) {
    let window = stage.harness.ctx.content_rect();
    let places: Vec<(&str, Rect)> = names.iter().map(|name| (name.as_str(), stage.place(name))).collect();
    for (i, (name, place)) in places.iter().enumerate() {
        assert!(window.contains_rect(*place), "{context}: {name} at {place} is cut by the window");
        assert!(place.width() >= 8.0 && place.height() >= 15.0, "{context}: {name} is only {:?}", place.size());
        for (other, other_place) in &places[i + 1..] {
            let overlap = place.shrink(0.01).intersects(*other_place);
            assert!(!overlap, "{context}: {name} at {place} overlaps {other} at {other_place}");
        }
    }
}

#[test]
fn nothing_overlaps_and_nothing_is_cut() {
    for size in [SMALLEST, DEFAULT, egui::vec2(640.0, 1200.0), egui::vec2(1800.0, 400.0), egui::vec2(3200.0, 2000.0)] {
        for count in 1..=8 {
            let mut stage = Stage::new(count, size);
            let mut names = controls(count);
            assert_well_placed(&stage, &names, &format!("{count} strips at {size}"));
            stage.session.set_message(Message::Failed("A sentence that is long. ".repeat(12)));
            stage.wait(0.1);
            // It lies over the picture; where that is too low, over the small knobs, which are not used meanwhile.
            if stage.place("Dismiss").top() > stage.place("Drums learn").bottom() {
                names.retain(|name| !name.starts_with("Output") && !SOUND.iter().any(|under| name.starts_with(under)));
            }
            names.push("Dismiss".to_owned());
            assert_well_placed(&stage, &names, &format!("{count} strips with a failure at {size}"));
        }
    }
}

#[test]
fn knobs_are_big_enough_for_a_hand() {
    for (count, size, diameter) in [(2, DEFAULT, 100.0), (2, SMALLEST, 65.0), (8, DEFAULT, 60.0), (8, SMALLEST, 40.0)] {
        let stage = Stage::new(count, size);
        let knob = stage.place("Drums gain").size().min_elem();
        assert!(knob >= diameter, "{count} strips at {size}: the knob is only {knob} wide");
    }
}

#[test]
fn every_control_is_named_in_the_accessibility_tree() {
    for count in [1, 2, 8] {
        let mut stage = Stage::new(count, DEFAULT);
        stage.wait(0.1);
        for name in controls(count) {
            assert!(stage.harness.query_by_label(&name).is_some(), "{name}");
        }
        assert_eq!(stage.harness.unnamed_widgets(), Vec::<String>::new());
        let knob = stage.harness.get_by_label("Drums gain");
        let node = knob.accesskit_node();
        assert_eq!(node.role(), egui::accesskit::Role::Slider);
        assert_eq!((node.min_numeric_value(), node.max_numeric_value()), (Some(-61.0), Some(12.0)));
        assert_eq!(stage.harness.query_all_by_role(egui::accesskit::Role::Slider).count(), count + 5);
    }
}
