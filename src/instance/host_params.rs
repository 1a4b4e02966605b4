//! How the worker sets parameters: at once in the plugin, and with the next block or flush in the host.
//!
//! The values change here and now, so that a project that is saved in the next moment has them. The host hears of them
//! from the shim in front of the plugin, which takes the changes from a ring and reports each as a gesture; a host
//! without a shim (the standalone application) has nothing to hear.

use super::{param_id::ParamId, params::UnbraidParams};
use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::{Arc, OnceLock};

/// Changes that can be on their way: several times as many as there are parameters.
const CHANGES: usize = 256;

/// A parameter was set by the plugin itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParamChange {
    /// The parameter.
    pub param: ParamId,
    /// Its new value, normalized.
    pub normalized: f32,
    /// How many steps the parameter has from one end to the other; `None` if it is continuous.
    pub steps: Option<usize>,
}

/// The host's side: whoever reports to the host holds it.
pub struct ParamChanges {
    changes: Consumer<ParamChange>,
    request: Arc<FlushRequest>,
}

/// Asks the host to call for the changes soon, though it may not play.
#[derive(Default)]
struct FlushRequest(OnceLock<Box<dyn Fn() + Send + Sync>>);

/// The worker's side.
pub struct HostParams {
    params: Arc<UnbraidParams>,
    changes: Mutex<Producer<ParamChange>>,
    request: Arc<FlushRequest>,
}

impl HostParams {
    /// Both sides of the way to the host for `params`.
    pub fn new(params: Arc<UnbraidParams>) -> (Self, ParamChanges) {
        let (producer, consumer) = RingBuffer::new(CHANGES);
        let request = Arc::new(FlushRequest::default());
        let host = ParamChanges { changes: consumer, request: request.clone() };
        (Self { params, changes: Mutex::new(producer), request }, host)
    }

    /// The parameters, to be read.
    pub fn params(&self) -> &UnbraidParams {
        &self.params
    }

    /// Sets parameters to normalized values; those that stand there already are left alone.
    pub fn set(&self, values: impl IntoIterator<Item = (ParamId, f32)>) {
        let mut any = false;
        let mut changes = self.changes.lock();
        for (param, normalized) in values {
            if self.params.normalized(param) == normalized {
                continue;
            }
            self.params.set_normalized(param, normalized);
            // SAFETY: the parameter is a part of `self.params`.
            let steps = unsafe { self.params.pointer(param).step_count() };
            // A full ring is one that no host empties.
            any |= changes.push(ParamChange { param, normalized, steps }).is_ok();
        }
        drop(changes);
        if any {
            self.ask_host();
        }
    }

    /// Asks the host to come for what has changed, whether it plays or not.
    pub fn ask_host(&self) {
        self.request.send();
    }

    /// The same, for others. From any thread but the audio thread.
    pub fn host_asker(&self) -> impl Fn() + Send + Sync + use<> {
        let request = self.request.clone();
        move || request.send()
    }
}

impl FlushRequest {
    fn send(&self) {
        if let Some(request) = self.0.get() {
            request();
        }
    }
}

impl ParamChanges {
    /// Audio thread, or main thread while nothing plays: the next change that the host does not know yet.
    pub fn pop(&mut self) -> Option<ParamChange> {
        self.changes.pop().ok()
    }

    /// How the host is asked to call for changes, from any thread but the audio thread. The first call counts.
    pub fn on_change(&self, request: impl Fn() + Send + Sync + 'static) {
        let _ = self.request.0.set(Box::new(request));
    }
}
