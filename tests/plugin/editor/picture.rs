//! The picture, fed by the real separator through the real hand-over.

use super::{
    band::{Band, RATE, STEP, brightness, height_of, home, hue, sine},
    stage::{DEFAULT, NAMES, SMALLEST, Stage},
};
use crate::learned;
use egui::{pos2, vec2};
use std::{ops::ControlFlow, path::PathBuf, time::Duration};
use unbraid::{
    instance::state::{message::Message, summary::Origin},
    learner::{LearnSettings, Lesson, adaptive::AdaptiveState, learn},
    preset::{Preset, Source, file, library},
    recording,
    separator::{LatencyMode, Layout, MusicalTime},
};

#[test]
fn a_source_is_seen_in_its_colour_where_and_when_it_sounds() {
    // Blue, the seventh, is sky blue's shade: lightness alone tells the two apart.
    const COUNT: usize = 6;
    let mut band = Band::new(COUNT, DEFAULT);
    for source in 0..COUNT {
        // Quiet enough to be a shade rather than a tint.
        band.play(0.6, |n| 0.01 * sine(home(source), n));
        band.play(0.2, |_| 0.0);
    }
    band.play(0.6, |_| 0.0);
    let shot = band.render("picture_six_sources");
    for (source, name) in NAMES.iter().enumerate().take(COUNT) {
        let ago = 0.6 + 0.8 * (COUNT - 1 - source) as f32 + 0.5;
        let seen = shot.at(band.spot(home(source), ago));
        assert_eq!(hue(seen, COUNT), Some(source), "{name}: {seen:?}");
        assert!(brightness(seen) > 40, "{name}: {seen:?}");
        let elsewhere = shot.at(band.spot(home((source + 3) % COUNT), ago));
        assert!(brightness(elsewhere) < 25, "{name}: {elsewhere:?}");
    }
    assert!(brightness(shot.at(band.spot(440.0, 0.2))) < 30, "silence is dark");
}

#[test]
fn silence_is_dark_and_nothing_moves() {
    let mut band = Band::new(2, DEFAULT);
    band.play(1.0, |_| 0.0);
    let shot = band.render("picture_silence");
    for name in ["Spectrogram", "Masks", "Spectrum"] {
        let inside = band.stage.place(name).shrink(4.0);
        let most = (0..400)
            .map(|i| inside.min + inside.size() * vec2((i % 20) as f32 / 19.0, (i / 20) as f32 / 19.0))
            .map(|at| brightness(shot.at(at)))
            .max();
        assert!(most < Some(60), "{name}: {most:?}");
    }
    assert!(is_at_rest(&band.stage));
}

#[test]
fn masks_and_spectrum_tell_who_sounds_and_what_is_taken_away() {
    let mut band = Band::new(2, DEFAULT);
    band.sound(&[0, 1], 1.0);
    let before = band.render("picture_two_tones");
    let masks = band.stage.place("Masks");
    for source in [0, 1] {
        let seen = before.at(pos2(masks.center().x, height_of(masks, home(source))));
        assert_eq!(hue(seen, 2), Some(source), "{seen:?}");
    }
    band.stage.click("Bass mute");
    band.stage.move_to(pos2(1.0, 1.0));
    band.sound(&[0, 1], 1.0);
    let after = band.render("picture_two_tones_one_muted");
    let spectrum = band.stage.place("Spectrum");
    let reach = 0.3 * spectrum.width();
    for (source, kept) in [(0, true), (1, false)] {
        let at = pos2(spectrum.left() + reach, height_of(spectrum, home(source)));
        assert_eq!(hue(before.at(at), 2), Some(source));
        assert_eq!(hue(after.at(at), 2) == Some(source), kept, "{source}: {:?}", after.at(at));
    }
}

#[test]
fn the_pointer_reads_frequency_level_and_shares() {
    let mut band = Band::new(2, DEFAULT);
    // In the middle of a bin, where it has its whole level.
    let hz = 21.0 * Layout::new(RATE, LatencyMode::Quality).bin_spacing();
    let tone = |n| 0.1 * sine(hz, n);
    band.play(2.0, tone);
    let at = band.spot(hz, 1.0);
    band.stage.move_to(at);
    band.play(0.1, tone);
    assert!(band.stage.shows("Hz · A3"), "225 Hz");
    assert!(band.stage.shows("1.0 s ago"));
    assert!(band.stage.shows("−20 dB"));
    assert!(band.stage.shows("Bass 100 %") || band.stage.shows("Bass 99 %"));
    let spectrum = band.stage.place("Spectrum");
    band.stage.move_to(pos2(spectrum.center().x, height_of(spectrum, hz)));
    band.play(0.1, tone);
    assert!(band.stage.shows("in −20 dB · out −20 dB"));
    assert!(band.stage.spoken("Masks").contains("Bass 100 %"), "{}", band.stage.spoken("Masks"));
    band.stage.move_to(pos2(1.0, 1.0));
    band.play(0.1, tone);
    assert!(!band.stage.shows("in −20 dB"));
}

