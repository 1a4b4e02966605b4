//! Presets that are loaded, and what undo brings back of them.

use super::*;

#[test]
fn a_preset_that_no_model_can_be_made_of_changes_nothing() {
    let mut rig = Rig::active();
    let before = rig.playback.version();
    let empty = Version::new(Arc::new(Preset::of(Vec::new())), "", "Empty", Origin::New);
    let outcome = rig.worker.context.play(Basis::Version(&before), empty);
    assert!(matches!(&outcome, Err(WorkerError::NoModel { title, .. }) if title == "Empty"), "{outcome:?}");
    assert!(Arc::ptr_eq(&rig.playback.version(), &before));
    assert!(rig.worker.context.new_adapters.is_empty());
}

#[test]
fn a_loaded_presets_knobs_reach_the_parameters_without_a_window() {
    let folder = PresetFolder::new();
    let path = folder.path("Kit");
    let mut preset = Preset::clone(&Version::first().preset);
    preset.sources[0].knobs.gain_db = Some(-7.5);
    preset.sources[1].knobs.mute = true;
    file::write(&preset, &path).unwrap();
    let mut rig = Rig::new();
    let asked = Arc::new(AtomicBool::new(false));
    let tell = asked.clone();
    rig.changes.on_change(move || tell.store(true, Relaxed));
    rig.ask(PresetCommand::LoadFile(path));
    let gain = |rig: &Rig| rig.params.strips[0].gain_db().unwrap();
    assert!((gain(&rig) + 7.5).abs() < 1e-3 && rig.params.strips[1].mute.value() && asked.load(Relaxed));
    assert_eq!(rig.told(), [ParamId::Gain(0), ParamId::Mute(1)], "the host hears of those that moved");
    rig.ask(UndoCommand::Undo);
    assert!(gain(&rig) == 0.0 && !rig.params.strips[1].mute.value());
}

#[test]
fn an_action_that_cannot_be_undone_stays_where_it_is_and_says_why() {
    let folder = PresetFolder::new();
    let path = |name: &str| folder.path(name);
    let (mut rig, preset) = (Rig::new(), Preset::clone(&Version::first().preset));
    file::write(&preset, &path("Kit")).unwrap();
    rig.ask(PresetCommand::LoadFile(path("Kit")));
    rig.ask(LibraryCommand::Rename(path("Kit"), "Mine".to_owned()));
    // Its old name is taken meanwhile.
    file::write(&preset, &path("Kit")).unwrap();
    let before = rig.session.undo_view();
    rig.ask(UndoCommand::Undo);
    assert!(rig.failure().contains("another preset"), "{}", rig.failure());
    assert_eq!(rig.session.undo_view(), before);
    assert!(path("Mine").exists() && rig.session.summary().title == "Mine");
    rig.ask(UndoCommand::Redo);
    assert!(path("Mine").exists() && path("Kit").exists(), "there is nothing to redo");
    std::fs::remove_file(path("Kit")).unwrap();
    rig.ask(UndoCommand::Undo);
    assert!(path("Kit").exists() && !path("Mine").exists() && rig.session.summary().title == "Kit");
}

#[test]
fn what_sources_have_learned_comes_back_with_undo_and_redo() {
    let mut rig = Rig::new();
    rig.ask(PresetCommand::Unsupervised(2));
    let learn = |rig: &Rig, seconds: f64| {
        let version = rig.playback.version();
        let state = Arc::new(AdaptiveState { heard_seconds: seconds, ..AdaptiveState::default() });
        rig.worker.context.put(&version, version.with_adaptive_state(state)).unwrap();
    };
    let heard = |rig: &Rig| rig.playback.version().adaptive_state.heard_seconds;
    learn(&rig, 7.0);
    rig.ask(rename("noise"));
    learn(&rig, 9.0);
    rig.ask(UndoCommand::Undo);
    assert_eq!(heard(&rig), 7.0);
    rig.ask(UndoCommand::Redo);
    assert_eq!(heard(&rig), 9.0, "with what it had learned when it was left");
    assert!(matches!(rig.worker.context.history.next(Direction::Undo), Some(Action::Changed { .. })));
}
