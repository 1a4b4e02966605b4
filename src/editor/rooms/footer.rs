//! The right end of the bottom line: which page is shown, the scale, and a corner to pull the window larger by.

use crate::{
    editor::{
        asked::Asked,
        names::theme_name,
        scale::{SCALES, fits},
        snapshot::EditorSnapshot,
        theme::Themed,
        widgets::toggle::plain_button,
    },
    instance::{
        command::Command,
        state::preferences::{Preferences, Theme},
    },
};
use egui::{
    Button, CursorIcon, Popup, Rect, RichText, Sense, Stroke, Ui, Vec2, ViewportCommand, WidgetInfo, accesskit::Role,
    vec2,
};

const PAGE_WIDTH: f32 = 52.0;
const SCALE_WIDTH: f32 = 50.0;
const HELP_WIDTH: f32 = 22.0;
const GAP: f32 = 3.0;
/// Side of the corner that the window is pulled by, in points.
const GRIP: f32 = 14.0;

/// Draws it at the right of `rect`. Returns what is left of `rect`, and what was asked for.
pub fn draw(ui: &mut Ui, rect: Rect, snapshot: &EditorSnapshot, bases_are_shown: bool) -> (Rect, Vec<Asked>) {
    let place = |right: f32, width: f32| {
        Rect::from_x_y_ranges(rect.right() - right - width..=rect.right() - right, rect.y_range())
            .expand2(vec2(0.0, 1.0))
    };
    let mut asked = Vec::new();
    draw_grip(ui, place(0.0, GRIP));
    asked.extend(draw_scale(ui, place(GRIP + GAP, SCALE_WIDTH), snapshot));
    if plain_button(ui, place(GRIP + SCALE_WIDTH + 3.0 * GAP, HELP_WIDTH), "?", "Help", false)
        .on_hover_text("What to do, and the keys.")
        .clicked()
    {
        asked.push(Asked::ShowHelp);
    }
    let left = GRIP + SCALE_WIDTH + HELP_WIDTH + 6.0 * GAP;
    if !snapshot.summary().strips.is_empty() {
        let bases = plain_button(ui, place(left, PAGE_WIDTH), "Bases", "Page of bases", bases_are_shown);
        let knobs =
            plain_button(ui, place(left + PAGE_WIDTH + GAP, PAGE_WIDTH), "Knobs", "Page of knobs", !bases_are_shown);
        if bases.on_hover_text("What the sources have learned, basis by basis.").clicked() {
            asked.push(Asked::ReopenBases);
        }
        if knobs.on_hover_text("A knob for each source.").clicked() {
            asked.push(Asked::ShowStrips);
        }
    }
    (rect.with_max_x(place(left + PAGE_WIDTH + GAP, PAGE_WIDTH).left() - 8.0), asked)
}

/// The button in `rect` that shows the scale and opens the choice of another one, and of the colours.
fn draw_scale(ui: &mut Ui, rect: Rect, snapshot: &EditorSnapshot) -> Option<Asked> {
    let percent = |scale: f32| format!("{:.0} %", 100.0 * scale);
    let now = snapshot.window.scale;
    let response = plain_button(ui, rect, &percent(now), "Scale", false);
    let mut asked = None;
    Popup::menu(&response).width(112.0).show(|ui| {
        ui.label(RichText::new("Scale").small().color(ui.colours().weak));
        for scale in SCALES.into_iter().filter(|scale| *scale <= 1.0 || fits(*scale, snapshot.window.screen)) {
            let item = Button::selectable(scale == now, percent(scale)).min_size(vec2(100.0, 24.0));
            if ui.add(item).clicked() {
                asked = Some(Asked::SetScale(scale));
            }
        }
        ui.separator();
        ui.label(RichText::new("Colours").small().color(ui.colours().weak));
        for theme in Theme::ALL {
            let item =
                Button::selectable(theme == snapshot.preferences.theme, theme_name(theme)).min_size(vec2(100.0, 24.0));
            if ui.add(item).clicked() {
                asked = Some(Command::SetPreferences(Preferences { theme, ..snapshot.preferences }).into());
            }
        }
    });
    response.on_hover_text(
        "How large everything is drawn, which the project remembers; and in which colours, also in every window that opens.",
    );
    asked
}

/// The corner in `rect` that the window is made larger and smaller by.
fn draw_grip(ui: &Ui, rect: Rect) {
    let id = ui.scope_id().with("grip");
    let response = ui.interact(rect, id, Sense::drag()).on_hover_cursor(CursorIcon::ResizeNwSe);
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, ui.is_enabled(), "Size of the window"));
    let window = ui.ctx().content_rect().size();
    if response.drag_started()
        && let Some(at) = response.interact_pointer_pos()
    {
        // The corner stays as far from the pointer as it was.
        ui.data_mut(|data| data.insert_temp(id, window - at.to_vec2()));
    }
    if response.dragged()
        && let Some(at) = response.interact_pointer_pos()
        && let Some(offset) = ui.data(|data| data.get_temp::<Vec2>(id))
    {
        ui.ctx().send_viewport_cmd(ViewportCommand::InnerSize((at.to_vec2() + offset).round()));
    }
    let ink = if response.hovered() || response.dragged() { ui.colours().text } else { ui.colours().faint };
    let corner = rect.right_bottom() - vec2(2.0, 4.0);
    for reach in [4.0, 8.0, 12.0] {
        let line = [corner - vec2(reach, 0.0), corner - vec2(0.0, reach)];
        ui.painter().line_segment(line, Stroke::new(1.0, ink));
    }
}
