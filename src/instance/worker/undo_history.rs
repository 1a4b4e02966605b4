//! What was done, to be undone and done again, and the two states to compare.
//!
//! One line of actions. What the player does by hand is an action, and so is what the worker does for them: a preset
//! loaded, a source learned, a preset renamed or deleted. What the host automates is none. The history belongs to the
//! instance, not to its editor's window, and to the project: another project begins anew.
//!
//! The history only remembers. [`super::undoing`] carries actions out, and moves the place in the history when that is
//! done.

use super::preset_settings::PresetSettings;
use crate::{
    instance::{command::ParamMove, param_id::ParamId, project::version::Version, state::undo_view::Side},
    preset::library::Trashed,
};
use std::{collections::VecDeque, path::PathBuf, sync::Arc};

/// Most actions that are kept.
pub const MAX_ACTIONS: usize = 200;
/// Most memory that the presets of all actions may take, in bytes; the oldest actions go first.
pub const MAX_BYTES: usize = 128 << 20;
/// Turns of a wheel or presses of an arrow key that follow each other within this time are one action, in seconds.
const ONE_TURN_S: f64 = 0.8;

/// Everything that a side holds.
#[derive(Debug, Clone)]
pub struct SideState {
    /// Every parameter that [takes part](ParamId::is_undoable), with its normalized value.
    pub params: Vec<(ParamId, f32)>,
    /// The preset.
    pub version: Arc<Version>,
    /// How many seconds of sound moving bases learn from.
    pub memory_seconds: f32,
}

/// Something that was done.
#[derive(Debug, Clone)]
pub enum Action {
    /// Parameters were moved, by one hand in one go.
    Moved(Vec<ParamMove>),
    /// Another preset plays, or the same one changed.
    Changed {
        /// What played before.
        from: Arc<Version>,
        /// What plays since.
        to: Arc<Version>,
        /// Where everything stood that the new preset has set, and where it has put it; `None` if it left all alone.
        settings: Option<(PresetSettings, PresetSettings)>,
        /// What was changed, in a few words.
        what: String,
    },
    /// The other side was put in force.
    SwitchedSide,
    /// The side in force was copied to the other: what that held before, if anything, and what it holds since.
    CopiedSide(Option<SideState>, SideState),
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

/// Which way through the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Back.
    Undo,
    /// Forward again.
    Redo,
}

/// Actions, and the side that is not in force.
#[derive(Debug, Default)]
pub struct UndoHistory {
    actions: VecDeque<Action>,
    /// How many of the actions are in force; those beyond were undone.
    done: usize,
    /// When the last action was turned, if it was a turn, in seconds.
    turned_at: Option<f64>,
    /// The frame in which the last action was clicked, if it was a click.
    clicked_in: Option<u64>,
    side: Side,
    other: Option<SideState>,
}

impl UndoHistory {
    /// The next turn or click is an action of its own.
    pub fn end_turn(&mut self) {
        (self.turned_at, self.clicked_in) = (None, None);
    }

    /// A parameter was moved by hand.
    pub fn moved(&mut self, by_hand: ParamMove) {
        let is_last = self.done == self.actions.len();
        let turns_on = is_last
            && by_hand.turned_at.zip(self.turned_at).is_some_and(|(now, at)| (0.0..=ONE_TURN_S).contains(&(now - at)));
        let is_same_click = is_last && by_hand.clicked_in.is_some() && by_hand.clicked_in == self.clicked_in;
        match self.actions.back_mut() {
            Some(Action::Moved(moves)) if turns_on && moves.last().is_some_and(|last| last.param == by_hand.param) => {
                let is_back = moves.last_mut().is_some_and(|last| {
                    last.to = by_hand.to;
                    last.from == last.to
                });
                if is_back {
                    self.actions.pop_back();
                    self.done -= 1;
                }
            }
            _ if by_hand.from == by_hand.to => return,
            Some(Action::Moved(moves)) if is_same_click => moves.push(by_hand),
            _ => self.push(Action::Moved(vec![by_hand])),
        }
        (self.turned_at, self.clicked_in) = (by_hand.turned_at, by_hand.clicked_in);
    }

    /// Something was done. What was undone before cannot be done again then.
    pub fn push(&mut self, action: Action) {
        self.end_turn();
        self.actions.truncate(self.done);
        self.actions.push_back(action);
        while self.actions.len() > MAX_ACTIONS || (self.actions.len() > 1 && self.bytes() > MAX_BYTES) {
            self.actions.pop_front();
        }
        self.done = self.actions.len();
    }

    /// Makes one action of the last two, if the second changed the preset further that the first had changed.
    pub fn join_last(&mut self) {
        if self.done < self.actions.len() {
            return;
        }
        if let [.., Action::Changed { from: first, to: between, what, .. }, Action::Changed { from, to, .. }] =
            self.actions.make_contiguous()
            && Arc::ptr_eq(&between.preset, &from.preset)
        {
            *what = first.difference(to);
            *between = to.clone();
            self.actions.pop_back();
            self.done -= 1;
        }
    }

    /// Memory of all presets in the actions, in bytes. Neighbours share theirs.
    fn bytes(&self) -> usize {
        let mut last: Option<&Arc<Version>> = None;
        let mut bytes = 0;
        for action in &self.actions {
            let Action::Changed { from, to, .. } = action else { continue };
            for version in [from, to] {
                if !last.is_some_and(|last| Arc::ptr_eq(&last.preset, &version.preset)) {
                    bytes += version.bytes();
                }
                last = Some(version);
            }
        }
        bytes
    }

    /// The action that comes next in this direction.
    pub fn next(&self, direction: Direction) -> Option<&Action> {
        self.actions.get(self.next_index(direction)?)
    }

    fn next_index(&self, direction: Direction) -> Option<usize> {
        match direction {
            Direction::Undo => self.done.checked_sub(1),
            Direction::Redo => Some(self.done).filter(|index| *index < self.actions.len()),
        }
    }

    /// The action that comes next in this direction was carried out. `left` is what played until then, with what its
    /// sources had learned: that is what the opposite direction brings back.
    pub fn step(&mut self, direction: Direction, left: &Arc<Version>) {
        let Some(index) = self.next_index(direction) else { return };
        self.end_turn();
        if let Action::Changed { from, to, .. } = &mut self.actions[index] {
            let end = if direction == Direction::Undo { to } else { from };
            if Arc::ptr_eq(&end.preset, &left.preset) {
                *end = left.clone();
            }
        }
        self.done = match direction {
            Direction::Undo => index,
            Direction::Redo => index + 1,
        };
    }

    /// A deleted file was brought back some other way.
    pub fn forget_deletion(&mut self, trashed: &Trashed) {
        let place = self.actions.iter().position(|action| matches!(action, Action::Deleted(known) if known == trashed));
        if let Some(place) = place {
            self.actions.remove(place);
            self.done -= usize::from(place < self.done);
        }
    }

    /// The side in force.
    pub fn side(&self) -> Side {
        self.side
    }

    /// What the side holds that is not in force; `None` while it is the same as the one in force.
    pub fn other_side(&self) -> Option<&SideState> {
        self.other.as_ref()
    }

    /// The other side is in force now; `left` stays behind on this one.
    pub fn switch_side(&mut self, left: SideState) {
        self.side = self.side.other();
        self.other = Some(left);
    }

    /// The side that is not in force holds `state` now; gives what it held before.
    pub fn set_other_side(&mut self, state: Option<SideState>) -> Option<SideState> {
        std::mem::replace(&mut self.other, state)
    }
}

#[cfg(test)]
mod tests;
