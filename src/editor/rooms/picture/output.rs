//! What comes in and what goes out at this moment: the mixture as a ghost, the main output in front of it in its sources' colours.

use super::{
    colour_map::Map,
    frame_rows::height,
    plot::{Area, Plot},
    smoothed::Moment,
};
use crate::editor::theme;
use egui::{Painter, Stroke};

/// Height on the colour map of the output's fill at its foot and at its edge.
const FILL: (f32, f32) = (0.25, 0.7);

/// Draws both spectra of `moment` in `plot`.
pub fn draw(painter: &Painter, plot: &Plot, moment: &Moment, map: &Map) {
    let mut ghost = Area::new(plot);
    let mut output = Area::new(plot);
    let (mut mixture_line, mut output_line) = (Vec::new(), Vec::new());
    for (along, rows) in plot.steps() {
        let highest = |levels: &[f32]| rows.clone().map(|row| height(levels[row], row)).fold(0.0, f32::max);
        let (came, goes) = (highest(&moment.mixture_db), highest(&moment.output_db));
        let row = (rows.start + rows.end) / 2;
        let row = row.min(rows.end - 1);
        let colour = map.colour(FILL.0 + (FILL.1 - FILL.0) * goes, |source| moment.share(source, row));
        ghost.step(along, (0.0, came), theme::NEUTRAL.gamma_multiply(0.16));
        output.step(along, (0.0, goes), colour);
        mixture_line.push(came);
        output_line.push(goes);
    }
    ghost.paint(painter);
    plot.curve(painter, &mixture_line, Stroke::new(1.0, theme::FAINT));
    output.paint(painter);
    plot.curve(painter, &output_line, Stroke::new(1.5, theme::TEXT));
}
