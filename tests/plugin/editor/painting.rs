//! Painting on the frozen picture: with a worker that learns from it.

use super::{
    band::{Band, brightness},
    places::assert_well_placed,
    stage::{DEFAULT, SMALLEST, Stage},
};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2, pos2, vec2};
use egui_kittest::kittest::Queryable;
use std::path::PathBuf;
use unbraid::{
    instance::state::stretch_view::StretchView,
    marks::{MarkShape, Says},
    preset::Kind,
    recording,
    separator::{Audition, MusicalTime},
};

pub(super) const WIDE: Vec2 = vec2(1180.0, 720.0);

/// Drums and bass have played for six seconds.
pub(super) fn heard(size: Vec2) -> Band {
    heard_for(size, 6.0, None)
}

/// The same for `seconds`, while the host's music is at `music` when it begins.
pub(super) fn heard_for(size: Vec2, seconds: f32, music: Option<MusicalTime>) -> Band {
    heard_by(Band::untaught(size), seconds, music)
}

/// The same to `band`.
pub(super) fn heard_by(mut band: Band, seconds: f32, music: Option<MusicalTime>) -> Band {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    let part = |name: &str| recording::read(folder.join(format!("{name}-take2.flac"))).unwrap().downmix();
    let (bass, drums) = (part("finger-bass"), part("standard-kit"));
    band.music = music;
    band.play(seconds, |n| 1.6 * (bass[n % bass.len()] + drums[n % drums.len()]));
    band
}

/// The same, frozen.
pub(super) fn frozen(size: Vec2) -> Band {
    freeze(heard(size))
}

/// The same, and lines are painted.
pub(super) fn frozen_for_lines(size: Vec2) -> Band {
    let mut band = frozen(size);
    band.stage.click("Paint a line");
    band
}

pub(super) fn freeze(mut band: Band) -> Band {
    band.stage.click("Freeze");
    band.stage.harness.run_steps(3);
    assert!(band.stage.session.stretch().is_some(), "the worker has frozen what the picture shows");
    band
}

/// Drags from one point to another.
pub(super) fn stroke(band: &mut Band, from: Pos2, to: Pos2) {
    let stage = &mut band.stage;
    stage.move_to(from);
    stage.button(from, true, Modifiers::NONE);
    for step in 1..=6 {
        stage.move_to(from + (to - from) * (step as f32 / 6.0));
        stage.harness.step();
    }
    stage.button(to, false, Modifiers::NONE);
    stage.harness.run_steps(3);
}

#[test]
fn a_stroke_is_learned_from_and_undone() {
    let mut band = frozen(WIDE);
    band.stage.click("Paint a note");
    band.stage.click("Paint Bass");
    let (from, to) = (band.spot(98.0, 4.0), band.spot(98.0, 3.0));
    stroke(&mut band, from, to);
    let stretch = band.stage.session.stretch().unwrap();
    let [mark] = &stretch.marks[..] else { panic!("one mark: {:?}", stretch.marks) };
    assert_eq!((mark.source, mark.says), (1, Says::Belongs));
    let MarkShape::Comb { points, .. } = &mark.shape else { panic!("{mark:?}") };
    let (first, last) = (points[0], points[points.len() - 1]);
    for (point, ago) in [(first, 4.0), (last, 3.0)] {
        assert!((stretch.seconds - point.seconds - ago).abs() < 0.05 && (point.hz - 98.0).abs() < 4.0, "{point:?}");
    }
    let kinds = |band: &Band| band.stage.session.summary().strips.iter().map(|strip| strip.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&band), [Kind::Drifting; 3]);
    band.render("picture_painting");
    band.stage.click("Paint a hit");
    band.stage.click("Paint Drums");
    let (from, to) = (band.spot(3_000.0, 2.0), band.spot(9_000.0, 1.9));
    stroke(&mut band, from, to);
    assert_eq!(band.stage.session.stretch().unwrap().marks.len(), 2);
    band.stage.click("Forget marks of Drums");
    band.stage.harness.run_steps(2);
    assert_eq!(band.stage.session.stretch().unwrap().marks.len(), 1);
    band.stage.click("Undo");
    band.stage.harness.run_steps(2);
    assert_eq!(band.stage.session.stretch().unwrap().marks.len(), 2, "what was forgotten is back");
    (0..2).for_each(|_| {
        band.stage.click("Undo");
        band.stage.harness.run_steps(2);
    });
    assert_eq!(kinds(&band), [Kind::Recognised; 3]);
    assert!(band.stage.session.stretch().unwrap().marks.is_empty());
    band.stage.click("Freeze");
    band.stage.harness.run_steps(3);
    assert!(band.stage.session.stretch().is_none(), "live again");
}

