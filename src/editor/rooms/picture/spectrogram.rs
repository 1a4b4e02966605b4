//! The spectrogram as a texture: one line of it per column of the ring, one pixel per row.
//!
//! It is written column by column and repeats, so that scrolling and zooming only move the part of it that is drawn.
//! Another way to colour it is written in one go.

use super::{
    axis::ROWS,
    colour_map::ColourMap,
    columns::{COLUMNS, Columns},
    spotlight::Spotlight,
    state::Shown,
    view::View,
};
use egui::{Color32, ColorImage, Context, Mesh, Rect, TextureHandle, TextureId, TextureOptions, epaint::Vertex, pos2};

/// What the texture shows of which ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Which signal.
    pub shown: Shown,
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
    /// What is in it, and the next column that is not.
    painted: Option<(Look, u64)>,
    spotlight: Option<Spotlight>,
}

impl SpectrogramTexture {
    /// Brings the texture up to `columns`, coloured after `look`.
    pub fn update(&mut self, ctx: &Context, columns: &Columns, look: Look, map: &ColourMap) -> TextureId {
        let options = TextureOptions::LINEAR_REPEAT;
        let ground = map.ground();
        let handle = self.handle.get_or_insert_with(|| {
            ctx.load_texture("spectrogram", ColorImage::filled([ROWS, COLUMNS], ground), options)
        });
        let next = columns.next();
        let painted = self.painted.filter(|(before, from)| *before == look && next - from < COLUMNS as u64 / 4);
        if painted.is_none() {
            self.spotlight = look.lit.map(|source| Spotlight::new(map, source));
        }
        let spotlight = self.spotlight.as_ref();
        match painted {
            Some((_, from)) => {
                for column in from..next {
                    let place = Columns::place(column);
                    let mut pixels = Vec::with_capacity(ROWS);
                    paint(columns, look, spotlight, place, &mut pixels);
                    handle.set_partial([0, place], ColorImage::new([ROWS, 1], pixels), options);
                }
            }
            None if columns.colours(look.shown).is_empty() => {
                handle.set(ColorImage::filled([ROWS, COLUMNS], ground), options);
            }
            None => {
                let mut pixels = Vec::with_capacity(ROWS * COLUMNS);
                (0..COLUMNS).for_each(|place| paint(columns, look, spotlight, place, &mut pixels));
                handle.set(ColorImage::new([ROWS, COLUMNS], pixels), options);
            }
        }
        self.painted = Some((look, next));
        handle.id()
    }
}

/// Adds the colours of the column at `place` in the ring to `pixels`.
fn paint(columns: &Columns, look: Look, spotlight: Option<&Spotlight>, place: usize, pixels: &mut Vec<Color32>) {
    let Some((spotlight, source)) = spotlight.zip(look.lit).filter(|(_, source)| *source < columns.sources()) else {
        pixels.extend_from_slice(&columns.colours(look.shown)[place * ROWS..][..ROWS]);
        return;
    };
    let (levels, mixture) = columns.levels(look.shown, place);
    let (shares, gain) = columns.share(source, place);
    let gain = if look.shown == Shown::Heard { gain } else { 1.0 };
    pixels.extend((0..ROWS).map(|row| spotlight.colour(levels[row], mixture[row], gain, shares[row], row)));
}

/// The spectrogram in `rect`: the part of the texture that shows `view`, for a ring with a column every `step_s` seconds
/// whose edge is at `edge_s` seconds.
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
