//! What comes in and what goes out now: the spectrum of the mixture in grey, and in front of it that of the main
//! output, in the colours of its sources.

use super::{
    colour_map::ColourMap,
    frame_rows::height,
    plot::{CurveArea, PlotRect},
    smoothed::SmoothedFrame,
};
use crate::editor::theme::SCREEN;
use egui::{Painter, Stroke};

/// The levels whose colours fill the output, at its lowest and at its highest level, 0 to 1.
const FILL: (f32, f32) = (0.25, 0.7);

/// Draws both spectra of `frame` in `plot`; one source may be `lit`.
pub fn draw(painter: &Painter, plot: &PlotRect, frame: &SmoothedFrame, map: &ColourMap, lit: Option<usize>) {
    let mut mixture = CurveArea::new(plot);
    let mut output = CurveArea::new(plot);
    let (mut mixture_line, mut output_line) = (Vec::new(), Vec::new());
    for (along, rows) in plot.steps() {
        let highest = |levels: &[f32]| rows.clone().map(|row| height(levels[row], row)).fold(0.0, f32::max);
        let (level_in, level_out) = (highest(&frame.mixture_db), highest(&frame.output_db));
        let row = (rows.start + rows.end) / 2;
        let row = row.min(rows.end - 1);
        let level = FILL.0 + (FILL.1 - FILL.0) * level_out;
        let shares = frame.heard_shares_of(row);
        let colour = match lit.filter(|lit| *lit < frame.sources) {
            Some(lit) => map.lit_colour(level, lit, shares[lit]),
            None => map.colour(level, &shares),
        };
        mixture.step(along, (0.0, level_in), SCREEN.neutral.gamma_multiply(0.16));
        output.step(along, (0.0, level_out), colour);
        mixture_line.push(level_in);
        output_line.push(level_out);
    }
    mixture.paint(painter);
    plot.curve(painter, &mixture_line, Stroke::new(1.0, SCREEN.faint));
    output.paint(painter);
    plot.curve(painter, &output_line, Stroke::new(1.5, SCREEN.text));
}
