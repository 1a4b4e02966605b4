//! Carries out undo, redo and the exchange of the two states to compare: the preset through the worker, parameters in
//! gestures that the host records and the undo history does not.

use crate::instance::{
    command::{Replay, Request},
    history::{Deed, Whole, is_remembered},
    params::UnbraidParams,
    session::Session,
    worker::browsing::Browse,
};
use nice_plug::{context::gui::GuiContext, prelude::Params};

/// Undoes the last action.
pub fn undo(params: &UnbraidParams, session: &Session, host: &GuiContext) {
    let deed = session.history().undo();
    deed.into_iter().for_each(|deed| perform(deed, params, session, host));
}

/// Redoes the action that was undone last.
pub fn redo(params: &UnbraidParams, session: &Session, host: &GuiContext) {
    let deed = session.history().redo();
    deed.into_iter().for_each(|deed| perform(deed, params, session, host));
}

fn perform(deed: Deed, params: &UnbraidParams, session: &Session, host: &GuiContext) {
    match deed {
        Deed::Set(id, normalized) => set(params, host, &[(id, normalized)]),
        Deed::Play(version, knobs) => session.request(Request::Replay(Replay { version, knobs })),
        Deed::Switch => switch_side(params, session, host, false),
        Deed::Rename { from, to } => session.browse(Browse::Relocate(from, to)),
        Deed::Restore(trashed) => session.browse(Browse::Restore(trashed)),
        Deed::Delete(trashed) => session.browse(Browse::DeleteAgain(trashed)),
        Deed::Nothing => {}
    }
}

/// Puts the other state in force. `by_hand` makes it an undo action.
pub fn switch_side(params: &UnbraidParams, session: &Session, host: &GuiContext, by_hand: bool) {
    let now = state_in_force(params, session);
    let plays = now.version.clone();
    let wanted = {
        let mut history = session.history();
        if by_hand { history.switch_by_hand(now) } else { history.switch(now) }
    };
    if let (Some(version), Some(plays)) = (wanted.version, plays)
        && !version.is(&plays)
    {
        session.request(Request::Replay(Replay { version, knobs: None }));
    }
    set(params, host, &wanted.params);
}

/// Copies the state in force to the other one.
pub fn copy_side(params: &UnbraidParams, session: &Session) {
    let now = state_in_force(params, session);
    session.history().copy_by_hand(now);
}

fn state_in_force(params: &UnbraidParams, session: &Session) -> Whole {
    let remembered = params.param_map().into_iter().filter(|(id, ..)| is_remembered(id));
    Whole {
        // SAFETY: `params` are borrowed.
        params: remembered.map(|(id, param, _)| (id, unsafe { param.unmodulated_normalized_value() })).collect(),
        version: session.history().current().cloned(),
    }
}

/// Sets parameters by id to normalized values, each in a gesture of its own.
fn set(params: &UnbraidParams, host: &GuiContext, values: &[(String, f32)]) {
    let params = params.param_map();
    for (id, normalized) in values {
        let Some((_, param, _)) = params.iter().find(|(known, ..)| known == id) else { continue };
        // SAFETY: the parameters are borrowed by the caller.
        unsafe {
            if param.unmodulated_normalized_value() != *normalized {
                host.raw_begin_set_parameter(*param);
                host.raw_set_parameter_normalized(*param, *normalized);
                host.raw_end_set_parameter(*param);
            }
        }
    }
}
