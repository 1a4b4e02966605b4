//! Figures as PNG: the bases of a preset, a whole separation, how good one is, and what settings do. Levels are in dB
//! over logarithmic frequency.
//!
//! - `levels`: what is shown: spectrograms, and bases in order.
//! - `colour_map`: levels to colours.
//! - `heat_map`: one map with its axes. `panels`: figures of any panels.
//! - `chart`: axes with linear numbers, for bars and curves.
//! - `bars`, `curves`, `masks`: what `unbraid evaluate` draws.
//! - `ticks`: round numbers along axes.
//! - `tuning`: what each setting does.
//! - `canvas`: pixels, lines, text, the file.

mod bars;
mod canvas;
mod chart;
mod colour_map;
mod curves;
mod heat_map;
mod levels;
mod masks;
mod panels;
mod ticks;
mod tuning;

pub use bars::{BarGroup, BarsFigure, SourceBars, bars};
pub use canvas::PlotError;
pub use curves::{Curve, CurvesFigure, CurvesPanel, curves};
pub use masks::{MaskGrid, MaskRow, MasksFigure, masks};
pub use panels::{Panel, PanelContent, panels};
pub use tuning::{TuningFigure, tuning};

use crate::{
    dictionary::Dictionary,
    preset::{Colour, Preset, Source},
    recording::Recording,
};
use canvas::{Align, Canvas, FAINT_INK, INK, Rect, ink};
use heat_map::{FrequencyRange, HeatMap, HorizontalAxis, draw_scale};
use levels::LevelColumns;
use std::path::Path;

/// Room around a figure, in pixels.
const MARGIN: i32 = 32;
/// Room for the title, in pixels.
const HEADER: i32 = 84;
/// Room above a heat map for its own title, in pixels.
const CAPTION: i32 = 34;
/// Room between two rows of heat maps, in pixels.
const ROW_GAP: i32 = 12;
/// Room left of a heat map or a chart for its vertical axis, in pixels.
const AXIS_WIDTH: i32 = 72;
/// Room below the lowest heat map for its horizontal axis, in pixels.
const AXIS_HEIGHT: i32 = 48;
/// Size of a figure's title, in pixels.
const TITLE_SIZE: i32 = 34;
/// Size of a heat map's title, in pixels.
const CAPTION_SIZE: i32 = 23;
/// Size of explanations, in pixels.
const NOTE_SIZE: i32 = 19;

/// A separation to be drawn.
#[derive(Debug, Clone)]
pub struct SeparationFigure<'a> {
    /// The text at the top.
    pub title: &'a str,
    /// The mixture, as the first row.
    pub mixture: &'a Recording,
    /// The sources it was separated into, a row each.
    pub sources: Vec<SourceFigure<'a>>,
}

/// One source of a [`SeparationFigure`].
#[derive(Debug, Clone)]
pub struct SourceFigure<'a> {
    /// The source's name, above its row.
    pub name: &'a str,
    /// The swatch beside the name.
    pub colour: Colour,
    /// The separated sound; as long as the mixture.
    pub sound: &'a Recording,
    /// What it was separated with; `None` for an adaptive source.
    pub dictionary: Option<&'a Dictionary>,
}

/// Draws the mixture and every separated source as spectrograms on one scale, beside the dictionaries that separated
/// them, as a PNG of 1600 x 1000 pixels.
///
/// # Errors
/// [`PlotError`] if the file cannot be written; what was there before stays.
pub fn separation(path: &Path, figure: &SeparationFigure<'_>) -> Result<(), PlotError> {
    const SIZE: (u32, u32) = (1600, 1000);
    const BASES_WIDTH: i32 = 400;
    let rows = figure.sources.len() as i32 + 1;
    let sound_width = SIZE.0 as i32 - 2 * MARGIN - 2 * AXIS_WIDTH - BASES_WIDTH - MARGIN;
    let row_height = (SIZE.1 as i32 - MARGIN / 2 - HEADER - AXIS_HEIGHT) / rows;
    let sound_rect = |row: i32| Rect {
        x: MARGIN + AXIS_WIDTH,
        y: HEADER + row * row_height + CAPTION,
        width: sound_width,
        height: row_height - CAPTION - ROW_GAP,
    };
    let bases_rect = |row: i32| Rect { x: SIZE.0 as i32 - MARGIN - BASES_WIDTH, width: BASES_WIDTH, ..sound_rect(row) };

    let mixture = LevelColumns::of_sound(figure.mixture, sound_width as usize);
    let top_db = mixture.peak();
    let range = FrequencyRange::up_to(f64::from(figure.mixture.sample_rate) / 2.0);
    let horizontal = HorizontalAxis::Seconds(figure.mixture.seconds());

    Canvas::save(path, SIZE, |canvas| {
        canvas.text(figure.title, TITLE_SIZE, INK, Align::Left, (MARGIN, HEADER / 2))?;
        caption(canvas, sound_rect(0), None, "mixture")?;
        HeatMap { levels: &mixture, top_db, horizontal, range, numbered: false }.draw(canvas, sound_rect(0))?;
        legend(canvas, bases_rect(0))?;
        for (row, source) in (1..).zip(&figure.sources) {
            let numbered = row == rows - 1;
            caption(canvas, sound_rect(row), Some(source.colour), source.name)?;
            let levels = LevelColumns::of_sound(source.sound, sound_width as usize);
            HeatMap { levels: &levels, top_db, horizontal, range, numbered }.draw(canvas, sound_rect(row))?;
            bases(canvas, bases_rect(row), source.name, source.colour, source.dictionary, (range, numbered))?;
        }
        Ok(())
    })
}

