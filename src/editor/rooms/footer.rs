//! The right end of the bottom line: which page is shown, and the scale.

use crate::{
    editor::{
        asked::Asked,
        scale::{SCALES, remembered},
        snapshot::EditorSnapshot,
        theme,
        widgets::toggle::plain_button,
    },
    instance::params::UnbraidParams,
};
use egui::{Button, Popup, Rect, RichText, Ui, vec2};

const PAGE_WIDTH: f32 = 52.0;
const SCALE_WIDTH: f32 = 50.0;
const GAP: f32 = 3.0;

/// Draws it at the right of `rect`. Returns what is left of `rect`, and what was asked for.
pub fn draw(ui: &mut Ui, rect: Rect, snapshot: &EditorSnapshot, bases_are_shown: bool) -> (Rect, Vec<Asked>) {
    let place = |right: f32, width: f32| {
        Rect::from_x_y_ranges(rect.right() - right - width..=rect.right() - right, rect.y_range())
            .expand2(vec2(0.0, 1.0))
    };
    let mut asked = Vec::new();
    asked.extend(draw_scale(ui, place(0.0, SCALE_WIDTH), snapshot.params));
    let left = SCALE_WIDTH + 3.0 * GAP;
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

/// The button in `rect` that shows the scale and opens the choice of another one.
fn draw_scale(ui: &mut Ui, rect: Rect, params: &UnbraidParams) -> Option<Asked> {
    let percent = |scale: f32| format!("{:.0} %", 100.0 * scale);
    let now = remembered(params);
    let response = plain_button(ui, rect, &percent(now), "Scale", false);
    let mut asked = None;
    Popup::menu(&response).width(96.0).show(|ui| {
        ui.label(RichText::new("Scale").small().color(theme::WEAK));
        for scale in SCALES {
            let item = Button::selectable(scale == now, percent(scale)).min_size(vec2(84.0, 24.0));
            if ui.add(item).clicked() {
                asked = Some(Asked::SetScale(scale));
            }
        }
    });
    response.on_hover_text("How large everything is drawn. The project remembers it.");
    asked
}
