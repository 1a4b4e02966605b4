//! An instance's worker without a host, and a folder of presets.

use nice_plug::params::persist::PersistentField;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use unbraid::{
    instance::{
        command::Request,
        project::{
            stored_preset::{PresetField, StoredPreset},
            version::Version,
        },
        session::{Activity, Session},
        stage::Stage,
        state::summary::{Origin, Summary},
        worker::{Desk, Worker, browsing::Browse},
    },
    preset::{
        Knobs, MAX_SOURCES, Preset,
        file::SUFFIX,
        library::{self, Entry, FOLDER_VARIABLE},
    },
    realtime::wires,
};

pub(super) const FACTORY: &str = "Drums + Bass";

/// The folder is named by the process's environment: one test at a time.
static FOLDER: Mutex<()> = Mutex::new(());

/// A folder of presets that is the user's while it lives.
pub(super) struct Folder {
    pub(super) folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Folder {
    pub(super) fn new() -> Self {
        let alone = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        // SAFETY: the standard library reads the environment under a lock of its own, and no C code runs here that reads it.
        unsafe { std::env::set_var(FOLDER_VARIABLE, folder.path()) };
        Self { folder, _alone: alone }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}{SUFFIX}"))
    }

    /// Puts a preset there whose drums stand at `gain_db`.
    pub(super) fn put(&self, name: &str, gain_db: f32) -> PathBuf {
        let mut preset = factory();
        preset.sources[0].knobs.gain_db = Some(gain_db);
        library::save(&preset, name).unwrap()
    }
}

pub(super) fn factory() -> Preset {
    library::load(&Entry { name: FACTORY.to_owned(), path: None }).unwrap()
}

/// An instance without a host.
pub(super) struct Rig {
    pub(super) session: Arc<Session>,
    pub(super) stage: Arc<Stage>,
    pub(super) field: PresetField,
    /// Where its knobs stand.
    pub(super) knobs: Arc<Mutex<Vec<Knobs>>>,
    _worker: Worker,
}

impl Rig {
    pub(super) fn new() -> Self {
        let preset = Arc::new(factory());
        let (session, requests) = Session::new(Summary::new(FACTORY, Origin::Factory(FACTORY.to_owned()), &preset));
        let stage = Arc::new(Stage::new(preset));
        let stored = StoredPreset::pack(FACTORY, library::factory_bytes(FACTORY).unwrap());
        let field = PresetField::new(Arc::new(stored));
        let knobs = Arc::new(Mutex::new(vec![Knobs::default(); MAX_SOURCES]));
        let theirs = knobs.clone();
        let desk = Desk {
            stage: stage.clone(),
            field: field.clone(),
            session: session.clone(),
            link: Arc::default(),
            models: wires::connect().1,
            knobs: Box::new(move || theirs.lock().unwrap().clone()),
            adapted_since: std::cell::Cell::new(false),
        };
        let rig = Self { session, stage, field, knobs, _worker: Worker::spawn(desk, requests) };
        rig.until("the worker runs", |rig| rig.session.history().current().is_some());
        rig
    }

    #[track_caller]
    pub(super) fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let patience = Instant::now() + Duration::from_secs(120);
        while !holds(self) {
            assert!(
                Instant::now() < patience,
                "{what}: {:?}, {:?}, {:?}",
                self.session.activity(),
                self.title(),
                self.session.learning()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(super) fn title(&self) -> String {
        self.session.summary().title.clone()
    }

    /// Asks, and waits until `title` plays.
    #[track_caller]
    pub(super) fn ask(&self, request: Request, title: &str) {
        self.session.request(request);
        self.until(title, |rig| {
            rig.title() == title && matches!(rig.session.activity(), Activity::Idle | Activity::Done(_))
        });
        self.until("told", |rig| rig.session.history().current().is_some_and(|version| version.summary.title == title));
    }

    #[track_caller]
    pub(super) fn browse(&self, browse: Browse, title: &str) {
        self.ask(Request::Browse(browse), title);
    }

    pub(super) fn version(&self) -> Arc<Version> {
        self.session.history().current().unwrap().clone()
    }

    pub(super) fn stored(&self) -> StoredPreset {
        self.field.map(StoredPreset::clone)
    }

    #[track_caller]
    pub(super) fn failure(&self) -> String {
        self.until("a failure", |rig| matches!(rig.session.activity(), Activity::Failed(_)));
        let Activity::Failed(sentence) = self.session.activity() else { unreachable!("just seen") };
        self.session.set_activity(Activity::Idle);
        sentence
    }

    pub(super) fn recent(&self) -> Vec<String> {
        self.session.browsing.library().recent.iter().map(|listing| listing.entry.name.clone()).collect()
    }
}
