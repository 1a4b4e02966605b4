//! What a project stores of what the worker makes.

use super::*;

/// What was learned is rounded before it plays: the project has it to the bit.
#[test]
fn what_plays_is_what_the_project_stores() {
    let folder = PresetFolder::new();
    let path = folder.path("Kit");
    let preset = learned();
    file::write(&preset, &path).unwrap();
    let mut rig = Rig::active();
    rig.ask(PresetCommand::LoadFile(path));
    let loaded = rig.playback.version();
    assert!(loaded.preset.sources[0].bases != preset.sources[0].bases);
    assert_eq!(rig.playback.stored().unpack().unwrap(), *loaded.preset);
    rig.ask(rename("kick"));
    let edited = rig.playback.version();
    assert_eq!(edited.preset.sources[0].bases, loaded.preset.sources[0].bases, "rounded once");
    assert_eq!(rig.playback.stored().unpack().unwrap(), *edited.preset);
}

/// A project that an earlier version has stored in f32 plays as it did, also when something else of it is changed.
#[test]
fn an_edit_of_an_older_project_leaves_its_bases_as_they_were() {
    let preset = learned();
    let older = StoredPreset { file: packed_file::text(LEARNED), ..project("Older") };
    let mut rig = Rig::active();
    rig.playback.bring(older.clone());
    rig.worker.look();
    assert_eq!(*rig.playback.version().preset, preset);
    assert_eq!(rig.playback.stored().file, older.file, "stored again as it came");
    rig.ask(rename("kick"));
    assert_eq!(rig.playback.version().preset.sources[0].bases, preset.sources[0].bases);
    assert_eq!(rig.playback.stored().unpack().unwrap().sources, rig.playback.version().preset.sources);
}

#[test]
fn a_number_of_bases_that_no_source_can_have_is_not_learned_with() {
    let rig = Rig::new();
    for (brought, used) in [(0, 1), (usize::MAX, MAX_COMPONENTS)] {
        rig.session.set_learn_options(LearnOptions { components: brought, ..LearnOptions::default() });
        assert_eq!(rig.session.learn_options().components, used);
    }
}

/// What a project brought, readable or not, is what it stores next: a later version of the plugin may read it.
#[test]
fn a_project_that_cannot_be_read_is_stored_again_as_it_came() {
    let mut rig = Rig::active();
    let before = rig.playback.version();
    let damaged = StoredPreset { file: packed_file::text(b"no preset"), ..project("Damaged") };
    rig.playback.bring(damaged.clone());
    rig.worker.look();
    assert!(rig.failure().contains("Damaged"), "{}", rig.failure());
    assert!(Arc::ptr_eq(&rig.playback.version().preset, &before.preset), "what plays goes on");
    assert_eq!(rig.playback.stored(), damaged);
    rig.ask(rename("kick"));
    assert_eq!(rig.playback.stored().title, FIRST_PRESET, "until something else is made of what plays");
}

#[test]
fn adaptive_state_that_cannot_be_read_is_said_and_kept() {
    let mut rig = Rig::new();
    let dictionary = learned().sources[0].dictionaries()[0].clone();
    let (count, mut state) = (dictionary.components, AdaptiveState { heard_seconds: 7.0, ..AdaptiveState::default() });
    let (pinned, components) = (vec![false; count], (0..count).map(ComponentIndex).collect());
    state.sources.push(SourceState { strip: 0, dictionary, pinned, components });
    let version = rig.playback.version();
    let stored = version.with_adaptive_state(Arc::new(state)).stored();
    let mut json = serde_json::to_value(&stored).unwrap();
    json["adapted"]["strips"] = serde_json::json!([99]);
    let damaged: StoredPreset = serde_json::from_value(json).unwrap();
    rig.playback.bring(damaged.clone());
    rig.worker.look();
    assert!(rig.failure().contains("had learned cannot be read"), "{}", rig.failure());
    assert_eq!(rig.playback.version().adaptive_state.sources, []);
    assert_eq!(rig.playback.stored().adapted, damaged.adapted, "nothing is lost by saving again");
}