fn next_frame(stage: &Stage) -> Duration {
    stage.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
}

/// Nothing moves: the next picture comes when something's time is over, if at all.
pub(super) fn is_at_rest(stage: &Stage) -> bool {
    next_frame(stage) > Duration::from_millis(500)
}

#[test]
fn pictures_come_fast_while_sound_scrolls_and_stop_with_it() {
    let mut band = Band::new(2, DEFAULT);
    band.sound(&[0], 0.5);
    assert!(next_frame(&band.stage) <= Duration::from_millis(17));
    band.play(2.0, |_| 0.0);
    assert!(next_frame(&band.stage) <= Duration::from_millis(17), "what was heard still scrolls");
    band.stage.wait(1.5);
    assert!(is_at_rest(&band.stage), "the stream has stopped");
    band.play(10.5, |_| 0.0);
    assert!(is_at_rest(&band.stage), "only silence scrolls");
}

#[test]
fn the_picture_scrolls_with_the_stream_and_not_with_the_pictures() {
    let mut band = Band::new(2, DEFAULT);
    band.sound(&[0], 0.3);
    band.play(1.0, |_| 0.0);
    band.stage.wait(3.0);
    let shot = band.render("picture_stopped");
    let lit = |ago: f32| brightness(shot.at(band.spot(home(0), ago))) > 70;
    assert!(!lit(0.5) && lit(1.15) && !lit(1.7), "three seconds of pictures without sound moved nothing");
}

#[test]
fn frames_stop_with_the_window() {
    let mut band = Band::new(2, DEFAULT);
    let session = band.stage.session.clone();
    band.sound(&[0], 0.2);
    assert!(session.analyzer.is_open());
    let Band { stage, mut separator, .. } = band;
    drop(stage);
    assert!(!session.analyzer.is_open());
    let sent = session.analyzer.sent();
    assert!(sent >= 15, "{sent} frames in a fifth of a second");
    for _ in 0..20 {
        separator.process(&mut [&mut [0.1; STEP], &mut [0.1; STEP]], &mut []);
    }
    assert_eq!(session.analyzer.sent(), sent, "the audio thread sends nothing");
}

#[test]
fn the_picture_has_its_share_of_every_window_that_has_room() {
    for (size, least, most) in [
        (DEFAULT, 0.49, 0.52),
        (vec2(900.0, 600.0), 0.49, 0.52),
        (vec2(900.0, 560.0), 0.45, 0.52),
        (vec2(1800.0, 1200.0), 0.49, 0.52),
        (vec2(2400.0, 1500.0), 0.49, 0.52),
    ] {
        let stage = Stage::new(8, size);
        // The head above it, the time axis and the divider below it belong to it.
        let picture = stage.place("Height of the picture").center().y - stage.place("Show what is heard").top();
        assert!((least..=most).contains(&(picture / size.y)), "{picture} of {size}");
        let (strip, sound) = (stage.place("Drums learn"), stage.place("Focus"));
        assert!(strip.bottom() < sound.top() && strip.height() >= 22.0, "strips are whole: {strip} over {sound}");
        assert!(stage.place("Drums gain").height() >= 36.0, "{}", stage.place("Drums gain"));
    }
    let share = Stage::new(2, SMALLEST).place("Spectrogram").height() / SMALLEST.y;
    assert!((0.08..0.2).contains(&share), "{share}");
    let mut stage = Stage::new(2, SMALLEST);
    stage.session.set_message(Message::Failed("Long. ".repeat(60)));
    stage.wait(0.1);
    let [picture, failure] = ["Spectrogram", "Dismiss"].map(|name| stage.place(name));
    assert!(!picture.intersects(failure), "a failure that is higher than the picture lies elsewhere");
}

/// What the first insert shows.
#[test]
fn music_is_seen_taken_apart_that_nobody_taught() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    let part = |name: &str| recording::read(folder.join(format!("{name}-take2.flac"))).unwrap().downmix();
    let (bass, drums) = (part("finger-bass"), part("standard-kit"));
    let name = "Drums + Bass + Rest";
    let preset = file::from_bytes(library::factory_bytes(name).unwrap(), name).unwrap();
    let mut band = Band::of(&preset, DEFAULT, 1.0);
    band.stage.play(preset, AdaptiveState::default(), name, Origin::Factory(name.to_owned()));
    let music = |n: usize| 1.6 * (bass[n % bass.len()] + drums[n % drums.len()]);
    band.play(8.0, music);
    band.stage.type_into("Drums gain value", "-9", egui::Key::Enter);
    band.stage.move_to(pos2(1.0, 1.0));
    band.play(1.45, music);
    let shot = band.render("picture_untaught");
    let place = band.stage.place("Spectrogram");
    let colours =
        (0..4_000).map(|i| shot.at(place.min + place.size() * vec2((i % 80) as f32 / 80.0, (i / 80) as f32 / 50.0)));
    let mut seen = [0; 3];
    for source in colours.filter(|colour| brightness(*colour) > 50).filter_map(|colour| hue(colour, 3)) {
        seen[source] += 1;
    }
    assert!(seen[0] > 300 && seen[1] > 100, "drums, bass and rest: {seen:?} of 4000 points");
}

