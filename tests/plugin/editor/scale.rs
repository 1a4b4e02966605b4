//! The scale: chosen, kept, and nothing cut at its ends.

use super::{
    bases::{untaught, with_bases},
    places::assert_well_placed,
    stage::{DEFAULT, SMALLEST, Stage},
};
use egui::{ViewportCommand, vec2};
use unbraid::{
    editor::{
        scale::{SCALES, fits, remembered, usable_scale},
        theme::{DARK, HIGH_CONTRAST, LIGHT, Themed},
    },
    instance::{
        command::Command,
        state::preferences::{Preferences, Theme},
    },
};

fn choose(stage: &mut Stage, item: &str) {
    stage.click("Scale");
    stage.wait(0.1);
    stage.click(item);
    stage.wait(0.1);
}

#[test]
fn everything_grows_and_shrinks_and_the_project_remembers_it() {
    let mut stage = Stage::new(2, DEFAULT);
    // The screen lets the window grow no more; the smaller scale has the room again that there was before.
    for (item, scale, expected) in
        [("200 %", 2.0, DEFAULT / 2.0), ("75 %", 0.75, DEFAULT), ("100 %", 1.0, DEFAULT * 0.75)]
    {
        choose(&mut stage, item);
        assert_eq!(stage.harness.ctx.zoom_factor(), scale);
        if stage.shows("Keep it") {
            stage.click("Keep it");
            stage.wait(0.1);
        }
        assert_eq!(remembered(&stage.params), scale);
        assert_eq!(stage.harness.ctx.zoom_factor(), scale);
        assert_eq!(stage.spoken("Scale"), item);
        let room = stage.harness.ctx.content_rect().size();
        assert!((room - expected).length() < 2.0, "{room} at {item}");
    }
}

#[test]
fn colours_are_chosen_beside_the_scale() {
    for (item, theme, colours) in [
        ("Light", Theme::Light, &LIGHT),
        ("High contrast", Theme::HighContrast, &HIGH_CONTRAST),
        ("Dark", Theme::Dark, &DARK),
    ] {
        let mut stage = Stage::new(2, DEFAULT);
        choose(&mut stage, item);
        let chosen = Preferences { theme, ..Preferences::default() };
        assert_eq!(stage.asked(), [Command::SetPreferences(chosen)]);
        stage.session.set_preferences(chosen);
        stage.wait(0.1);
        assert_eq!(stage.harness.ctx.colours(), colours);
    }
}

#[test]
fn a_larger_scale_goes_back_unless_it_is_confirmed() {
    let zoom = |stage: &Stage| stage.harness.ctx.zoom_factor();
    let mut stage = Stage::new(2, DEFAULT);
    choose(&mut stage, "150 %");
    assert_eq!((zoom(&stage), remembered(&stage.params)), (1.5, 1.0), "it is tried");
    stage.wait(11.0);
    assert_eq!(zoom(&stage), 1.5);
    stage.wait(2.0);
    assert_eq!((zoom(&stage), remembered(&stage.params)), (1.0, 1.0), "nobody said a word");
    choose(&mut stage, "150 %");
    stage.click("Go back");
    stage.wait(0.1);
    assert_eq!((zoom(&stage), remembered(&stage.params)), (1.0, 1.0));
    choose(&mut stage, "75 %");
    assert_eq!((zoom(&stage), remembered(&stage.params)), (0.75, 0.75), "a smaller one fits in any case");
    assert!(!stage.shows("Keep it"));
}

#[test]
fn nobody_is_asked_again_up_to_the_largest_scale_that_this_window_had() {
    let mut stage = Stage::new(2, DEFAULT);
    let kept = |stage: &mut Stage, item: &str, scale: f32| {
        choose(stage, item);
        assert!(!stage.shows("Keep it"), "{item}");
        assert_eq!((stage.harness.ctx.zoom_factor(), remembered(&stage.params)), (scale, scale));
    };
    kept(&mut stage, "75 %", 0.75);
    kept(&mut stage, "100 %", 1.0);
    choose(&mut stage, "200 %");
    stage.click("Go back");
    stage.wait(0.1);
    choose(&mut stage, "150 %");
    stage.click("Keep it");
    stage.wait(0.1);
    let smaller = stage.harness.ctx.content_rect().size();
    kept(&mut stage, "100 %", 1.0);
    let whole = stage.harness.ctx.content_rect().size();
    kept(&mut stage, "150 %", 1.5);
    stage.wait(1.5);
    assert_eq!(stage.harness.ctx.content_rect().size(), smaller, "the screen has room for no more");
    kept(&mut stage, "125 %", 1.25);
    assert_eq!(stage.harness.ctx.content_rect().size(), whole, "the window has the room again that it had before");
    choose(&mut stage, "200 %");
    assert!(stage.shows("Keep it"), "this one was refused");
    let other = Stage::new(2, DEFAULT);
    *other.params.editor_scale.lock() = Some(1.5);
    let mut other = Stage::reopened(&other);
    kept(&mut other, "100 %", 1.0);
    kept(&mut other, "150 %", 1.5);
}

