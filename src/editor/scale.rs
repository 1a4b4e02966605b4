//! How large everything is drawn: a factor on top of the system's own, kept in the project.

use crate::instance::params::UnbraidParams;
use egui::Context;
use std::sync::PoisonError;

/// Scales to choose from.
pub const SCALES: [f32; 5] = [0.75, 1.0, 1.25, 1.5, 2.0];

/// The scale to draw at: the project's, brought into the range of [`SCALES`]; 1 where the project has none.
pub fn usable_scale(remembered: Option<f32>) -> f32 {
    let range = (SCALES[0], SCALES[SCALES.len() - 1]);
    remembered.filter(|scale| scale.is_finite()).map_or(1.0, |scale| scale.clamp(range.0, range.1))
}

/// The project's scale.
pub fn remembered(params: &UnbraidParams) -> f32 {
    // Every write is a single assignment, so a poisoned lock guards a valid value.
    usable_scale(*params.editor_scale.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Keeps `scale` in the project.
pub fn remember(params: &UnbraidParams, scale: f32) {
    *params.editor_scale.lock().unwrap_or_else(PoisonError::into_inner) = Some(scale);
}

/// Draws at the project's scale from the next frame on. The window changes its size with it, where the host allows
/// that.
pub fn apply(ctx: &Context, params: &UnbraidParams) {
    let scale = remembered(params);
    if ctx.zoom_factor() != scale {
        ctx.set_zoom_factor(scale);
    }
}
