//! How large everything is drawn: a factor on top of the system's own, kept in the project.

use super::theme;
use crate::instance::params::UnbraidParams;
use egui::{Context, Rect, Ui};
use std::sync::PoisonError;

/// Scales to choose from.
pub const SCALES: [f32; 5] = [0.75, 1.0, 1.25, 1.5, 2.0];

/// The scale to draw at: what the project remembers, as far as the editor can have it.
pub fn usable_scale(remembered: Option<f32>) -> f32 {
    let range = (SCALES[0], SCALES[SCALES.len() - 1]);
    remembered.filter(|scale| scale.is_finite()).map_or(1.0, |scale| scale.clamp(range.0, range.1))
}

/// The scale that the project remembers.
pub fn remembered(params: &UnbraidParams) -> f32 {
    // A poisoned lock still guards a whole value.
    usable_scale(*params.editor_scale.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Draws at the project's scale from the next frame on. The window grows and shrinks along, where the host lets it.
pub fn apply(ctx: &Context, params: &UnbraidParams) {
    let scale = remembered(params);
    if ctx.zoom_factor() != scale {
        ctx.set_zoom_factor(scale);
    }
}

fn shown(scale: f32) -> String {
    format!("{:.0} %", 100.0 * scale)
}

/// Draws the button in `rect` that opens the choice.
pub fn draw(ui: &mut Ui, rect: Rect, params: &UnbraidParams) {
    let now = remembered(params);
    let response = super::rooms::footer::plain_button(ui, rect, &shown(now), "Scale", false);
    egui::Popup::menu(&response).width(96.0).show(|ui| {
        ui.label(egui::RichText::new("Scale").small().color(theme::WEAK));
        for scale in SCALES {
            let item = egui::Button::selectable(scale == now, shown(scale)).min_size(egui::vec2(84.0, 24.0));
            if ui.add(item).clicked() {
                *params.editor_scale.lock().unwrap_or_else(PoisonError::into_inner) = Some(scale);
                ui.ctx().request_repaint();
            }
        }
    });
    response.on_hover_text("How large everything is drawn. The project remembers it.");
}