#[test]
fn what_is_said_and_how_is_chosen_by_name() {
    let mut band = frozen(WIDE);
    band.stage.click("It does not belong to the source");
    band.stage.click("Paint a box");
    let (from, to) = (band.spot(400.0, 3.0), band.spot(1_600.0, 2.0));
    stroke(&mut band, from, to);
    band.stage.click("Erase marks of the source");
    let (from, to) = (band.spot(500.0, 2.8), band.spot(500.0, 2.4));
    stroke(&mut band, from, to);
    let marks = band.stage.session.stretch().unwrap().marks.clone();
    assert_eq!(marks.iter().map(|mark| mark.says).collect::<Vec<_>>(), [Says::Excluded, Says::Nothing]);
    band.stage.click("Only look");
    stroke(&mut band, from, to);
    assert_eq!(band.stage.session.stretch().unwrap().marks.len(), 2, "only looking changes nothing");
    assert!(band.stage.harness.query_by_label("Forget marks of Drums").is_some());
}

#[test]
fn a_click_is_a_short_note_or_a_hit_and_other_buttons_and_escape_paint_nothing() {
    let mut band = frozen(WIDE);
    let at = band.spot(200.0, 2.0);
    let marks = |band: &Band| band.stage.session.stretch().unwrap().marks.clone();
    band.stage.click("Paint a hit");
    for (button, count) in [(PointerButton::Secondary, 0), (PointerButton::Middle, 0), (PointerButton::Primary, 1)] {
        for pressed in [true, false] {
            band.stage.move_to(at);
            band.stage.event(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
            band.stage.harness.run_steps(2);
        }
        assert_eq!(marks(&band).len(), count, "{button:?}");
    }
    let points = marks(&band)[0].shape.points().to_vec();
    let [low, high] = [0, 1].map(|n| points[n].hz);
    assert!((low - 100.0).abs() < 5.0 && (high - 400.0).abs() < 20.0, "two octaves: {points:?}");
    band.stage.move_to(at);
    band.stage.button(at, true, Modifiers::NONE);
    band.stage.move_to(at + vec2(40.0, 0.0));
    band.stage.harness.step();
    band.stage.key(Key::Escape, Modifiers::NONE);
    band.stage.button(at + vec2(40.0, 0.0), false, Modifiers::NONE);
    band.stage.harness.run_steps(2);
    assert_eq!(marks(&band).len(), 1, "it was taken back before it was made");
}

/// Whether a mark is drawn near the beginning and near the end of a line.
fn ink(band: &mut Band, (from, to): (Pos2, Pos2), name: &str) -> [bool; 2] {
    band.stage.move_to(pos2(1.0, 1.0));
    band.stage.harness.run_steps(3);
    let shot = band.render(name);
    // A mark has a light line within.
    let is_light = |at: Pos2| (-3..=3).any(|y| brightness(shot.at(at + vec2(0.0, y as f32))) > 190);
    [0.1, 0.9].map(|part| is_light(from + (to - from) * part))
}

#[test]
fn what_is_erased_is_seen_no_more() {
    let mut band = frozen_for_lines(WIDE);
    let (from, to) = (band.spot(2_200.0, 5.5), band.spot(2_200.0, 4.5));
    let ink = |band: &mut Band| ink(band, (from, to), "picture_erased");
    let before = ink(&mut band);
    stroke(&mut band, from, to);
    assert_eq!((before, ink(&mut band)), ([false; 2], [true; 2]));
    band.stage.click("Erase marks of the source");
    stroke(&mut band, from + (to - from) * 0.5, to);
    assert_eq!(ink(&mut band), [true, false]);
}

#[test]
fn a_stroke_stays_drawn_until_the_worker_has_taken_or_refused_it() {
    let mut band = frozen_for_lines(WIDE);
    let (from, to) = (band.spot(2_200.0, 5.5), band.spot(2_200.0, 4.5));
    let ink = |band: &mut Band| ink(band, (from, to), "picture_stroke_made");
    let marks = |band: &Band| band.stage.session.stretch().unwrap().marks.len();
    band.stage.keep_worker_busy(true);
    stroke(&mut band, from, to);
    band.stage.wait(2.0);
    assert_eq!((ink(&mut band), marks(&band)), ([true; 2], 0), "it waits");
    band.stage.click("Erase marks of the source");
    stroke(&mut band, from + (to - from) * 0.5, to);
    assert_eq!((ink(&mut band), marks(&band)), ([true, false], 0), "what is erased waits too");
    band.stage.keep_worker_busy(false);
    band.stage.harness.run_steps(3);
    assert_eq!((ink(&mut band), marks(&band)), ([true, false], 2));
    band.stage.keep_worker_busy(true);
    band.stage.click("It belongs to the source");
    stroke(&mut band, from + (to - from) * 0.5, to);
    assert_eq!(ink(&mut band), [true; 2]);
    let shown = band.stage.session.stretch().unwrap();
    let refused = StretchView { answered: shown.answered + 1, ..StretchView::clone(&shown) };
    band.stage.session.set_stretch(Some(refused));
    assert_eq!(ink(&mut band), [true, false], "it was refused");
}

#[test]
fn a_frozen_picture_is_only_looked_at_until_a_brush_is_chosen() {
    let mut band = frozen(WIDE);
    let (from, to) = (band.spot(98.0, 4.0), band.spot(98.0, 3.0));
    let marks = |band: &Band| band.stage.session.stretch().unwrap().marks.len();
    stroke(&mut band, from, from);
    stroke(&mut band, from, to);
    assert_eq!(marks(&band), 0);
    band.stage.click("Paint a line");
    stroke(&mut band, from, to);
    assert_eq!(marks(&band), 1);
    (0..2).for_each(|_| {
        band.stage.click("Freeze");
        band.stage.harness.run_steps(3);
    });
    stroke(&mut band, from, to);
    assert_eq!(marks(&band), 1, "the window remembers the brush");
    band.stage.click("Only look");
    band.stage.click("It does not belong to the source");
    stroke(&mut band, from, to);
    assert_eq!(marks(&band), 2, "who says what a stroke says paints");
}

#[test]
fn a_place_that_is_held_on_the_frozen_picture_plays_from_there_on() {
    let mut band = frozen(WIDE);
    let control = band.stage.session.stretch_control.clone();
    let at = band.spot(440.0, 4.0);
    let number = band.stage.session.stretch().unwrap().number;
    let from = band.stage.session.stretch().unwrap().seconds - 4.1;
    let is_near = |seconds: f64| (seconds - from).abs() < 0.05;
    band.stage.press(at);
    band.stage.harness.run_steps(2);
    assert!(matches!(band.stage.session.audition.now(), Some(Audition::Band { hz }) if (hz - 440.0).abs() < 15.0));
    assert!(control.wanted() == Some(number) && control.take_sought().is_some_and(is_near));
    band.stage.move_to(at + vec2(60.0, 0.0));
    band.stage.wait(1.0);
    assert_eq!((control.wanted(), control.take_sought()), (Some(number), None), "it plays on");
    band.stage.release(at);
    assert_eq!((control.wanted(), band.stage.session.audition.now()), (None, None));
    band.stage.click("Play what is frozen");
    control.take_sought();
    control.set_place(2.5);
    band.stage.press(at);
    assert!(control.take_sought().is_some_and(is_near));
    control.set_place(3.0);
    band.stage.release(at);
    assert_eq!((control.wanted(), control.take_sought()), (Some(number), Some(2.5)), "it goes on where it was");
    band.stage.press(at);
    drop(band);
    assert_eq!(control.wanted(), None, "it ends with the window");
}

#[test]
fn what_erases_nothing_says_so_and_a_box_that_is_partly_erased_keeps_its_fill() {
    let mut band = frozen(WIDE);
    band.stage.click("Paint a box");
    let (from, to) = (band.spot(9_000.0, 5.0), band.spot(14_000.0, 2.0));
    stroke(&mut band, from, to);
    let marks = |band: &Band| band.stage.session.stretch().unwrap().marks.len();
    // Of the lower left and of the upper right quarter.
    let light = |band: &mut Band, name: &str| {
        band.stage.move_to(pos2(1.0, 1.0));
        band.stage.harness.run_steps(3);
        let shot = band.render(name);
        let part = |n: usize| vec2((n % 20) as f32 / 50.0, (n / 20) as f32 / 50.0);
        let light = |along: Vec2| brightness(shot.at(from + (to - from) * along)) as f32 / 400.0;
        [0.05, 0.55].map(|first| (0..400).map(|n| light(Vec2::splat(first) + part(n))).sum::<f32>())
    };
    let filled = light(&mut band, "picture_box");
    band.stage.click("Erase marks of the source");
    band.stage.click("Paint Bass");
    stroke(&mut band, from, to);
    assert!(marks(&band) == 1 && band.stage.shows("No mark of Bass is here"));
    band.stage.click("Paint Drums");
    assert!(!band.stage.shows("No mark of"));
    stroke(&mut band, from + (to - from) * 0.5, to);
    assert_eq!(marks(&band), 2);
    let left = light(&mut band, "picture_box_erased");
    assert!(left[0] > filled[0] - 3.0 && left[1] < filled[1] - 6.0, "{filled:?}, then {left:?}");
}

#[test]
fn tools_lie_above_the_plot_where_it_is_high_enough() {
    for size in [WIDE, DEFAULT, vec2(653.0, 600.0), SMALLEST] {
        let mut band = heard(size);
        if size == SMALLEST {
            band.stage.key(Key::F, Modifiers::NONE);
        }
        let mut band = freeze(band);
        band.stage.wait(0.1);
        let plot = band.stage.place("Spectrogram");
        let tools: Vec<_> = ["Only look", "Paint a box", "Paint Drums", "Paint Rest", "Strength of a stroke"]
            .map(|name| band.stage.place(name))
            .into();
        assert!(tools.iter().all(|tool| tool.bottom() <= plot.top()), "{size}: {tools:?} over {plot}");
        assert!(tools.iter().all(|tool| tool.top() == tools[0].top()), "{size}: in one row: {tools:?}");
        band.render(&format!("picture_tools_above_{}", size.x));
        band.stage.click("Freeze");
        band.stage.harness.run_steps(3);
        assert!(band.stage.place("Spectrogram").height() > plot.height() + 20.0, "live, it has all of the space");
    }
}

#[test]
fn a_frozen_picture_zooms_reads_out_and_keeps_bars_and_what_delta_leaves() {
    let mut band = frozen(WIDE);
    let at = band.spot(98.0, 2.0);
    band.stage.move_to(at);
    band.stage.wait(0.2);
    assert!(band.stage.shows("98 Hz") || band.stage.shows("97 Hz") || band.stage.shows("99 Hz"), "it reads out");
    band.stage.wheel("Spectrogram", 2.0, Modifiers::NONE);
    band.stage.wait(0.1);
    assert!(band.stage.harness.query_by_label("Show everything").is_some(), "it zooms");
    band.stage.click("Show everything");
    let light = |band: &mut Band, name: &str| {
        band.stage.move_to(pos2(1.0, 1.0));
        band.stage.wait(0.5);
        let shot = band.render(name);
        let place = band.stage.place("Spectrogram");
        let at = |i: usize| place.min + place.size() * vec2(0.5 + (i % 40) as f32 / 90.0, 0.2 + (i / 40) as f32 / 50.0);
        (0..1_200).map(|i| u64::from(brightness(shot.at(at(i))))).sum::<u64>()
    };
    let heard = light(&mut band, "picture_frozen");
    band.stage.click("Delta");
    let removed = light(&mut band, "picture_frozen_delta");
    assert!(removed * 2 < heard, "nothing is removed: {removed} of {heard}");
}

#[test]
fn a_window_that_opens_finds_nothing_frozen() {
    let mut band = frozen(WIDE);
    let reopened = Stage::reopened(&band.stage);
    assert!(reopened.harness.query_by_label("Paint a note").is_none());
    band.stage.click("Freeze");
    band.stage.click("Freeze");
    band.stage.harness.run_steps(3);
    assert!(band.stage.session.stretch().is_some() && band.stage.harness.query_by_label("Paint a note").is_some());
}

#[test]
fn a_place_that_is_held_is_heard_alone() {
    let mut band = heard(WIDE);
    let held = |band: &Band| band.stage.session.audition.now();
    let at = band.spot(440.0, 1.0);
    band.stage.move_to(at);
    band.stage.button(at, true, Modifiers::NONE);
    band.stage.harness.run_steps(2);
    let Some(Audition::Band { hz }) = held(&band) else { panic!("{:?}", held(&band)) };
    assert!((hz - 440.0).abs() < 15.0, "{hz} Hz");
    let other = band.spot(1_760.0, 1.0);
    band.stage.move_to(other);
    band.stage.harness.run_steps(2);
    assert!(matches!(held(&band), Some(Audition::Band { hz }) if hz > 1_600.0), "it follows the pointer");
    band.stage.button(other, false, Modifiers::NONE);
    band.stage.harness.run_steps(2);
    assert_eq!(held(&band), None);
}

#[test]
fn the_live_picture_and_the_smallest_one_have_no_tools() {
    let mut band = heard(WIDE);
    assert!(band.stage.harness.query_by_label("Paint a note").is_none());
    let (from, to) = (band.spot(98.0, 4.0), band.spot(98.0, 3.0));
    stroke(&mut band, from, to);
    assert!(band.stage.session.stretch().is_none());
    let mut small = heard(SMALLEST);
    small.stage.move_to(pos2(1.0, 1.0));
    small.stage.key(Key::Z, Modifiers::NONE);
    small.stage.harness.run_steps(3);
    assert!(small.stage.session.stretch().is_some(), "it is frozen all the same");
    assert!(small.stage.harness.query_by_label("Paint a note").is_none(), "there is no space for them");
    assert!(small.stage.harness.query_by_label("Freeze").is_none(), "nor for the button");
    small.stage.wait(0.1);
    small.render("picture_smallest_frozen");
    let (sign, plot) = (small.stage.place("Frozen"), small.stage.place("Spectrogram"));
    assert!(plot.contains_rect(sign), "{sign} in {plot}");
    small.stage.click("Frozen");
    small.stage.harness.run_steps(3);
    assert!(small.stage.session.stretch().is_none() && small.stage.harness.query_by_label("Frozen").is_none());
    assert!(small.stage.session.audition.now().is_none());
    let band = freeze(band);
    assert!(band.stage.harness.query_by_label("Frozen").is_none(), "where the button is it says so");
    // Without a head, but with tools.
    let mut low = heard(vec2(653.0, 453.0));
    low.stage.key(Key::Z, Modifiers::NONE);
    low.stage.wait(0.1);
    low.render("picture_low_frozen");
    let names = ["Only look", "Strength of a stroke", "Paint Drums", "Paint Rest", "Frozen", "Full picture"];
    assert_well_placed(&low.stage, &names.map(str::to_owned), "low");
    assert!(low.stage.place("Only look").bottom() <= low.stage.place("Spectrogram").top());
}
