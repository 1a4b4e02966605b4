//! The worker with a folder of presets: next and previous, names, deletions, what was recent, and every preset again
//! exactly.

mod hearing;
mod ranking;
pub(crate) mod rig;
mod tuned;

use crate::learned;
use rig::{FACTORY, Folder, Rig};
use std::{fs, path::PathBuf, sync::Arc};
use unbraid::{
    instance::{
        command::{AdaptationCommand, LearnCommand, LibraryCommand, PresetCommand, SourceCommand, UndoCommand},
        project::{
            stored_preset::StoredPreset,
            stream::{Stream, StreamFormat},
            version::{FIRST_PRESET, Version},
        },
        state::{options::LearnOptions, summary::Origin},
    },
    learner::{adaptive::AdaptiveState, capture::Capture},
    preset::{
        Kind,
        file::{self, SUFFIX},
        library::{self, Entry},
    },
    recording::{self, SampleFormat},
    separator::LatencyMode,
};

#[test]
fn next_and_previous_go_round_the_library_and_pass_over_what_is_damaged() {
    let folder = Folder::new();
    folder.put("Kit", -3.0);
    fs::write(folder.path("Broken"), "not a preset").unwrap();
    folder.put("Room", -6.0);
    let rig = Rig::new();
    let all: Vec<&str> = library::factory_names().chain(["Kit", "Room"]).collect();
    for title in all.iter().chain(&all).skip(1).take(all.len() + 2) {
        rig.play(PresetCommand::Next, title);
    }
    for title in [all[1], all[0], "Room"] {
        rig.play(PresetCommand::Previous, title);
    }
    // One whose header is whole and whose numbers are not is tried, said, and gone on from.
    let path = folder.put("Sour", 0.0);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    rig.ask(PresetCommand::Next);
    let sentence = rig.failure();
    assert!(sentence.contains("Sour") && rig.title() == "Room", "{sentence}");
    rig.play(PresetCommand::Next, FIRST_PRESET);
}

#[test]
fn next_and_previous_pass_over_instruments_until_one_of_them_plays() {
    let folder = Folder::new();
    folder.put("Kit", -3.0);
    let rig = Rig::new();
    let all: Vec<&str> = library::instrument_names().collect();
    rig.play(PresetCommand::Previous, "Kit");
    rig.play(PresetCommand::Next, FIRST_PRESET);
    rig.play(PresetCommand::LoadFactory(all[0].into()), all[0]);
    rig.play(PresetCommand::Next, all[1]);
    rig.play(PresetCommand::Previous, all[0]);
    rig.play(PresetCommand::Previous, all[all.len() - 1]);
    rig.play(PresetCommand::Next, all[0]);
}

#[test]
fn an_instrument_is_played_and_put_into_a_strip() {
    let _folder = Folder::new();
    let rig = Rig::new();
    let strings = library::load(&Entry::of_factory("Strings")).unwrap().sources.remove(0);
    rig.ask(SourceCommand::Load { strip: 2, from: Entry::of_factory("Strings"), source: 0 });
    let sources = rig.version().preset.sources.clone();
    assert_eq!(
        sources.iter().map(|source| source.kind()).collect::<Vec<_>>(),
        [Kind::Recognised, Kind::Recognised, Kind::Fixed]
    );
    assert_eq!(sources[2].dictionaries(), strings.dictionaries());
    rig.play(PresetCommand::LoadFactory("Strings".into()), "Strings");
    assert_eq!(rig.session.summary().origin, Origin::Factory("Strings".into()));
    // What a project stores is what the plugin has.
    assert_eq!(rig.stored().unpack().unwrap().sources[0].dictionaries(), strings.dictionaries());
}

