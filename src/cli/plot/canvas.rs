//! What figures are drawn on: lines, rectangles, pixels, text in one font; written as a PNG, all of it or nothing.

use crate::{
    preset::{Colour, PALETTE},
    recording::replacement_for,
};
use plotters::{
    backend::BitMapBackend,
    coord::Shift,
    drawing::{DrawingArea, IntoDrawingArea},
    element::{BitMapElement, Circle, PathElement, Polygon, Rectangle},
    style::{
        Color, FontStyle, FontTransform, IntoFont, RGBAColor, RGBColor, ShapeStyle, TextStyle, register_font,
        text_anchor::{HPos, Pos, VPos},
    },
};
use std::{path::Path, sync::LazyLock};

/// The name that the font is registered under.
const FONT: &str = "sans-serif";

/// Ubuntu Light, the interface's own font; `false` if it cannot be used.
static FONT_READY: LazyLock<bool> =
    LazyLock::new(|| register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok());

pub(super) const BACKGROUND: RGBColor = RGBColor(0x15, 0x15, 0x1B);
pub(super) const INK: RGBColor = RGBColor(0xEC, 0xEC, 0xF0);
pub(super) const FAINT_INK: RGBColor = RGBColor(0xA6, 0xA6, 0xB0);
pub(super) const FRAME: RGBColor = RGBColor(0x50, 0x50, 0x5C);

/// Text of fewer pixels than this is small.
const SMALL_TEXT: i32 = 22;

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// The file could not be made.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// The drawing itself failed.
    #[error("drawing failed: {0}")]
    Drawing(String),
}

/// A rectangle of the figure, in pixels from its top left corner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Rect {
    pub(super) fn right(&self) -> i32 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> i32 {
        self.y + self.height
    }
}

/// Where a text is drawn, relative to its point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
    /// Centred, reading upwards.
    Upwards,
}

/// A figure that is being drawn.
pub(super) struct Canvas<'a> {
    area: DrawingArea<BitMapBackend<'a>, Shift>,
}

impl Canvas<'_> {
    /// Draws a figure of `size` pixels and writes it to `path`, whole or not at all.
    pub(super) fn save(
        path: &Path,
        size: (u32, u32),
        draw: impl FnOnce(&Canvas<'_>) -> Result<(), PlotError>,
    ) -> Result<(), PlotError> {
        let file = replacement_for(path)?.into_temp_path();
        ensure_font()?;
        let canvas = Canvas { area: BitMapBackend::new(&file, size).into_drawing_area() };
        canvas.area.fill(&BACKGROUND).map_err(failed)?;
        draw(&canvas)?;
        canvas.area.present().map_err(failed)?;
        drop(canvas);
        file.persist(path).map_err(|error| PlotError::File(error.error))
    }

    /// Text of `size` pixels whose middle is at the height of `at`.
    pub(super) fn text(
        &self,
        text: &str,
        size: i32,
        colour: RGBColor,
        align: Align,
        at: (i32, i32),
    ) -> Result<(), PlotError> {
        let h_pos = match align {
            Align::Left => HPos::Left,
            Align::Centre | Align::Upwards => HPos::Center,
            Align::Right => HPos::Right,
        };
        let font = (FONT, size).into_font();
        let font = if align == Align::Upwards { font.transform(FontTransform::Rotate270) } else { font };
        let text = spaced(text, size);
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(h_pos, VPos::Center));
        // The backend centres the line box; the letters themselves lie above its middle.
        let drop = size / 8;
        let at = if align == Align::Upwards { (at.0 + drop, at.1) } else { (at.0, at.1 + drop) };
        self.area.draw_text(&text, &style, at).map_err(failed)
    }

    /// A filled circle around `at`.
    pub(super) fn disc(&self, at: (i32, i32), radius: i32, colour: RGBColor) -> Result<(), PlotError> {
        self.area.draw(&Circle::new(at, radius, colour.filled())).map_err(failed)
    }

    /// A circle around `at`.
    pub(super) fn ring(&self, at: (i32, i32), radius: i32, style: impl Into<ShapeStyle>) -> Result<(), PlotError> {
        self.area.draw(&Circle::new(at, radius, style)).map_err(failed)
    }

    /// A filled triangle around `at` that points down.
    pub(super) fn triangle(&self, at: (i32, i32), radius: i32, colour: RGBAColor) -> Result<(), PlotError> {
        let corners = [(at.0 - radius, at.1 - radius), (at.0 + radius, at.1 - radius), (at.0, at.1 + radius)];
        self.area.draw(&Polygon::new(corners, colour.filled())).map_err(failed)
    }

    pub(super) fn line(&self, from: (i32, i32), to: (i32, i32), style: impl Into<ShapeStyle>) -> Result<(), PlotError> {
        self.area.draw(&PathElement::new([from, to], style)).map_err(failed)
    }

    pub(super) fn fill(&self, rect: Rect, colour: RGBColor) -> Result<(), PlotError> {
        let corners = [(rect.x, rect.y), (rect.right(), rect.bottom())];
        self.area.draw(&Rectangle::new(corners, colour.filled())).map_err(failed)
    }

    /// A hairline around `rect`.
    pub(super) fn outline(&self, rect: Rect) -> Result<(), PlotError> {
        let corners = [(rect.x - 1, rect.y - 1), (rect.right(), rect.bottom())];
        self.area.draw(&Rectangle::new(corners, FRAME)).map_err(failed)
    }

    /// Fills `rect` pixel by pixel; `colour_at` is asked for every `(x, y)` from its top left corner.
    pub(super) fn pixels(&self, rect: Rect, colour_at: impl Fn(i32, i32) -> [u8; 3]) -> Result<(), PlotError> {
        let points = (0..rect.height).flat_map(|y| (0..rect.width).map(move |x| (x, y)));
        let pixels = points.flat_map(|(x, y)| colour_at(x, y)).collect();
        let size = (rect.width as u32, rect.height as u32);
        match BitMapElement::<_>::with_owned_buffer((rect.x, rect.y), size, pixels) {
            Some(bitmap) => self.area.draw(&bitmap).map_err(failed),
            None => Err(PlotError::Drawing("a picture has the wrong size".to_owned())),
        }
    }
}

/// Width of `text` of `size` pixels, in pixels.
pub(super) fn text_width(text: &str, size: i32) -> Result<i32, PlotError> {
    ensure_font()?;
    (FONT, size).into_font().box_size(&spaced(text, size)).map(|size| size.0 as i32).map_err(failed)
}

fn ensure_font() -> Result<(), PlotError> {
    if *FONT_READY { Ok(()) } else { Err(PlotError::Drawing("the font is not usable".to_owned())) }
}

/// The backend places letters on whole pixels; where they are small, the font's narrow space is lost.
fn spaced(text: &str, size: i32) -> String {
    if size < SMALL_TEXT { text.replace(' ', "  ") } else { text.to_owned() }
}

/// `colour` as plotters has it.
pub(super) fn ink(Colour([red, green, blue]): Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

/// The colour of the curve or source at `index`.
pub(super) fn palette_ink(index: usize) -> RGBColor {
    ink(PALETTE[index % PALETTE.len()])
}

fn failed(error: impl std::fmt::Display) -> PlotError {
    PlotError::Drawing(error.to_string())
}
