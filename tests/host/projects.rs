//! What a project takes and gives back: the state of the bundled CLAP in a host of our own.

use super::{
    player::{RATE, Song, beginning, fresh, learn, play, play_slowly, plugin, render, stem, wait_for, was_played},
    signals::{error_db, level_db, noise},
    stored_state,
};
use clap_host::Instance;
use std::{fs, path::Path, time::Duration};
use unbraid::preset::{Kind, Source, file};

/// Most that an instance may store of which nothing was taught, in bytes.
const FRESH_BYTES: usize = 16_000;

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

fn assert_small(plugin: &mut Instance, when: &str) {
    let bytes = plugin.save().unwrap().len();
    println!("{bytes} bytes {when}");
    assert!(bytes <= FRESH_BYTES, "{bytes} bytes {when}");
}

#[test]
fn an_instance_that_was_taught_nothing_stores_16_kilobytes_at_most() {
    let mut plugin = fresh();
    plugin.activate(RATE, 512).unwrap();
    assert_small(&mut plugin, "at first insert");
    for (name, value) in [("gain_1", "-7.53"), ("solo_2", "On"), ("Mix", "40 %"), ("Focus", "2.25")] {
        plugin.set(name, value).unwrap();
    }
    play(&mut plugin, &noise(2, 512));
    assert_small(&mut plugin, "with knobs moved");
    let state = plugin.save().unwrap();
    let mut renamed = stored_state::unpack(&state);
    renamed.sources[0].name = "kick, snare and everything that is struck".to_owned();
    let small = stored_state::pack(&file::to_bytes(&renamed).unwrap());
    plugin.load(&stored_state::with_preset_file(&state, &small)).unwrap();
    stored_state::wait_for_worker();
    assert_small(&mut plugin, "with a strip renamed");
    assert_eq!(stored_state::unpack(&plugin.save().unwrap()), renamed);
    let mixture = Song::unheard().mixture(9.0, 0);
    for _ in 0..7 {
        play_slowly(&mut plugin, &mixture);
    }
    // The project takes in what was learned every two seconds.
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(stored_state::preset(&plugin.save().unwrap())["adapted"]["strips"].as_array().unwrap().len(), 3);
    assert_small(&mut plugin, "after a minute of play");
}

/// What was learned is rounded before it plays for the first time, so that nothing is lost where a project stores it.
#[test]
fn a_project_with_what_was_learned_plays_the_same_samples_when_it_is_opened_again() {
    let mut plugin = plugin();
    learn(&mut plugin, "learn_1", &beginning(&stem("standard-kit-take1"), 2.0));
    wait_for(&mut plugin, |preset| was_played(preset, 0));
    let project = plugin.save().unwrap();
    let mut opened = fresh();
    opened.load(&project).unwrap();
    let mixture = Song::unheard().mixture(4.0, 0);
    let before = render(&mut plugin, &mixture, &[512]);
    let after = render(&mut opened, &mixture, &[512]);
    assert!(level_db(&before.sources[0][0]) > -60.0 && before == after, "not the same samples");
    let latency = opened.latency().unwrap();
    for (input, output) in mixture.iter().zip(&after.main) {
        let null = error_db(&input[..input.len() - latency], &output[latency..]);
        assert!(null < -120.0, "at unity {null:.1} dB are left");
    }
    assert_eq!(stored_state::preset(&opened.save().unwrap()), stored_state::preset(&project), "saved again");
}

/// Projects that earlier versions have saved: a drifting source with two bases, an adaptive one that has followed a
/// mixture for so many seconds, grouped by time, in Live.
#[test]
fn a_project_of_an_earlier_version_opens_as_it_was() {
    for (name, seconds) in [("project-v1.state", 7.0), ("project-v2.state", 18.792)] {
        let saved = fixture(name);
        let mut plugin = fresh();
        plugin.load(&saved).unwrap();
        for (param, text) in
            [("gain_1", "-7.5 dB"), ("solo_2", "On"), ("Mode", "Live"), ("Mix", "40 %"), ("Focus", "2.25")]
        {
            assert_eq!(plugin.text(param).unwrap(), text, "{name}: {param}");
        }
        plugin.activate(RATE, 512).unwrap();
        let opened = stored_state::preset(&plugin.save().unwrap());
        assert_eq!(opened, stored_state::preset(&saved), "{name} is stored again as it was");
        let heard = opened["adapted"]["heard_seconds"].as_f64().unwrap();
        assert!((heard - seconds).abs() < 0.01, "{name}: {heard} s");
        let kinds: Vec<Kind> = stored_state::unpack(&saved).sources.iter().map(Source::kind).collect();
        assert_eq!(kinds, [Kind::Drifting, Kind::Adaptive], "{name}");
        let played = play_slowly(&mut plugin, &noise(2, 300_000));
        assert!(level_db(&played.main[0]) > -60.0 && played.main.iter().flatten().all(|sample| sample.is_finite()));
        // What it has learned since is stored with what it had learned before; the project takes it in every two
        // seconds.
        std::thread::sleep(Duration::from_millis(2_500));
        let later = stored_state::preset(&plugin.save().unwrap());
        assert!(later["adapted"]["heard_seconds"].as_f64().unwrap() > heard, "{name}");
    }
}
