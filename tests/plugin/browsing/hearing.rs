//! A preset that is pointed at is heard, and what played comes back exactly.

use super::rig::{Folder, Rig};
use crate::learned;
use std::sync::Arc;
use unbraid::{
    instance::{
        command::{LibraryCommand, PresetCommand, SourceCommand},
        project::stored_preset::StoredPreset,
        state::message::Message,
    },
    preset::{Knobs, PlaySettings, Preset, library::Entry},
    separator::{Audition, Controls, LatencyMode, Model, Separator},
};

/// Half a second of a chord.
fn chord() -> Vec<f32> {
    (0..22_050).map(|n| (0.02 * n as f32).sin() + 0.5 * (0.3 * n as f32).sin()).collect()
}

/// Unity, but the first source is off.
fn controls() -> Controls {
    Controls { gains: [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() }
}

/// What `model` makes of a chord with its first source off.
fn played(model: Box<Model>, audition: Option<Audition>) -> Vec<f32> {
    played_with(model, audition, controls())
}

fn played_with(model: Box<Model>, audition: Option<Audition>, controls: Controls) -> Vec<f32> {
    let mut separator = Separator::new(model, 1);
    separator.set_controls(&controls);
    separator.set_audition(audition.map(|audition| (audition, 1.0)));
    let mut samples = chord();
    samples.chunks_mut(441).for_each(|block| separator.process(&mut [block], &mut []));
    samples
}

fn entry(folder: &Folder, name: &str) -> Entry {
    Entry::of_file(folder.path(name))
}

#[test]
fn what_played_comes_back_to_the_bit_and_nobody_is_told() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    let mut other = learned();
    other.sources.swap(0, 1);
    other.sources[0].knobs = Knobs { gain_db: Some(-20.0), mute: true };
    folder.save(&other, "Other");
    let rig = Rig::new();
    rig.activate(LatencyMode::Live, false, None);
    rig.play(PresetCommand::LoadFile(path), "Kit");
    let before = played(rig.audio.models.take_newest().unwrap(), None);
    let (version, stored, undo, recent) = (rig.version(), rig.stored(), rig.session.undo_view(), rig.recent());

    rig.ask(LibraryCommand::Hear(entry(&folder, "Other")));
    let heard = rig.session.heard_preset().unwrap();
    assert_eq!((heard.entry.name.as_str(), heard.sources.len()), ("Other", 2));
    let other = played(rig.audio.models.take_newest().unwrap(), None);
    assert!(other.iter().zip(&before).any(|(other, before)| (other - before).abs() > 0.01), "it is heard");
    let unchanged = |rig: &Rig| {
        assert!(Arc::ptr_eq(&rig.version(), &version) && rig.stored() == stored);
        assert_eq!((rig.session.undo_view(), rig.gain(), rig.recent()), (undo.clone(), -3.0, recent.clone()));
        assert_eq!(rig.session.message(), Message::None);
    };
    unchanged(&rig);
    rig.ask(LibraryCommand::EndHearing);
    assert_eq!(rig.session.heard_preset(), None);
    unchanged(&rig);
    assert!(played(rig.audio.models.take_newest().unwrap(), None) == before);
    // Once more changes nothing.
    rig.ask(LibraryCommand::EndHearing);
    assert!(rig.audio.models.take_newest().is_none());
}

