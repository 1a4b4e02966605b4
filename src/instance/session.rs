//! What an instance is doing, as its editor sees it.
//!
//! Read and written by the editor, the worker and the host's main thread. The audio thread cannot name it; the meters and the
//! analyzer's frames come from there.

use super::{
    analyzer::Analyzer,
    command::Request,
    history::History,
    repaint::Waker,
    state::{
        options::{AdaptOptions, LearnOptions, Options},
        summary::Summary,
    },
    worker::{browsing::Browsing, sources::Found},
};
use crate::{
    learner::adapted::Adapted,
    preset::{Knobs, MAX_SOURCES, Preset},
    realtime::wires::meters::Meters,
    separator::LatencyMode,
};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
};

/// How the audio thread runs at the moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playing {
    /// The latency mode in force; the parameter may already ask for another.
    pub mode: LatencyMode,
    /// The latency that the host was told, in samples.
    pub latency_samples: u32,
    /// Sample rate in Hz; 0 before the first activation.
    pub sample_rate: f64,
}

/// What goes on in the background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activity {
    /// Nothing.
    Idle,
    /// This preset is being read and prepared.
    Loading(String),
    /// The last request succeeded, with an outcome that is seen nowhere else; one sentence.
    Done(String),
    /// The last request failed; one sentence that names what is wrong and what to do.
    Failed(String),
}

/// The bases of what plays.
#[derive(Debug, Clone, Default)]
pub struct Dictionaries {
    /// The preset; `None` before the first activation.
    pub preset: Option<Arc<Preset>>,
    /// What its sources that may move have become.
    pub adapted: Arc<Adapted>,
}

/// What is being captured and learned.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LearnState {
    /// The strip that is captured for, how many seconds it has (0 while nothing was heard), and the peak just now.
    pub take: Option<(usize, f32, f32)>,
    /// The strip that is learned, and the share done, 0 to 1.
    pub job: Option<(usize, f32)>,
    /// Strips that are to be learned next.
    pub waits: [bool; MAX_SOURCES],
    /// Seconds of sound that each strip can be learned from again.
    pub material: [f32; MAX_SOURCES],
}

/// Shared by an instance's threads.
#[derive(Debug)]
pub struct Session {
    /// Levels for the editor.
    pub meters: Arc<Meters>,
    /// The library of presets, as it was read last.
    pub browsing: Browsing,
    history: Mutex<History>,
    /// Frames for the editor.
    pub analyzer: Analyzer,
    /// Whom to wake when there is something new to see.
    pub waker: Waker,
    summary: Mutex<Arc<Summary>>,
    activity: Mutex<Activity>,
    learning: Mutex<LearnState>,
    options: Arc<Mutex<Options>>,
    dictionaries: Mutex<Dictionaries>,
    found: Mutex<Option<Arc<Found>>>,
    knobs: Mutex<Option<Vec<Knobs>>>,
    mode: AtomicU32,
    latency_samples: AtomicU32,
    sample_rate: AtomicU64,
    requests: Sender<Request>,
}

