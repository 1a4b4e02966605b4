//! Marks from a file: JSON, or a label image.

use super::error::CliError;
use crate::{
    marks::{self, FrameGrid, Mark, MarkedFrames, Point},
    recording::Survey,
};
use png::{BitDepth, ColorType, Decoder, Transformations};
use std::{fs, path::Path};

/// The frequency axis of a label image, from bottom to top, in Hz; logarithmic, as in the editor.
const LABEL_IMAGE_HZ: (f64, f64) = (30.0, 20_000.0);
/// Most pixels of a label image.
const MOST_PIXELS: usize = 1 << 24;

/// Marks as a file gives them.
pub(super) enum MarkFile {
    /// One by one.
    List(Vec<Mark>),
    /// What belongs to whom, pixel by pixel.
    Labels(LabelImage),
}

/// An image whose pixels are the numbers of sources, counted from 1; 0 says nothing.
pub(super) struct LabelImage {
    /// From left to right all of a recording, from top to bottom the frequency axis, `[height, width]`.
    pixels: Vec<u8>,
    width: usize,
    height: usize,
    /// Length of the recording.
    seconds: f64,
}

impl MarkFile {
    /// The file `path` for the sources called `names`, on a recording of which `survey` tells the length. A file that
    /// begins as a PNG does is a label image.
    pub(super) fn read(path: &Path, names: &[&str], survey: &Survey) -> Result<Self, CliError> {
        let wrong = |reason: String| CliError::File { path: path.to_owned(), reason };
        let bytes = fs::read(path).map_err(|error| wrong(format!("cannot be read ({error})")))?;
        if bytes.starts_with(b"\x89PNG") {
            return LabelImage::read(&bytes, names.len(), survey.seconds()).map(Self::Labels).map_err(wrong);
        }
        let text = String::from_utf8(bytes).map_err(|_| wrong("this is neither JSON nor a PNG image".to_owned()))?;
        marks::from_json(&text, names).map(Self::List).map_err(|error| wrong(error.to_string()))
    }

    /// The marks on `grid`.
    pub(super) fn on(&self, grid: &FrameGrid) -> MarkedFrames {
        match self {
            Self::List(marks) => MarkedFrames::new(marks, grid),
            Self::Labels(image) => MarkedFrames::labelled(grid, |at| image.source(at)),
        }
    }
}

impl LabelImage {
    fn read(bytes: &[u8], sources: usize, seconds: f64) -> Result<Self, String> {
        let unread = |error: png::DecodingError| format!("this PNG image cannot be read ({error})");
        let mut decoder = Decoder::new(bytes);
        // Numbers as they are: the indices of a palette are the labels.
        decoder.set_transformations(Transformations::IDENTITY);
        let mut reader = decoder.read_info().map_err(unread)?;
        let info = reader.info();
        let (width, height) = (info.width as usize, info.height as usize);
        let is_grey = matches!(info.color_type, ColorType::Grayscale | ColorType::Indexed);
        if !is_grey || info.bit_depth != BitDepth::Eight {
            let kind =
                "a label image is a PNG of 8 bits, grey or with a palette, whose values are the numbers of the sources";
            return Err(kind.to_owned());
        }
        if width.saturating_mul(height) > MOST_PIXELS {
            return Err(format!("the image has {width} by {height} pixels; {MOST_PIXELS} in all can be used"));
        }
        let mut pixels = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut pixels).map_err(unread)?;
        if let Some(label) = pixels.iter().find(|label| usize::from(**label) > sources) {
            return Err(format!("a pixel has the value {label}, and the preset has {sources} sources"));
        }
        Ok(Self { pixels, width, height, seconds })
    }

    /// The source of the pixel at this place.
    fn source(&self, at: Point) -> Option<usize> {
        let (low, high) = LABEL_IMAGE_HZ;
        let x = at.seconds / self.seconds * self.width as f64;
        let y = (high / at.hz).ln() / (high / low).ln() * self.height as f64;
        let is_within = x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64;
        let label = is_within.then(|| self.pixels.get(y as usize * self.width + x as usize)).flatten()?;
        usize::from(*label).checked_sub(1)
    }
}
