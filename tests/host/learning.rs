//! Learning inside the plugin, as a player does it: the bundled CLAP in a host of our own.

use super::{
    player::{
        RATE, append, beginning, cut, learn, listen, play, plugin, sdr, silence, stem, stored, wait_for, was_played,
    },
    signals::{bass_note, largest_step, noise},
};
use clap_host::{Separate, Transport};
use std::time::{Duration, Instant};
use unbraid::preset::Kind;

#[test]
fn sources_learned_from_one_take_are_separated_in_another() {
    let mut plugin = plugin();
    let before = sdr(&mut plugin, 0.0);
    for (switch, source, take) in [("learn_1", 0, "standard-kit-take1"), ("learn_2", 1, "finger-bass-take1")] {
        // Silence before the first sound is not part of the take.
        let solo: Vec<Vec<f32>> = silence(0.5)
            .into_iter()
            .zip(beginning(&stem(take), 8.9))
            .map(|(silence, sound)| [silence, sound].concat())
            .collect();
        learn(&mut plugin, switch, &solo);
        let preset = wait_for(&mut plugin, |preset| was_played(preset, source));
        assert_eq!(preset.sources[source].components(), 25);
        let from = &preset.sources[source].learned_from()[0];
        assert!(from.contains("8.9 s") || from.contains("9.0 s"), "{from}");
    }
    // The second is heard by itself first; then both, learned together for good masks.
    wait_for(&mut plugin, |preset| {
        preset.sources.iter().all(|source| source.dictionaries().iter().all(|d| d.reconstruction.is_some()))
    });
    // The model fades in while something plays.
    play(&mut plugin, &silence(0.3));
    let after = sdr(&mut plugin, 0.0);
    println!("{after:.1} dB after learning, {before:.1} dB before");
    assert!(after > 11.0 && after > before + 1.5, "{after:.1} dB after learning, {before:.1} dB before");
}

/// As a foot switch or automation does it: one strip's Learn ends in the block in which another's begins.
#[test]
fn learn_goes_from_one_strip_to_another() {
    for [first, second] in [[0, 1], [1, 0]] {
        let mut plugin = plugin();
        let switch = |strip: usize| format!("learn_{}", strip + 1);
        let takes = ["standard-kit-take1", "finger-bass-take1"].map(|take| beginning(&stem(take), 1.5));
        plugin.set(&switch(first), "On").unwrap();
        play(&mut plugin, &takes[first]);
        plugin.set(&switch(first), "Off").unwrap();
        learn(&mut plugin, &switch(second), &takes[second]);
        wait_for(&mut plugin, |preset| was_played(preset, 0) && was_played(preset, 1));
    }
}

#[test]
fn what_was_learned_opens_with_the_project() {
    let mut plugin = plugin();
    learn(&mut plugin, "learn_2", &beginning(&stem("finger-bass-take1"), 2.0));
    let learned = wait_for(&mut plugin, |preset| was_played(preset, 1));
    let project = plugin.save().unwrap();
    let mut other = self::plugin();
    other.load(&project).unwrap();
    assert_eq!(wait_for(&mut other, |preset| was_played(preset, 1)), learned);
}

/// A project that was closed while something was captured opens without capturing, and the switch works.
#[test]
fn a_project_saved_during_a_take_opens_at_rest() {
    let mut plugin = plugin();
    plugin.set("learn_1", "On").unwrap();
    play(&mut plugin, &noise(2, 30_000));
    let project = plugin.save().unwrap();
    drop(plugin);
    let mut other = self::plugin();
    other.load(&project).unwrap();
    assert_eq!(other.text("learn_1").unwrap(), "On", "as it was saved");
    let patience = Instant::now() + Duration::from_secs(60);
    while other.text("learn_1").unwrap() == "On" {
        play(&mut other, &noise(2, 30_000));
        assert!(Instant::now() < patience, "the switch stays on");
    }
    assert!(!was_played(&stored(&mut other), 0), "nothing was learned of what was played");
    learn(&mut other, "learn_1", &beginning(&stem("standard-kit-take1"), 1.0));
    wait_for(&mut other, |preset| was_played(preset, 0));
}

