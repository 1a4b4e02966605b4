//! Painting on the frozen picture: with a worker that learns from it.

use super::{picture::Band, stage::SMALLEST};
use egui::{Modifiers, Pos2, Vec2, pos2, vec2};
use egui_kittest::kittest::Queryable;
use std::path::PathBuf;
use unbraid::{
    marks::{MarkShape, Says},
    preset::Kind,
    recording,
    separator::Audition,
};

const WIDE: Vec2 = vec2(1180.0, 720.0);

/// Drums and bass have played for six seconds.
fn heard(size: Vec2) -> Band {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    let part = |name: &str| recording::read(folder.join(format!("{name}-take2.flac"))).unwrap().downmix();
    let (bass, drums) = (part("finger-bass"), part("standard-kit"));
    let mut band = Band::untaught(size);
    band.play(6.0, |n| 1.6 * (bass[n % bass.len()] + drums[n % drums.len()]));
    band
}

/// The same, frozen.
fn frozen(size: Vec2) -> Band {
    let mut band = heard(size);
    band.stage.click("Freeze");
    band.stage.harness.run_steps(3);
    assert!(band.stage.session.stretch().is_some(), "the worker has frozen what the picture shows");
    band
}

/// Drags from one point to another.
fn stroke(band: &mut Band, from: Pos2, to: Pos2) {
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
    small.stage.key(egui::Key::Z, Modifiers::NONE);
    small.stage.harness.run_steps(3);
    assert!(small.stage.harness.query_by_label("Paint a note").is_none(), "there is no space for them");
}
