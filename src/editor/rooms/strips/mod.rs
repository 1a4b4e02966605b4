//! The strips, one per source.
//!
//! - [`card`]: a strip, arranged by `layout`. [`learn`]: its Learn switch, and the options for learning.
//!   [`menu`]: everything else that can be done with it.
//!   [`source_state`]: what kind of source it is, as a word and a sign.
//! - [`state`]: what the strips remember between two frames.
//! - [`empty`]: shown while no preset plays.

pub mod card;
pub mod empty;
mod layout;
pub mod learn;
pub mod menu;
pub mod source_state;
pub mod state;

use crate::editor::{
    asked::Asked, layout::columns, names::badges, snapshot::EditorSnapshot, theme::Themed,
    widgets::knob_input::KnobInput,
};
use card::StripCard;
use egui::{Rect, Ui};
use nice_plug::prelude::ParamSetter;
use state::StripsState;

/// Draws all strips in `rect`.
pub fn draw(
    ui: &mut Ui,
    rect: Rect,
    snapshot: &EditorSnapshot,
    own: &mut StripsState,
    input: &mut KnobInput,
    setter: &ParamSetter,
) -> Vec<Asked> {
    let summary = snapshot.summary();
    if summary.strips.is_empty() {
        return empty::draw(ui, rect, snapshot).into_iter().collect();
    }
    let badges = badges(summary);
    let count = summary.strips.len().min(snapshot.params.strips.len());
    let mut asked = Vec::new();
    for (i, card) in columns(rect, count).enumerate() {
        let strip = StripCard::new(snapshot, i, count, &badges[i], ui.colours());
        asked.extend(strip.draw(ui, card, own, input, setter));
    }
    asked
}
