//! Figures of a separation frame by frame: a chart per figure, a curve per source.

use super::{
    AXIS_WIDTH, HEADER, MARGIN, TITLE_SIZE,
    canvas::{Align, Canvas, FAINT_INK, INK, PlotError, Rect, palette_ink},
    chart::{DecibelAxis, Legend, draw_edges},
    heat_map::{NUMBER_SIZE, draw_times},
};
use plotters::style::{Color, RGBColor};
use std::path::Path;

/// Width of the figure, in pixels.
const WIDTH: i32 = 1400;
/// Height of a chart, in pixels.
const CHART_HEIGHT: i32 = 190;
/// Room between two charts, in pixels.
const GAP: i32 = 26;
/// Curves of fewer frames than this show each as a dot.
const FEW_FRAMES: usize = 80;

/// The frames of a separation.
#[derive(Debug, Clone)]
pub struct CurvesFigure {
    /// Length of a frame, in seconds.
    pub window_seconds: f64,
    /// Distance between two frames, in seconds.
    pub hop_seconds: f64,
    /// Length of the signals, in seconds.
    pub seconds: f64,
    /// A chart each, from top to bottom.
    pub panels: Vec<CurvesPanel>,
}

/// One figure over time.
#[derive(Debug, Clone)]
pub struct CurvesPanel {
    /// What the figure is called; it is in dB.
    pub name: String,
    /// A curve per source.
    pub curves: Vec<Curve>,
}

/// One figure of one source over time.
#[derive(Debug, Clone)]
pub struct Curve {
    /// The source's name.
    pub name: String,
    /// A value per frame, in dB; where it is not finite, the curve is interrupted.
    pub values: Vec<f64>,
    /// The median over the frames; NaN if there is none.
    pub median: f64,
}

/// Draws the frames of a separation as a PNG of 1400 pixels width.
///
/// # Errors
/// [`PlotError`] if the file cannot be written; what was there before stays.
pub fn curves(path: &Path, figure: &CurvesFigure) -> Result<(), PlotError> {
    let width = WIDTH - 2 * MARGIN - AXIS_WIDTH;
    let curves = figure.panels.first().into_iter().flat_map(|panel| &panel.curves);
    let entries = curves.enumerate().map(|(index, curve)| (palette_ink(index), curve.name.clone()));
    let legend = Legend::new(entries.collect(), width)?;
    let top = HEADER + legend.height();
    let height = top + figure.panels.len() as i32 * (CHART_HEIGHT + GAP) + 40;
    Canvas::save(path, (WIDTH as u32, height as u32), |canvas| {
        canvas.text("BSS Eval 4, frame by frame", TITLE_SIZE, INK, Align::Left, (MARGIN, HEADER / 2 - 6))?;
        let note = format!(
            "frames of {} s, {} s apart; dashed: medians; beyond \u{2212}40 and 60 dB: at the edge",
            rounded(figure.window_seconds),
            rounded(figure.hop_seconds)
        );
        canvas.text(&note, NUMBER_SIZE + 2, FAINT_INK, Align::Right, (WIDTH - MARGIN, HEADER / 2 - 4))?;
        legend.draw(canvas, (MARGIN + AXIS_WIDTH, HEADER))?;
        for (index, panel) in (0..).zip(&figure.panels) {
            let y = top + index * (CHART_HEIGHT + GAP);
            let rect = Rect { x: MARGIN + AXIS_WIDTH, y, width, height: CHART_HEIGHT };
            draw_panel(canvas, rect, figure, panel)?;
            if index as usize + 1 == figure.panels.len() {
                draw_times(canvas, rect, figure.seconds)?;
            }
        }
        Ok(())
    })
}

fn draw_panel(canvas: &Canvas<'_>, rect: Rect, figure: &CurvesFigure, panel: &CurvesPanel) -> Result<(), PlotError> {
    let axis = DecibelAxis::of(panel.curves.iter().flat_map(|curve| curve.values.iter().copied()), false);
    axis.draw(canvas, rect, &format!("{} in dB", panel.name))?;
    draw_edges(canvas, rect)?;
    for (index, curve) in panel.curves.iter().enumerate() {
        if curve.median.is_finite() {
            let y = axis.y(rect, curve.median);
            for x in (rect.x..rect.right() - 6).step_by(14) {
                canvas.line((x, y), (x + 6, y), palette_ink(index).mix(0.8))?;
            }
        }
    }
    for (index, curve) in panel.curves.iter().enumerate() {
        let frame_point = |frame: usize, value: f64| {
            let centre = (frame as f64 * figure.hop_seconds + figure.window_seconds / 2.0).min(figure.seconds);
            let x = rect.x + (centre / figure.seconds * f64::from(rect.width)) as i32;
            value.is_finite().then(|| (x, axis.y(rect, value)))
        };
        let points: Vec<_> = curve.values.iter().enumerate().map(|(frame, value)| frame_point(frame, *value)).collect();
        draw_curve(canvas, &points, palette_ink(index))?;
    }
    Ok(())
}

/// Lines between neighbours, and dots where there are few or none is a neighbour.
fn draw_curve(canvas: &Canvas<'_>, points: &[Option<(i32, i32)>], colour: RGBColor) -> Result<(), PlotError> {
    for pair in points.windows(2) {
        if let [Some(from), Some(to)] = pair {
            canvas.line(*from, *to, colour.stroke_width(2))?;
        }
    }
    for (index, point) in points.iter().enumerate() {
        let has_neighbour =
            |other: Option<usize>| other.and_then(|other| points.get(other)).is_some_and(Option::is_some);
        let is_alone = !has_neighbour(index.checked_sub(1)) && !has_neighbour(Some(index + 1));
        if let Some((x, y)) = point
            && (is_alone || points.len() < FEW_FRAMES)
        {
            canvas.fill(Rect { x: x - 3, y: y - 3, width: 6, height: 6 }, colour)?;
        }
    }
    Ok(())
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1e4).round() / 1e4
}
