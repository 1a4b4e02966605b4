//! The worker without a thread, a host or an audio thread: what happens when something comes in between.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod marking;
mod storing;

use super::{
    thread::WorkerThread,
    undo_history::{Action, Direction},
    *,
};
use crate::{
    instance::{
        LEARNED,
        command::{LearnCommand, LibraryCommand, PresetCommand, SentCommand, SourceCommand, UndoCommand},
        host_params::HostParams,
        param_id::ParamId,
        params::UnbraidParams,
        project::{
            packed_file,
            playback::{Playback, Refused},
            stream::{Stream, StreamFormat},
            version::FIRST_PRESET,
        },
        session::Session,
        state::{options::LearnOptions, summary::Origin},
    },
    learner::{
        adaptive::{AdaptiveState, ComponentIndex, SourceState},
        capture::Capture,
    },
    preset::{MAX_COMPONENTS, Preset, file, library},
    realtime::wires::{self, AudioEnd, host_requests::HostRequests},
    separator::LatencyMode,
};
use crossbeam_channel::Receiver;
use parking_lot::{Mutex, MutexGuard};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

/// A worker, what it works on, and the audio thread's end of its way there.
pub(super) struct Rig {
    pub(super) worker: Worker,
    pub(super) playback: Arc<Playback>,
    pub(super) session: Arc<Session>,
    pub(super) params: Arc<UnbraidParams>,
    pub(super) commands: Receiver<SentCommand>,
    pub(super) audio: AudioEnd,
}

impl Rig {
    /// The first preset plays; the plugin is not active.
    pub(super) fn new() -> Self {
        let playback = Playback::new(Arc::new(Version::first()));
        let (session, commands) = Session::new(playback.clone());
        let params = Arc::new(UnbraidParams::new(playback.clone()));
        let (audio, models) = wires::connect();
        let host_params = HostParams::new(params.clone()).0;
        let link = Arc::new(HostRequests::default());
        let context = Context::new(playback.clone(), session.clone(), link, models, host_params);
        let mut worker = Worker::new(context);
        worker.look();
        Self { worker, playback, session, params, commands, audio }
    }

    /// The same while the plugin is active.
    pub(super) fn active() -> Self {
        let rig = Self::new();
        let format = StreamFormat { sample_rate: 44_100.0, mode: LatencyMode::Live, offline: false };
        let stream = Stream { format, capture: Arc::new(Capture::new(44_100.0, 2)), number: 1 };
        let seen = rig.playback.snapshot();
        rig.playback.activate(&seen, seen.version.clone(), stream, None, || {}).unwrap();
        rig
    }

    /// Carries out `command`, and takes up what is left to do.
    pub(super) fn ask(&mut self, command: impl Into<Command>) {
        self.worker.serve(command.into());
        self.worker.look();
    }

    /// The sentence of a failure.
    pub(super) fn failure(&self) -> String {
        match self.session.message() {
            Message::Failed(sentence) => sentence,
            other => panic!("no failure: {other:?}"),
        }
    }

    fn strip_names(&self) -> Vec<String> {
        self.session.summary().strips.iter().map(|strip| strip.name.clone()).collect()
    }
}

/// A folder of presets that is the user's while it lives, so that no test touches the real one.
struct PresetFolder {
    folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl PresetFolder {
    fn new() -> Self {
        // It is named by the process's environment: one test at a time.
        static ALONE: Mutex<()> = Mutex::new(());
        let (alone, folder) = (ALONE.lock(), tempfile::tempdir().unwrap());
        // SAFETY: the standard library locks the environment, and no C code that reads it runs here.
        unsafe { std::env::set_var(library::FOLDER_VARIABLE, folder.path()) };
        Self { folder, _alone: alone }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}{}", file::SUFFIX))
    }
}

/// Drums and bass with bases of their own.
pub(super) fn learned() -> Preset {
    file::from_bytes(LEARNED, "the learned preset").unwrap()
}

/// What a project brings that was saved under this title.
fn project(title: &str) -> StoredPreset {
    StoredPreset::pack(title, &learned()).unwrap()
}

fn rename(name: &str) -> SourceCommand {
    SourceCommand::Rename(0, name.to_owned())
}

/// What the worker does with what it has read before the project arrived.
fn is_refused<T: std::fmt::Debug>(outcome: Result<T, WorkerError>) -> bool {
    matches!(outcome, Err(WorkerError::Superseded))
}

#[test]
fn what_was_asked_of_the_preset_before_a_project_came_is_not_done_to_the_project() {
    let mut rig = Rig::new();
    rig.session.send(rename("kick"));
    rig.session.send(UndoCommand::EndTurn);
    rig.session.send(SourceCommand::ForgetList);
    rig.playback.bring(project("Brought"));
    let [renamed, ended, forgotten] = std::array::from_fn(|_| rig.commands.recv().unwrap());
    rig.worker.receive(ended);
    rig.worker.receive(forgotten);
    assert_eq!(rig.session.message(), Message::None, "what changes no preset is carried out");
    rig.worker.receive(renamed);
    assert_eq!((rig.playback.version().title(), rig.strip_names()[0].as_str()), ("Brought", "drums"));
    assert!(rig.failure().contains("another project"));
    rig.session.send(rename("kick"));
    let sent = rig.commands.recv().unwrap();
    rig.worker.receive(sent);
    assert_eq!(rig.strip_names()[0], "kick");
}

