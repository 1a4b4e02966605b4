//! What can be done with the picture: its height, the full picture, freeze, zoom, what it shows, and which source is
//! lit.

use super::{
    band::{Band, brightness, height_of, home, hue},
    picture::is_at_rest,
    stage::{DEFAULT, SMALLEST, Stage},
};
use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, pos2, vec2};
use egui_kittest::kittest::Queryable;
use unbraid::separator::MusicalTime;

const AWAY: Pos2 = pos2(1.0, 1.0);

fn height(stage: &Stage) -> f32 {
    stage.place("Spectrogram").height()
}

/// Turns the wheel at `at`.
fn wheel(stage: &mut Stage, at: Pos2, notches: f32, modifiers: Modifiers) {
    stage.move_to(at);
    stage.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, notches),
        phase: egui::TouchPhase::Move,
        modifiers,
        source: egui::MouseWheelSource::Unknown,
    });
    stage.wait(0.1);
}

fn double_click(stage: &mut Stage, name: &str) {
    stage.wait(1.0);
    let at = stage.centre(name);
    for _ in 0..2 {
        stage.press(at);
        stage.release(at);
    }
    stage.harness.step();
}

#[test]
fn the_divider_is_dragged_moved_by_keys_and_set_back() {
    let mut stage = Stage::new(2, DEFAULT);
    let usual = height(&stage);
    stage.drag("Height of the picture", -80.0);
    stage.harness.step();
    assert!((height(&stage) - usual + 80.0).abs() <= 1.0, "{} of {usual}", height(&stage));
    let strips = stage.place("Drums gain").height();
    stage.key(Key::ArrowDown, Modifiers::NONE);
    assert_eq!(height(&stage), usual - 80.0, "without the focus keys do nothing");
    stage.harness.get_by_label("Height of the picture").focus();
    stage.harness.step();
    stage.key(Key::ArrowUp, Modifiers::NONE);
    stage.wait(0.1);
    assert!((height(&stage) - usual + 96.0).abs() <= 1.0);
    assert!(stage.place("Drums gain").height() >= strips, "the strips get what the picture gives up");
    let reopened = Stage::reopened(&stage);
    assert_eq!(height(&reopened), height(&stage), "the project remembers it");
    double_click(&mut stage, "Height of the picture");
    stage.wait(0.1);
    assert_eq!(height(&stage), usual);
}

#[test]
fn the_divider_leaves_both_sides_their_least_height() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(8, size);
        stage.drag("Height of the picture", 2_000.0);
        stage.wait(0.1);
        let (knob, learn) = (stage.place("Drums gain"), stage.place("Drums learn"));
        assert!(knob.height() >= 30.0 && learn.bottom() < stage.place("Focus").top(), "{knob} {learn}");
        stage.drag("Height of the picture", -2_000.0);
        stage.wait(0.1);
        assert!(height(&stage) >= 20.0, "{}", height(&stage));
    }
}

#[test]
fn the_full_picture_comes_and_goes_by_button_by_key_and_with_the_pages() {
    for size in [DEFAULT, SMALLEST] {
        let mut stage = Stage::new(2, size);
        let is_full = |stage: &Stage| {
            let strips = stage.harness.query_by_label("Drums gain").is_some();
            let knobs = stage.harness.query_by_label("Focus").is_some();
            assert_eq!(strips, knobs);
            !strips
        };
        let usual = height(&stage);
        stage.click("Full picture");
        assert!(is_full(&stage) && height(&stage) > usual + 150.0);
        stage.click("Full picture");
        assert!(!is_full(&stage));
        stage.key(Key::F, Modifiers::NONE);
        stage.wait(0.1);
        assert!(is_full(&stage));
        stage.key(Key::Escape, Modifiers::NONE);
        stage.wait(0.1);
        assert!(!is_full(&stage));
        stage.key(Key::F, Modifiers::NONE);
        stage.click("Page of knobs");
        stage.wait(0.1);
        assert!(!is_full(&stage));
        assert_eq!(height(&stage), usual);
    }
}

#[test]
fn what_is_turned_down_fades_from_that_moment_on_and_stays_in_the_input() {
    let mut band = Band::new(2, DEFAULT);
    band.sound(&[0, 1], 1.5);
    band.stage.click("Bass mute");
    band.stage.move_to(AWAY);
    band.sound(&[0, 1], 1.0);
    let (before, after) = (band.spot(home(1), 1.8), band.spot(home(1), 0.4));
    let heard = band.render("picture_heard");
    assert_eq!(hue(heard.at(before), 2), Some(1), "{:?}", heard.at(before));
    assert!(brightness(heard.at(after)) + 40 < brightness(heard.at(before)), "{:?}", heard.at(after));
    assert_eq!(hue(heard.at(band.spot(home(0), 0.4)), 2), Some(0), "the drums play on");
    assert!(band.stage.spoken("Spectrogram").contains("what is heard"));
    band.stage.click("Show the input");
    band.stage.move_to(AWAY);
    band.sound(&[0, 1], 0.1);
    let input = band.render("picture_input");
    assert_eq!(hue(input.at(after), 2), Some(1), "{:?}", input.at(after));
    assert!(band.stage.spoken("Spectrogram").contains("the mixture"));
}

