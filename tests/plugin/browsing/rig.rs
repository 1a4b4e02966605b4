//! An instance's worker without a host, and a folder of presets.

use crate::learned;
use std::{
    cell::RefCell,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use unbraid::{
    instance::{
        command::Command,
        host_params::HostParams,
        params::UnbraidParams,
        project::{
            playback::Playback,
            stored_preset::StoredPreset,
            stream::{Stream, StreamFormat},
            version::Version,
        },
        session::Session,
        state::message::Message,
        worker::{Worker, context::Context},
    },
    learner::capture::Capture,
    preset::{
        Preset,
        file::SUFFIX,
        library::{self, FOLDER_VARIABLE},
    },
    realtime::wires::{self, AudioEnd},
    recording::Recording,
    separator::LatencyMode,
};

/// The factory preset after the one that plays at first.
pub(super) const FACTORY: &str = "Drums + Bass";

/// The folder is named by the process's environment: one test at a time.
static FOLDER: Mutex<()> = Mutex::new(());

/// A folder of presets that is the user's while it lives.
pub(crate) struct Folder {
    pub(crate) folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let alone = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        // SAFETY: the standard library reads the environment under a lock of its own, and no C code runs here that
        // reads it.
        unsafe { std::env::set_var(FOLDER_VARIABLE, folder.path()) };
        Self { folder, _alone: alone }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}{SUFFIX}"))
    }

    /// Puts a preset there whose drums stand at `gain_db`.
    pub(super) fn put(&self, name: &str, gain_db: f32) -> PathBuf {
        let mut preset = learned();
        preset.sources[0].knobs.gain_db = Some(gain_db);
        self.save(&preset, name)
    }

    /// Puts `preset` there.
    pub(crate) fn save(&self, preset: &Preset, name: &str) -> PathBuf {
        library::save(preset, name).unwrap()
    }
}

/// An instance's worker without a thread and without a host.
pub(super) struct Rig {
    pub(super) playback: Arc<Playback>,
    pub(super) session: Arc<Session>,
    pub(super) params: Arc<UnbraidParams>,
    /// What the audio thread has of the wires.
    pub(super) audio: AudioEnd,
    worker: RefCell<Worker>,
}

impl Rig {
    pub(super) fn new() -> Self {
        let playback = Playback::new(Arc::new(Version::first()));
        let session = Session::new(playback.clone()).0;
        let params = Arc::new(UnbraidParams::new(playback.clone()));
        let (audio, models) = wires::connect();
        let host_params = HostParams::new(params.clone()).0;
        let context = Context::new(playback.clone(), session.clone(), Arc::default(), models, host_params);
        Self { playback, session, params, audio, worker: RefCell::new(Worker::new(context)) }
    }

    /// The host plays: `sound` is what was played so far, if anything. Gives where it goes on.
    pub(super) fn activate(&self, mode: LatencyMode, offline: bool, sound: Option<&Recording>) -> Arc<Capture> {
        let format = StreamFormat { sample_rate: 44_100.0, mode, offline };
        let capture = Arc::new(Capture::new(44_100.0, 2));
        if let Some(sound) = sound {
            let mut channels = sound.channels.clone();
            let mut block: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
            capture.write(&block);
            block.clear();
        }
        let seen = self.playback.snapshot();
        let stream = Stream { format, capture: capture.clone(), number: seen.activation + 1 };
        self.playback.activate(&seen, seen.version.clone(), stream, None, || {}).unwrap();
        capture
    }

    /// Carries out `command`.
    pub(super) fn ask(&self, command: impl Into<Command>) {
        self.worker.borrow_mut().serve(command.into());
        self.look();
    }

    pub(super) fn look(&self) {
        self.worker.borrow_mut().look();
    }

    /// Carries out `command`, after which `title` plays and nothing has failed.
    #[track_caller]
    pub(super) fn play(&self, command: impl Into<Command>, title: &str) {
        self.ask(command);
        assert!(!matches!(self.session.message(), Message::Failed(_)), "{:?}", self.session.message());
        assert_eq!(self.title(), title);
    }

    /// Looks on until `holds`.
    #[track_caller]
    pub(super) fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let patience = Instant::now() + Duration::from_secs(120);
        while !holds(self) {
            assert!(Instant::now() < patience, "{what}: {:?}, {:?}", self.session.message(), self.session.learning());
            std::thread::sleep(Duration::from_millis(2));
            self.look();
        }
    }

    pub(super) fn title(&self) -> String {
        self.session.summary().title.clone()
    }

    pub(super) fn version(&self) -> Arc<Version> {
        self.playback.version()
    }

    pub(super) fn stored(&self) -> StoredPreset {
        self.playback.stored()
    }

    pub(super) fn can_undo(&self) -> bool {
        self.session.undo_view().undo.is_some()
    }

    /// Where the first strip's knob stands, in whole dB.
    pub(super) fn gain(&self) -> f32 {
        self.params.strips[0].gain_db().unwrap().round()
    }

    /// The sentence of a failure, dismissed.
    #[track_caller]
    pub(super) fn failure(&self) -> String {
        let Message::Failed(sentence) = self.session.message() else { panic!("{:?}", self.session.message()) };
        self.ask(Command::DismissMessage);
        sentence
    }

    pub(super) fn recent(&self) -> Vec<String> {
        self.session.library().recent.iter().map(|listing| listing.entry.name.clone()).collect()
    }
}
