//! The page of bases: what is shown of what was learned, and what is given to another strip.

use super::stage::{DEFAULT, SMALLEST, Stage, summary};
use crate::learned;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use unbraid::{
    dictionary::Dictionary,
    instance::{
        command::AdaptationCommand,
        state::{audio_status::AudioStatus, summary::Origin},
    },
    learner::adaptive::{AdaptiveState, ComponentIndex, SourceState},
    preset::{Cue, Kind, Preset},
    separator::LatencyMode,
};

/// `preset` plays as if it came with the plugin.
pub(super) fn play(stage: &Stage, preset: Preset) {
    stage.play(preset, AdaptiveState::default(), "Drums + Bass", Origin::Factory("Drums + Bass".to_owned()));
}

/// Learned drums and bass play, with their bases.
pub(super) fn with_bases(size: egui::Vec2) -> Stage {
    let stage = Stage::new(2, size);
    play(&stage, learned());
    stage
}

/// The same, where the bass was learned from recordings at half the sample rate.
pub(super) fn with_a_dull_bass(size: egui::Vec2) -> Stage {
    let stage = with_bases(size);
    let mut preset = learned();
    for dictionary in preset.sources[1].learned_mut().unwrap().dictionaries_mut() {
        dictionary.frame.sample_rate /= 2.0;
        dictionary.frame.frame_len /= 2;
    }
    play(&stage, preset);
    stage
}

#[test]
fn what_was_learned_at_another_rate_is_told() {
    let mut stage = with_a_dull_bass(DEFAULT);
    stage.session.meters.mixture.write(0.5, 0.2);
    stage.wait(0.1);
    assert!(stage.shows("Bass was learned at 22.05 kHz: nothing is known above 11.025 kHz"));
    let mut stage = with_bases(DEFAULT);
    stage.wait(0.1);
    assert!(!stage.shows("was learned at"));
}

/// Two parts that nobody taught: the first has components 0, 1 and 3, the second has 2, given to it by hand.
pub(super) fn untaught(size: egui::Vec2) -> Stage {
    let stage = Stage::new(2, size);
    let whole = learned().sources[0].dictionaries()[0].clone();
    let state = |strip: usize, components: &[usize], pinned: bool| {
        let rows = components.iter().flat_map(|k| whole.bases[k * whole.bins..][..whole.bins].to_vec()).collect();
        let dictionary =
            Dictionary { components: components.len(), bases: rows, reconstruction: None, ..whole.clone() };
        SourceState {
            strip,
            dictionary,
            pinned: vec![pinned; components.len()],
            components: components.iter().copied().map(ComponentIndex).collect(),
        }
    };
    let sources = vec![state(0, &[0, 1, 3], false), state(1, &[2], true)];
    let state = AdaptiveState { sources, heard_seconds: 8.0, grouped_by: Some(Cue::Timbre) };
    stage.play(Preset::unsupervised(2, 2), state, "2 parts", Origin::Project);
    stage
}

/// The bases of the source of `strip` in the order in which they are shown.
pub(super) fn shown_order(stage: &Stage, strip: usize) -> Vec<usize> {
    stage.session.version().bases_in_use(strip, &stage.session.audio_status()).unwrap().in_shown_order()
}

#[test]
fn bases_are_numbered_as_they_are_shown_from_left_to_right() {
    let mut stage = with_bases(DEFAULT);
    stage.click("Page of bases");
    stage.click("Bases of Bass");
    stage.wait(0.1);
    let count = learned().sources[1].components();
    let places: Vec<f32> = (1..=count).map(|number| stage.place(&format!("Basis {number}")).left()).collect();
    assert!(places.is_sorted(), "{places:?}");
    stage.move_to(stage.centre("Basis 2"));
    stage.wait(1.0);
    assert!(stage.shows("Basis 2: strongest at"));
}

