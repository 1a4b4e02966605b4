//! What a project takes and gives back, without a host.

use crate::audio_thread::{BLOCK, activate, bring, play_blocks, set, stored};
use nice_plug::prelude::Plugin;
use std::time::Duration;
use unbraid::{
    instance::project::{stored_adaptive_state::StoredAdaptiveState, version::Version},
    plugin::Unbraid,
    preset::Preset,
    recording::{self, Recording},
};

/// Most that an instance may store of which nothing was taught, in bytes.
const FRESH_BYTES: usize = 16_000;
/// What a host's project holds beside the fields, with the values of all parameters, in bytes.
const PARAMS_BYTES: usize = 1200;

/// The bytes that a host stores, near enough.
fn project_bytes(plugin: &Unbraid) -> usize {
    serde_json::to_vec(&plugin.params().serialize_fields()).unwrap().len() + PARAMS_BYTES
}

fn assert_small(plugin: &Unbraid, when: &str) {
    let bytes = project_bytes(plugin);
    println!("{bytes} bytes {when}");
    assert!(bytes <= FRESH_BYTES, "{bytes} bytes {when}");
}

fn take(name: &str) -> Recording {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/audio/{name}.flac"));
    recording::read(path).unwrap()
}

/// Plays drums and bass for `seconds`, over and over, several times as fast as they sound, so that the worker has its
/// share of it.
fn play_song(plugin: &mut Unbraid, seconds: usize) {
    let parts = ["standard-kit-take2", "finger-bass-take2"].map(take);
    let length = parts.iter().map(|part| part.channels[0].len()).min().unwrap();
    let mut at = 0;
    for _ in 0..seconds * 10 {
        play_blocks(plugin, 10, |main| {
            for (channel, samples) in main.iter_mut().enumerate() {
                let of = |part: &Recording, n: usize| part.channels[channel % part.channels.len()][n];
                for (n, sample) in samples.iter_mut().enumerate() {
                    *sample = parts.iter().map(|part| of(part, (at + n) % length)).sum();
                }
            }
            at += BLOCK;
        });
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_instance_that_was_taught_nothing_stores_16_kilobytes_at_most() {
    let mut plugin = Unbraid::default();
    activate(&mut plugin);
    assert_small(&plugin, "at first insert");
    for (id, value) in [("gain_1", 0.313), ("solo_2", 1.0), ("mix", 0.4), ("focus", 0.77)] {
        set(&plugin, id, value);
    }
    assert_small(&plugin, "with knobs moved");
    let mut renamed = Preset::clone(&Version::first().preset);
    renamed.sources[0].name = "kick, snare and everything else that is struck, by hand or not".to_owned();
    bring(&plugin, &renamed);
    std::thread::sleep(Duration::from_millis(500));
    assert_small(&plugin, "with a strip renamed");
    play_song(&mut plugin, 60);
    // The project takes in what was learned every two seconds.
    std::thread::sleep(Duration::from_millis(2500));
    let saved = stored(&plugin).adapted.unwrap();
    let adapted = saved.unpack().unwrap();
    assert!(StoredAdaptiveState::pack(&adapted).unwrap() == saved, "saved, loaded and saved again");
    let bases: usize = adapted.sources.iter().map(|source| source.dictionary.components).sum();
    println!("{bases} bases, {:.1} s heard", adapted.heard_seconds);
    assert_eq!(bases, 36, "of three sources");
    assert!(adapted.heard_seconds > 10.0, "{} s", adapted.heard_seconds);
    assert_small(&plugin, "after a minute of play");
}
