//! The worker's thread: it sleeps until there is something to do, and outlives what fails in it.

use super::{STOPPED, Worker, error::WorkerError};
use crate::instance::{command::SentCommand, session::Session, state::message::Message};
use crossbeam_channel::{Receiver, Sender, after, bounded, never, select};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
};

/// A running worker. Dropping it ends the thread and waits for that.
pub struct WorkerThread {
    /// Nothing is ever sent; its end is the sign to stop.
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl WorkerThread {
    /// Starts a thread for `worker`. Without one (the system may refuse) presets change only with an activation.
    pub fn spawn(worker: Worker, commands: Receiver<SentCommand>, session: &Arc<Session>) -> Self {
        let (alive, stop) = bounded::<()>(0);
        let run = move || run(worker, commands, &stop);
        let thread = thread::Builder::new().name("unbraid-worker".to_owned()).spawn(run);
        let thread = thread.map_err(|error| {
            session.set_message(Message::Failed(WorkerError::NoWorkerThread(error).to_string()));
        });
        Self { alive: Some(alive), thread: thread.ok() }
    }
}

impl Drop for WorkerThread {
    fn drop(&mut self) {
        self.alive = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the worker has been reported by its thread; there is nothing left to save.
            let _ = thread.join();
        }
    }
}

fn run(mut worker: Worker, mut commands: Receiver<SentCommand>, stop: &Receiver<()>) {
    survive(&mut worker, Worker::read_preferences);
    loop {
        let pause = survive(&mut worker, Worker::look).unwrap_or(Some(STOPPED));
        let look_again = pause.map_or_else(never, after);
        select! {
            recv(stop) -> _ => return,
            recv(commands) -> command => match command {
                Ok(sent) => {
                    survive(&mut worker, |worker| worker.receive(sent));
                }
                // The session is gone; look only at what the host leaves.
                Err(_) => commands = never(),
            },
            recv(look_again) -> _ => {}
        }
    }
}

/// Runs `act`; a panic in it is said to the person at the plugin, and the worker goes on.
fn survive<T>(worker: &mut Worker, act: impl FnOnce(&mut Worker) -> T) -> Option<T> {
    // Values that the panic left half changed are the worker's own, and each command begins from what plays.
    let outcome = catch_unwind(AssertUnwindSafe(|| act(worker)));
    if outcome.is_err() {
        worker.abandon();
    }
    outcome.ok()
}
