//! Learning inside the plugin, as a player does it: the bundled CLAP in a host of our own.
//!
//! `cargo xtask test` bundles the plugin and says in `UNBRAID_CLAP` where it is.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use clap_host::{Host, Instance, Separate};
use std::{
    ops::Range,
    path::Path,
    time::{Duration, Instant},
};
use unbraid::{
    evaluation::bss_eval_sources,
    learner::adaptive,
    preset::{Kind, Preset, file},
    recording::{self, Recording},
};

#[allow(dead_code, reason = "other tests need more signals")]
mod signals;
#[allow(dead_code, reason = "not every test changes a state")]
mod stored_state;

use signals::{noise, sum};

const RATE: f64 = 44_100.0;

/// A fresh instance that plays; without a bundle one line says why nothing is tested.
fn plugin() -> Option<Instance> {
    let Some(path) = std::env::var_os("UNBRAID_CLAP") else {
        println!("not run: UNBRAID_CLAP does not say where the bundled plugin is; `cargo xtask test` does");
        return None;
    };
    let mut plugin = Host::load(path).and_then(|host| host.create()).unwrap();
    plugin.activate(RATE, 512).unwrap();
    Some(plugin)
}

fn stem(name: &str) -> Recording {
    recording::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/audio/{name}.flac"))).unwrap()
}

/// `seconds` of `recording` from its beginning.
fn beginning(recording: &Recording, seconds: f64) -> Vec<Vec<f32>> {
    recording.channels.iter().map(|channel| channel[..(seconds * RATE) as usize].to_vec()).collect()
}

fn play(plugin: &mut Instance, input: &[Vec<f32>]) {
    plugin.play(input, &[512], Separate::Missing).unwrap();
}

fn silence(seconds: f64) -> Vec<Vec<f32>> {
    vec![vec![0.0; (seconds * RATE) as usize]; 2]
}

fn stored(plugin: &mut Instance) -> Preset {
    stored_state::unpack(&plugin.save().unwrap())
}

