//! Presets that say how they are best played.

use super::*;
use crate::{
    instance::{mode::Mode, state::options::AdaptOptions},
    preset::PlaySettings,
    separator::Controls,
};

const TUNED: PlaySettings =
    PlaySettings { mode: LatencyMode::Quality, focus: 2.2, sparsity: 0.3, smoothness: 0.15, memory_seconds: Some(4.5) };

/// A folder with a preset that was tuned, and the same that was not.
fn folder() -> PresetFolder {
    let folder = PresetFolder::new();
    for (name, play) in [("Tuned", Some(TUNED)), ("Plain", None)] {
        file::write(&Preset { play, ..learned() }, &folder.path(name)).unwrap();
    }
    folder
}

/// Focus, sparsity, smoothness and memory.
fn set(rig: &Rig) -> [f32; 4] {
    let params = &rig.params;
    let memory = rig.session.adapt_options().memory_seconds;
    [params.focus.value(), params.sparsity.value(), params.smoothness.value(), memory]
}

#[track_caller]
fn assert_set(rig: &Rig, expected: [f32; 4]) {
    let set = set(rig);
    let differs = |(set, expected): (&f32, &f32)| (set - expected).abs() > 1e-5;
    assert!(!set.iter().zip(&expected).any(differs), "{set:?}, not {expected:?}");
}

/// The worker puts the parameter there, as undo does.
fn put(rig: &Rig, id: ParamId, normalized: f32) {
    rig.worker.context.params.set([(id, normalized)]);
}

const AS_TUNED: [f32; 4] = [2.2, 0.3, 0.15, 4.5];

#[test]
fn a_tuned_preset_is_played_as_it_was_tuned_and_one_undo_takes_all_of_it_back() {
    let folder = folder();
    let mut rig = Rig::active();
    put(&rig, ParamId::Mode, 1.0 / 3.0);
    assert_eq!(rig.params.mode.value(), Mode::Live);
    put(&rig, ParamId::Sparsity, 0.7);
    rig.told();
    let before = set(&rig);
    rig.ask(PresetCommand::LoadFile(folder.path("Tuned")));
    assert_set(&rig, AS_TUNED);
    assert_eq!(rig.told(), [ParamId::Focus, ParamId::Sparsity, ParamId::Smoothness], "Live stays");
    rig.ask(UndoCommand::Undo);
    assert_eq!((set(&rig), rig.session.summary().title.as_str()), (before, FIRST_PRESET), "to the bit");
    assert_eq!(rig.told(), [ParamId::Focus, ParamId::Sparsity, ParamId::Smoothness]);
    rig.ask(UndoCommand::Redo);
    assert_set(&rig, AS_TUNED);
    assert_eq!(rig.session.summary().title, "Tuned");
}

#[test]
fn a_preset_that_nobody_tuned_moves_nothing_but_its_knobs() {
    let folder = folder();
    let mut rig = Rig::active();
    rig.ask(PresetCommand::LoadFile(folder.path("Tuned")));
    put(&rig, ParamId::Focus, 1.0);
    rig.session.set_adapt_options(AdaptOptions { memory_seconds: 7.0, ..AdaptOptions::default() });
    let (before, _) = (set(&rig), rig.told());
    rig.ask(PresetCommand::LoadFile(folder.path("Plain")));
    assert_eq!((set(&rig), rig.told()), (before, Vec::new()));
    put(&rig, ParamId::Focus, 0.0);
    let (between, _) = (set(&rig), rig.told());
    rig.ask(UndoCommand::Undo);
    assert_eq!((set(&rig), rig.told(), rig.session.summary().title.as_str()), (between, Vec::new(), "Tuned"));
}

#[test]
fn a_preset_that_cannot_be_played_sets_nothing() {
    let folder = folder();
    let mut rig = Rig::active();
    let before = set(&rig);
    let version = Version::loaded(file::read(&folder.path("Tuned")).unwrap(), "Tuned", Origin::New).unwrap();
    let seen = rig.playback.version();
    rig.playback.bring(project("Brought"));
    assert!(is_refused(rig.worker.context.play_remembering(Basis::Version(&seen), version, Some(4.5))));
    assert_eq!(set(&rig), before);
}

#[test]
fn a_tuned_preset_is_saved_with_what_is_set_and_its_mode() {
    let folder = folder();
    let mut rig = Rig::active();
    rig.ask(PresetCommand::LoadFile(folder.path("Tuned")));
    rig.ask(PresetCommand::Save("Again".to_owned()));
    assert_eq!(file::read(&folder.path("Again")).unwrap().play, Some(TUNED), "to the bit");
    put(&rig, ParamId::Focus, 1.0);
    put(&rig, ParamId::Mode, 0.0);
    rig.session.set_adapt_options(AdaptOptions { memory_seconds: 4.4, ..AdaptOptions::default() });
    rig.ask(rename("kick"));
    rig.ask(PresetCommand::Save("Mine".to_owned()));
    let mine = PlaySettings { focus: 4.0, memory_seconds: Some(4.4), ..TUNED };
    assert_eq!(file::read(&folder.path("Mine")).unwrap().play, Some(mine));
    assert_eq!(rig.session.summary().play, Some(mine), "the editor compares with what was saved");
    rig.ask(PresetCommand::LoadFile(folder.path("Tuned")));
    rig.ask(PresetCommand::LoadFile(folder.path("Mine")));
    assert_set(&rig, [4.0, 0.3, 0.15, 4.4]);
}

#[test]
fn an_untuned_preset_that_is_saved_says_nothing_of_what_is_set() {
    let folder = folder();
    let mut rig = Rig::active();
    rig.ask(PresetCommand::LoadFile(folder.path("Plain")));
    put(&rig, ParamId::Focus, 1.0);
    rig.ask(PresetCommand::Save("Mine".to_owned()));
    assert_eq!(file::read(&folder.path("Mine")).unwrap().play, None);
}

#[test]
fn each_side_has_the_memory_of_its_preset() {
    let folder = folder();
    let mut rig = Rig::active();
    let before = set(&rig);
    rig.ask(UndoCommand::CopySide);
    rig.ask(PresetCommand::LoadFile(folder.path("Tuned")));
    rig.ask(UndoCommand::SwitchSide);
    assert_eq!(set(&rig), before);
    rig.ask(UndoCommand::SwitchSide);
    assert_set(&rig, AS_TUNED);
}

/// Whatever was moved since the project was saved, or before: the preset in it sets nothing.
#[test]
fn a_project_with_a_tuned_preset_opens_as_it_was_saved() {
    let folder = folder();
    let mut rig = Rig::active();
    rig.ask(PresetCommand::LoadFile(folder.path("Tuned")));
    let saved = rig.playback.stored();
    let mut other = Rig::active();
    put(&other, ParamId::Focus, 0.25);
    let (set_by_host, _) = (set(&other), other.told());
    assert_ne!(set_by_host[0], Controls::default().focus);
    other.playback.bring(saved);
    other.worker.look();
    assert_eq!((other.session.summary().title.as_str(), other.told()), ("Tuned", Vec::new()));
    assert_eq!(set(&other), set_by_host);
    // It is tuned still.
    other.ask(PresetCommand::Save("Reopened".to_owned()));
    let play = file::read(&folder.path("Reopened")).unwrap().play.unwrap();
    assert_eq!((play.mode, play.sparsity, play.focus), (TUNED.mode, 0.0, set_by_host[0]));
}
