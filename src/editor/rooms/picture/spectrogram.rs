//! The spectrogram as a texture: one line of it per column of the ring, one pixel per row.
//!
//! It is written column by column and repeats, so that scrolling and zooming only move the part of it that is drawn.
//! Another way to colour it is written within some frames.

use super::{
    axis::ROWS,
    colour_map::ColourMap,
    columns::{COLUMNS, Columns},
    spotlight::Spotlight,
    state::ShownSignal,
    view::View,
};
use egui::{Color32, ColorImage, Context, Mesh, Rect, TextureHandle, TextureId, TextureOptions, epaint::Vertex, pos2};
use std::ops::Range;

/// Columns that get another look in one frame: all of them within a tenth of a second, and none for long.
const COLUMNS_PER_FRAME: i64 = 256;

/// What the texture shows of which ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Which signal.
    pub shown: ShownSignal,
    /// The source that is lit; the others are grey.
    pub lit: Option<usize>,
    /// Which ring: the live one, or a frozen one.
    pub is_frozen: bool,
    /// Grows with every change of the ring that is not a new column.
    pub generation: u64,
}

/// The texture.
#[derive(Default)]
pub struct SpectrogramTexture {
    handle: Option<TextureHandle>,
    painted: Option<Painted>,
    spotlight: Option<Spotlight>,
}

/// What is in the texture.
#[derive(Debug, Clone, Copy)]
struct Painted {
    look: Look,
    /// The next column to come.
    next: i64,
    /// Columns before this one still have another look. It may be below 0, where places of the ring were never written.
    old_before: i64,
}

impl SpectrogramTexture {
    /// Brings the texture up to `columns`, coloured after `look`: new columns at once, and after a change of the look
    /// some of the others in each frame, the newest first.
    pub fn update(&mut self, ctx: &Context, columns: &Columns, look: Look, map: &ColourMap) -> TextureId {
        const LEN: i64 = COLUMNS as i64;
        let ground = map.ground();
        let mut handle = self
            .handle
            .get_or_insert_with(|| {
                let empty = ColorImage::filled([ROWS, COLUMNS], ground);
                ctx.load_texture("spectrogram", empty, TextureOptions::LINEAR_REPEAT)
            })
            .clone();
        let next = columns.next() as i64;
        let kept = self.painted.filter(|painted| painted.look == look && (0..LEN / 4).contains(&(next - painted.next)));
        let mut painted = kept.unwrap_or_else(|| {
            self.spotlight = look.lit.map(|source| Spotlight::new(map, source));
            Painted { look, next, old_before: next }
        });
        if !columns.is_empty() {
            self.paint(&mut handle, columns, look, painted.next..next);
            let oldest = next - LEN;
            let from = (painted.old_before - COLUMNS_PER_FRAME).max(oldest);
            self.paint(&mut handle, columns, look, from..painted.old_before.max(from));
            painted.old_before = from;
        }
        self.painted = Some(Painted { next, ..painted });
        handle.id()
    }

    /// Whether some columns still have another look.
    pub fn is_behind(&self) -> bool {
        self.painted.is_some_and(|painted| painted.old_before > painted.next - COLUMNS as i64 && painted.next > 0)
    }

    /// Writes the columns `range`.
    fn paint(&self, handle: &mut TextureHandle, columns: &Columns, look: Look, range: Range<i64>) {
        let mut from = range.start;
        while from < range.end {
            let first = from.rem_euclid(COLUMNS as i64) as usize;
            let count = (range.end - from).min((COLUMNS - first) as i64);
            let mut pixels = Vec::with_capacity(count as usize * ROWS);
            for place in first..first + count as usize {
                paint(columns, look, self.spotlight.as_ref(), place, &mut pixels);
            }
            let image = ColorImage::new([ROWS, count as usize], pixels);
            handle.set_partial([0, first], image, TextureOptions::LINEAR_REPEAT);
            from += count;
        }
    }
}

/// Adds the colours of the column at `place` in the ring to `pixels`.
fn paint(columns: &Columns, look: Look, spotlight: Option<&Spotlight>, place: usize, pixels: &mut Vec<Color32>) {
    let Some((spotlight, source)) = spotlight.zip(look.lit).filter(|(_, source)| *source < columns.sources()) else {
        pixels.extend_from_slice(columns.colours(look.shown, place));
        return;
    };
    let (levels, mixture) = columns.levels(look.shown, place);
    let (shares, gain) = columns.share(source, place);
    let gain = if look.shown == ShownSignal::Heard { gain } else { 1.0 };
    pixels.extend((0..ROWS).map(|row| spotlight.colour(levels[row], mixture[row], gain, shares[row], row)));
}

/// The spectrogram in `rect`: the part of the texture that shows `view`, for a ring with a column every `step_s`
/// seconds whose edge is at `edge_s` seconds.
pub fn mesh(texture: TextureId, rect: Rect, view: View, edge_s: f64, step_s: f64) -> Mesh {
    let (right, left) = lines(view, edge_s, step_s);
    let half = 0.5 / ROWS as f32;
    let (low, high) = (view.range.0.clamp(half, 1.0 - half), view.range.1.clamp(half, 1.0 - half));
    let mut mesh = Mesh::with_texture(texture);
    for (at, uv) in [
        (rect.left_top(), pos2(high, left)),
        (rect.right_top(), pos2(high, right)),
        (rect.left_bottom(), pos2(low, left)),
        (rect.right_bottom(), pos2(low, right)),
    ] {
        mesh.vertices.push(Vertex { pos: at, uv, color: Color32::WHITE });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(2, 1, 3);
    mesh
}

/// The right and the left end of what is shown, in lengths of the ring.
fn lines(view: View, edge_s: f64, step_s: f64) -> (f32, f32) {
    // The middle of a line is the time of its frame. Since the texture repeats, only the place in the ring counts.
    let right = (((edge_s - view.back_s) / step_s + 0.5) / COLUMNS as f64).rem_euclid(1.0);
    (right as f32, (right - view.span_s / step_s / COLUMNS as f64) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_ends_at_the_edge_or_before_it() {
        let near = |seen: (f32, f32), right: f32, width: f32| {
            assert!((seen.0 - right).abs() < 1e-6 && (seen.0 - seen.1 - width).abs() < 1e-6, "{seen:?}");
        };
        let columns = COLUMNS as f32;
        near(lines(View::default(), 1.0, 0.01), 100.5 / columns, 1_000.0 / columns);
        let zoomed = View { span_s: 0.5, back_s: 0.25, ..View::default() };
        near(lines(zoomed, 1.0, 0.01), 75.5 / columns, 50.0 / columns);
    }
}