/// A poisoned lock still guards a whole value: every write here is a single assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Session {
    /// A session that plays what `summary` describes, and the worker's end of its requests.
    pub fn new(summary: Summary) -> (Arc<Self>, Receiver<Request>) {
        let (requests, inbox) = unbounded();
        let session = Self {
            meters: Arc::default(),
            browsing: Browsing::default(),
            history: Mutex::default(),
            analyzer: Analyzer::default(),
            summary: Mutex::new(Arc::new(summary)),
            activity: Mutex::new(Activity::Idle),
            learning: Mutex::default(),
            options: Arc::default(),
            dictionaries: Mutex::default(),
            found: Mutex::default(),
            knobs: Mutex::new(None),
            waker: Waker::default(),
            mode: AtomicU32::new(LatencyMode::default() as u32),
            latency_samples: AtomicU32::new(0),
            sample_rate: AtomicU64::new(0),
            requests,
        };
        (Arc::new(session), inbox)
    }

    /// The preset that plays.
    pub fn summary(&self) -> Arc<Summary> {
        lock(&self.summary).clone()
    }

    /// Worker, main thread: another preset plays from now on.
    pub fn set_summary(&self, summary: Summary) {
        self.put(&self.summary, Arc::new(summary));
    }

    /// What goes on in the background.
    pub fn activity(&self) -> Activity {
        lock(&self.activity).clone()
    }

    /// Worker: what goes on. Editor: [`Activity::Idle`] to dismiss a failure.
    pub fn set_activity(&self, activity: Activity) {
        self.put(&self.activity, activity);
    }

    /// What is being captured and learned.
    pub fn learning(&self) -> LearnState {
        *lock(&self.learning)
    }

    /// Worker: what is being captured and learned.
    pub fn set_learning(&self, state: LearnState) {
        self.put(&self.learning, state);
    }

    /// How to capture and learn from now on.
    pub fn learn_options(&self) -> LearnOptions {
        lock(&self.options).learn
    }

    /// Editor: how to capture and learn from now on.
    pub fn set_learn_options(&self, options: LearnOptions) {
        lock(&self.options).learn = options;
    }

    /// How adaptive sources follow the mixture from now on.
    pub fn adapt_options(&self) -> AdaptOptions {
        lock(&self.options).adapt
    }

    /// Editor: how adaptive sources follow the mixture from now on.
    pub fn set_adapt_options(&self, options: AdaptOptions) {
        lock(&self.options).adapt = options;
    }

    /// Both, as the project stores them.
    pub fn options(&self) -> Arc<Mutex<Options>> {
        self.options.clone()
    }

    /// The bases of what plays.
    pub fn dictionaries(&self) -> Dictionaries {
        lock(&self.dictionaries).clone()
    }

    /// Worker, main thread: these are the bases of what plays.
    pub fn set_dictionaries(&self, preset: &Arc<Preset>, adapted: &Arc<Adapted>) {
        *lock(&self.dictionaries) = Dictionaries { preset: Some(preset.clone()), adapted: adapted.clone() };
        self.waker.wake();
    }

    /// The sources of the preset that was looked at last.
    pub fn found(&self) -> Option<Arc<Found>> {
        lock(&self.found).clone()
    }

    /// Worker: these sources were found in a preset. Editor: `None`, they are of no interest any more.
    pub fn set_found(&self, found: Option<Found>) {
        self.put(&self.found, found.map(Arc::new));
    }

    /// How the audio thread runs.
    pub fn playing(&self) -> Playing {
        Playing {
            mode: LatencyMode::ALL[self.mode.load(Relaxed) as usize],
            latency_samples: self.latency_samples.load(Relaxed),
            sample_rate: f64::from_bits(self.sample_rate.load(Relaxed)),
        }
    }

    /// Host's main thread, on activation: how the audio thread will run.
    pub fn set_playing(&self, playing: Playing) {
        self.mode.store(playing.mode as u32, Relaxed);
        self.latency_samples.store(playing.latency_samples, Relaxed);
        self.sample_rate.store(playing.sample_rate.to_bits(), Relaxed);
        self.waker.wake();
    }

    /// What was done, to be undone. Held for a moment only.
    pub fn history(&self) -> MutexGuard<'_, History> {
        // A poisoned lock guards a history that may lack a step, which is no harm.
        lock(&self.history)
    }

    /// Editor: ask the worker for something. Returns at once; see [`Session::activity`].
    pub fn request(&self, request: Request) {
        if let Request::Replay(replay) = &request {
            // From now on: what is compared or undone next must be what this leads to.
            self.set_activity(Activity::Loading(replay.version.summary.title.clone()));
        }
        // The receiver lives as long as the plugin; after that nobody is left to be told.
        let _ = self.requests.send(request);
    }

    /// Worker: a preset the editor asked for was loaded; these are its knob settings, one per source.
    pub fn offer_knobs(&self, knobs: Vec<Knobs>) {
        self.put(&self.knobs, Some(knobs));
    }

    /// Worker, main thread, editor: the knob settings on offer belong to nothing that plays any more.
    pub fn withdraw_knobs(&self) {
        *lock(&self.knobs) = None;
    }

    /// Puts `value` where the editor sees it.
    fn put<T: PartialEq>(&self, place: &Mutex<T>, value: T) {
        let mut shown = lock(place);
        let is_new = *shown != value;
        *shown = value;
        drop(shown);
        if is_new {
            self.waker.wake();
        }
    }

    /// Editor: knob settings to put into the parameters, once after each load.
    pub fn take_knobs(&self) -> Option<Vec<Knobs>> {
        lock(&self.knobs).take()
    }
}
