//! The masks now, stacked: which share of each frequency goes to which source.

use super::{
    colour_map::{confidence, greyed},
    frame_rows::height,
    plot::{CurveArea, PlotRect},
    smoothed::SmoothedFrame,
};
use crate::editor::theme::SCREEN;
use egui::{Color32, Painter, Stroke};

/// Level from which on a mask has its full opacity, 0 to 1 on the scale; at lower levels it is fainter.
const OPAQUE_FROM: f32 = 0.35;
/// Opacity where all sources have equal shares, and where one source has everything.
const OPACITY: (f32, f32) = (0.3, 0.95);

/// Draws the masks of `frame` in `plot`; `colours` are the sources', of which one may be `lit`.
pub fn draw(painter: &Painter, plot: &PlotRect, frame: &SmoothedFrame, colours: &[Color32], lit: Option<usize>) {
    let colours: Vec<Color32> = colours
        .iter()
        .enumerate()
        .map(|(source, colour)| if lit.is_none_or(|lit| lit == source) { *colour } else { greyed(*colour) })
        .collect();
    let sources = frame.sources.min(colours.len());
    let mut edges = vec![Vec::new(); sources.saturating_sub(1)];
    let mut areas: Vec<CurveArea> = (0..sources).map(|_| CurveArea::new(plot)).collect();
    for (along, rows) in plot.steps() {
        let count = rows.len() as f32;
        let mean = |value: &dyn Fn(usize) -> f32| rows.clone().map(value).sum::<f32>() / count;
        let loudness = (mean(&|row| height(frame.mixture_db[row], row)) / OPAQUE_FROM).min(1.0);
        let shares: Vec<f32> = (0..sources).map(|source| mean(&|row| frame.share(source, row))).collect();
        let confidence = confidence(&shares);
        let opacity = loudness * (OPACITY.0 + (OPACITY.1 - OPACITY.0) * confidence);
        let mut low = 0.0;
        for (source, area) in areas.iter_mut().enumerate() {
            let high = if source + 1 == sources { 1.0 } else { low + shares[source] };
            area.step(along, (low, high), colours[source].gamma_multiply(opacity));
            if let Some(edge) = edges.get_mut(source) {
                edge.push(high);
            }
            low = high;
        }
    }
    areas.into_iter().for_each(|area| area.paint(painter));
    for edge in &edges {
        plot.curve(painter, edge, Stroke::new(1.25, SCREEN.well));
    }
}