#[test]
fn a_loaded_preset_and_the_one_before_come_back_exactly() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    let rig = Rig::new();
    let (first, first_stored) = (rig.version(), rig.stored());
    rig.play(PresetCommand::LoadFile(path.clone()), "Kit");
    assert_eq!(rig.gain(), -3.0);
    let second = rig.version();
    // The file changes meanwhile: what played is what comes back.
    fs::write(&path, "something else").unwrap();
    rig.play(UndoCommand::Undo, FIRST_PRESET);
    assert_eq!(rig.gain(), 0.0);
    assert!(Arc::ptr_eq(&rig.version().preset, &first.preset));
    assert_eq!((rig.stored(), rig.session.summary()), (first_stored, first.summary.clone()));
    rig.play(UndoCommand::Redo, "Kit");
    assert_eq!(rig.gain(), -3.0);
    assert!(Arc::ptr_eq(&rig.version().preset, &second.preset) && rig.stored() == second.stored());
    assert_eq!(rig.session.undo_view().redo, None, "what is played again is no new action");
}

#[test]
fn a_change_on_the_spot_is_undone_and_comes_back_exactly() {
    let _folder = Folder::new();
    let rig = Rig::new();
    let before = rig.version();
    rig.ask(SourceCommand::MakeAdaptive(1));
    assert!(rig.session.summary().changed && rig.can_undo());
    assert_eq!(rig.version().preset.sources[1].kind(), Kind::Adaptive);
    rig.ask(UndoCommand::Undo);
    assert!(!rig.session.summary().changed);
    assert!(Arc::ptr_eq(&rig.version().preset, &before.preset) && rig.stored() == before.stored());
}

#[test]
fn a_preset_that_plays_is_renamed_with_its_file_and_back() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    folder.put("Other", 0.0);
    let bytes = fs::read(&path).unwrap();
    let rig = Rig::new();
    rig.play(PresetCommand::LoadFile(path.clone()), "Kit");
    rig.ask(LibraryCommand::Rename(path.clone(), "Other".into()));
    assert!(rig.failure().contains("choose another name") && rig.title() == "Kit");
    rig.play(LibraryCommand::Rename(path.clone(), "My kit".into()), "My kit");
    assert_eq!(rig.session.summary().origin, Origin::File(folder.path("My kit")));
    assert_eq!((rig.stored().title.as_str(), rig.recent()), ("My kit", vec!["My kit".to_owned()]));
    assert_eq!(fs::read(folder.path("My kit")).unwrap(), bytes);
    assert_eq!(rig.session.undo_view().undo.unwrap(), "rename Kit to My kit");
    rig.play(UndoCommand::Undo, "Kit");
    assert_eq!(fs::read(&path).unwrap(), bytes);
    let mut kit = file::read(&path).unwrap();
    file::round(&mut kit, None);
    assert_eq!((rig.stored().title.as_str(), rig.stored().unpack().unwrap()), ("Kit", kit));
}

#[test]
fn a_deleted_preset_plays_on_and_its_file_comes_back_byte_for_byte() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    let bytes = fs::read(&path).unwrap();
    let rig = Rig::new();
    rig.play(PresetCommand::LoadFile(path.clone()), "Kit");
    rig.play(LibraryCommand::Delete(path.clone()), "Kit");
    assert!(rig.session.library().origin_missing && !path.exists() && rig.recent().is_empty());
    let trashed = rig.session.deleted().unwrap();
    assert_eq!(trashed.file, path);
    // Its name is taken meanwhile: nothing is replaced.
    let other = folder.put("Kit", -20.0);
    rig.ask(LibraryCommand::RestoreDeleted);
    assert!(rig.failure().contains("another preset is called so"));
    rig.ask(UndoCommand::Undo);
    assert!(rig.failure().contains("another preset is called so"));
    fs::remove_file(&other).unwrap();
    rig.ask(UndoCommand::Undo);
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(rig.session.deleted(), None);
    rig.ask(UndoCommand::Redo);
    assert!(!path.exists() && rig.session.deleted() == Some(trashed));
    rig.ask(LibraryCommand::RestoreDeleted);
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert!(!rig.session.undo_view().undo.unwrap().contains("delete"), "it was brought back already");
}

