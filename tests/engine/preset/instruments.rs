//! The factory's sources by instrument.

use std::collections::HashSet;
use unbraid_engine::{
    preset::{
        Kind, Preset, Source,
        file::{self, Peeked},
        library::{self, Entry},
    },
    recording::Recording,
    separator::{Controls, LatencyMode, offline},
};

/// What all of them may take in the plugin, in bytes.
const MOST_BYTES: usize = 1_500_000;
/// The first tag of each is one of these.
const FAMILIES: [&str; 9] = ["drums", "bass", "keys", "guitar", "strings", "brass", "winds", "voice", "synth"];

fn all() -> impl Iterator<Item = (Entry, Preset)> {
    library::instrument_names().map(Entry::of_factory).map(|entry| {
        let preset = library::load(&entry).unwrap();
        (entry, preset)
    })
}

#[test]
fn every_instrument_is_a_fixed_source_with_tags_a_credit_and_a_licence() {
    for (Entry { name, .. }, preset) in all() {
        preset.validate().unwrap();
        let [source] = &preset.sources[..] else { panic!("{name} has {} sources", preset.sources.len()) };
        assert_eq!((source.kind(), &source.name), (Kind::Fixed, &name.to_lowercase()));
        let learned = source.learned().unwrap();
        assert_eq!(learned.dictionaries().len(), 2, "{name}: in long frames and in short ones");
        let licence = learned.licence.as_deref().unwrap();
        assert!(!learned.learned_from.is_empty(), "{name}");
        assert!(FAMILIES.contains(&preset.about.tags[0].as_str()), "{name}: {:?}", preset.about.tags);
        assert_eq!(preset.about.author, "Unbraid");
        assert!(preset.about.notes.starts_with("Sounds by ") && preset.about.notes.contains(licence), "{name}");
    }
}

#[test]
fn no_instrument_was_learned_from_what_is_reserved_or_may_not_be_handed_on() {
    let may = ["MIT", "CC0-1.0", "CC-BY-4.0", "CC-BY-3.0", "public domain", "Unbraid's own"];
    for (Entry { name, .. }, preset) in all() {
        let learned = preset.sources[0].learned().unwrap();
        let licences: Vec<&str> = learned.licence.as_deref().unwrap().split(", ").collect();
        assert!(licences.iter().all(|licence| may.contains(licence)), "{name}: {licences:?}");
        for sound in &learned.learned_from {
            let Some((font, program)) = sound.split_once(':') else { continue };
            assert!(["fluid-r3", "musescore-general"].contains(&font), "{name}: {sound}");
            // General MIDI's basses; a kit is no number.
            let program: u8 = program.parse().unwrap_or_else(|_| panic!("{name}: {sound} is a kit"));
            assert!(!(32..40).contains(&program), "{name}: {sound}");
        }
    }
}

#[test]
fn instruments_come_last_and_are_found_by_name() {
    let (presets, instruments): (Vec<_>, Vec<_>) =
        (library::factory_names().collect(), library::instrument_names().collect());
    let names: HashSet<&str> = presets.iter().chain(&instruments).copied().collect();
    assert_eq!(names.len(), presets.len() + instruments.len(), "no name stands for two");
    assert!((12..=24).contains(&instruments.len()));
    let entries = library::entries();
    let (first, last) = (&entries[..presets.len()], &entries[entries.len() - instruments.len()..]);
    assert!(first.iter().map(|entry| &entry.name).eq(&presets) && !first.iter().any(Entry::is_instrument));
    assert!(last.iter().map(|entry| &entry.name).eq(&instruments) && last.iter().all(Entry::is_instrument));
    assert!(!Entry::of_file("/presets/Piano.unbraid.safetensors".into()).is_instrument(), "the user's own");
}

#[test]
fn the_files_are_small_and_as_this_version_writes_them() {
    let mut total = 0;
    for (Entry { name, .. }, preset) in all() {
        let bytes = library::factory_bytes(&name).unwrap();
        assert!(file::to_packed_bytes(&preset).unwrap() == bytes, "{name}");
        let Peeked { sources, about } = file::peek_bytes(bytes, &name).unwrap();
        assert_eq!((sources, about), (vec![preset.sources[0].name.clone()], preset.about));
        total += bytes.len();
    }
    assert!(total < MOST_BYTES, "{total}");
}

#[test]
fn instruments_play_alone_and_together_in_every_mode() {
    let sound: Vec<f32> = (0..44_100).map(|n| 0.2 * (0.02 * n as f32).sin() + 0.1 * (0.31 * n as f32).sin()).collect();
    let mixture = Recording { sample_rate: 44_100, channels: vec![sound] };
    let source = |name: &str| -> Source { library::load(&Entry::of_factory(name)).unwrap().sources.remove(0) };
    for preset in [Preset::of(vec![source("Piano")]), Preset::of(vec![source("Kick"), source("Picked bass")])] {
        for mode in LatencyMode::ALL {
            let controls = Controls::default();
            let separation =
                offline::separate(&preset, &mixture, mode, &controls, &mut |_| std::ops::ControlFlow::Continue(()))
                    .unwrap();
            let error = separation.main.channels[0].iter().zip(&mixture.channels[0]).map(|(a, b)| (a - b).abs());
            assert!(error.fold(0.0, f32::max) < 1e-4, "{mode:?}: all gains at 0 dB give back the mixture");
        }
    }
}
