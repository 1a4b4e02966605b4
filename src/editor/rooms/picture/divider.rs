//! The divider between the picture and what is below it: dragged, moved by arrow keys, or set back.

use crate::editor::theme::Themed;
use egui::{
    CursorIcon, EventFilter, Key, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Action, accesskit::Role, pos2, vec2,
};

/// Length of its mark, in points.
const MARK: f32 = 36.0;
/// What an arrow key moves it by, in points.
const KEY_STEP: f32 = 16.0;

/// Draws it in `rect`, below a picture of `height` points in a window of `window` points' height. `share` is the
/// picture's share of the window that was chosen; `None` for the usual one.
pub fn draw(ui: &Ui, rect: Rect, height: f32, window: f32, share: &mut Option<f32>) {
    let id = ui.scope_id().with("divider");
    let response = ui.interact(rect.expand2(vec2(0.0, 1.0)), id, Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Splitter, ui.is_enabled(), "Height of the picture");
        info.current_text_value = Some(format!("{:.0} % of the window", 100.0 * height / window));
        info
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
    let before = *share;
    if response.drag_started()
        && let Some(at) = response.interact_pointer_pos()
    {
        // The divider stays as far from the pointer as it was.
        let total = response.total_drag_delta().unwrap_or_default();
        ui.data_mut(|data| data.insert_temp(id, height - (at.y - total.y)));
    }
    if response.dragged()
        && let Some(at) = response.interact_pointer_pos()
        && let Some(offset) = ui.data(|data| data.get_temp::<f32>(id))
    {
        *share = Some((at.y + offset) / window);
    }
    let mut steps = ui.input(|input| {
        input.num_accesskit_action_requests(response.id, Action::Increment) as f32
            - input.num_accesskit_action_requests(response.id, Action::Decrement) as f32
    });
    if response.has_focus() {
        let filter = EventFilter { vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        steps += ui.input(|input| input.num_presses(Key::ArrowDown) as f32 - input.num_presses(Key::ArrowUp) as f32);
    }
    if steps != 0.0 {
        *share = Some((height + steps * KEY_STEP) / window);
    }
    if response.double_clicked() {
        *share = None;
    }
    // What was asked for beyond the ends is not kept.
    *share = share.map(|share| share.clamp(0.0, 1.0));
    if *share != before {
        ui.ctx().request_repaint();
    }
    let colours = ui.colours();
    let ink = match response.has_focus() {
        true => Stroke::new(3.0, colours.focus),
        false if response.hovered() || response.dragged() => Stroke::new(3.0, colours.text),
        false => Stroke::new(2.0, colours.button_edge),
    };
    let at = rect.center();
    ui.painter().line_segment([pos2(at.x - MARK / 2.0, at.y), pos2(at.x + MARK / 2.0, at.y)], ink);
    response
        .on_hover_and_drag_cursor(CursorIcon::ResizeVertical)
        .on_hover_text("Drag: how high the picture is. Double-click: half of the window.");
}
