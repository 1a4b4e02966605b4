//! What a project takes and gives back, without a host.

use crate::{
    audio_thread::{BLOCK, activate, bring, play_blocks, set, stored},
    browsing::rig::Folder,
    learned,
};
use nice_plug::prelude::Plugin;
use std::time::{Duration, Instant};
use unbraid::{
    instance::{
        command::PresetCommand,
        project::{stored_adaptive_state::StoredAdaptiveState, version::Version},
        state::options::AdaptOptions,
    },
    plugin::Unbraid,
    preset::{PlaySettings, Preset},
    recording::{self, Recording},
    separator::LatencyMode,
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

/// Every parameter's id and normalized value.
fn values(plugin: &Unbraid) -> Vec<(String, f32)> {
    let params = plugin.params();
    // SAFETY: `params` is alive.
    params.param_map().into_iter().map(|(id, param, _)| (id, unsafe { param.unmodulated_normalized_value() })).collect()
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < patience, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_project_with_a_tuned_preset_opens_as_it_was_saved() {
    let folder = Folder::new();
    let (mode, memory_seconds) = (LatencyMode::Live, Some(4.5));
    let play = PlaySettings { mode, focus: 3.0, sparsity: 0.5, smoothness: 0.4, memory_seconds };
    let path = folder.save(&Preset { play: Some(play), ..learned() }, "Tuned");
    let mut plugin = Unbraid::default();
    activate(&mut plugin);
    plugin.session().send(PresetCommand::LoadFile(path));
    // It is offered once everything is set.
    wait_for("it is loaded", || plugin.session().undo_view().undo.is_some());
    assert_eq!(plugin.session().adapt_options().memory_seconds, 4.5);
    // A hand moves something since.
    set(&plugin, "focus", 0.25);
    plugin.session().set_adapt_options(AdaptOptions { memory_seconds: 7.0, frozen: true });
    let (saved, fields) = (values(&plugin), plugin.params().serialize_fields());

    let mut opened = Unbraid::default();
    for (id, value) in &saved {
        set(&opened, id, *value);
    }
    opened.params().deserialize_fields(&fields);
    activate(&mut opened);
    wait_for("it is opened", || opened.session().summary().title == "Tuned");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(values(&opened), saved);
    assert_eq!(opened.session().adapt_options(), AdaptOptions { memory_seconds: 7.0, frozen: true });
    assert_eq!(stored(&opened).unpack().unwrap().play, Some(play), "it is tuned still");
}
