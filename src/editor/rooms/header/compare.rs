//! Two states to compare, A and B: one is in force, the other waits. Copy puts the one in force into the other.

use super::{
    EditorState, Scene,
    icon::{Icon, IconButton},
    theme,
    toggle::Toggle,
    undo,
};
use crate::instance::{
    command::{Replay, Request},
    history::{Side, Whole, is_remembered},
    session::Activity,
};
use egui::{CornerRadius, Rect, Ui, accesskit::Role, vec2};
use nice_plug::prelude::Params;

/// Width of both sides and the button that copies, in points.
pub const WIDTH: f32 = 2.0 * SIDE + 4.0 + COPY;
const SIDE: f32 = 26.0;
const COPY: f32 = 28.0;

/// Draws the sides and the button in `room`.
pub fn draw(ui: &Ui, room: Rect, scene: &Scene, state: &EditorState) {
    let in_force = scene.session.history().side();
    let free = undo::is_free(scene, state);
    let round = theme::BUTTON_RADIUS as u8;
    let sides = [
        (Side::A, "A", "State A", CornerRadius { nw: round, sw: round, ..CornerRadius::ZERO }, 0.0),
        (Side::B, "B", "State B", CornerRadius { ne: round, se: round, ..CornerRadius::ZERO }, SIDE),
    ];
    for (side, letter, name, corners, left) in sides {
        let rect = Rect::from_min_size(room.min + vec2(left, 0.0), vec2(SIDE, room.height()));
        let toggle = Toggle {
            role: Role::RadioButton,
            corners,
            ..Toggle::switch(letter, name, side == in_force, theme::CHOSEN)
        };
        let response = toggle.show(ui, rect, ui.scope_id().with(name));
        let tooltip = "Two states to compare: preset, knobs and switches. The one that is lit plays.";
        if response.on_hover_text(tooltip).clicked() && side != in_force && free {
            switch(scene, true);
        }
    }
    let (icon, name) = match in_force {
        Side::A => (Icon::CopyRight, "Copy A to B"),
        Side::B => (Icon::CopyLeft, "Copy B to A"),
    };
    let rect = room.with_min_x(room.right() - COPY);
    let button = IconButton { enabled: free, ..IconButton::new(icon, name) };
    if button.show(ui, rect, ui.scope_id().with("copy side")).on_hover_text(name).clicked() {
        let now = whole(scene);
        scene.session.history().copy_by_hand(now);
        let sentence = format!("{}: both are the same now", name.replace("Copy", "Copied"));
        scene.session.set_activity(Activity::Done(sentence));
    }
}

/// Puts the other side in force: the preset through the worker, the parameters in gestures that the host records.
pub fn switch(scene: &Scene, by_hand: bool) {
    let now = whole(scene);
    let plays = now.version.clone();
    let wanted = {
        let mut history = scene.session.history();
        if by_hand { history.switch_by_hand(now) } else { history.switch(now) }
    };
    if let (Some(version), Some(plays)) = (wanted.version, plays)
        && !version.is(&plays)
    {
        scene.session.request(Request::Replay(Replay { version, knobs: None }));
    }
    undo::put(scene, &wanted.params);
}

/// The state in force.
fn whole(scene: &Scene) -> Whole {
    let params = scene.params.param_map().into_iter().filter(|(id, ..)| is_remembered(id));
    Whole {
        // SAFETY: `scene` borrows the parameters.
        params: params.map(|(id, param, _)| (id, unsafe { param.unmodulated_normalized_value() })).collect(),
        version: scene.session.history().current().cloned(),
    }
}
