//! The interface as it was approved, picture by picture, in the folder `snapshots`. After a change that is meant to be
//! seen: `UPDATE_SNAPSHOTS=1 cargo test --features plugin --test plugin snapshots`, then look at each of them.

use super::{
    bases::with_bases,
    pictures::{play, playing},
    ranked::{listening, slap},
    source_states::all_states,
    stage::{DEFAULT, SMALLEST, Stage},
};
use egui::{Modifiers, Pos2, Vec2, vec2};
use egui_kittest::SnapshotOptions;
use unbraid::{
    instance::state::{
        heard_preset::HeardPreset,
        learn_state::{Doubt, Finished, Foreign, LearnState, TakeState},
        message::Message,
        preferences::{Preferences, Theme},
    },
    learner::Verdict,
    preset::Role,
};

/// Graphics adapters differ in how they round an edge: so many pixels may be another colour.
const ANOTHER_COLOUR: usize = 600;

#[track_caller]
fn compare(mut stage: Stage, name: &str) {
    stage.move_to(Pos2::new(1.0, 1.0));
    play(&mut stage, 0.1);
    let options = SnapshotOptions::new().output_path("tests/plugin/editor/snapshots").max_failed_pixels(ANOTHER_COLOUR);
    stage.harness.set_render_cursor(false);
    if let Err(error) = stage.harness.try_snapshot_options(name, &options) {
        panic!("{error}");
    }
}

/// Strips with their knobs turned and switches set.
fn set(count: usize, size: Vec2) -> Stage {
    let mut stage = playing(count, size);
    stage.wheel("Drums gain", -6.0, Modifiers::NONE);
    stage.wheel("Bass gain", 3.0, Modifiers::NONE);
    if count > 2 {
        stage.click("Guitar mute");
    }
    stage
}

#[test]
fn strips_look_as_approved() {
    compare(set(2, DEFAULT), "two_strips");
    compare(set(8, SMALLEST), "eight_strips_smallest");
}

#[test]
fn the_page_of_bases_looks_as_approved() {
    let mut stage = with_bases(vec2(900.0, 600.0));
    stage.click("Page of bases");
    play(&mut stage, 0.5);
    compare(stage, "bases");
}

#[test]
fn the_browser_looks_as_approved() {
    let mut stage = Stage::with_library(vec2(900.0, 600.0));
    play(&mut stage, 0.5);
    stage.click("Preset");
    compare(stage, "browser");
}

#[test]
fn the_listening_browser_looks_as_approved() {
    for (size, theme, name) in [
        (DEFAULT, Theme::Dark, "listening"),
        (SMALLEST, Theme::Dark, "listening_smallest"),
        (DEFAULT, Theme::Light, "light_listening"),
        (DEFAULT, Theme::HighContrast, "high_contrast_listening"),
    ] {
        let mut stage = listening(size);
        stage.session.set_preferences(Preferences { theme, ..Preferences::default() });
        play(&mut stage, 0.5);
        stage.click("Preset");
        stage.click("Audition presets");
        stage.session.set_heard_preset(Some(HeardPreset { entry: slap(), sources: vec!["bass".to_owned()] }));
        compare(stage, name);
    }
}

#[test]
fn states_look_as_approved() {
    let mut stage = playing(2, vec2(900.0, 600.0));
    stage.session.set_learning(LearnState {
        take: Some(TakeState { strip: 1, seconds: 2.4, peak: 0.5, foreign: None }),
        ..LearnState::default()
    });
    stage.click("Bypass");
    compare(stage, "capturing_bypassed");
    let stage = playing(8, SMALLEST);
    let sentence = "kit.unbraid.safetensors: the file ends too early; load another copy of it.";
    stage.session.set_message(Message::Failed(sentence.to_owned()));
    compare(stage, "failed_smallest");
    let stage = playing(2, vec2(900.0, 600.0));
    let foreign = Foreign { like: Role::Drums, share: 0.47 };
    stage.session.set_learning(LearnState { doubt: Some(Doubt { strip: 1, foreign }), ..LearnState::default() });
    compare(stage, "doubted");
    let stage = playing(2, DEFAULT);
    let finished = Some(Finished { strip: 1, seconds: 10.0, can_undo: true });
    let mut learned = LearnState { finished, ..LearnState::default() };
    learned.verdicts[1] = Some(Verdict { before_db: -0.6, blind_db: 1.0, after_db: 9.9 });
    stage.session.set_learning(learned);
    compare(stage, "learned");
}

#[test]
fn every_theme_looks_as_approved() {
    for (theme, name) in [(Theme::Light, "light"), (Theme::HighContrast, "high_contrast")] {
        let stage = set(4, vec2(1100.0, 700.0));
        stage.session.set_preferences(Preferences { theme, ..Preferences::default() });
        compare(stage, name);
        let mut stage = Stage::with_library(vec2(900.0, 600.0));
        stage.session.set_preferences(Preferences { theme, ..Preferences::default() });
        play(&mut stage, 0.5);
        stage.click("Preset");
        compare(stage, &format!("{name}_browser"));
    }
}

#[test]
fn every_kind_of_source_looks_as_approved() {
    compare(all_states(vec2(1600.0, 700.0)), "source_states");
    compare(all_states(SMALLEST), "source_states_smallest");
}
