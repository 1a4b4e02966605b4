//! What crosses the threads, in both directions.
//!
//! | from | to | what |
//! |---|---|---|
//! | worker | audio thread | a [`Model`], built for the present framing |
//! | audio thread | worker | a model that is no longer heard, to be freed |
//! | audio thread | worker | a [`Mark`]: what begins or ends a take, and when |
//! | audio thread | worker | what was played, through [`Capture`] |
//! | main thread | worker | the [`Framing`] to build for and the [`Capture`], through [`Stage`] |
//! | worker | main thread | the preset that plays and what its adaptive sources have become, through [`Stage`] |
//!
//! Both ends of the audio thread's channels are polled; nobody blocks in `recv` on a channel it sends to,
//! because waking a blocked receiver takes a lock on the sender's side. What is left of waiting: `try_recv` spins
//! between a sender's claim to a place and its filling it. That is a few instructions, unless the system stops the sender right there.

use crate::separator::{Model, Separator};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

/// Most models on their way in each direction.
const MODELS_UNDER_WAY: usize = 16;

/// Most marks on their way; a player makes a few a second.
const MARKS_UNDER_WAY: usize = 64;

/// Something that begins or ends a take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Position in what is captured, in samples.
    pub at: u64,
    /// What it was.
    pub sign: Sign,
}

/// What begins or ends a take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The strip's Learn switch went on.
    Learn(usize),
    /// The strip's Learn switch went off.
    Stop(usize),
    /// The host's transport stopped, or went back.
    TransportEnded,
}

/// Held by the audio thread.
pub struct AudioEnd {
    models: Receiver<Box<Model>>,
    retired: Sender<Box<Model>>,
    marks: Sender<Mark>,
    /// The newest model that arrived, until the separator has time for it.
    waiting: Option<Box<Model>>,
}

/// Held by the worker.
pub struct WorkerEnd {
    models: Sender<Box<Model>>,
    /// What the audio thread has not taken yet.
    unheard: Receiver<Box<Model>>,
    retired: Receiver<Box<Model>>,
    marks: Receiver<Mark>,
}

/// Both ends of the channels between the audio thread and the worker.
pub fn channels() -> (AudioEnd, WorkerEnd) {
    let (models_in, models_out) = bounded(MODELS_UNDER_WAY);
    let (retired_in, retired_out) = bounded(MODELS_UNDER_WAY);
    let (marks_in, marks_out) = bounded(MARKS_UNDER_WAY);
    let worker = WorkerEnd { models: models_in, unheard: models_out.clone(), retired: retired_out, marks: marks_out };
    (AudioEnd { models: models_out, retired: retired_in, marks: marks_in, waiting: None }, worker)
}

impl AudioEnd {
    /// Audio thread, before each block: sends home what `separator` no longer plays, and offers it what arrived.
    pub fn exchange(&mut self, separator: &mut Separator) {
        // At most three models go home at once; while they do not fit, everything stays where it is.
        if self.retired.len() + 3 > MODELS_UNDER_WAY {
            return;
        }
        if let Some(model) = separator.take_retired() {
            self.send_home(model);
        }
        if let Ok(newer) = self.models.try_recv()
            && let Some(older) = self.waiting.replace(newer)
        {
            self.send_home(older);
        }
        if let Some(model) = self.waiting.take() {
            if !model.layout().same_as(separator.layout()) {
                // Built before the last activation, which made a model of its own.
                self.send_home(model);
            } else if let Err(busy) = separator.offer_model(model) {
                self.waiting = Some(busy);
            }
        }
    }

    /// Audio thread: tells the worker. Without one, or when it is far behind, the mark is lost.
    pub fn mark(&self, mark: Mark) {
        let _ = self.marks.try_send(mark);
    }

    /// Main thread, while nothing plays: forgets what was built for an earlier activation.
    pub fn clear(&mut self) {
        self.waiting = None;
        while self.models.try_recv().is_ok() {}
    }

    fn send_home(&self, model: Box<Model>) {
        match self.retired.try_send(model) {
            Ok(()) => {}
            // There is room, as `exchange` saw, and nobody else sends. Without a worker nothing arrives
            // that could be sent. Leaking is what is left: freeing takes a lock.
            Err(TrySendError::Full(model) | TrySendError::Disconnected(model)) => std::mem::forget(model),
        }
    }
}

impl WorkerEnd {
    /// Sends `model` to the audio thread. While the host does not play, the oldest of those that wait give way.
    pub fn send(&self, mut model: Box<Model>) {
        while let Err(TrySendError::Full(back)) = self.models.try_send(model) {
            drop(self.unheard.try_recv());
            model = back;
        }
    }

    /// The next mark that the audio thread has made.
    pub fn next_mark(&self) -> Option<Mark> {
        self.marks.try_recv().ok()
    }

    /// Frees what has come home.
    pub fn free_retired(&self) {
        while self.retired.try_recv().is_ok() {}
    }
}
