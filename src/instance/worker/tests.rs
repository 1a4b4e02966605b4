//! The worker without a thread, a host or an audio thread: what happens when something comes in between.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod marking;
mod presets;
mod projects;
mod storing;
mod thread;
mod tuned;

use super::{
    thread::WorkerThread,
    undo_history::{Action, Direction},
    *,
};
use crate::{
    instance::{
        LEARNED,
        command::{LearnCommand, LibraryCommand, PresetCommand, SentCommand, SourceCommand, UndoCommand},
        host_params::{HostParams, ParamChanges},
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
    /// What the host is to hear of parameters.
    changes: ParamChanges,
}

impl Rig {
    /// The first preset plays; the plugin is not active.
    pub(super) fn new() -> Self {
        let playback = Playback::new(Arc::new(Version::first()));
        let (session, commands) = Session::new(playback.clone());
        let params = Arc::new(UnbraidParams::new(playback.clone()));
        let (audio, models) = wires::connect();
        let (host_params, changes) = HostParams::new(params.clone());
        let link = Arc::new(HostRequests::default());
        let context = Context::new(playback.clone(), session.clone(), link, models, host_params);
        let mut worker = Worker::new(context);
        worker.look();
        Self { worker, playback, session, params, commands, audio, changes }
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

    /// The parameters that the host hears of which the worker has set since the last question, in order.
    fn told(&mut self) -> Vec<ParamId> {
        std::iter::from_fn(|| self.changes.pop()).map(|change| change.param).collect()
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
