//! Tooltips that wait until the pointer rests, and stay away from what is being used.

use egui::{Response, Ui, Vec2};
use std::time::Duration;

/// How long the pointer rests before the tooltip comes, in seconds.
const REST_S: f64 = 0.8;

/// What is remembered while the pointer is on a control.
#[derive(Debug, Clone, Copy)]
struct Rest {
    /// Since when the pointer has not moved, in seconds.
    since: f64,
    /// The control was used since the pointer came.
    is_used: bool,
    /// The tooltip has come, and stays until the pointer goes.
    has_come: bool,
}

/// Whether a tooltip is due for `response`: the pointer has rested on it, and has not used it since it came. `is_used`
/// says that it is used in this frame.
pub fn has_rested(ui: &Ui, response: &Response, is_used: bool) -> bool {
    let id = response.id.with("rest");
    if !response.hovered() && !is_used {
        ui.data_mut(|data| data.remove::<Rest>(id));
        return false;
    }
    let (now, moves) = ui.input(|input| (input.time, input.pointer.delta() != Vec2::ZERO));
    let known = ui.data(|data| data.get_temp::<Rest>(id));
    let mut rest = known.unwrap_or(Rest { since: now, is_used: false, has_come: false });
    rest.is_used |= is_used;
    if moves {
        rest.since = now;
    }
    let left = rest.since + REST_S - now;
    rest.has_come |= left <= 0.0;
    ui.data_mut(|data| data.insert_temp(id, rest));
    if !rest.has_come && !rest.is_used {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(left));
    }
    rest.has_come && !rest.is_used
}
