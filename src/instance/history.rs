//! What the player did, to be undone and done again, and the two states to compare.
//!
//! One line of steps. What the player does by hand is a step, and so is what the worker does for them: a preset loaded, a
//! source learned, a preset renamed or deleted. What the host automates is none. It belongs to the instance, not to its
//! editor's window, and to the project: another project begins anew.

use super::project::version::Version;
use crate::preset::{Knobs, library::Trashed};
use std::{collections::VecDeque, path::PathBuf, sync::Arc};

/// Most steps that are kept.
pub const MAX_STEPS: usize = 200;
/// Most memory that the presets of all steps may take, in bytes; the oldest steps go first.
pub const MAX_BYTES: usize = 128 << 20;
/// Turns of a wheel or presses of an arrow key that follow each other within this time are one step, in seconds.
const ONE_TURN_S: f64 = 0.8;

/// Whether the parameter `id` is part of what is undone and compared. What only serves to listen or to learn is not: who
/// compares two states in bypass wants to stay there.
pub fn is_remembered(id: &str) -> bool {
    !id.starts_with("learn_") && !matches!(id, "bypass" | "removed")
}

/// One of the two states to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// The first.
    #[default]
    A,
    /// The second.
    B,
}

impl Side {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// A whole state.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    /// Id and normalized value of every parameter that [`is_remembered`].
    pub params: Vec<(String, f32)>,
    /// The preset, where it is known.
    pub version: Option<Arc<Version>>,
}

/// A parameter that was moved by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The parameter's id.
    pub id: String,
    /// Its normalized value before.
    pub from: f32,
    /// Its normalized value after.
    pub to: f32,
    /// A single turn of a wheel or press of a key, which joins the turns just before it.
    pub is_turn: bool,
}

/// Something that was done.
#[derive(Debug, Clone)]
pub enum Step {
    /// A parameter was moved.
    Moved(Move),
    /// Another preset plays.
    Changed {
        /// What played before.
        from: Arc<Version>,
        /// What plays since.
        to: Arc<Version>,
        /// Where the knobs stood before, and where the new preset has put them; `None` if it left them alone.
        knobs: Option<(Vec<Knobs>, Vec<Knobs>)>,
        /// What was changed, in a few words.
        what: String,
    },
    /// The other side was put in force.
    Switched,
    /// The side in force was copied to the other: what that held before, and what it holds since.
    Copied(Option<Whole>, Whole),
    /// A preset's file was renamed.
    Renamed {
        /// Its path before.
        from: PathBuf,
        /// Its path since.
        to: PathBuf,
    },
    /// A preset's file was deleted.
    Deleted(Trashed),
}

/// What is to be done to undo a step, or to do it again.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Set the parameter of this id to this normalized value.
    Set(String, f32),
    /// Play this version, and put the knobs there.
    Play(Arc<Version>, Option<Vec<Knobs>>),
    /// Put the other side in force.
    Switch,
    /// Move a preset's file.
    Rename {
        /// Where it is.
        from: PathBuf,
        /// Where it shall be.
        to: PathBuf,
    },
    /// Bring back a deleted file.
    Restore(Trashed),
    /// Delete it again.
    Delete(Trashed),
    /// Nothing is left to do.
    Nothing,
}

/// Steps, the two sides, and what plays.
#[derive(Debug, Default)]
pub struct History {
    steps: VecDeque<Step>,
    /// How many of the steps are in force; those beyond were undone.
    done: usize,
    /// When the last step was turned, if it was a turn, in seconds.
    turned_at: Option<f64>,
    side: Side,
    other: Option<Whole>,
    current: Option<Arc<Version>>,
}

impl History {
    /// What plays, as far as the worker has said.
    pub fn current(&self) -> Option<&Arc<Version>> {
        self.current.as_ref()
    }

    /// Worker: this plays now.
    pub fn set_current(&mut self, version: Arc<Version>) {
        self.current = Some(version);
    }

    /// Forgets everything: another project has come.
    pub fn begin_anew(&mut self) {
        *self = Self::default();
    }

    /// The next turn is a step of its own.
    pub fn settle(&mut self) {
        self.turned_at = None;
    }

    /// A parameter was moved by hand; `now` in seconds, by any clock.
    pub fn moved(&mut self, by_hand: Move, now: f64) {
        let joins = by_hand.is_turn
            && self.done == self.steps.len()
            && self.turned_at.is_some_and(|at| (0.0..=ONE_TURN_S).contains(&(now - at)));
        let is_turn = by_hand.is_turn;
        match self.steps.back_mut() {
            Some(Step::Moved(last)) if joins && last.id == by_hand.id => {
                last.to = by_hand.to;
                if last.from == last.to {
                    self.steps.pop_back();
                    self.done -= 1;
                }
            }
            _ if by_hand.from == by_hand.to => return,
            _ => self.push(Step::Moved(by_hand)),
        }
        self.turned_at = is_turn.then_some(now);
    }