/// The sound is the same, sample for sample, while a source is captured and while the learner is at work.
#[test]
fn learning_leaves_the_sound_alone() {
    let solo = beginning(&stem("standard-kit-take1"), 4.0);
    let mut plain = plugin();
    let expected = plain.play(&solo, &[64], Separate::Given).unwrap();
    let mut plugin = self::plugin();
    plugin.set("learn_1", "On").unwrap();
    assert!(plugin.play(&solo, &[64], Separate::Given).unwrap() == expected);
}

#[test]
fn two_instances_learn_at_once_and_each_for_itself() {
    let (mut first, mut second) = (plugin(), plugin());
    first.set("learn_1", "On").unwrap();
    second.set("learn_2", "On").unwrap();
    play(&mut first, &beginning(&stem("standard-kit-take1"), 2.0));
    play(&mut second, &beginning(&stem("finger-bass-take1"), 2.0));
    first.set("learn_1", "Off").unwrap();
    second.set("learn_2", "Off").unwrap();
    play(&mut first, &silence(0.05));
    play(&mut second, &silence(0.05));
    let first = wait_for(&mut first, |preset| was_played(preset, 0));
    let second = wait_for(&mut second, |preset| was_played(preset, 1));
    assert!(!was_played(&first, 1) && !was_played(&second, 0));
    assert!(first.sources.iter().chain(&second.sources).all(|source| source.kind() == Kind::Fixed));
}

/// The host starts the audio anew at another rate: what was captured until then is learned.
#[test]
fn a_take_survives_a_change_of_the_sample_rate() {
    let mut plugin = plugin();
    plugin.set("learn_1", "On").unwrap();
    play(&mut plugin, &beginning(&stem("standard-kit-take1"), 2.0));
    // The worker looks 40 times a second.
    std::thread::sleep(Duration::from_millis(200));
    plugin.deactivate();
    plugin.activate(96_000.0, 512).unwrap();
    let preset = wait_for(&mut plugin, |preset| was_played(preset, 0));
    assert!(preset.sources[0].learned_from()[0].contains("2.0 s"), "{:?}", preset.sources[0].learned_from());
    assert_eq!(preset.sources[0].dictionaries()[0].frame.sample_rate, RATE);
}

/// The host's transport jumps back, as at the end of a loop, or stops: what was played until then is learned, and
/// nothing clicks.
#[test]
fn a_take_ends_with_the_transport() {
    for transport in [Transport { seconds: 4.0, playing: true }, Transport { seconds: 12.0, playing: false }] {
        let mut plugin = plugin();
        plugin.set("gain_1", "-12 dB").unwrap();
        play(&mut plugin, &silence(0.3));
        let second = RATE as usize;
        let tone = bass_note(2, 5 * second, RATE);
        plugin.set_transport(Some(Transport { seconds: 10.0, playing: true }));
        plugin.set("learn_2", "On").unwrap();
        let mut played = listen(&mut plugin, &cut(&tone, 0..2 * second));
        plugin.set_transport(Some(transport));
        append(&mut played, listen(&mut plugin, &cut(&tone, 2 * second..3 * second)));
        let preset = wait_for(&mut plugin, |preset| was_played(preset, 1));
        let from = &preset.sources[1].learned_from()[0];
        // With what came just before the first sound.
        assert!(from.contains("2.0 s") || from.contains("2.1 s"), "{from}");
        // What was learned fades in.
        append(&mut played, listen(&mut plugin, &cut(&tone, 3 * second..5 * second)));
        let [before, after] = [largest_step(&tone), largest_step(&played.main)];
        println!("steps of {after} from {before}");
        assert!(after < 1.05 * before, "a step of {after} from {before}");
    }
}
