//! Marks from a file: JSON, or a label image.

use super::error::CliError;
use crate::{
    marks::{self, Mark, MarkShape, Point},
    recording::Survey,
};
use png::{BitDepth, ColorType, Decoder, Transformations};
use std::{fs, path::Path};

/// The frequency axis of a label image, from bottom to top, in Hz; logarithmic, as in the editor.
const LABEL_IMAGE_HZ: (f64, f64) = (30.0, 20_000.0);
/// Most pixels of a label image.
const MOST_PIXELS: usize = 1 << 24;

/// The marks in the file `path` for the sources called `names`, on a recording of which `survey` tells the length. A
/// file that begins as a PNG does is a label image.
pub(super) fn read(path: &Path, names: &[&str], survey: &Survey) -> Result<Vec<Mark>, CliError> {
    let wrong = |reason: String| CliError::Marks { path: path.to_owned(), reason };
    let bytes = fs::read(path).map_err(|error| wrong(format!("cannot be read ({error})")))?;
    if bytes.starts_with(b"\x89PNG") {
        let seconds = survey.len as f64 / f64::from(survey.sample_rate);
        return labels(&bytes, names.len(), seconds).map_err(wrong);
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("this is neither JSON nor a PNG image".to_owned()))?;
    marks::from_json(&text, names).map_err(|error| wrong(error.to_string()))
}

/// The marks of a label image: the value of a pixel is the number of its source, counted from 1, and 0 says nothing.
/// From left to right it shows all `seconds` of a recording.
fn labels(bytes: &[u8], sources: usize, seconds: f64) -> Result<Vec<Mark>, String> {
    let unread = |error: png::DecodingError| format!("this PNG image cannot be read ({error})");
    let mut decoder = Decoder::new(bytes);
    // Numbers as they are: the indices of a palette are the labels.
    decoder.set_transformations(Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(unread)?;
    let info = reader.info();
    let (width, height) = (info.width as usize, info.height as usize);
    if !matches!(info.color_type, ColorType::Grayscale | ColorType::Indexed) || info.bit_depth != BitDepth::Eight {
        return Err("a label image is a PNG of 8 bits, grey or with a palette, whose values are the numbers of the \
                    sources"
            .to_owned());
    }
    if width.saturating_mul(height) > MOST_PIXELS {
        return Err(format!("the image has {width} by {height} pixels; 16 million can be used"));
    }
    let mut pixels = vec![0; reader.output_buffer_size()];
    reader.next_frame(&mut pixels).map_err(unread)?;
    if let Some(label) = pixels.iter().find(|label| usize::from(**label) > sources) {
        return Err(format!("a pixel has the value {label}, and the preset has {sources} sources"));
    }
    let (low, high) = LABEL_IMAGE_HZ;
    let hz = |y: usize| low * (high / low).powf(1.0 - y as f64 / height as f64);
    let mut marks = Vec::new();
    for (y, row) in pixels.chunks_exact(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            let at = |x: usize, y: usize| Point { seconds: x as f64 / width as f64 * seconds, hz: hz(y) };
            if let Some(source) = usize::from(run[0]).checked_sub(1) {
                marks.push(Mark::belongs(source, MarkShape::Box { corners: [at(x, y + 1), at(x + run.len(), y)] }));
            }
            x += run.len();
        }
    }
    Ok(marks)
}