#[test]
fn the_page_opens_from_the_strip_and_from_the_foot_and_closes() {
    let mut stage = with_bases(DEFAULT);
    stage.click("Bass");
    stage.wait(0.1);
    stage.click("Show what it has learned");
    stage.wait(0.1);
    assert!(stage.spoken("Bass bases").contains("bases from"), "{}", stage.spoken("Bass bases"));
    assert!(stage.spoken("Bass bases").contains("kHz"));
    assert!(stage.harness.query_by_label("Bass gain").is_none(), "the bases stand in the knobs' place");
    stage.click("Bases of Drums");
    stage.wait(0.1);
    assert!(stage.harness.query_by_label("Drums bases").is_some());
    stage.click("Page of knobs");
    stage.wait(0.1);
    assert!(stage.harness.query_by_label("Drums gain").is_some());
    stage.click("Page of bases");
    stage.wait(0.1);
    assert!(stage.harness.query_by_label("Drums bases").is_some(), "the page comes back where it was left");
}

#[test]
fn a_basis_is_given_to_another_strip_by_its_place_in_the_model() {
    let mut stage = untaught(DEFAULT);
    stage.click("Page of bases");
    stage.wait(0.1);
    let order = shown_order(&stage, 0);
    let component = |number: usize| ComponentIndex([0, 1, 3][order[number - 1]]);
    stage.click("Basis 3");
    stage.wait(0.1);
    stage.click("Give it to Part 2");
    assert_eq!(stage.asked(), [AdaptationCommand::Give { component: component(3), strip: 1 }.into()]);
    stage.wait(0.1);
    stage.click("Basis 1");
    stage.wait(0.1);
    stage.click("Keep it with Part 1");
    assert_eq!(stage.asked(), [AdaptationCommand::Give { component: component(1), strip: 0 }.into()]);

    stage.click("Bases of Part 2");
    stage.wait(0.1);
    assert!(stage.spoken("Basis 1").contains("given by hand"));
    // With the keyboard alone.
    stage.harness.get_by_label("Basis 1").focus();
    stage.harness.step();
    stage.key(Key::Enter, Modifiers::NONE);
    stage.wait(0.1);
    stage.click("Give it to Part 1");
    assert_eq!(stage.asked(), [AdaptationCommand::Give { component: ComponentIndex(2), strip: 0 }.into()]);
}

#[test]
fn the_cue_is_chosen_where_several_strips_share_their_bases() {
    let mut stage = untaught(SMALLEST);
    stage.click("Page of bases");
    stage.wait(0.1);
    stage.click("by position");
    assert_eq!(stage.asked(), [AdaptationCommand::GroupBy(Cue::Position).into()]);
    let mut stage = with_bases(SMALLEST);
    stage.click("Page of bases");
    stage.wait(0.1);
    assert!(stage.harness.query_by_label("by position").is_none());
}

#[test]
fn a_source_that_has_learned_nothing_yet_says_so() {
    for (kind, said) in [
        (Kind::Adaptive, "10 bases that follow the mixture"),
        (Kind::Recognised, "10 bases that it learns while it plays"),
    ] {
        let mut stage = Stage::new(1, DEFAULT);
        let mut nothing = summary(1);
        (nothing.strips[0].kind, nothing.strips[0].components) = (kind, 10);
        stage.show(nothing);
        stage.click("Page of bases");
        stage.wait(0.1);
        assert_eq!(stage.spoken("Drums bases"), said);
    }
}

#[test]
fn bases_that_do_not_fit_what_plays_are_told_of() {
    let mut stage = with_bases(DEFAULT);
    stage.wait(0.1);
    assert!(!stage.shows("was learned"));
    let mut preset = learned();
    for dictionary in preset.sources[1].learned_mut().unwrap().dictionaries_mut() {
        dictionary.frame.sample_rate = 32_000.0;
    }
    play(&stage, preset);
    stage.wait(0.1);
    assert!(stage.shows("Bass was learned in other frames, at 32 kHz"));
    stage.session.set_audio_status(AudioStatus { mode: LatencyMode::Quality, latency_samples: 0, sample_rate: 0.0 });
    stage.wait(0.1);
    assert!(!stage.shows("was learned"), "nothing plays that it could fit");
}
