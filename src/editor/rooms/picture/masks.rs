//! The masks of this moment, stacked: which share of each frequency goes to which source.

use super::{
    colour_map::confidence,
    frame_rows::height,
    plot::{Area, Plot},
    smoothed::Moment,
};
use crate::editor::theme;
use egui::{Color32, Painter, Stroke};

/// Height of the level at which a mask is fully seen: what is hardly heard is hardly split.
const FULLY_SEEN: f32 = 0.35;
/// Opacity where all sources share alike, and where one has all.
const OPACITY: (f32, f32) = (0.3, 0.95);

/// Draws the masks of `moment` in `plot`; `colours` are the sources'.
pub fn draw(painter: &Painter, plot: &Plot, moment: &Moment, colours: &[Color32]) {
    let sources = moment.sources.min(colours.len());
    let mut seams = vec![Vec::new(); sources.saturating_sub(1)];
    let mut areas: Vec<Area> = (0..sources).map(|_| Area::new(plot)).collect();
    for (along, rows) in plot.steps() {
        let count = rows.len() as f32;
        let mean = |value: &dyn Fn(usize) -> f32| rows.clone().map(value).sum::<f32>() / count;
        let seen = (mean(&|row| height(moment.mixture_db[row], row)) / FULLY_SEEN).min(1.0);
        let shares: Vec<f32> = (0..sources).map(|source| mean(&|row| moment.share(source, row))).collect();
        let sure = confidence(sources, |source| shares[source]);
        let opacity = seen * (OPACITY.0 + (OPACITY.1 - OPACITY.0) * sure);
        let mut low = 0.0;
        for (source, area) in areas.iter_mut().enumerate() {
            let high = if source + 1 == sources { 1.0 } else { low + shares[source] };
            area.step(along, (low, high), colours[source].gamma_multiply(opacity));
            if let Some(seam) = seams.get_mut(source) {
                seam.push(high);
            }
            low = high;
        }
    }
    areas.into_iter().for_each(|area| area.paint(painter));
    for seam in &seams {
        plot.curve(painter, seam, Stroke::new(1.25, theme::WELL));
    }
}
