//! The two states to compare, A and B: one is in force, and can be copied to the other.

use crate::{
    editor::{
        asked::Asked,
        snapshot::EditorSnapshot,
        theme::{self, Themed},
        widgets::{
            icon::{Icon, IconButton},
            toggle::Toggle,
        },
    },
    instance::{command::UndoCommand, state::undo_view::Side},
};
use egui::{CornerRadius, Rect, Ui, accesskit::Role, vec2};

/// Width of both sides and the copy button, in points.
pub const WIDTH: f32 = 2.0 * SIDE + 4.0 + COPY;
const SIDE: f32 = 26.0;
const COPY: f32 = 28.0;

/// Draws the sides and the button in `rect`.
pub fn draw(ui: &Ui, rect: Rect, snapshot: &EditorSnapshot) -> Vec<Asked> {
    let mut asked = Vec::new();
    let in_force = snapshot.undo.side;
    let enabled = snapshot.is_exchangeable();
    let round = theme::BUTTON_RADIUS as u8;
    let sides = [
        (Side::A, "A", "State A", CornerRadius { nw: round, sw: round, ..CornerRadius::ZERO }, 0.0),
        (Side::B, "B", "State B", CornerRadius { ne: round, se: round, ..CornerRadius::ZERO }, SIDE),
    ];
    for (side, letter, name, corners, left) in sides {
        let place = Rect::from_min_size(rect.min + vec2(left, 0.0), vec2(SIDE, rect.height()));
        let toggle = Toggle {
            role: Role::RadioButton,
            corners,
            ..Toggle::switch(letter, name, side == in_force, ui.colours().chosen)
        };
        let response = toggle.show(ui, place, ui.scope_id().with(name));
        let tooltip = "Two states to compare: preset, knobs and switches. The one that is lit plays.";
        if response.on_hover_text(tooltip).clicked() && side != in_force && enabled {
            asked.push(UndoCommand::SwitchSide.into());
        }
    }
    let (icon, name) = match in_force {
        Side::A => (Icon::CopyRight, "Copy A to B"),
        Side::B => (Icon::CopyLeft, "Copy B to A"),
    };
    let place = rect.with_min_x(rect.right() - COPY);
    let button = IconButton { enabled, ..IconButton::new(icon, name) };
    if button.show(ui, place, ui.scope_id().with("copy side")).on_hover_text(name).clicked() {
        asked.push(UndoCommand::CopySide.into());
    }
    asked
}
