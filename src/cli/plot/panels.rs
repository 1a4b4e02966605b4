//! Figures of any panels, row by row: sounds, bases, activations, masks, curves.

use super::{
    AXIS_HEIGHT, AXIS_WIDTH, CAPTION, CAPTION_SIZE, HEADER, MARGIN, NOTE_SIZE, PlotError, TITLE_SIZE,
    canvas::{Align, Canvas, FAINT_INK, INK, Rect, palette_ink},
    caption,
    colour_map::colour,
    heat_map::{FrequencyRange, HeatMap, HorizontalAxis, RANGE_DB, draw_scale, draw_share_scale, draw_times},
    levels::LevelColumns,
    ticks::{AxisNumber, round_step, ticks},
};
use crate::{decibels, dictionary::Dictionary, preset::Colour, recording::Recording};
use plotters::style::Color;
use std::path::Path;

/// Width of a figure, in pixels.
const WIDTH: i32 = 1400;
/// Columns of a spectrogram.
const COLUMNS: usize = 300;
/// Half the width of a point of a curve, in pixels.
const POINT: i32 = 4;

/// One picture in a figure.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// The text above it.
    pub caption: String,
    /// The swatch beside the caption.
    pub colour: Option<Colour>,
    /// Its width, as a share of those in its row.
    pub width: f64,
    /// What it shows.
    pub content: PanelContent<'a>,
}

/// What a panel shows.
#[derive(Debug, Clone)]
pub enum PanelContent<'a> {
    /// A spectrogram; 0 dB is the loudest point of all sounds in the figure.
    Sound(&'a Recording),
    /// Bases, each beside the other; the peak of each is 0 dB.
    Bases(&'a Dictionary),
    /// Activations, a row each, the first at the bottom; the largest is 0 dB.
    Activations {
        /// `[T, K]`
        values: &'a [f32],
        /// K
        components: usize,
        /// How long all frames last.
        seconds: f64,
    },
    /// A mask, from 0 (dark) to 1 (light).
    Mask {
        /// `[T, F]`
        values: &'a [f32],
        /// Distance of two bins, in Hz, and how long all frames last.
        bin_spacing: f64,
        /// How long all frames last.
        seconds: f64,
        /// F
        bins: usize,
    },
    /// Curves over a number of updates, from 1 on: the first as a line, the others as points on it. The number of
    /// updates is logarithmic.
    Curves(Vec<(String, Vec<f64>)>),
}

/// Draws `rows` of panels below `title` as a PNG, each `height` pixels high.
///
/// # Errors
/// [`PlotError`] if the file cannot be written; what was there before stays.
pub fn panels(path: &Path, title: &str, height: u32, rows: &[Vec<Panel<'_>>]) -> Result<(), PlotError> {
    let row_height = height as i32 + CAPTION + AXIS_HEIGHT;
    let size = (WIDTH as u32, (HEADER + rows.len() as i32 * row_height + MARGIN / 2) as u32);
    let top_db = rows.iter().flatten().filter_map(|panel| panel.content.peak()).fold(f32::NEG_INFINITY, f32::max);
    Canvas::save(path, size, |canvas| {
        canvas.text(title, TITLE_SIZE, INK, Align::Left, (MARGIN, HEADER / 2))?;
        draw_legend(canvas, rows)?;
        for (row, panels) in (0..).zip(rows) {
            let shares: f64 = panels.iter().map(|panel| panel.width).sum();
            let room = f64::from(WIDTH - MARGIN - panels.len() as i32 * (AXIS_WIDTH + MARGIN));
            let mut x = MARGIN;
            for panel in panels {
                let width = (room * panel.width / shares) as i32;
                let y = HEADER + row * row_height + CAPTION;
                let rect = Rect { x: x + AXIS_WIDTH, y, width, height: height as i32 };
                caption(canvas, rect, panel.colour, &panel.caption)?;
                panel.content.draw(canvas, rect, top_db)?;
                x += AXIS_WIDTH + width + MARGIN;
            }
        }
        Ok(())
    })
}

/// The scale of colours, at the right of the title.
fn draw_legend(canvas: &Canvas<'_>, rows: &[Vec<Panel<'_>>]) -> Result<(), PlotError> {
    let rect = Rect { x: WIDTH - MARGIN - 260, y: HEADER / 2 - 16, width: 260, height: 14 };
    let mut contents = rows.iter().flatten().map(|panel| &panel.content);
    match contents.next() {
        Some(PanelContent::Curves(_)) | None => Ok(()),
        Some(PanelContent::Mask { .. }) => draw_share_scale(canvas, rect),
        Some(_) => draw_scale(canvas, rect),
    }
}

impl PanelContent<'_> {
    /// The loudest point of a sound, in dB.
    fn peak(&self) -> Option<f32> {
        match self {
            Self::Sound(sound) => Some(LevelColumns::of_sound(sound, COLUMNS).peak()),
            _ => None,
        }
    }

    fn draw(&self, canvas: &Canvas<'_>, rect: Rect, top_db: f32) -> Result<(), PlotError> {
        let heat_map = |levels: &LevelColumns, top_db: f32, horizontal, nyquist| {
            let range = FrequencyRange::up_to(nyquist);
            HeatMap { levels, top_db, horizontal, range, numbered: true }.draw(canvas, rect)
        };
        match self {
            Self::Sound(sound) => {
                let levels = LevelColumns::of_sound(sound, COLUMNS);
                let nyquist = f64::from(sound.sample_rate) / 2.0;
                heat_map(&levels, top_db, HorizontalAxis::Seconds(sound.seconds()), nyquist)
            }
            Self::Bases(dictionary) => {
                let horizontal = HorizontalAxis::Bases(dictionary.components);
                heat_map(&LevelColumns::of_bases(dictionary), 0.0, horizontal, dictionary.frame.sample_rate / 2.0)
            }
            Self::Activations { values, components, seconds } => {
                draw_activations(canvas, rect, values, *components)?;
                draw_times(canvas, rect, *seconds)
            }
            Self::Mask { values, bin_spacing, seconds, bins } => {
                let level = |share: &f32| (share - 1.0) * RANGE_DB;
                let columns = values.chunks_exact(*bins).map(|frame| frame.iter().map(level).collect()).collect();
                let levels = LevelColumns { columns, bin_spacing: *bin_spacing };
                heat_map(&levels, 0.0, HorizontalAxis::Seconds(*seconds), bin_spacing * (bins - 1) as f64)
            }
            Self::Curves(curves) => draw_curves(canvas, rect, curves),
        }
    }
}

