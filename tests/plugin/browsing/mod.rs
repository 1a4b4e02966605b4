//! The worker with a folder of presets: next and previous, names, deletions, what was recent, and every preset again exactly.

mod rig;

use nice_plug::params::persist::PersistentField;
use rig::{FACTORY, Folder, Rig, factory};
use std::{fs, path::PathBuf, sync::Arc};
use unbraid::{
    instance::{
        command::{Replay, Request},
        history::{Deed, Step},
        project::{stored_preset::StoredPreset, version::Version},
        stage::Framing,
        state::{options::LearnOptions, summary::Origin},
        worker::{browsing::Browse, sources::Arrange},
    },
    learner::adapted::Adapted,
    preset::{
        Knobs,
        file::{self, SUFFIX},
        library,
    },
    recording::{self, SampleFormat},
    separator::LatencyMode,
};

fn gain(knobs: &[Knobs]) -> Option<f32> {
    knobs[0].gain_db
}

#[test]
fn next_and_previous_go_round_the_library_and_pass_over_what_is_damaged() {
    let folder = Folder::new();
    folder.put("Kit", -3.0);
    fs::write(folder.path("Broken"), "not a preset").unwrap();
    folder.put("Room", -6.0);
    let rig = Rig::new();
    for title in ["Kit", "Room", FACTORY, "Kit"] {
        rig.browse(Browse::Next, title);
    }
    for title in [FACTORY, "Room"] {
        rig.browse(Browse::Previous, title);
    }
    // One whose header is whole and whose numbers are not is tried, said, and gone on from.
    let path = folder.put("Sour", 0.0);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    rig.session.browse(Browse::Next);
    let sentence = rig.failure();
    assert!(sentence.contains("Sour") && rig.title() == "Room", "{sentence}");
    rig.browse(Browse::Next, FACTORY);
}

#[test]
fn a_loaded_preset_and_the_one_before_come_back_exactly() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    let rig = Rig::new();
    let (first, first_stored) = (rig.version(), rig.stored());
    rig.knobs.lock().unwrap()[0].gain_db = Some(-11.0);
    rig.ask(Request::LoadFile(path.clone()), "Kit");
    assert_eq!(gain(&rig.session.take_knobs().unwrap()), Some(-3.0));
    let second = rig.version();
    // The file changes meanwhile: what played is what comes back.
    fs::write(&path, "something else").unwrap();
    let Some(Deed::Play(version, Some(knobs))) = rig.session.history().undo() else { panic!("a step with knobs") };
    assert!(Arc::ptr_eq(&version, &first) && gain(&knobs) == Some(-11.0));
    rig.ask(Request::Replay(Replay { version, knobs: Some(knobs) }), FACTORY);
    assert_eq!(gain(&rig.session.take_knobs().unwrap()), Some(-11.0));
    assert!(Arc::ptr_eq(&rig.stage.lock().preset, &first.preset));
    assert_eq!((rig.stored(), rig.session.summary()), (first_stored, first.summary.clone()));
    let Some(Deed::Play(version, Some(knobs))) = rig.session.history().redo() else { panic!("again") };
    assert!(Arc::ptr_eq(&version, &second) && gain(&knobs) == Some(-3.0));
    rig.ask(Request::Replay(Replay { version, knobs: None }), "Kit");
    assert!(Arc::ptr_eq(&rig.stage.lock().preset, &second.preset) && rig.stored() == *second.stored);
    assert!(rig.session.take_knobs().is_none(), "the knobs stay where they are");
    assert!(rig.session.history().redoable().is_none(), "what is played again is no new step");
}

#[test]
fn a_change_on_the_spot_is_a_step_and_comes_back_exactly() {
    let _folder = Folder::new();
    let rig = Rig::new();
    let before = rig.version();
    rig.session.request(Request::MakeAdaptive(1));
    rig.until("adaptive", |rig| rig.session.summary().changed && rig.session.history().undoable().is_some());
    assert!(rig.stage.lock().preset.sources[1].is_adaptive());
    let Some(Deed::Play(version, None)) = rig.session.history().undo() else { panic!("a step without knobs") };
    rig.session.request(Request::Replay(Replay { version, knobs: None }));
    rig.until("as before", |rig| !rig.session.summary().changed);
    assert!(Arc::ptr_eq(&rig.stage.lock().preset, &before.preset) && rig.stored() == *before.stored);
}