#[test]
fn what_was_played_lately_is_shared_by_all_instances() {
    let folder = Folder::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = folder.put("Kit", -3.0);
    let foreign = elsewhere.path().join(format!("Foreign{SUFFIX}"));
    fs::copy(&path, &foreign).unwrap();
    let (one, other) = (Rig::new(), Rig::new());
    one.play(PresetCommand::LoadFile(foreign.clone()), "Foreign");
    other.play(PresetCommand::LoadFile(path), "Kit");
    other.play(PresetCommand::LoadFactory(FACTORY.into()), FACTORY);
    one.play(PresetCommand::Save("Mine".into()), "Mine");
    assert_eq!(one.recent(), ["Mine", FACTORY, "Kit", "Foreign"]);
    let users: Vec<_> = one.session.library().user.iter().map(|one| one.entry.name.clone()).collect();
    assert_eq!(users, ["Kit", "Mine"]);
    fs::remove_file(&foreign).unwrap();
    other.ask(LibraryCommand::Refresh);
    assert_eq!(other.recent().len(), 4);
    let missing: Vec<bool> = other.session.library().recent.iter().map(|listing| listing.trouble.is_some()).collect();
    assert_eq!(missing, [false, false, false, true]);
}

#[test]
fn another_project_begins_anew() {
    let folder = Folder::new();
    let path = folder.put("Kit", -3.0);
    let rig = Rig::new();
    rig.play(PresetCommand::LoadFile(path), "Kit");
    assert!(rig.can_undo());
    rig.playback.bring(StoredPreset::pack("Brought", &learned()).unwrap());
    rig.look();
    assert_eq!(rig.title(), "Brought");
    assert!(!rig.can_undo());
}

#[test]
fn what_sources_have_learned_comes_back_with_their_preset() {
    let folder = Folder::new();
    let path = folder.put("Kit", 0.0);
    let rig = Rig::new();
    rig.play(PresetCommand::Unsupervised(2), "2 parts");
    let heard = |rig: &Rig| rig.version().adaptive_state.heard_seconds;
    learn(&rig, 7.0);
    rig.play(PresetCommand::LoadFile(path), "Kit");
    assert_eq!(heard(&rig), 0.0);
    rig.play(UndoCommand::Undo, "2 parts");
    assert_eq!(heard(&rig), 7.0);
}

/// The adaptive sources have learned for so long.
fn learn(rig: &Rig, heard_seconds: f64) {
    let before = rig.version();
    let state = Arc::new(AdaptiveState { heard_seconds, ..AdaptiveState::default() });
    let learned = Arc::new(before.with_adaptive_state(state));
    let basis = unbraid::instance::project::playback::Basis::Version(&before);
    rig.playback.replace(basis, learned, None, || {}).unwrap();
}

/// What is done to adaptive sources by hand can be undone, though the preset stays the same.
#[test]
fn beginning_again_is_undone() {
    let _folder = Folder::new();
    let rig = Rig::new();
    rig.play(PresetCommand::Unsupervised(2), "2 parts");
    let heard = |rig: &Rig| rig.version().adaptive_state.heard_seconds;
    learn(&rig, 7.0);
    rig.play(AdaptationCommand::Reset, "2 parts");
    assert_eq!(heard(&rig), 0.0);
    rig.play(UndoCommand::Undo, "2 parts");
    assert_eq!(heard(&rig), 7.0);
    rig.play(UndoCommand::Redo, "2 parts");
    assert_eq!(heard(&rig), 0.0);
}

/// While the host does not play, nobody takes the models that are sent: presets go on changing all the same.
#[test]
fn presets_change_while_the_host_does_not_play() {
    let _folder = Folder::new();
    let rig = Rig::new();
    let format = StreamFormat { sample_rate: 44_100.0, mode: LatencyMode::Live, offline: false };
    let stream = Stream { format, capture: Arc::new(Capture::new(44_100.0, 2)), number: 1 };
    let seen = rig.playback.snapshot();
    rig.playback.activate(&seen, seen.version.clone(), stream, None, || {}).unwrap();
    for name in (0..20).map(|n| format!("kit {n}")) {
        rig.ask(SourceCommand::Rename(0, name.clone()));
        assert_eq!(rig.session.summary().strips[0].name, name);
    }
}