/// Music that the learned preset takes apart.
#[test]
fn music_is_seen_taken_apart() {
    let folder = std::env::var_os("UNBRAID_STEMS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audio"), PathBuf::from);
    let part = |name: &str| recording::read(folder.join(format!("{name}-take2.flac"))).unwrap().downmix();
    let (bass, drums) = (part("finger-bass"), part("standard-kit"));
    let preset = learned();
    for (size, name, scale) in [
        (vec2(900.0, 600.0), "900x600", 1.0),
        (vec2(900.0, 600.0), "900x600", 2.0),
        (SMALLEST, "640x400", 1.0),
        (SMALLEST, "640x400", 2.0),
        (DEFAULT, "default", 1.0),
        (DEFAULT, "default", 2.0),
        (vec2(1800.0, 1200.0), "1800x1200", 1.0),
    ] {
        let mut band = Band::of(&preset, size, scale);
        let music = |n: usize| 1.6 * (bass[n % bass.len()] + drums[n % drums.len()]);
        band.music =
            Some(MusicalTime { beats: 5.0, tempo: 120.0, bar_start: 4.0, bar: 1, beats_per_bar: 4, beat_length: 1.0 });
        band.play(9.0, music);
        band.stage.type_into("Bass gain value", "-18", egui::Key::Enter);
        band.stage.move_to(pos2(1.0, 1.0));
        band.play(1.45, music);
        let shot = band.render(&format!("picture_music_{name}_{scale}x"));
        let place = band.stage.place("Spectrogram");
        let mut seen = [0; 2];
        for i in 0..4_000 {
            let at = place.min + place.size() * vec2((i % 80) as f32 / 80.0, (i / 80) as f32 / 50.0);
            let colour = shot.at((at.to_vec2() * scale).to_pos2());
            if let Some(source) = hue(colour, 2).filter(|_| brightness(colour) > 50) {
                seen[source] += 1;
            }
        }
        assert!(seen.iter().all(|count| *count > 100), "{size}: {seen:?} of 4000 points");
    }
}

/// Bases light up as they sound.
#[test]
fn the_page_of_bases_shows_what_sounds() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    let read = |name: &str| recording::read(folder.join(format!("{name}.flac"))).unwrap();
    let taught = [read("standard-kit-take1"), read("finger-bass-take1")];
    let settings = LearnSettings { components: 40, iterations: 60, ..LearnSettings::default() };
    let lessons = taught.each_ref().map(|take| Lesson {
        recordings: std::slice::from_ref(take),
        settings,
        known: &[],
        role: None,
    });
    let mut learned = learn(&lessons, &mut |_| ControlFlow::Continue(())).unwrap();
    learned
        .iter_mut()
        .zip(["standard kit", "finger bass"])
        .for_each(|(one, from)| one.learned_from = vec![from.into()]);
    let sources = learned.into_iter().zip(["drums", "bass"]).enumerate();
    let preset = Preset::of(sources.map(|(strip, (learned, name))| Source::fixed(name, strip, learned)).collect());
    let mut band = Band::of(&preset, DEFAULT, 1.0);
    band.stage.play(preset, AdaptiveState::default(), "My kit and bass", Origin::New);
    let (drums, bass) = (read("standard-kit-take2").downmix(), read("finger-bass-take2").downmix());
    let music = |n: usize| 1.6 * (bass[n % bass.len()] + drums[n % drums.len()]);
    band.play(6.0, music);
    band.stage.click("Page of bases");
    band.stage.move_to(pos2(1.0, 1.0));
    band.play(1.45, music);
    let shot = band.render("picture_bases");
    // Below the bases stand their activations, in the source's colour.
    let below = band.stage.place("Drums bases").bottom();
    let is_lit = |x: u32| (6..22).any(|y| hue(shot.at(pos2(50.0 + x as f32, below + y as f32)), 2) == Some(0));
    let lit = (0..900).filter(|x| is_lit(*x)).count();
    assert!((20..600).contains(&lit), "{lit} of 900 columns");
}
