//! What was learned last: it is spoken of until it is saved, undone, dismissed, or something else is learned.

use super::super::{context::Context, undo_history::Direction};
use crate::instance::state::learn_state::Finished;

/// A learning job that has ended with bases.
pub(super) struct FinishedJob {
    pub(super) strip: usize,
    pub(super) seconds: f64,
    /// What undo is called for as long as it would take this back.
    pub(super) undo: Option<String>,
}

impl FinishedJob {
    /// `strip` was learned from so many seconds just now, and this is written down in the undo history.
    pub(super) fn new(strip: usize, seconds: f64, context: &Context) -> Self {
        Self { strip, seconds, undo: context.undo_label(Direction::Undo) }
    }

    pub(super) fn state(&self, context: &Context) -> Finished {
        let can_undo = self.undo.is_some() && context.undo_label(Direction::Undo) == self.undo;
        Finished { strip: self.strip, seconds: self.seconds as f32, can_undo }
    }
}
