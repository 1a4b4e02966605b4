//! What is to be learned, in order, and what somebody has to confirm first.

use super::job::Task;
use crate::{
    instance::{
        state::learn_state::{Doubt, Foreign},
        worker::error::WorkerError,
    },
    learner::adaptive::StripMoves,
};
use std::collections::VecDeque;

/// Most tasks that wait. Their recordings are in memory: a Learn switch that never rests would fill it.
const MOST_WAITING: usize = 16;

/// Tasks that have not begun.
#[derive(Default)]
pub(super) struct Tasks {
    waiting: VecDeque<Task>,
    /// One is asked about after the other.
    doubted: VecDeque<(Task, Foreign)>,
}

impl Tasks {
    /// `task` is next after those that wait. Older doubts about its strip are of no interest any more.
    ///
    /// # Errors
    /// If too many wait.
    pub(super) fn push(&mut self, task: Task) -> Result<(), WorkerError> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(WorkerError::TooManyWait(MOST_WAITING));
        }
        self.forget_doubts(task.strip);
        self.waiting.push_back(task);
        Ok(())
    }

    /// The one to begin with now.
    pub(super) fn next(&mut self) -> Option<Task> {
        self.waiting.pop_front()
    }

    /// Somebody has to confirm that `task` is to be learned, in which something else is heard.
    pub(super) fn doubt(&mut self, task: Task, foreign: Foreign) {
        self.doubted.push_back((task, foreign));
    }

    /// What is asked first is learned all the same.
    pub(super) fn confirm(&mut self) {
        if let Some((task, _)) = self.doubted.pop_front() {
            self.waiting.push_back(Task { is_confirmed: true, ..task });
        }
    }

    /// What is asked first is dropped.
    pub(super) fn decline(&mut self) {
        self.doubted.pop_front();
    }

    /// Something else is to be learned for `strip`: what was doubted is of no interest any more.
    pub(super) fn forget_doubts(&mut self, strip: usize) {
        self.doubted.retain(|(task, _)| task.strip != strip);
    }

    /// Another source is on `strip`.
    pub(super) fn forget(&mut self, strip: usize) {
        self.forget_doubts(strip);
        self.waiting.retain(|task| task.strip != strip);
    }

    /// The sources have gone where `moves` says: what is to be learned for them goes along.
    pub(super) fn follow_moves(&mut self, moves: &StripMoves) {
        let moved = |task: Task| Some(Task { strip: moves.destination(task.strip)?, ..task });
        self.waiting = self.waiting.drain(..).filter_map(moved).collect();
        self.doubted = self.doubted.drain(..).filter_map(|(task, foreign)| Some((moved(task)?, foreign))).collect();
    }

    /// What is asked.
    pub(super) fn asked(&self) -> Option<Doubt> {
        self.doubted.front().map(|(task, foreign)| Doubt { strip: task.strip, foreign: *foreign })
    }

    /// Whether something waits for `strip`.
    pub(super) fn wait_for(&self, strip: usize) -> bool {
        self.waiting.iter().any(|task| task.strip == strip)
    }

    /// Whether none waits to begin.
    pub(super) fn none_waits(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether there is none, not even a doubted one.
    pub(super) fn is_empty(&self) -> bool {
        self.none_waits() && self.doubted.is_empty()
    }
}