#[test]
fn a_preset_that_plays_is_renamed_with_its_file_and_back() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    folder.put("Other", 0.0);
    let bytes = fs::read(&path).unwrap();
    let rig = Rig::new();
    rig.ask(Request::LoadFile(path.clone()), "Kit");
    rig.browse(Browse::Rename(path.clone(), "Other".into()), "Kit");
    assert!(rig.failure().contains("choose another name"));
    rig.browse(Browse::Rename(path.clone(), "My kit".into()), "My kit");
    assert_eq!(rig.session.summary().origin, Origin::File(folder.path("My kit")));
    assert_eq!((rig.stored().title.as_str(), rig.recent()), ("My kit", vec!["My kit".to_owned()]));
    assert_eq!(fs::read(folder.path("My kit")).unwrap(), bytes);
    assert!(matches!(rig.session.history().undoable(), Some(Step::Renamed { .. })));
    let Some(Deed::Rename { from, to }) = rig.session.history().undo() else { panic!("a name") };
    rig.browse(Browse::Relocate(from, to), "Kit");
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!((rig.stored().title.as_str(), rig.stored().unpack().unwrap()), ("Kit", file::read(&path).unwrap()));
}

#[test]
fn a_deleted_preset_plays_on_and_its_file_comes_back_byte_for_byte() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    let bytes = fs::read(&path).unwrap();
    let rig = Rig::new();
    rig.ask(Request::LoadFile(path.clone()), "Kit");
    rig.session.browse(Browse::Delete(path.clone()));
    rig.until("deleted", |rig| rig.session.browsing.library().origin_missing);
    assert!(!path.exists() && rig.title() == "Kit" && rig.recent().is_empty());
    let trashed = rig.session.browsing.deleted().unwrap();
    assert_eq!(trashed.file, path);
    // Its name is taken meanwhile: nothing is replaced.
    let other = folder.put("Kit", -20.0);
    rig.session.browse(Browse::Restore(trashed.clone()));
    assert!(rig.failure().contains("another preset is called so"));
    fs::remove_file(&other).unwrap();
    let Some(Deed::Restore(again)) = rig.session.history().undo() else { panic!("a deletion") };
    assert_eq!(again, trashed);
    rig.session.browse(Browse::Restore(again));
    rig.until("back", |rig| rig.session.browsing.deleted().is_none());
    assert_eq!(fs::read(&path).unwrap(), bytes);
    let Some(Deed::Delete(again)) = rig.session.history().redo() else { panic!("again") };
    rig.session.browse(Browse::DeleteAgain(again));
    rig.until("deleted again", |rig| rig.session.browsing.deleted().is_some());
    assert!(!path.exists() && rig.session.browsing.deleted() == Some(trashed));
}

#[test]
fn what_was_played_lately_is_shared_by_all_instances() {
    let folder = Folder::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = folder.put("Kit", -3.0);
    let foreign = elsewhere.path().join(format!("Foreign{SUFFIX}"));
    fs::copy(&path, &foreign).unwrap();
    let (one, other) = (Rig::new(), Rig::new());
    one.ask(Request::LoadFile(foreign.clone()), "Foreign");
    other.ask(Request::LoadFile(path), "Kit");
    other.ask(Request::LoadFactory(FACTORY.into()), FACTORY);
    one.ask(Request::Save("Mine".into()), "Mine");
    assert_eq!(one.recent(), ["Mine", FACTORY, "Kit", "Foreign"]);
    let users: Vec<_> = one.session.browsing.library().user.iter().map(|one| one.entry.name.clone()).collect();
    assert_eq!(users, ["Kit", "Mine"]);
    fs::remove_file(&foreign).unwrap();
    other.session.browse(Browse::Read);
    other.until("read", |rig| rig.recent().len() == 4);
    let missing: Vec<bool> =
        other.session.browsing.library().recent.iter().map(|listing| listing.trouble.is_some()).collect();
    assert_eq!(missing, [false, false, false, true]);
}

#[test]
fn another_project_begins_anew() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    let rig = Rig::new();
    rig.ask(Request::LoadFile(path), "Kit");
    assert!(rig.session.history().undoable().is_some());
    let brought = StoredPreset::pack("Brought", library::factory_bytes(FACTORY).unwrap());
    rig.field.set(brought);
    rig.until("brought", |rig| rig.title() == "Brought");
    assert!(rig.session.history().undoable().is_none());
    rig.until("told", |rig| rig.version().summary.title == "Brought");
}

#[test]
fn what_adaptive_sources_have_become_comes_back_with_their_preset() {
    let folder = Folder::new();
    let path = folder.put("Kit", 0.0);
    let rig = Rig::new();
    rig.ask(Request::TakeApart(2), "2 parts");
    let heard = |rig: &Rig| rig.stage.lock().adapted.heard_seconds;
    rig.stage.lock().adapted = Arc::new(Adapted { heard_seconds: 7.0, ..Adapted::default() });
    rig.until("noticed", |rig| rig.version().adapted().heard_seconds == 7.0);
    rig.ask(Request::LoadFile(path), "Kit");
    assert_eq!(heard(&rig), 0.0);
    let Some(Deed::Play(version, knobs)) = rig.session.history().undo() else { panic!("a step") };
    rig.ask(Request::Replay(Replay { version, knobs }), "2 parts");
    assert_eq!(heard(&rig), 7.0);
}

