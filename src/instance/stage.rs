//! What plays, shared by the main thread and the worker.

use super::worker::adapting::Playing;
use crate::{
    learner::{adapted::Adapted, capture::Capture},
    preset::Preset,
    separator::LatencyMode,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a model is built for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Framing {
    /// In Hz.
    pub sample_rate: f64,
    /// The latency mode.
    pub mode: LatencyMode,
    /// Whether the host renders offline: adaptive sources then learn in step with the stream.
    pub offline: bool,
}

/// What plays: the preset, and what its models are built for. Shared by the main thread and the worker;
/// the audio thread never looks.
pub struct Stage(Mutex<Scene>);

/// The content of a [`Stage`]; changes as a whole.
pub struct Scene {
    /// The preset that plays.
    pub preset: Arc<Preset>,
    /// What its sources that may move have become.
    pub adapted: Arc<Adapted>,
    /// As of the last activation; `None` before the first.
    pub framing: Option<Framing>,
    /// Counts activations and their ends.
    pub activation: u64,
    /// What is played is found here, from the first activation on.
    pub capture: Option<Arc<Capture>>,
    /// The adapters of models that were sent to play, for the worker to work with.
    pub adapters: Vec<Playing>,
}

impl Stage {
    /// A stage on which `preset` plays, not yet activated.
    pub fn new(preset: Arc<Preset>) -> Self {
        Self(Mutex::new(Scene {
            preset,
            adapted: Arc::default(),
            framing: None,
            activation: 0,
            capture: None,
            adapters: Vec::new(),
        }))
    }

    /// Main thread, worker.
    pub fn lock(&self) -> MutexGuard<'_, Scene> {
        // A poisoned lock still guards a whole scene: every write is an assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
