//! The masks that estimates amount to, beside the ideal ones.

use super::{
    AXIS_HEIGHT, AXIS_WIDTH, CAPTION, HEADER, MARGIN, NOTE_SIZE, TITLE_SIZE,
    canvas::{Align, Canvas, FAINT_INK, INK, PlotError, Rect},
    caption,
    colour_map::colour,
    heat_map::{FrequencyRange, NUMBER_SIZE, draw_share_scale, draw_times},
};
use crate::preset::PALETTE;
use std::path::Path;

/// Size of a mask, in pixels.
const MASK: (i32, i32) = (640, 220);
/// Where the references together are this far below their peak, in dB, no mask is shown: nothing is there to divide.
const RANGE_DB: f64 = 60.0;
/// What is shown there.
const NOTHING: [u8; 3] = [0x2C, 0x2C, 0x34];

/// What the masks are given on.
#[derive(Debug, Clone, Copy)]
pub struct MaskGrid {
    /// Steps in time.
    pub columns: usize,
    /// Steps in frequency, evenly on a logarithmic scale.
    pub rows: usize,
    /// Lower end of the lowest row, in Hz.
    pub low_hz: f64,
    /// Upper end of the highest row, in Hz.
    pub high_hz: f64,
}

/// The masks of a separation.
#[derive(Debug, Clone)]
pub struct MasksFigure {
    /// Length in seconds.
    pub seconds: f64,
    /// What masks and mixture are given on.
    pub grid: MaskGrid,
    /// Power of the mixture, indexed by `[column][row]`, flat.
    pub mixture: Vec<f64>,
    /// The sources, from top to bottom.
    pub sources: Vec<MaskRow>,
}

/// The masks of one source, 0 to 1, each indexed by `[column][row]`, flat.
#[derive(Debug, Clone)]
pub struct MaskRow {
    /// The source's name.
    pub name: String,
    /// Its share of the true sources.
    pub ideal: Vec<f32>,
    /// Its estimate's share of all estimates.
    pub estimated: Vec<f32>,
    /// Mean distance between both, weighted by the magnitude of the mixture.
    pub mean_error: f64,
}

/// Draws the masks as a PNG, a source per row: left the ideal mask, right that of the estimates.
///
/// # Errors
/// [`PlotError`] if the file cannot be written; what was there before stays.
pub fn masks(path: &Path, figure: &MasksFigure) -> Result<(), PlotError> {
    let rows = figure.sources.len() as i32;
    let cell = (AXIS_WIDTH + MASK.0 + MARGIN / 2, CAPTION + MASK.1 + 12);
    let size = (2 * MARGIN + 2 * cell.0, HEADER + rows * cell.1 + AXIS_HEIGHT + MARGIN / 2);
    let peak = figure.mixture.iter().copied().fold(0.0, f64::max);
    let floor = peak * 10_f64.powf(-RANGE_DB / 10.0);
    Canvas::save(path, (size.0 as u32, size.1 as u32), |canvas| {
        canvas.text("Masks: ideal, and of the estimates", TITLE_SIZE, INK, Align::Left, (MARGIN, HEADER / 2))?;
        draw_legend(canvas, Rect { x: size.0 - MARGIN - 300, y: HEADER / 2 - 18, width: 260, height: 14 })?;
        for (index, source) in (0..).zip(&figure.sources) {
            let swatch = Some(PALETTE[index as usize % PALETTE.len()]);
            let error = source.mean_error;
            let sides = [
                (&source.ideal, format!("{}: ideal mask", source.name)),
                (&source.estimated, format!("{}: its estimate's mask, {error:.3} off on average", source.name)),
            ];
            for (side, (mask, title)) in (0..).zip(sides) {
                let rect = Rect {
                    x: MARGIN + side * cell.0 + AXIS_WIDTH,
                    y: HEADER + index * cell.1 + CAPTION,
                    width: MASK.0,
                    height: MASK.1,
                };
                caption(canvas, rect, swatch, &title)?;
                draw_mask(canvas, rect, figure, mask, floor)?;
                if index + 1 == rows {
                    draw_times(canvas, rect, figure.seconds)?;
                }
            }
        }
        Ok(())
    })
}

fn draw_mask(canvas: &Canvas<'_>, rect: Rect, figure: &MasksFigure, mask: &[f32], floor: f64) -> Result<(), PlotError> {
    let MaskGrid { columns, rows, low_hz, high_hz } = figure.grid;
    canvas.pixels(rect, |x, y| {
        let column = x as usize * columns / rect.width as usize;
        let row = (rect.height - 1 - y) as usize * rows / rect.height as usize;
        let cell = column * rows + row;
        if figure.mixture[cell] > floor { colour(mask[cell]) } else { NOTHING }
    })?;
    canvas.outline(rect)?;
    FrequencyRange::between(low_hz, high_hz).draw(canvas, rect)
}

/// The scale of shares in `rect`, and what is beside it.
fn draw_legend(canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
    canvas.text("share", NOTE_SIZE, FAINT_INK, Align::Right, (rect.x - 14, rect.y + 7))?;
    draw_share_scale(canvas, rect)?;
    let note = format!("grey: {RANGE_DB} dB below the loudest place");
    canvas.text(&note, NUMBER_SIZE, FAINT_INK, Align::Right, (rect.right(), rect.bottom() + 34))
}