/// A project opened again knows where its preset came from, and whether it was saved.
#[test]
fn a_project_remembers_where_its_preset_came_from() {
    let folder = Folder::new();
    let path = folder.put("Kit", 0.0);
    let rig = Rig::new();
    rig.play(PresetCommand::LoadFile(path.clone()), "Kit");
    let saved = rig.stored();
    rig.ask(SourceCommand::Rename(0, "kick".to_owned()));
    assert!(rig.session.summary().changed);
    let changed = rig.stored();
    for (stored, is_changed) in [(saved, false), (changed, true)] {
        rig.play(PresetCommand::LoadFactory(FACTORY.to_owned()), FACTORY);
        rig.playback.bring(stored);
        rig.look();
        let summary = rig.session.summary();
        assert_eq!((summary.title.as_str(), &summary.origin), ("Kit", &Origin::File(path.clone())));
        assert_eq!(summary.changed, is_changed);
    }
}

/// Learning a source is one action, though it is heard by itself first. What the strips were learned from comes back
/// with the preset, so that the next source is learned together with them.
#[test]
fn undoing_a_learned_source_leaves_what_the_others_were_learned_from() {
    let folder = Folder::new();
    let rig = Rig::new();
    let before = rig.version();
    // The first half second of a recording is enough to learn two bases from.
    let audio = |name: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audio").join(name);
        let mut recording = recording::read(path).unwrap();
        recording.channels.iter_mut().for_each(|channel| channel.truncate(22_050));
        let short = folder.folder.path().join(format!("{name}.wav"));
        recording::write_wav(&short, &recording, SampleFormat::Float32).unwrap();
        vec![short]
    };
    let files = |strip: usize, name: &str| {
        let source = rig.session.summary().strips[strip].name.clone();
        LearnCommand::Files { strip, source, files: audio(name) }
    };
    let known = |rig: &Rig| rig.session.learning().material.map(|seconds| seconds > 0.0);
    rig.session.set_learn_options(LearnOptions { components: 2, ..LearnOptions::default() });
    rig.ask(files(0, "standard-kit-take1.flac"));
    rig.until("the drums are learned", |rig| known(rig)[..2] == [true, false]);
    rig.ask(files(1, "finger-bass-take1.flac"));
    rig.until("both are learned", |rig| known(rig)[..2] == [true, true] && rig.session.learning().job.is_none());
    let learned = rig.version();
    let for_masks = |version: &Version| {
        let dictionaries = version.preset.sources.iter().flat_map(|source| source.dictionaries());
        dictionaries.filter(|dictionary| dictionary.reconstruction.is_some()).count()
    };
    assert_eq!(for_masks(&learned), 4, "both sources in both lengths of frames");
    // By itself first and then with the drums: one action.
    rig.ask(UndoCommand::Undo);
    assert_eq!(rig.version().preset.sources[1], before.preset.sources[1]);
    assert_eq!(known(&rig)[..2], [true, false], "the bass is forgotten");
    rig.ask(UndoCommand::Redo);
    assert!(Arc::ptr_eq(&rig.version().preset, &learned.preset));
    assert_eq!(known(&rig)[..2], [true, true], "the bass is known again");
}

/// Recordings are chosen in a dialog, during which the strips may change.
#[test]
fn recordings_chosen_for_another_source_teach_nothing() {
    let _folder = Folder::new();
    let rig = Rig::new();
    rig.ask(SourceCommand::Remove(0));
    rig.ask(LearnCommand::Files { strip: 0, source: "drums".to_owned(), files: vec![PathBuf::from("drums.wav")] });
    assert!(rig.failure().contains("strips have changed"));
    assert!(rig.session.learning().waits.iter().all(|waits| !waits));
}