#[test]
fn a_tuned_preset_is_heard_as_it_was_tuned_and_no_parameter_moves() {
    let folder = Folder::new();
    folder.put("Kit", 0.0);
    let (mode, memory_seconds) = (LatencyMode::Quality, Some(4.5));
    let play = PlaySettings { mode, focus: 3.0, sparsity: 0.5, smoothness: 0.4, memory_seconds };
    folder.save(&Preset { play: Some(play), ..learned() }, "Tuned");
    let rig = Rig::new();
    rig.activate(LatencyMode::Live, false, None);
    let values = || (rig.params.settings(), rig.session.adapt_options());
    let before = values();
    let heard = |name: &str| {
        rig.ask(LibraryCommand::Hear(entry(&folder, name)));
        assert_eq!(values(), before);
        rig.audio.models.take_newest().unwrap()
    };
    let tuned = Controls { focus: 3.0, sparsity: 0.5, smoothness: 0.4, ..controls() };
    let expected = played_with(heard("Kit"), None, tuned);
    assert!(played(heard("Tuned"), None) == expected);
    assert!(played(heard("Kit"), None) != expected, "with what is set");
    // It is over with the model that comes next, as if a hand had moved the knobs at this moment.
    let followed = |first: Box<Model>, before_it: Controls| {
        let mut separator = Separator::new(first, 1);
        separator.set_controls(&before_it);
        let mut samples = chord();
        let (before, after) = samples.split_at_mut(11_025);
        before.chunks_mut(441).for_each(|block| separator.process(&mut [block], &mut []));
        assert!(separator.offer_model(heard("Kit")).is_ok());
        separator.set_controls(&controls());
        after.chunks_mut(441).for_each(|block| separator.process(&mut [block], &mut []));
        samples
    };
    assert!(followed(heard("Tuned"), controls()) == followed(heard("Kit"), tuned));
    rig.ask(LibraryCommand::EndHearing);
    assert_eq!(values(), before);
    rig.play(PresetCommand::LoadFile(folder.path("Tuned")), "Tuned");
    assert_eq!((rig.params.settings().focus, rig.session.adapt_options().memory_seconds), (3.0, 4.5));
}

#[test]
fn a_single_source_is_heard_apart_from_the_rest() {
    let folder = Folder::new();
    folder.save(&Preset::of(vec![learned().sources.swap_remove(1)]), "Just bass");
    let rig = Rig::new();
    rig.activate(LatencyMode::Live, false, None);
    rig.ask(LibraryCommand::Hear(entry(&folder, "Just bass")));
    assert_eq!(rig.session.heard_preset().unwrap().sources, ["bass"]);
    let model = rig.audio.models.take_newest().unwrap();
    assert_eq!(model.sources(), 2);
    let alone = played(model, Some(Audition::Source(0)));
    assert!(alone.iter().all(|sample| sample.is_finite()));
}

#[test]
fn what_comes_in_between_plays_and_is_not_replaced() {
    let folder = Folder::new();
    folder.put("Kit", -3.0);
    let rig = Rig::new();
    rig.activate(LatencyMode::Live, false, None);
    let hear = || {
        rig.ask(LibraryCommand::Hear(entry(&folder, "Kit")));
        assert!(rig.session.heard_preset().is_some() && rig.audio.models.take_newest().is_some());
    };
    let is_over = |title: &str| {
        assert_eq!((rig.session.heard_preset(), rig.title().as_str()), (None, title));
        drop(rig.audio.models.take_newest());
        rig.ask(LibraryCommand::EndHearing);
        assert!(rig.audio.models.take_newest().is_none(), "nothing is sent again");
    };
    // The row is clicked.
    hear();
    rig.play(PresetCommand::LoadFile(folder.path("Kit")), "Kit");
    is_over("Kit");
    // Something is edited.
    hear();
    rig.ask(SourceCommand::MakeAdaptive(0));
    is_over("Kit");
    // A project comes.
    hear();
    rig.playback.bring(StoredPreset::pack("Brought", &learned()).unwrap());
    rig.look();
    is_over("Brought");
    // The host begins anew.
    hear();
    rig.activate(LatencyMode::Quality, false, None);
    rig.look();
    is_over("Brought");
}

#[test]
fn what_cannot_be_heard_says_why_and_leaves_what_plays() {
    let folder = Folder::new();
    folder.put("Kit", 0.0);
    std::fs::write(folder.path("Broken"), "not a preset").unwrap();
    let rig = Rig::new();
    let nothing = || rig.session.heard_preset().is_none() && rig.audio.models.take_newest().is_none();
    rig.ask(LibraryCommand::Hear(entry(&folder, "Kit")));
    assert!(nothing(), "the plugin is not active");
    rig.activate(LatencyMode::Live, true, None);
    rig.ask(LibraryCommand::Hear(entry(&folder, "Kit")));
    assert!(nothing(), "an offline render stays as it is");
    rig.activate(LatencyMode::Live, false, None);
    rig.ask(LibraryCommand::Hear(entry(&folder, "Broken")));
    assert!(rig.failure().contains("Broken") && nothing());
}
