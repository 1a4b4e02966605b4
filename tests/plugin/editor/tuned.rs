//! What the editor says of a preset that was tuned.

use super::{
    host::assert_one_gesture,
    stage::{DEFAULT, Stage, summary},
};
use unbraid::{
    instance::{
        mode::Mode,
        state::{options::AdaptOptions, summary::Summary},
    },
    preset::PlaySettings,
    separator::{Controls, LatencyMode},
};

const SWITCH: &str = "Switch to the mode it was tuned for";
const STAY: &str = "Stay in this mode";

/// Tuned for `mode`; everything else stands as at first.
fn tuned(title: &str, mode: LatencyMode) -> Summary {
    let Controls { focus, sparsity, smoothness, .. } = Controls::default();
    let memory_seconds = Some(f64::from(AdaptOptions::default().memory_seconds));
    let play = PlaySettings { mode, focus, sparsity, smoothness, memory_seconds };
    Summary { title: title.to_owned(), play: Some(play), ..summary(2) }
}

#[test]
fn a_preset_that_was_tuned_for_another_mode_says_so_and_one_click_switches() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.click("Live");
    stage.told_of(&stage.params.mode);
    stage.wait(0.1);
    assert!(!stage.shows("Tuned for"), "nobody tuned this one");
    stage.show(tuned("Loops", LatencyMode::Quality));
    stage.wait(0.1);
    assert!(stage.shows("Tuned for Quality"));
    assert_eq!(stage.params.mode.value(), Mode::Live, "the player's choice stays");
    stage.click(SWITCH);
    stage.wait(0.1);
    assert_eq!(stage.params.mode.value(), Mode::Quality);
    assert_one_gesture(&stage.told_of(&stage.params.mode));
    assert!(!stage.shows("Tuned for"));
}

#[test]
fn whoever_stays_in_a_mode_hears_no_more_of_it_until_another_preset_comes() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.show(tuned("Loops", LatencyMode::Live));
    stage.wait(0.1);
    stage.click(STAY);
    stage.wait(0.1);
    assert!(!stage.shows("Tuned for") && stage.told_of(&stage.params.mode).is_empty());
    stage.show(tuned("Songs", LatencyMode::Live));
    stage.wait(0.1);
    assert!(stage.shows("Tuned for Live"));
}

#[test]
fn an_asterisk_says_that_something_is_set_otherwise_than_it_was_tuned() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.show(tuned("Loops", LatencyMode::Quality));
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Loops");
    let options = stage.session.adapt_options();
    stage.session.set_adapt_options(AdaptOptions { memory_seconds: 4.5, ..options });
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Loops *");
    stage.session.set_adapt_options(options);
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Loops");
    stage.wheel("Focus", 1.0, egui::Modifiers::NONE);
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Loops *");
    // Of a preset that nobody tuned, focus is no part.
    stage.show(summary(2));
    stage.wait(0.1);
    assert_eq!(stage.spoken("Preset"), "Drums + Bass");
}
