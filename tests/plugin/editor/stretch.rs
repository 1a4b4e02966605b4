//! What is done with a frozen stretch: it is played, painted on weakly or strongly, saved bar by bar, or comes from a
//! file.

use super::{
    band::{Band, brightness},
    drops::{drop_at, hover},
    painting::{WIDE, frozen, frozen_for_lines, heard, heard_for, stroke},
    places::assert_well_placed,
    stage::{DEFAULT, stems_folder},
};
use egui::{Event, Key, Modifiers, PointerButton, Vec2, accesskit::Toggled, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable};
use unbraid::{
    instance::state::{
        message::Message,
        preferences::{Preferences, Theme},
        stretch_view::StretchOrigin,
    },
    separator::MusicalTime,
};

const PLAY: &str = "Play what is frozen";
const STRENGTH: &str = "Strength of a stroke";

fn wanted(band: &Band) -> Option<u64> {
    band.stage.session.stretch_control.wanted()
}

fn number(band: &Band) -> u64 {
    band.stage.session.stretch().unwrap().number
}

fn seconds(band: &Band) -> f64 {
    band.stage.session.stretch().unwrap().seconds
}

fn is_lit(band: &Band) -> bool {
    band.stage.harness.get_by_label(PLAY).accesskit_node().toggled() == Some(Toggled::True)
}

#[test]
fn what_is_frozen_plays_until_it_is_stopped_in_any_way() {
    let mut band = frozen(WIDE);
    let number = number(&band);
    band.stage.click(PLAY);
    assert!(wanted(&band) == Some(number) && is_lit(&band));
    band.stage.click(PLAY);
    assert!(wanted(&band).is_none() && !is_lit(&band));
    band.stage.key(Key::P, Modifiers::NONE);
    assert_eq!(wanted(&band), Some(number));
    band.stage.key(Key::P, Modifiers::NONE);
    assert_eq!(wanted(&band), None);
    band.stage.click(PLAY);
    band.stage.key(Key::Escape, Modifiers::NONE);
    assert_eq!(wanted(&band), None);
    // The host begins to process anew.
    band.stage.click(PLAY);
    band.stage.session.stretch_control.stop();
    band.stage.harness.step();
    assert!(!is_lit(&band));
    band.stage.click(PLAY);
    band.stage.key(Key::Z, Modifiers::NONE);
    band.stage.harness.run_steps(3);
    assert_eq!(wanted(&band), None, "it is not frozen any more");
    band.stage.key(Key::P, Modifiers::NONE);
    assert_eq!(wanted(&band), None, "nothing is frozen");
    assert!(band.stage.harness.query_by_label(PLAY).is_none());
    band.stage.key(Key::Z, Modifiers::NONE);
    band.stage.harness.run_steps(3);
    band.stage.click(PLAY);
    let control = band.stage.session.stretch_control.clone();
    assert!(control.wanted().is_some());
    drop(band);
    assert_eq!(control.wanted(), None, "the window has closed");
}

#[test]
fn escape_takes_a_stroke_back_before_it_stops_what_plays() {
    let mut band = frozen_for_lines(WIDE);
    band.stage.click(PLAY);
    let at = band.spot(200.0, 2.0);
    band.stage.press(at);
    band.stage.move_to(at + vec2(30.0, 0.0));
    band.stage.key(Key::Escape, Modifiers::NONE);
    assert!(wanted(&band).is_some());
    band.stage.release(at + vec2(30.0, 0.0));
    assert!(band.stage.session.stretch().unwrap().marks.is_empty());
    let (from, to) = (band.spot(98.0, 4.0), band.spot(98.0, 3.0));
    stroke(&mut band, from, to);
    assert!(wanted(&band) == Some(number(&band)), "it plays on after a stroke");
    band.stage.key(Key::Escape, Modifiers::NONE);
    assert_eq!(wanted(&band), None);
}

