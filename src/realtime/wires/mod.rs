//! What crosses between the audio thread and the others. Nobody waits on either side.
//!
//! | module | from | to | what |
//! |---|---|---|---|
//! | [`models`] | worker | audio thread | the newest model, through a mailbox |
//! | [`models`] | audio thread | worker | models that are retired, to be freed |
//! | [`stretch`] | worker | audio thread | a frozen stretch of sound, to be heard in a loop, and the way back |
//! | [`stretch`] | editor | audio thread, and back | which stretch is heard, and where it is |
//! | [`takes`] | audio thread | worker | what begins and ends a take, and when |
//! | [`meters`], [`cpu_meter`] | audio thread | editor, worker | levels, and the load of the audio thread |
//! | [`analyzer`] | audio thread | editor | frames for its picture |
//! | [`audition`] | editor | audio thread | what alone is to be heard while somebody holds it |
//! | [`host_requests`] | any thread | entry points | what the host is to be asked for |
//! | [`host_requests`], [`automated`] | entry points, main thread | audio thread | which separate outputs are heard, what the host automates, projects that came |
//!
//! What is played goes to the worker through the engine's [`Capture`](unbraid_engine::learner::capture::Capture), and
//! what adaptive sources learn from comes and goes between a model and its
//! [`Adapter`](unbraid_engine::separator::Adapter).

pub mod analyzer;
pub mod audition;
pub mod automated;
pub mod cpu_meter;
pub mod host_requests;
pub mod meters;
pub mod models;
pub mod stretch;
pub mod takes;

use crate::engine::Model;
use alloc::boxed::Box;
use core::cell::RefCell;
use models::{ModelReceiver, ModelSender};
use stretch::{FrozenSound, StretchReceiver, StretchSender};
use takes::{TakeEvent, TakeReceiver, TakeSender};

/// The audio thread's end of the wires to the worker.
pub struct AudioEnd {
    /// Models, and the way back for what they displace.
    pub models: ModelReceiver<Model>,
    /// Stretches to be heard in a loop, and the way back.
    pub stretch: StretchReceiver<FrozenSound>,
    /// What begins and ends a take.
    pub takes: TakeSender,
}

/// The worker's end of the wires to the audio thread.
pub struct WorkerEnd {
    models: RefCell<ModelSender<Model>>,
    stretch: RefCell<StretchSender<FrozenSound>>,
    takes: RefCell<TakeReceiver>,
}

/// The wires between the audio thread and the worker.
pub fn connect() -> (AudioEnd, WorkerEnd) {
    let (model_sender, model_receiver) = models::link();
    let (stretch_sender, stretch_receiver) = stretch::link();
    let (take_sender, take_receiver) = takes::link();
    let audio = AudioEnd { models: model_receiver, stretch: stretch_receiver, takes: take_sender };
    let (models, stretch) = (RefCell::new(model_sender), RefCell::new(stretch_sender));
    (audio, WorkerEnd { models, stretch, takes: RefCell::new(take_receiver) })
}

// No borrow outlives its call.
impl WorkerEnd {
    /// Sends `model` to the audio thread, in the place of one that it has not taken yet.
    pub fn send_model(&self, model: Box<Model>) {
        self.models.borrow_mut().send(model);
    }

    /// Sends `sound` to the audio thread, in the place of one that it has not taken yet.
    pub fn send_stretch(&self, sound: Box<FrozenSound>) {
        self.stretch.borrow_mut().send(sound);
    }

    /// What has begun or ended a take, the earliest first.
    pub fn next_event(&self) -> Option<TakeEvent> {
        self.takes.borrow_mut().next_event()
    }

    /// Frees the models and stretches that the audio thread has retired.
    pub fn free_retired(&self) {
        self.models.borrow_mut().free_retired();
        self.stretch.borrow_mut().free_retired();
    }
}