/// What is done to adaptive sources by hand is a step, though the preset stays the same.
#[test]
fn beginning_again_is_undone() {
    let _folder = Folder::new();
    let rig = Rig::new();
    rig.ask(Request::TakeApart(2), "2 parts");
    let heard = |rig: &Rig| rig.stage.lock().adapted.heard_seconds;
    rig.stage.lock().adapted = Arc::new(Adapted { heard_seconds: 7.0, ..Adapted::default() });
    rig.session.request(Request::ResetAdaptive);
    rig.until("begun again", |rig| heard(rig) == 0.0 && rig.version().adapted().heard_seconds == 0.0);
    let replay = |deed: Option<Deed>| {
        let Some(Deed::Play(version, knobs @ None)) = deed else { panic!("a step without knobs") };
        rig.ask(Request::Replay(Replay { version, knobs }), "2 parts");
    };
    let undo = rig.session.history().undo();
    replay(undo);
    assert_eq!(heard(&rig), 7.0);
    let redo = rig.session.history().redo();
    replay(redo);
    assert_eq!(heard(&rig), 0.0);
}

/// While the host does not play, nobody takes the models that are sent: presets go on changing all the same.
#[test]
fn presets_change_while_the_host_does_not_play() {
    let _folder = Folder::new();
    let rig = Rig::new();
    rig.stage.lock().framing = Some(Framing { sample_rate: 44_100.0, mode: LatencyMode::Live, offline: false });
    for name in (0..20).map(|n| format!("kit {n}")) {
        rig.session.request(Arrange::Rename(0, name.clone()).into());
        rig.until(&name, |rig| rig.session.summary().strips[0].name == name);
    }
}

/// A project opened again knows where its preset came from, and whether it was saved.
#[test]
fn a_project_remembers_where_its_preset_came_from() {
    let folder = Folder::new();
    let path = folder.put("Kit", 0.0);
    let rig = Rig::new();
    rig.ask(Request::LoadFile(path.clone()), "Kit");
    let saved = rig.stored();
    rig.session.request(Arrange::Rename(0, "kick".to_owned()).into());
    rig.until("renamed", |rig| rig.session.summary().changed);
    let changed = rig.stored();
    for (stored, is_changed) in [(saved, false), (changed, true)] {
        rig.ask(Request::LoadFactory(FACTORY.to_owned()), FACTORY);
        rig.field.set(stored);
        rig.until("brought", |rig| rig.title() == "Kit");
        let summary = rig.session.summary();
        assert_eq!((&summary.origin, summary.changed), (&Origin::File(path.clone()), is_changed));
    }
}

/// Learning a source is one step, though it is heard by itself first. What the strips were learned from comes back with the preset, so that the next source is learned together with them.
#[test]
fn undoing_a_learned_source_leaves_what_the_others_were_learned_from() {
    let folder = Folder::new();
    let rig = Rig::new();
    // The first half second of a recording is enough to learn two bases from.
    let audio = |name: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audio").join(name);
        let mut recording = recording::read(path).unwrap();
        recording.channels.iter_mut().for_each(|channel| channel.truncate(22_050));
        let short = folder.folder.path().join(format!("{name}.wav"));
        recording::write_wav(&short, &recording, SampleFormat::Float32).unwrap();
        vec![short]
    };
    let known = |rig: &Rig| rig.session.learning().material.map(|seconds| seconds > 0.0);
    rig.session.set_learn_options(LearnOptions { components: 2, ..LearnOptions::default() });
    rig.session.request(Request::LearnFiles(0, audio("standard-kit-take1.flac")));
    rig.until("the drums are learned", |rig| known(rig)[..2] == [true, false]);
    rig.session.request(Request::LearnFiles(1, audio("finger-bass-take1.flac")));
    rig.until("both are learned", |rig| known(rig)[..2] == [true, true] && rig.session.learning().job.is_none());
    let learned = rig.version();
    let for_masks = |version: &Version| {
        let dictionaries = version.preset.sources.iter().flat_map(|source| source.dictionaries());
        dictionaries.filter(|dictionary| dictionary.reconstruction.is_some()).count()
    };
    assert_eq!(for_masks(&learned), 4, "both sources in both lengths of frames");
    // By itself first and then with the drums: one step.
    let Some(Deed::Play(version, None)) = rig.session.history().undo() else { panic!("a step") };
    assert_eq!(version.preset.sources[1], factory().sources[1]);
    rig.session.request(Request::Replay(Replay { version, knobs: None }));
    rig.until("the bass is forgotten", |rig| known(rig)[..2] == [true, false]);
    let Some(Deed::Play(version, None)) = rig.session.history().redo() else { panic!("a step") };
    assert!(Arc::ptr_eq(&version.preset, &learned.preset));
    rig.session.request(Request::Replay(Replay { version, knobs: None }));
    rig.until("the bass is known again", |rig| known(rig)[..2] == [true, true]);
}