#[test]
fn a_line_says_where_it_plays_and_a_click_on_the_time_axis_where_it_goes_on() {
    let mut band = frozen(WIDE);
    let axis = band.stage.place("Time axis");
    let ago = |ago: f32| pos2(axis.right() - ago / 10.0 * axis.width(), axis.center().y);
    let control = band.stage.session.stretch_control.clone();
    let click = |band: &mut Band, at| {
        band.stage.press(at);
        band.stage.release(at);
        band.stage.wait(0.5);
    };
    click(&mut band, ago(3.0));
    assert_eq!((control.wanted(), control.take_sought()), (None, None), "it does not play yet");
    band.stage.click(PLAY);
    let from = control.take_sought().unwrap();
    assert!((from - (seconds(&band) - 3.0)).abs() < 0.05, "{from}");
    click(&mut band, ago(1.0));
    let to = control.take_sought().unwrap();
    assert!((to - (seconds(&band) - 1.0)).abs() < 0.05, "{to}");
    for (at, other) in [(2.5_f32, 4.5_f32), (4.5, 2.5)] {
        control.set_place(seconds(&band) - f64::from(at));
        band.stage.move_to(pos2(1.0, 1.0));
        band.stage.wait(0.1);
        let shot = band.render(&format!("picture_playing_{at}"));
        let light = |ago: f32| (-2..=2).map(|x| brightness(shot.at(band.spot(34.0, ago) + vec2(x as f32, 0.0)))).max();
        assert!(light(at) > Some(190) && light(other) < Some(190), "{:?} {:?}", light(at), light(other));
    }
}