#[test]
fn a_frozen_picture_stands_while_the_sound_plays_on() {
    let mut band = Band::new(2, DEFAULT);
    band.sound(&[0], 1.0);
    band.play(0.5, |_| 0.0);
    band.stage.click("Freeze");
    band.stage.move_to(AWAY);
    let burst = band.spot(home(0), 1.0);
    band.sound(&[1], 1.0);
    let frozen = band.render("picture_frozen");
    assert_eq!(hue(frozen.at(burst), 2), Some(0));
    assert!(brightness(frozen.at(band.spot(home(1), 0.3))) < 40, "what came later is not there");
    assert!(brightness(frozen.at(pos2(band.stage.place("Masks").center().x, burst.y))) < 60, "the masks are live");
    assert!(band.stage.spoken("Spectrogram").contains("Frozen"));
    band.play(6.0, |_| 0.0);
    assert!(is_at_rest(&band.stage), "nothing moves in a frozen picture");
    band.stage.key(Key::Z, Modifiers::NONE);
    band.stage.wait(0.1);
    let live = band.render("picture_live_again");
    assert!(!band.stage.spoken("Spectrogram").contains("Frozen"));
    assert!(brightness(live.at(burst)) < 40);
    assert_eq!(hue(live.at(band.spot(home(1), 6.5)), 2), Some(1), "what came while it was frozen");
}

#[test]
fn the_wheel_zooms_time_and_frequency_and_one_to_one_shows_everything() {
    let mut stage = Stage::new(2, DEFAULT);
    assert!(stage.harness.query_by_label("Show everything").is_none());
    let at = stage.centre("Spectrogram");
    wheel(&mut stage, at, 1.0, Modifiers::NONE);
    assert_eq!(stage.spoken("Time axis"), "8.00 seconds, ending 0.00 seconds before the edge", "live: the edge stays");
    for modifiers in [Modifiers::SHIFT, Modifiers::COMMAND] {
        let before = stage.spoken("Frequency axis");
        wheel(&mut stage, at, 2.0, modifiers);
        assert_ne!(stage.spoken("Frequency axis"), before);
    }
    assert_eq!(stage.spoken("Time axis"), "8.00 seconds, ending 0.00 seconds before the edge");
    stage.click("Show everything");
    assert_eq!(stage.spoken("Time axis"), "10.00 seconds, ending 0.00 seconds before the edge");
    assert_eq!(stage.spoken("Frequency axis"), "30 to 20k Hz");
    stage.key(Key::Z, Modifiers::NONE);
    wheel(&mut stage, at, 1.0, Modifiers::NONE);
    assert_eq!(stage.spoken("Time axis"), "8.00 seconds, ending 1.00 seconds before the edge", "around the pointer");
}

#[test]
fn what_is_zoomed_is_drawn_and_read_where_it_is() {
    let mut band = Band::new(2, DEFAULT);
    band.sound(&[0], 0.3);
    band.play(1.7, |_| 0.0);
    let at = band.stage.centre("Spectrogram");
    wheel(&mut band.stage, at, 4.0, Modifiers::NONE);
    let low = pos2(at.x, height_of(band.stage.place("Spectrogram"), home(0)));
    wheel(&mut band.stage, low, 3.0, Modifiers::SHIFT);
    band.stage.move_to(AWAY);
    band.play(0.1, |_| 0.0);
    let shot = band.render("picture_zoomed");
    // What was under the pointer stays at its height.
    let rect = band.stage.place("Spectrogram");
    let x = |ago: f32| rect.right() - ago / (10.0 / 1.25_f32.powi(4)) * rect.width();
    assert_eq!(hue(shot.at(pos2(x(1.95), low.y)), 2), Some(0), "{:?}", shot.at(pos2(x(1.95), low.y)));
    assert!(brightness(shot.at(pos2(x(1.4), low.y))) < 40 && brightness(shot.at(pos2(x(2.6), low.y))) < 40);
    band.stage.move_to(pos2(x(1.95), low.y));
    band.stage.wait(0.1);
    assert!(band.stage.shows("Drums 100 %") || band.stage.shows("Drums 99 %"));
}