    /// Something else was done.
    pub fn push(&mut self, step: Step) {
        self.turned_at = None;
        self.steps.truncate(self.done);
        self.steps.push_back(step);
        while self.steps.len() > MAX_STEPS || (self.steps.len() > 1 && self.bytes() > MAX_BYTES) {
            self.steps.pop_front();
        }
        self.done = self.steps.len();
    }

    /// Makes one step of the last two, if the second changed the preset further that the first had changed.
    pub fn join_last(&mut self) {
        if self.done < self.steps.len() {
            return;
        }
        if let [.., Step::Changed { from: first, to: between, what, .. }, Step::Changed { from, to, .. }] =
            self.steps.make_contiguous()
            && Arc::ptr_eq(&between.preset, &from.preset)
        {
            *what = first.difference(to);
            *between = to.clone();
            self.steps.pop_back();
            self.done -= 1;
        }
    }

    /// Memory of all presets in the steps, in bytes. Neighbours share theirs.
    fn bytes(&self) -> usize {
        let mut last: Option<&Arc<Version>> = None;
        let mut bytes = 0;
        for step in &self.steps {
            let Step::Changed { from, to, .. } = step else { continue };
            for version in [from, to] {
                if !last.is_some_and(|last| Arc::ptr_eq(&last.preset, &version.preset)) {
                    bytes += version.bytes();
                }
                last = Some(version);
            }
        }
        bytes
    }

    /// The step that [`Self::undo`] would undo.
    pub fn undoable(&self) -> Option<&Step> {
        self.steps.get(self.done.checked_sub(1)?)
    }

    /// The step that [`Self::redo`] would do again.
    pub fn redoable(&self) -> Option<&Step> {
        self.steps.get(self.done)
    }

    /// Takes back the last step; what is to be done for it.
    pub fn undo(&mut self) -> Option<Deed> {
        let step = self.undoable()?.clone();
        self.done -= 1;
        self.turned_at = None;
        Some(match step {
            Step::Moved(by_hand) => Deed::Set(by_hand.id, by_hand.from),
            Step::Changed { from, knobs, .. } => Deed::Play(from, knobs.map(|(before, _)| before)),
            Step::Switched => Deed::Switch,
            Step::Copied(before, _) => {
                self.other = before;
                Deed::Nothing
            }
            Step::Renamed { from, to } => Deed::Rename { from: to, to: from },
            Step::Deleted(trashed) => Deed::Restore(trashed),
        })
    }

    /// Does the step again that was undone last; what is to be done for it.
    pub fn redo(&mut self) -> Option<Deed> {
        let step = self.redoable()?.clone();
        self.done += 1;
        self.turned_at = None;
        Some(match step {
            Step::Moved(by_hand) => Deed::Set(by_hand.id, by_hand.to),
            Step::Changed { to, knobs, .. } => Deed::Play(to, knobs.map(|(_, after)| after)),
            Step::Switched => Deed::Switch,
            Step::Copied(_, after) => {
                self.other = Some(after);
                Deed::Nothing
            }
            Step::Renamed { from, to } => Deed::Rename { from, to },
            Step::Deleted(trashed) => Deed::Delete(trashed),
        })
    }

    /// A deleted file was brought back some other way.
    pub fn forget_deletion(&mut self, trashed: &Trashed) {
        let place = self.steps.iter().position(|step| matches!(step, Step::Deleted(known) if known == trashed));
        if let Some(place) = place {
            self.steps.remove(place);
            self.done -= usize::from(place < self.done);
        }
    }

    /// The side in force.
    pub fn side(&self) -> Side {
        self.side
    }

    /// Goes to the other side. `now` is the state in force, which stays behind; gives the state to put in force, which the
    /// first time is the same.
    pub fn switch(&mut self, now: Whole) -> Whole {
        self.side = self.side.other();
        let stays = now.clone();
        self.other.replace(now).unwrap_or(stays)
    }

    /// The player goes to the other side.
    pub fn switch_by_hand(&mut self, now: Whole) -> Whole {
        self.push(Step::Switched);
        self.switch(now)
    }

    /// The player copies `now`, the state in force, to the other side.
    pub fn copy_by_hand(&mut self, now: Whole) {
        let before = self.other.replace(now.clone());
        self.push(Step::Copied(before, now));
    }
}

#[cfg(test)]
mod tests;
