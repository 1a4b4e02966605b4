//! Sizes of type and contrasts, from what is drawn.

use super::{
    bases::with_bases,
    pictures::{play, playing},
    source_states::all_states,
    stage::{DEFAULT, SMALLEST, Stage},
};
use egui::{Color32, ColorImage, Rect, Shape, pos2, vec2};
use std::collections::BTreeSet;
use unbraid::{
    editor::theme,
    instance::state::{
        learn_state::{Finished, LearnState},
        preferences::{Preferences, Theme},
    },
};

/// Sizes of type within `shape`, in thousandths of a point.
fn sizes(shape: &Shape, found: &mut BTreeSet<u32>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| sizes(shape, found)),
        Shape::Text(text) => {
            let sections = text.galley.job.sections.iter();
            found.extend(sections.map(|section| (1000.0 * section.format.font_id.size).round() as u32));
        }
        _ => {}
    }
}

#[test]
fn there_are_four_sizes_of_type() {
    let mut found = BTreeSet::new();
    for size in [DEFAULT, SMALLEST, egui::vec2(1600.0, 1000.0)] {
        for count in [1, 2, 8] {
            let mut stage = playing(count, size);
            stage.wait(0.1);
            stage.harness.output().shapes.iter().for_each(|clipped| sizes(&clipped.shape, &mut found));
        }
        let mut stage = with_bases(size);
        stage.click("Page of bases");
        play(&mut stage, 0.2);
        stage.harness.output().shapes.iter().for_each(|clipped| sizes(&clipped.shape, &mut found));
        for opener in ["Preset", "Drums", "Scale", "Help"] {
            let mut stage = Stage::with_library(size);
            stage.click(opener);
            stage.wait(0.2);
            stage.harness.output().shapes.iter().for_each(|clipped| sizes(&clipped.shape, &mut found));
        }
    }
    let known: BTreeSet<u32> = theme::SIZES.iter().map(|size| (1000.0 * size).round() as u32).collect();
    assert!(found.is_subset(&known), "{found:?}");
}

/// Relative luminance after WCAG 2.
fn luminance(colour: Color32) -> f32 {
    let [r, g, b, _] = egui::Rgba::from(colour).to_array();
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    a.max(b) / a.min(b)
}

/// What the stage looks like.
fn picture(stage: &mut Stage) -> ColorImage {
    stage.harness.set_render_cursor(false);
    let image = stage.harness.render().unwrap();
    let pixels = image.pixels().map(|pixel| Color32::from_rgb(pixel.0[0], pixel.0[1], pixel.0[2])).collect();
    ColorImage::new([image.width() as usize, image.height() as usize], pixels)
}

/// The colours of `rect` in `picture`, row by row.
fn pixels(picture: &ColorImage, rect: Rect) -> Vec<Color32> {
    let rows = rect.top().max(0.0) as usize..(rect.bottom() as usize).min(picture.height());
    let columns = rect.left().max(0.0) as usize..(rect.right() as usize).min(picture.width());
    rows.flat_map(|y| columns.clone().map(move |x| picture[(x, y)])).collect()
}

/// Each of `all` in each theme.
fn in_all_themes<T: Clone>(all: impl IntoIterator<Item = T>) -> impl Iterator<Item = (Theme, T)> {
    all.into_iter().flat_map(|one| Theme::ALL.map(|theme| (theme, one.clone())))
}

#[test]
fn the_smallest_text_stands_out_seven_times_from_its_ground() {
    let places = [
        (egui::vec2(1600.0, 700.0), ["Latency", "Drums state", "Guitar state", "CPU load"]),
        (egui::vec2(900.0, 600.0), ["Frequency axis", "Time axis", "Freeze", "Levels, from dark to bright"]),
        (SMALLEST, ["Latency", "Page of bases", "Scale", "CPU load"]),
    ];
    for (theme, (size, names)) in in_all_themes(places) {
        let mut stage = all_states(size);
        stage.session.set_preferences(Preferences { theme, ..Preferences::default() });
        stage.wait(0.1);
        let picture = picture(&mut stage);
        for name in names {
            let pixels = pixels(&picture, stage.place(name));
            // What most pixels are is the ground; letters are where it differs most, though edges blend.
            let mut counts = std::collections::HashMap::new();
            pixels.iter().for_each(|colour| *counts.entry(*colour).or_insert(0) += 1);
            let ground = *counts.iter().max_by_key(|(_, count)| **count).unwrap().0;
            let most = pixels.iter().map(|colour| contrast(*colour, ground)).fold(0.0, f32::max);
            assert!(most >= 7.0, "{name}, {theme:?}: {most:.1} on {ground:?}");
        }
    }
}

#[test]
fn edges_of_controls_stand_out_three_times_from_what_is_around_them() {
    let names =
        ["Drums mute", "Bass solo", "Drums learn", "Bypass", "Preset", "Next preset", "State B", "Scale", "Help"];
    for theme in Theme::ALL {
        let mut stage = Stage::new(2, DEFAULT);
        stage.session.set_preferences(Preferences { theme, ..Preferences::default() });
        let finished = Some(Finished { strip: 1, seconds: 10.0, can_undo: true });
        stage.session.set_learning(LearnState { finished, ..LearnState::default() });
        stage.wait(0.1);
        let picture = picture(&mut stage);
        let of_picture = ["Show what is heard", "Freeze", "Full picture"];
        for name in names.into_iter().chain(["Page of bases", "Save what was learned"]).chain(of_picture) {
            let place = stage.place(name);
            let edge = pos2(place.left(), place.center().y);
            let pixels = pixels(&picture, Rect::from_min_max(edge - vec2(3.0, 0.0), edge + vec2(3.0, 1.0)));
            let around = pixels[0];
            let most = pixels.iter().map(|colour| contrast(*colour, around)).fold(0.0, f32::max);
            assert!(most >= 3.0, "{name}, {theme:?}: {most:.1} around {around:?}: {pixels:?}");
        }
    }
}