#[test]
fn an_activation_during_an_edit_does_not_refuse_the_edit() {
    let rig = Rig::active();
    let seen = rig.playback.snapshot();
    let stream = seen.stream.clone().unwrap();
    rig.playback.activate(&seen, seen.version.recounted(), stream, None, || {}).unwrap();
    let edited = Arc::new(seen.version.renamed("Edited", Origin::Project));
    let outcome = rig.playback.replace(Basis::Version(&seen.version), edited.clone(), Some(seen.activation), || {});
    assert_eq!(outcome, Err(Refused::OtherStream), "it is built again for the new stream");
    rig.playback.replace(Basis::Version(&seen.version), edited, Some(seen.activation + 1), || {}).unwrap();
}

#[test]
fn a_number_of_bases_that_no_source_can_have_is_not_learned_with() {
    let rig = Rig::new();
    for (brought, used) in [(0, 1), (usize::MAX, MAX_COMPONENTS)] {
        rig.session.set_learn_options(LearnOptions { components: brought, ..LearnOptions::default() });
        assert_eq!(rig.session.learn_options().components, used);
    }
}

#[test]
fn a_project_that_arrives_during_an_edit_wins() {
    let mut rig = Rig::active();
    let before = rig.playback.version();
    let mut edited = Preset::clone(&before.preset);
    edited.sources[0].name = "kick".to_owned();
    rig.playback.bring(project("Brought"));
    assert!(is_refused(rig.worker.context.edit(&before, edited)));
    assert!(Arc::ptr_eq(&rig.playback.version(), &before), "nothing has changed");
    assert!(rig.worker.context.history.next(Direction::Undo).is_none());
    assert_eq!(rig.playback.stored(), project("Brought"), "a project that is saved now has what was brought");
    rig.worker.look();
    assert_eq!((rig.session.summary().title.as_str(), rig.strip_names()[0].as_str()), ("Brought", "drums"));
    assert_eq!(rig.playback.stored().title, "Brought");
}

#[test]
fn a_project_that_arrives_during_learning_wins_and_learning_says_so() {
    let mut rig = Rig::new();
    let audio = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audio/finger-bass-take1.flac").into();
    let files = LearnCommand::Files { strip: 1, source: "bass".to_owned(), files: vec![audio] };
    rig.ask(files);
    assert!(rig.session.learning().job.is_some());
    rig.playback.bring(project("Brought"));
    rig.worker.look();
    assert!(rig.failure().contains("learn it again"), "{}", rig.failure());
    assert!(rig.session.learning().job.is_none());
    assert_eq!(rig.playback.stored().title, "Brought");
    assert!(rig.session.summary().strips[1].learned_from.iter().all(|name| !name.contains("finger-bass")));
}

#[test]
fn a_project_that_arrives_during_a_load_wins() {
    let mut rig = Rig::active();
    rig.ask(rename("kick"));
    rig.worker.tried = None;
    let before = rig.playback.version();
    // As the worker is when it has read the file and is about to play it.
    let loaded = Version::loaded(learned(), "Loaded", Origin::New).unwrap();
    rig.playback.bring(project("Brought"));
    assert!(is_refused(rig.worker.context.play(Basis::Version(&before), loaded)));
    assert!(Arc::ptr_eq(&rig.playback.version(), &before));
    rig.worker.look();
    assert_eq!(rig.session.summary().title, "Brought");
}

#[test]
fn a_project_that_arrives_during_undo_wins_and_the_history_begins_anew() {
    let mut rig = Rig::active();
    rig.ask(rename("kick"));
    rig.playback.bring(project("Brought"));
    assert!(is_refused(rig.worker.context.step(Direction::Undo)));
    assert!(rig.worker.context.history.next(Direction::Undo).is_some(), "the place in the history has not moved");
    assert_eq!(rig.strip_names()[0], "kick");
    rig.worker.look();
    assert_eq!(rig.session.summary().title, "Brought");
    assert_eq!(rig.session.undo_view().undo, None);
}

#[test]
fn an_activation_between_building_and_playing_gets_a_model_of_its_own_stream() {
    let rig = Rig::active();
    let seen = rig.playback.snapshot();
    let renamed = Arc::new(seen.version.renamed("Other", Origin::New));
    rig.playback.deactivate(|| {});
    let outcome = rig.playback.replace(Basis::Version(&seen.version), renamed, Some(seen.activation), || {
        panic!("the model was built for a stream that is over")
    });
    assert!(outcome.is_err() && Arc::ptr_eq(&rig.playback.version(), &seen.version));
}

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