#[test]
fn a_stroke_is_as_strong_as_the_bar_says() {
    let mut band = frozen_for_lines(WIDE);
    assert_eq!(band.stage.harness.get_by_label(STRENGTH).accesskit_node().numeric_value(), Some(100.0));
    let place = band.stage.place(STRENGTH);
    let at = pos2(place.left() + 0.28 * place.width(), place.center().y);
    band.stage.press(at);
    band.stage.release(at);
    band.stage.event(Event::PointerMoved(place.center()));
    for pressed in [true, false] {
        let button = PointerButton::Secondary;
        let (pos, modifiers) = (place.center(), Modifiers::NONE);
        band.stage.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    let (from, to) = (band.spot(98.0, 4.0), band.spot(98.0, 3.0));
    stroke(&mut band, from, to);
    let strength = |band: &Band| band.stage.harness.get_by_label(STRENGTH).accesskit_node().numeric_value();
    band.stage.wheel(STRENGTH, 1.0, Modifiers::NONE);
    band.stage.harness.step();
    assert_eq!(strength(&band), Some(35.0));
    band.stage.wheel(STRENGTH, -1.0, Modifiers::NONE);
    band.stage.harness.step();
    band.stage.harness.get_by_label(STRENGTH).focus();
    band.stage.harness.run_steps(2);
    for key in [Key::ArrowRight, Key::ArrowUp, Key::ArrowUp, Key::ArrowLeft] {
        band.stage.key(key, Modifiers::NONE);
    }
    let (from, to) = (band.spot(400.0, 4.0), band.spot(400.0, 3.0));
    stroke(&mut band, from, to);
    let marks = band.stage.session.stretch().unwrap().marks.clone();
    assert_eq!(marks.iter().map(|mark| mark.strength).collect::<Vec<_>>(), [0.3, 0.5]);
    band.stage.move_to(pos2(1.0, 1.0));
    band.stage.harness.step();
    band.render("picture_strength");
}

#[test]
fn the_last_whole_bars_of_a_source_are_saved() {
    let folder = stems_folder();
    // Bars of 1.5 seconds.
    let music = MusicalTime { beats: 1.0, tempo: 160.0, bar_start: 0.0, bar: 0, beats_per_bar: 4, beat_length: 1.0 };
    let mut band = heard_for(WIDE, 6.0, Some(music));
    band.stage.click("Freeze");
    band.stage.harness.run_steps(3);
    band.stage.click("Save the end of Drums");
    band.stage.wait(0.2);
    band.render("picture_bars");
    let offers = |band: &Band, text: &str| band.stage.harness.query_by_label(text).is_some();
    assert!(!band.stage.shows("Hz"), "what lies beneath is not read out");
    assert!(offers(&band, "Last bar") && offers(&band, "Last 2 bars") && !offers(&band, "Last 4 bars"));
    assert!(band.stage.shows("3 whole bars are in these"));
    band.stage.click("Last 2 bars");
    band.stage.harness.run_steps(2);
    let name = "Drums 2 bars Drums + Bass + Rest 1.wav";
    let message = band.stage.session.message();
    assert!(matches!(&message, Message::Saved(file) if file.ends_with(name)), "{message:?}");
    let saved = unbraid::recording::read(folder.join(name)).unwrap();
    assert!((saved.len() as i64 - 132_300).abs() <= 2, "three seconds: {}", saved.len());
    let mut band = frozen(WIDE);
    band.stage.click("Save the end of Drums");
    band.stage.wait(0.2);
    assert!(band.stage.shows("Bars take their place") && !offers(&band, "Last bar"));
    assert!(offers(&band, "Last second") && offers(&band, "Last 4 seconds") && !offers(&band, "Last 8 seconds"));
    band.stage.click("Last 2 seconds");
    band.stage.harness.run_steps(2);
    let saved = unbraid::recording::read(folder.join("Drums 2 seconds Drums + Bass + Rest 1.wav")).unwrap();
    assert_eq!(saved.len(), 88_200);
}

#[test]
fn a_recording_on_the_frozen_picture_is_painted_on() {
    let bass = format!("{}/tests/audio/finger-bass-take2.flac", env!("CARGO_MANIFEST_DIR"));
    let mut band = frozen_for_lines(WIDE);
    let (heard, at) = (number(&band), band.spot(500.0, 3.0));
    hover(&mut band.stage, at, &[&bass]);
    assert!(band.stage.shows("Freeze the first ten seconds of finger-bass-take2.flac to paint on"));
    drop_at(&mut band.stage, at, &[&bass, &bass]);
    assert!(band.stage.shows("drop it alone"));
    drop_at(&mut band.stage, at, &["/none/lost.wav"]);
    band.stage.harness.run_steps(3);
    let message = band.stage.session.message();
    assert!(matches!(&message, Message::Failed(sentence) if sentence.contains("lost.wav")), "{message:?}");
    assert!(number(&band) == heard && band.stage.harness.query_by_label(PLAY).is_some(), "nothing is lost");
    drop_at(&mut band.stage, at, &[&bass]);
    band.stage.harness.run_steps(3);
    let stretch = band.stage.session.stretch().unwrap();
    assert!(stretch.origin == StretchOrigin::File && stretch.number != heard);
    band.stage.click("Paint Bass");
    let (from, to) = (band.spot(98.0, 4.0), band.spot(98.0, 3.0));
    stroke(&mut band, from, to);
    assert_eq!(band.stage.session.stretch().unwrap().marks.len(), 1);
    band.render("picture_file");
    band.stage.click(PLAY);
    assert_eq!(wanted(&band), Some(number(&band)));
    band.stage.click("Freeze");
    band.stage.harness.run_steps(3);
    assert!(band.stage.session.stretch().is_none() && wanted(&band).is_none(), "live again");
    band.stage.click("Freeze");
    band.stage.harness.run_steps(3);
    assert!(matches!(band.stage.session.stretch().unwrap().origin, StretchOrigin::Heard { .. }));
}

#[test]
fn a_recording_beside_the_strips_can_be_painted_on_too() {
    let bass = format!("{}/tests/audio/finger-bass-take2.flac", env!("CARGO_MANIFEST_DIR"));
    let mut band = heard(WIDE);
    let at = band.spot(500.0, 3.0);
    drop_at(&mut band.stage, at, &[&bass]);
    band.stage.click("To be painted on: freeze it");
    band.stage.harness.run_steps(4);
    assert_eq!(band.stage.session.stretch().unwrap().origin, StretchOrigin::File);
    assert!(band.stage.harness.query_by_label("Paint a note").is_some());
}

#[test]
fn the_tools_lie_beside_each_other_in_every_size_and_theme() {
    let names = [
        "Only look",
        "Paint a line",
        "Paint a hit",
        "Paint a note",
        "Paint a box",
        "It belongs to the source",
        "It does not belong to the source",
        "Erase marks of the source",
        STRENGTH,
        "Paint Drums",
        "Paint Bass",
        "Paint Rest",
        "Save the stem of Drums",
        "Save the end of Drums",
        "Forget marks of Drums",
        PLAY,
        "Freeze",
    ];
    let sizes: [Vec2; 3] = [WIDE, DEFAULT, vec2(860.0, 720.0)];
    for (theme, size) in [Theme::Dark, Theme::Light, Theme::HighContrast].into_iter().zip(sizes) {
        let mut band = frozen_for_lines(size);
        band.stage.session.set_preferences(Preferences { theme, ..Preferences::default() });
        let (from, to) = (band.spot(98.0, 4.0), band.spot(98.0, 3.0));
        stroke(&mut band, from, to);
        band.stage.click(PLAY);
        band.stage.session.stretch_control.set_place(4.0);
        band.stage.move_to(pos2(1.0, 1.0));
        band.stage.wait(0.2);
        assert_well_placed(&band.stage, &names.map(str::to_owned), &format!("{size}"));
        band.render(&format!("picture_tools_{theme:?}"));
    }
}