fn draw_activations(canvas: &Canvas<'_>, rect: Rect, values: &[f32], components: usize) -> Result<(), PlotError> {
    let largest = values.iter().fold(f32::MIN_POSITIVE, |largest, h| largest.max(*h));
    let frames = (values.len() / components).max(1);
    canvas.pixels(rect, |x, y| {
        let row = (rect.height - 1 - y) as usize;
        let (k, t) = (row * components / rect.height as usize, x as usize * frames / rect.width as usize);
        colour(1.0 + decibels::of_amplitude(values[t * components + k] / largest) / RANGE_DB)
    })?;
    canvas.outline(rect)?;
    let middle = (rect.x - 24, rect.y + rect.height / 2);
    canvas.text("bases, low to high", NOTE_SIZE, FAINT_INK, Align::Upwards, middle)
}

fn draw_curves(canvas: &Canvas<'_>, rect: Rect, curves: &[(String, Vec<f64>)]) -> Result<(), PlotError> {
    let most = curves.iter().flat_map(|(_, values)| values).fold(f64::MIN_POSITIVE, |most, value| most.max(*value));
    let longest = curves.iter().map(|(_, values)| values.len()).max().unwrap_or_default().max(2) as f64;
    let step = round_step(most, 6.0);
    let top = (most / step).ceil() * step;
    let x = |update: f64| rect.x + (update.ln() / longest.ln() * f64::from(rect.width - 1)) as i32;
    let y = |value: f64| rect.bottom() - 1 - (value / top * f64::from(rect.height - 1)) as i32;
    canvas.outline(rect)?;
    for update in [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0].into_iter().filter(|n| *n <= longest) {
        canvas.line((x(update), rect.bottom()), (x(update), rect.bottom() + 4), FAINT_INK)?;
        canvas.text(&update.to_string(), NOTE_SIZE, FAINT_INK, Align::Centre, (x(update), rect.bottom() + 14))?;
    }
    let below = (rect.x + rect.width / 2, rect.bottom() + 36);
    canvas.text("number of updates", NOTE_SIZE, FAINT_INK, Align::Centre, below)?;
    for AxisNumber { value, label } in ticks(0.0, top, step) {
        canvas.line((rect.x - 6, y(value)), (rect.x - 2, y(value)), FAINT_INK)?;
        canvas.line((rect.x, y(value)), (rect.right() - 1, y(value)), INK.mix(0.10))?;
        canvas.text(&label, NOTE_SIZE, FAINT_INK, Align::Right, (rect.x - 10, y(value)))?;
    }
    for (number, (name, values)) in curves.iter().enumerate() {
        let shade = palette_ink(number);
        let points: Vec<(i32, i32)> = (1..).zip(values).map(|(n, value)| (x(f64::from(n)), y(*value))).collect();
        let square = |(x, y): (i32, i32)| Rect { x: x - POINT, y: y - POINT, width: 2 * POINT, height: 2 * POINT };
        let line = rect.y + 30 + 30 * number as i32;
        let start = (rect.right() - 500, line);
        if number == 0 {
            points.windows(2).try_for_each(|pair| canvas.line(pair[0], pair[1], shade.stroke_width(3)))?;
            canvas.line(start, (start.0 + 26, line), shade.stroke_width(3))?;
        } else {
            points.iter().try_for_each(|point| canvas.fill(square(*point), shade))?;
            canvas.fill(square((start.0 + 13, line)), shade)?;
        }
        canvas.text(name, CAPTION_SIZE, INK, Align::Left, (start.0 + 40, line))?;
    }
    Ok(())
}