/// The host saves on a thread of its own: what it gets is always one version, never a part of two.
#[test]
fn state_that_is_read_while_it_is_replaced_is_of_one_version() {
    let mut rig = Rig::new();
    let (saves, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Also if the worker fails.
            while !done.load(Relaxed) && saves.fetch_add(1, Relaxed) < 10_000 {
                let stored = rig.playback.stored();
                let preset = stored.unpack().unwrap();
                let first = &preset.sources[0].name;
                let fits = if stored.changed { first == "kick" } else { first == "drums" };
                assert!(fits, "{} with {first}", stored.changed);
            }
        });
        let worker = &mut rig.worker;
        while saves.load(Relaxed) < 50 {
            worker.serve(rename("kick").into());
            worker.serve(UndoCommand::Undo.into());
        }
        done.store(true, Relaxed);
    });
}

/// Projects that arrive at any moment while presets are edited: the last of both wins whole, and nothing is left over.
#[test]
fn projects_and_edits_at_once_leave_one_of_them_in_force() {
    let mut rig = Rig::active();
    std::thread::scope(|scope| {
        let playback = rig.playback.clone();
        let host = scope.spawn(move || {
            for number in 0..8 {
                playback.bring(project(&format!("project {number}")));
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        let mut number = 0;
        while !host.is_finished() {
            rig.worker.serve(rename(&format!("name {number}")).into());
            number += 1;
        }
    });
    rig.worker.look();
    assert_eq!(rig.session.summary().title, "project 7");
    let (version, stored) = (rig.playback.version(), rig.playback.stored());
    assert_eq!(stored.unpack().unwrap().sources, version.preset.sources);
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
fn a_loaded_presets_knobs_reach_the_parameters_without_a_window() {
    let folder = PresetFolder::new();
    let path = folder.path("Kit");
    let mut preset = Preset::clone(&Version::first().preset);
    preset.sources[0].knobs.gain_db = Some(-7.5);
    preset.sources[1].knobs.mute = true;
    file::write(&preset, &path).unwrap();
    let mut rig = Rig::new();
    let (params, mut changes) = HostParams::new(rig.params.clone());
    rig.worker.context.params = params;
    let asked = Arc::new(AtomicBool::new(false));
    let tell = asked.clone();
    changes.on_change(move || tell.store(true, Relaxed));
    rig.ask(PresetCommand::LoadFile(path));
    let gain = |rig: &Rig| rig.params.strips[0].gain_db().unwrap();
    assert!((gain(&rig) + 7.5).abs() < 1e-3 && rig.params.strips[1].mute.value() && asked.load(Relaxed));
    let told: Vec<ParamId> = std::iter::from_fn(|| changes.pop()).map(|change| change.param).collect();
    assert_eq!(told, [ParamId::Gain(0), ParamId::Mute(1)], "the host hears of those that moved");
    rig.ask(UndoCommand::Undo);
    assert!(gain(&rig) == 0.0 && !rig.params.strips[1].mute.value());
}

#[test]
fn a_success_is_told_for_a_while_and_a_failure_until_it_is_dismissed() {
    let mut rig = Rig::new();
    rig.worker.context.say(Message::Done("done".to_owned()));
    let left = rig.worker.look().expect("the message ends");
    assert!(left <= Duration::from_secs(6), "{left:?}");
    rig.worker.context.end_message_at(Instant::now());
    assert_eq!((rig.worker.look(), rig.session.message()), (None, Message::None));
    rig.worker.context.say(Message::Failed("failed".to_owned()));
    assert_eq!(rig.worker.look(), None);
    rig.ask(Command::DismissMessage);
    assert_eq!(rig.session.message(), Message::None);
}

#[test]
fn the_worker_looks_as_often_as_something_depends_on_it() {
    let mut rig = Rig::new();
    assert_eq!(rig.worker.look(), None, "nothing plays");
    let window = rig.session.repaint.open(|| {});
    assert_eq!(rig.worker.look(), None, "a window shows what is sent to it");
    let mut rig = Rig::active();
    assert_eq!(rig.worker.look(), Some(STOPPED), "the host does not play yet");
    rig.session.meters.cpu.write(0.01, 0.01, false);
    assert_eq!(rig.worker.look(), Some(IDLE), "a host that plays may turn Learn switches");
    let other = rig.session.repaint.open(|| {});
    assert_eq!(rig.worker.look(), Some(BUSY), "a window shows levels");
    drop((window, other));
    rig.ask(LearnCommand::Start(0));
    assert_eq!(rig.worker.look(), Some(BUSY), "a take is under way");
    rig.ask(LearnCommand::Cancel);
    assert_eq!(rig.worker.look(), Some(IDLE));
    rig.playback.deactivate(|| {});
    assert_eq!(rig.worker.look(), None);
}

#[test]
fn the_worker_outlives_a_panic_and_says_so() {
    let rig = Rig::new();
    let Rig { worker, playback, session, commands, .. } = rig;
    let _thread = WorkerThread::spawn(worker, commands, &session);
    let wait = |what: &str, holds: &dyn Fn() -> bool| {
        let patience = Instant::now() + Duration::from_secs(60);
        while !holds() {
            assert!(Instant::now() < patience, "{what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    session.send(Command::Panic);
    wait("the failure is said", &|| matches!(session.message(), Message::Failed(_)));
    session.send(rename("kick"));
    wait("the next command is carried out", &|| playback.version().preset.sources[0].name == "kick");
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