#[test]
fn axes_are_dragged_moved_by_keys_and_set_back() {
    let mut stage = Stage::new(2, DEFAULT);
    let (times, frequencies) =
        (|stage: &Stage| stage.spoken("Time axis"), |stage: &Stage| stage.spoken("Frequency axis"));
    let everything = (times(&stage), frequencies(&stage));
    let drag = |stage: &mut Stage, name: &str, way: egui::Vec2| {
        let from = stage.centre(name);
        stage.press(from);
        (1..=10).for_each(|i| stage.move_to(from + way * i as f32 / 10.0));
        stage.release(from + way);
        stage.wait(0.1);
    };
    drag(&mut stage, "Time axis", vec2(-100.0, 0.0));
    let zoomed = times(&stage);
    assert!(zoomed.ends_with("ending 0.00 seconds before the edge") && zoomed != everything.0, "{zoomed}");
    stage.key(Key::Z, Modifiers::NONE);
    drag(&mut stage, "Time axis", vec2(100.0, 0.0));
    assert!(!times(&stage).ends_with("ending 0.00 seconds before the edge"), "what is frozen scrolls");
    drag(&mut stage, "Frequency axis", vec2(120.0, 0.0));
    let zoomed = frequencies(&stage);
    drag(&mut stage, "Frequency axis", vec2(0.0, 60.0));
    let scrolled = frequencies(&stage);
    assert!(zoomed != everything.1 && scrolled != zoomed, "{zoomed}, then {scrolled}");
    stage.harness.get_by_label("Frequency axis").focus();
    stage.harness.step();
    stage.key(Key::ArrowUp, Modifiers::NONE);
    stage.wait(0.1);
    assert_ne!(frequencies(&stage), scrolled);
    double_click(&mut stage, "Time axis");
    double_click(&mut stage, "Frequency axis");
    stage.wait(0.1);
    assert_eq!((times(&stage), frequencies(&stage)), everything);
}

#[test]
fn the_source_that_is_pointed_at_keeps_its_colour_and_the_others_are_grey() {
    let mut band = Band::new(2, DEFAULT);
    band.sound(&[0, 1], 1.5);
    let masks = band.stage.place("Masks");
    let spectrum = band.stage.place("Spectrum");
    let places = |band: &Band, source: usize| {
        let y = height_of(masks, home(source));
        [band.spot(home(source), 0.8), pos2(masks.center().x, y), pos2(spectrum.left() + 0.2 * spectrum.width(), y)]
    };
    for (name, lit) in [("Drums gain", 0), ("Bass learn", 1), ("Drums in the picture", 0), ("Bass in the picture", 1)] {
        let at = band.stage.centre(name);
        band.stage.move_to(at);
        band.sound(&[0, 1], 0.1);
        let shot = band.render("picture_spotlight");
        for source in [0, 1] {
            let seen = places(&band, source).map(|at| hue(shot.at(at), 2));
            assert_eq!(seen, [(source == lit).then_some(source); 3], "{name}: source {source}");
        }
    }
    band.stage.move_to(AWAY);
    band.sound(&[0, 1], 0.1);
    let shot = band.render("picture_no_spotlight");
    assert!([0, 1].iter().all(|source| hue(shot.at(places(&band, *source)[0]), 2) == Some(*source)));
}

#[test]
fn bars_and_beats_of_the_host_are_lines_in_the_picture() {
    let mut band = Band::new(2, DEFAULT);
    let music = MusicalTime { beats: 0.5, tempo: 120.0, bar_start: 0.0, bar: 0, beats_per_bar: 4, beat_length: 1.0 };
    band.play(1.0, |_| 0.0);
    band.music = Some(music);
    band.play(5.0, |_| 0.0);
    let shot = band.render("picture_bars");
    let rect = band.stage.place("Spectrogram");
    // Between two frequency lines.
    let y = height_of(rect, 70.0);
    let columns = rect.left() as u32 + 1..rect.right() as u32 - 1;
    let lit: Vec<(u32, u32)> = columns.map(|x| (x, brightness(shot.at(pos2(x as f32, y))))).collect();
    let lines: Vec<u32> = lit.windows(2).filter(|two| two[1].1 > two[0].1 + 20).map(|two| two[1].0).collect();
    // The host's music goes by the stream's clock: half a beat before the first line at 1 s.
    assert_eq!(lines.len(), 10, "{lines:?}");
    let apart = rect.width() / 20.0;
    assert!(lines.windows(2).all(|two| ((two[1] - two[0]) as f32 - apart).abs() < 2.5), "{lines:?}, {apart} apart");
    let bright = |x: &u32| lit.iter().find(|(at, _)| at == x).map(|(_, bright)| *bright);
    let most = lines.iter().filter_map(bright).max().unwrap();
    let bars = lines.iter().filter(|x| bright(x).is_some_and(|bright| bright + 20 > most)).count();
    assert!((2..=3).contains(&bars), "{bars} bars");
    band.stage.wait(1.5);
    assert!(is_at_rest(&band.stage), "lines alone do not keep a silent picture moving");
}
