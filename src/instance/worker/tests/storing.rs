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