/// Draws the dictionary of every source of `preset`, which is called `name`, as a PNG.
///
/// # Errors
/// [`PlotError`] if the file cannot be written; what was there before stays.
pub fn preset(path: &Path, name: &str, preset: &Preset) -> Result<(), PlotError> {
    const PANEL: (i32, i32) = (680, 560);
    let count = preset.sources.len() as i32;
    let columns = if count > 4 { 3 } else { count.clamp(1, 2) };
    let rows = (count + columns - 1) / columns;
    let cell = (PANEL.0 + AXIS_WIDTH + MARGIN, PANEL.1 + CAPTION + AXIS_HEIGHT);
    let size = ((MARGIN + columns * cell.0) as u32, (HEADER + rows * cell.1 + MARGIN / 2) as u32);
    let nyquist = |dictionary: &Dictionary| dictionary.frame.sample_rate / 2.0;
    let highest = preset.sources.iter().flat_map(Source::dictionaries).map(nyquist).reduce(f64::max);
    let range = FrequencyRange::up_to(highest.unwrap_or(22_050.0));

    Canvas::save(path, size, |canvas| {
        let title = Path::new(name).file_name().map_or(name.into(), |file| file.to_string_lossy());
        let scale = Rect { x: size.0 as i32 - MARGIN - 260, y: HEADER / 2 - 16, width: 260, height: 14 };
        canvas.text(
            &title,
            if count > 1 { TITLE_SIZE } else { CAPTION_SIZE },
            INK,
            Align::Left,
            (MARGIN, HEADER / 2),
        )?;
        draw_scale(canvas, scale)?;
        for (index, source) in (0..).zip(&preset.sources) {
            let rect = Rect {
                x: MARGIN + index % columns * cell.0 + AXIS_WIDTH,
                y: HEADER + index / columns * cell.1 + CAPTION,
                width: PANEL.0,
                height: PANEL.1,
            };
            bases(canvas, rect, &source.name, source.colour, source.dictionaries().first(), (range, true))?;
        }
        Ok(())
    })
}

/// A dictionary in `rect`; for an adaptive source, which has none, a note.
fn bases(
    canvas: &Canvas<'_>,
    rect: Rect,
    name: &str,
    colour: Colour,
    dictionary: Option<&Dictionary>,
    (range, numbered): (FrequencyRange, bool),
) -> Result<(), PlotError> {
    let Some(dictionary) = dictionary else {
        caption(canvas, rect, Some(colour), &format!("{name}: adaptive"))?;
        canvas.outline(rect)?;
        let middle = (rect.x + rect.width / 2, rect.y + rect.height / 2);
        return canvas.text("learned while it plays", NOTE_SIZE, FAINT_INK, Align::Centre, middle);
    };
    let count = dictionary.components;
    let noun = if count == 1 { "basis" } else { "bases" };
    caption(canvas, rect, Some(colour), &format!("{name}: {count} {noun}"))?;
    let levels = LevelColumns::of_bases(dictionary);
    HeatMap { levels: &levels, top_db: 0.0, horizontal: HorizontalAxis::Bases(count), range, numbered }
        .draw(canvas, rect)
}

/// The title above a heat map, with a swatch of its source's colour.
fn caption(canvas: &Canvas<'_>, rect: Rect, colour: Option<Colour>, text: &str) -> Result<(), PlotError> {
    let y = rect.y - CAPTION / 2 - 1;
    let mut x = rect.x;
    if let Some(colour) = colour {
        canvas.fill(Rect { x, y: y - 8, width: 16, height: 16 }, ink(colour))?;
        x += 26;
    }
    canvas.text(text, CAPTION_SIZE, INK, Align::Left, (x, y))
}

/// The scale of colours, and what 0 dB means.
fn legend(canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
    caption(canvas, rect, None, "level")?;
    draw_scale(canvas, Rect { y: rect.y + 4, height: 18, ..rect })?;
    for (line, note) in (0..).zip(["sounds: below the mixture's loudest point", "bases: below each one's own peak"]) {
        canvas.text(note, NOTE_SIZE, FAINT_INK, Align::Left, (rect.x, rect.y + 66 + line * 26))?;
    }
    Ok(())
}