#[test]
fn scales_that_do_not_fit_the_screen_are_not_offered() {
    let offered = |screen| SCALES.into_iter().filter(|scale| fits(*scale, Some(screen))).collect::<Vec<_>>();
    assert_eq!(offered(vec2(3840.0, 2160.0)), SCALES);
    assert_eq!(offered(vec2(1920.0, 1080.0)), SCALES);
    assert_eq!(offered(vec2(1366.0, 768.0)), [0.75, 1.0, 1.25, 1.5]);
    assert_eq!(offered(vec2(1024.0, 600.0)), [0.75, 1.0, 1.25]);
    assert!(fits(2.0, None));
}

#[test]
fn a_remembered_scale_is_used_as_far_as_it_can_be() {
    assert_eq!(usable_scale(None), 1.0);
    assert_eq!(usable_scale(Some(1.25)), 1.25);
    assert_eq!(usable_scale(Some(17.0)), 2.0);
    assert_eq!(usable_scale(Some(0.0)), 0.75);
    assert_eq!(usable_scale(Some(f32::NAN)), 1.0);
}

/// Every page's own controls.
fn names(stage: &Stage, page: &str) -> Vec<String> {
    let mut names: Vec<String> = ["Page of bases", "Page of knobs", "Scale", "Bypass"].map(str::to_owned).into();
    let strips = stage.session.summary().strips.clone();
    names.extend(strips.iter().map(|strip| {
        let name = strip.display_name();
        if page == "knobs" { format!("{name} gain") } else { format!("Bases of {name}") }
    }));
    names
}

#[test]
fn pages_are_whole_at_every_scale_in_the_smallest_window_and_the_largest() {
    for scale in [0.75, 1.0, 2.0] {
        for size in [SMALLEST, egui::vec2(3200.0, 2000.0)] {
            for make in [with_bases, untaught] {
                // The window grows with the scale: the room is the same.
                let mut stage = make(size * scale);
                *stage.params.editor_scale.lock() = Some(scale);
                stage.wait(0.1);
                let context = format!("at {scale} of {size}");
                assert_well_placed(&stage, &names(&stage, "knobs"), &context);
                stage.click("Page of bases");
                stage.wait(0.1);
                let mut names = names(&stage, "bases");
                if stage.shows("by timbre") {
                    names.extend(
                        ["by timbre", "by time", "by position", "Basis 1", "Basis 2", "Basis 3"].map(str::to_owned),
                    );
                }
                assert_well_placed(&stage, &names, &context);
                assert_eq!(stage.harness.unnamed_widgets(), Vec::<String>::new());
            }
        }
    }
}

#[test]
fn the_window_gets_its_size_back_with_the_scale_that_it_had_it_at() {
    for keeps in [true, false] {
        let mut stage = Stage::new(2, DEFAULT);
        // The screen cuts the window: it has less room than before.
        choose(&mut stage, "150 %");
        stage.click(if keeps { "Keep it" } else { "Go back" });
        if keeps {
            stage.wait(0.1);
            stage.click("Scale");
            stage.wait(0.1);
            stage.click("100 %");
        }
        let mut asked = Vec::new();
        for _ in 0..6 {
            for viewport in stage.harness.output().viewport_output.values() {
                for command in &viewport.commands {
                    if let ViewportCommand::InnerSize(size) = command {
                        asked.push((stage.harness.ctx.zoom_factor(), *size));
                    }
                }
            }
            stage.harness.step();
        }
        assert_eq!(asked, [(1.0, DEFAULT)], "kept: {keeps}");
    }
}

#[test]
fn colours_are_chosen_on_the_page_of_help_too() {
    let mut stage = Stage::new(2, DEFAULT);
    stage.click("Help");
    stage.wait(0.1);
    stage.click("Light");
    let chosen = Preferences { theme: Theme::Light, ..Preferences::default() };
    assert_eq!(stage.asked(), [Command::SetPreferences(chosen)]);
}
