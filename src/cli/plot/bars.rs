//! Figures of a separation as bars: a chart per method, a group of bars per source.

use super::{
    AXIS_WIDTH, CAPTION_SIZE, HEADER, MARGIN, NOTE_SIZE, TITLE_SIZE,
    canvas::{Align, BACKGROUND, Canvas, FAINT_INK, INK, PlotError, Rect, palette_ink, text_width},
    chart::{DecibelAxis, LEGEND_LINE, Legend, draw_edges},
    heat_map::NUMBER_SIZE,
};
use plotters::style::RGBColor;
use std::path::Path;

/// Height of a chart, in pixels.
const CHART_HEIGHT: i32 = 250;
/// Room below a chart for the names of the sources, in pixels.
const NAMES_HEIGHT: i32 = 46;
/// Room above a chart for its title and legend, in pixels.
const CHART_HEADER: i32 = 40 + LEGEND_LINE;
/// Width of a bar with the number above it, in pixels.
const BAR_WIDTH: i32 = 50;
/// Room between the bars of two sources, in pixels.
const GROUP_GAP: i32 = 34;
/// Narrowest figure, in pixels.
const LEAST_WIDTH: i32 = 760;

/// The figures of all methods.
#[derive(Debug, Clone)]
pub struct BarsFigure {
    /// A chart each.
    pub groups: Vec<BarGroup>,
}

/// The figures of one method.
#[derive(Debug, Clone)]
pub struct BarGroup {
    /// What the method is called.
    pub title: String,
    /// What its figures are called; they are in dB.
    pub figures: Vec<String>,
    /// The sources, from left to right.
    pub sources: Vec<SourceBars>,
}

/// The bars of one source.
#[derive(Debug, Clone)]
pub struct SourceBars {
    /// The source's name.
    pub name: String,
    /// A value per figure, in dB; NaN where there is none.
    pub values: Vec<f64>,
    /// What stands in the place of bars where there are none.
    pub note: Option<String>,
}

/// Draws the figures of a separation as a PNG.
///
/// # Errors
/// [`PlotError`] if the file cannot be written; what was there before stays.
pub fn bars(path: &Path, figure: &BarsFigure) -> Result<(), PlotError> {
    let widths = figure.groups.iter().map(group_width).collect::<Result<Vec<_>, _>>()?;
    let plot_width = widths.into_iter().fold(LEAST_WIDTH - 2 * MARGIN - AXIS_WIDTH, i32::max);
    let chart = CHART_HEADER + CHART_HEIGHT + NAMES_HEIGHT;
    let width = plot_width + 2 * MARGIN + AXIS_WIDTH;
    let height = HEADER - 20 + chart * figure.groups.len() as i32 + MARGIN / 2;
    Canvas::save(path, (width as u32, height as u32), |canvas| {
        canvas.text("Evaluation, in dB", TITLE_SIZE, INK, Align::Left, (MARGIN, HEADER / 2 - 6))?;
        for (index, group) in (0..).zip(&figure.groups) {
            let y = HEADER - 20 + index * chart + CHART_HEADER;
            let rect = Rect { x: MARGIN + AXIS_WIDTH, y, width: plot_width, height: CHART_HEIGHT };
            draw_group(canvas, rect, group)?;
        }
        Ok(())
    })
}

/// Width that a chart needs, in pixels: as much for every source.
fn group_width(group: &BarGroup) -> Result<i32, PlotError> {
    let mut widest = group.figures.len() as i32 * BAR_WIDTH;
    for source in &group.sources {
        let note = source.note.as_deref().unwrap_or_default();
        widest = widest.max(text_width(&source.name, NOTE_SIZE)?).max(text_width(note, NOTE_SIZE)?);
    }
    Ok((widest + GROUP_GAP) * group.sources.len() as i32)
}

fn draw_group(canvas: &Canvas<'_>, rect: Rect, group: &BarGroup) -> Result<(), PlotError> {
    canvas.text(&group.title, CAPTION_SIZE, INK, Align::Left, (rect.x, rect.y - CHART_HEADER + 18))?;
    let entries = (0..).zip(&group.figures).map(|(index, name)| (colour(name, index), name.clone()));
    Legend::new(entries.collect(), rect.width)?.draw(canvas, (rect.x, rect.y - LEGEND_LINE + 6))?;
    // Room for the numbers above the bars.
    let inner = Rect { y: rect.y + 22, height: rect.height - 22, ..rect };
    let axis = DecibelAxis::of(group.sources.iter().flat_map(|source| source.values.iter().copied()), true);
    axis.draw(canvas, inner, "dB")?;
    draw_edges(canvas, inner)?;
    let slot = rect.width / group.sources.len().max(1) as i32;
    for (index, source) in (0..).zip(&group.sources) {
        let middle = rect.x + index * slot + slot / 2;
        canvas.text(&source.name, NOTE_SIZE, INK, Align::Centre, (middle, rect.bottom() + 20))?;
        match &source.note {
            Some(note) => {
                canvas.text(note, NOTE_SIZE, FAINT_INK, Align::Centre, (middle, axis.y(inner, 0.0) - 18))?;
            }
            None => draw_source(canvas, inner, axis, middle, (&group.figures, &source.values))?,
        }
    }
    Ok(())
}

fn draw_source(
    canvas: &Canvas<'_>,
    rect: Rect,
    axis: DecibelAxis,
    middle: i32,
    (names, values): (&[String], &[f64]),
) -> Result<(), PlotError> {
    let start = middle - values.len() as i32 * BAR_WIDTH / 2;
    for (index, (name, value)) in names.iter().zip(values).enumerate() {
        let x = start + index as i32 * BAR_WIDTH;
        let (zero, end) = (axis.y(rect, 0.0), axis.y(rect, if value.is_nan() { 0.0 } else { *value }));
        let bar = Rect { x: x + 5, y: zero.min(end), width: BAR_WIDTH - 10, height: (zero - end).abs() };
        canvas.fill(bar, colour(name, index))?;
        if axis.cuts_off(*value) {
            // A gap says that the bar is longer than it is drawn.
            let gap = Rect { y: if *value > 0.0 { bar.y + 8 } else { bar.bottom() - 12 }, height: 4, ..bar };
            canvas.fill(gap, BACKGROUND)?;
        }
        let above = if *value < 0.0 { bar.bottom() + 11 } else { bar.y - 11 };
        // A bar that goes down as far as the axis has its number inside.
        let above = if above > rect.bottom() - 8 { bar.y - 11 } else { above };
        canvas.text(&number(*value), NUMBER_SIZE, INK, Align::Centre, (x + BAR_WIDTH / 2, above))?;
    }
    Ok(())
}

fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "none".to_owned(),
        value if value.abs() > 200.0 => if value > 0.0 { "inf" } else { "\u{2212}inf" }.to_owned(),
        value => format!("{value:.1}").replace('-', "\u{2212}"),
    }
}

/// The colour of a figure: the same in every chart for those that several methods have.
fn colour(name: &str, index: usize) -> RGBColor {
    let place = ["SDR", "ISR", "SIR", "SAR"].iter().position(|known| *known == name).unwrap_or(index);
    palette_ink([1, 5, 0, 2][place % 4])
}