/// Waits until what the project stores `fits`.
fn wait_for(plugin: &mut Instance, fits: impl Fn(&Preset) -> bool) -> Preset {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        let preset = stored(plugin);
        if fits(&preset) {
            return preset;
        }
        assert!(Instant::now() < patience, "the plugin has not learned: {:?}", preset.sources[0].learned_from);
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The switch goes on, `solo` is played, the switch goes off.
fn learn(plugin: &mut Instance, switch: &str, solo: &[Vec<f32>]) {
    plugin.set(switch, "On").unwrap();
    play(plugin, solo);
    plugin.set(switch, "Off").unwrap();
    play(plugin, &silence(0.05));
}

fn was_played(preset: &Preset, source: usize) -> bool {
    preset.sources[source].learned_from.iter().any(|name| name.starts_with("what was played"))
}

/// Plays in about a third of the time that the sound lasts, so that the worker has its share of it, and gives the separate outputs.
fn play_slowly(plugin: &mut Instance, input: &[Vec<f32>]) -> Vec<Vec<Vec<f32>>> {
    let mut sources = vec![vec![Vec::new(); 2]; 8];
    for start in (0..input[0].len()).step_by(4096) {
        let end = (start + 4096).min(input[0].len());
        let chunk: Vec<Vec<f32>> = input.iter().map(|channel| channel[start..end].to_vec()).collect();
        let played = plugin.play(&chunk, &[64], Separate::Given).unwrap();
        for (source, played) in sources.iter_mut().zip(played.sources) {
            source.iter_mut().zip(played).for_each(|(channel, played)| channel.extend(played));
        }
        std::thread::sleep(Duration::from_millis(35));
    }
    sources
}

/// The mean SDR of drums and bass of the unseen takes, in dB, from so many seconds on.
fn sdr(plugin: &mut Instance, after_seconds: f64) -> f64 {
    sdr_within(plugin, after_seconds..9.0)
}

/// The same of a passage, in seconds; nothing after it is played.
fn sdr_within(plugin: &mut Instance, seconds: Range<f64>) -> f64 {
    let parts = [stem("standard-kit-take2"), stem("finger-bass-take2")];
    let start = (seconds.start * RATE) as usize;
    let end = parts[0].len().min((seconds.end * RATE) as usize);
    let mixture = sum(&parts[0].channels, &parts[1].channels);
    let latency = plugin.latency().unwrap();
    let padded: Vec<Vec<f32>> =
        mixture.into_iter().map(|channel| [&channel[..end], &vec![0.0; latency]].concat()).collect();
    let sources = play_slowly(plugin, &padded);
    let mono = |source: usize| -> Vec<f32> {
        let channels = &sources[source];
        (latency + start..latency + end).map(|n| (channels[0][n] + channels[1][n]) / 2.0).collect()
    };
    let truths = parts.each_ref().map(|part| part.downmix()[start..end].to_vec());
    let scores = bss_eval_sources(&truths, &[mono(0), mono(1)]).unwrap();
    scores.iter().map(|score| score.sdr).sum::<f64>() / 2.0
}

/// Drums that were learned from two seconds, and a bass that follows the mixture.
fn let_the_bass_follow(plugin: &mut Instance) {
    learn(plugin, "Learn 1", &beginning(&stem("standard-kit-take1"), 2.0));
    let mut preset = wait_for(plugin, |preset| was_played(preset, 0));
    let bass = &mut preset.sources[1];
    bass.kind = Kind::Adaptive { components: adaptive::COMPONENTS };
    (bass.blocks, bass.dictionaries) = (Vec::new(), Vec::new());
    bring(plugin, &preset);
}

/// The host brings a project with this preset.
fn bring(plugin: &mut Instance, preset: &Preset) {
    let state = plugin.save().unwrap();
    let state = stored_state::with_preset_file(&state, &stored_state::pack(&file::to_bytes(preset).unwrap()));
    plugin.load(&state).unwrap();
    stored_state::wait_for_worker();
    play(plugin, &silence(0.3));
}

#[test]
fn sources_learned_from_one_take_are_separated_in_another() {
    let Some(mut plugin) = plugin() else { return };
    let before = sdr(&mut plugin, 0.0);
    for (switch, source, take) in [("Learn 1", 0, "standard-kit-take1"), ("Learn 2", 1, "finger-bass-take1")] {
        // Silence before the first sound is not part of the take.
        let solo: Vec<Vec<f32>> = silence(0.5)
            .into_iter()
            .zip(beginning(&stem(take), 8.9))
            .map(|(silence, sound)| [silence, sound].concat())
            .collect();
        learn(&mut plugin, switch, &solo);
        let preset = wait_for(&mut plugin, |preset| was_played(preset, source));
        assert_eq!(preset.sources[source].components(), 25);
        let from = &preset.sources[source].learned_from[0];
        assert!(from.contains("8.9 s") || from.contains("9.0 s"), "{from}");
    }
    // Learned together: the first again, now that the second is known, and both for good masks.
    let preset = stored(&mut plugin);
    assert!(preset.sources.iter().all(|source| source.dictionaries.iter().all(|d| d.reconstruction.is_some())));
    // The model fades in while something plays.
    play(&mut plugin, &silence(0.3));
    let after = sdr(&mut plugin, 0.0);
    assert!(after > 11.0 && after > before + 1.5, "{after:.1} dB after learning, {before:.1} dB before");
}

/// The drums are learned from two seconds; the bass, which nobody taught, from the mixture while it plays.
#[test]
fn an_adaptive_source_follows_the_mixture() {
    let Some(mut plugin) = plugin() else { return };
    let_the_bass_follow(&mut plugin);
    let sdr = sdr(&mut plugin, 5.0);
    assert!(sdr > 8.5, "{sdr:.1} dB");
}

/// What an adaptive source has become goes on in another latency mode, and in a project that is opened again.
#[test]
fn what_an_adaptive_source_has_become_is_kept() {
    let Some(mut plugin) = plugin() else { return };
    let_the_bass_follow(&mut plugin);
    let at_first = sdr_within(&mut plugin, 0.3..3.0);
    sdr(&mut plugin, 5.0);
    // The project takes it in every two seconds.
    std::thread::sleep(Duration::from_millis(2_300));
    let project = plugin.save().unwrap();
    assert_eq!(stored_state::preset(&project)["adapted"]["strips"], serde_json::json!([1]));

    plugin.set("Mode", "Balanced").unwrap();
    play(&mut plugin, &silence(0.1));
    plugin.deactivate();
    plugin.activate(RATE, 512).unwrap();
    let in_another_mode = sdr_within(&mut plugin, 0.3..3.0);

    let Some(mut other) = self::plugin() else { return };
    other.load(&project).unwrap();
    stored_state::wait_for_worker();
    play(&mut other, &silence(0.3));
    let opened_again = sdr_within(&mut other, 0.3..3.0);
    println!("{at_first:.1} dB at first, {in_another_mode:.1} dB in another mode, {opened_again:.1} dB opened again");
    assert!(in_another_mode > at_first + 1.0 && opened_again > at_first + 1.0);
}

/// Two parts of which nobody taught anything share what they find, and the project holds what each has become.
#[test]
fn parts_that_nobody_taught_are_kept_in_the_project() {
    let Some(mut plugin) = plugin() else { return };
    bring(&mut plugin, &Preset::unsupervised(2, 8));
    sdr(&mut plugin, 5.0);
    std::thread::sleep(Duration::from_millis(2_300));
    let stored = stored_state::preset(&plugin.save().unwrap());
    let adapted = &stored["adapted"];
    assert_eq!(adapted["strips"], serde_json::json!([0, 1]));
    let counts = adapted["pinned"].as_array().unwrap().iter().map(|pinned| pinned.as_array().unwrap().len());
    assert_eq!(counts.sum::<usize>(), 16);
    assert_eq!(adapted["grouped_by"], "timbre");
}

#[test]
fn what_was_learned_opens_with_the_project() {
    let Some(mut plugin) = plugin() else { return };
    learn(&mut plugin, "Learn 2", &beginning(&stem("finger-bass-take1"), 2.0));
    let learned = wait_for(&mut plugin, |preset| was_played(preset, 1));
    let project = plugin.save().unwrap();
    let Some(mut other) = self::plugin() else { return };
    other.load(&project).unwrap();
    assert_eq!(wait_for(&mut other, |preset| was_played(preset, 1)), learned);
}

/// A project that was closed while something was captured opens without capturing, and the switch works.
#[test]
fn a_project_saved_during_a_take_opens_at_rest() {
    let Some(mut plugin) = plugin() else { return };
    plugin.set("Learn 1", "On").unwrap();
    play(&mut plugin, &noise(2, 30_000));
    let project = plugin.save().unwrap();
    drop(plugin);
    let Some(mut other) = self::plugin() else { return };
    other.load(&project).unwrap();
    play(&mut other, &noise(2, 30_000));
    assert_eq!(other.text("Learn 1").unwrap(), "Off");
    learn(&mut other, "Learn 1", &beginning(&stem("standard-kit-take1"), 1.0));
    wait_for(&mut other, |preset| was_played(preset, 0));
}

/// The sound is the same, sample for sample, while a source is captured and while the learner is at work.
#[test]
fn learning_leaves_the_sound_alone() {
    let solo = beginning(&stem("standard-kit-take1"), 4.0);
    let Some(mut plain) = plugin() else { return };
    let expected = plain.play(&solo, &[64], Separate::Given).unwrap();
    let Some(mut plugin) = self::plugin() else { return };
    plugin.set("Learn 1", "On").unwrap();
    assert!(plugin.play(&solo, &[64], Separate::Given).unwrap() == expected);
}

#[test]
fn two_instances_learn_at_once_and_each_for_itself() {
    let (Some(mut first), Some(mut second)) = (plugin(), plugin()) else { return };
    first.set("Learn 1", "On").unwrap();
    second.set("Learn 2", "On").unwrap();
    play(&mut first, &beginning(&stem("standard-kit-take1"), 2.0));
    play(&mut second, &beginning(&stem("finger-bass-take1"), 2.0));
    first.set("Learn 1", "Off").unwrap();
    second.set("Learn 2", "Off").unwrap();
    play(&mut first, &silence(0.05));
    play(&mut second, &silence(0.05));
    let first = wait_for(&mut first, |preset| was_played(preset, 0));
    let second = wait_for(&mut second, |preset| was_played(preset, 1));
    assert!(!was_played(&first, 1) && !was_played(&second, 0));
    assert!(first.sources.iter().chain(&second.sources).all(|source| source.kind == Kind::Fixed));
}

/// The host starts the audio anew at another rate: what was captured until then is learned.
#[test]
fn a_take_survives_a_change_of_the_sample_rate() {
    let Some(mut plugin) = plugin() else { return };
    plugin.set("Learn 1", "On").unwrap();
    play(&mut plugin, &beginning(&stem("standard-kit-take1"), 2.0));
    // The worker looks 40 times a second.
    std::thread::sleep(Duration::from_millis(200));
    plugin.deactivate();
    plugin.activate(96_000.0, 512).unwrap();
    let preset = wait_for(&mut plugin, |preset| was_played(preset, 0));
    assert!(preset.sources[0].learned_from[0].contains("2.0 s"), "{:?}", preset.sources[0].learned_from);
    assert_eq!(preset.sources[0].dictionaries[0].frame.sample_rate, RATE);
}
