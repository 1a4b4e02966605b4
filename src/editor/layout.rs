//! Which room of the window is where. Pure geometry: rectangles in, rectangles out, in points.

use super::theme::GAP;
use egui::{Rect, Vec2, pos2, vec2};

/// The window's size at first opening.
pub const DEFAULT_SIZE: Vec2 = vec2(980.0, 680.0);
/// The smallest window that still shows eight strips whole.
pub const MIN_SIZE: Vec2 = vec2(640.0, 400.0);
/// The largest window.
pub const MAX_SIZE: Vec2 = vec2(3200.0, 2000.0);

const HEADER_HEIGHT: f32 = 46.0;
/// Least and most that the row of small knobs takes, and its share of the window's height.
const SOUND_HEIGHTS: (f32, f32) = (88.0, 124.0);
const SOUND_SHARE: f32 = 0.175;
const STATUS_HEIGHT: f32 = 18.0;
/// Share of the window's height that the picture takes, and the least that it is worth drawing in.
const PICTURE_SHARE: f32 = 0.36;
const LEAST_PICTURE: f32 = 36.0;
/// Height that the picture leaves to the strips.
const LEAST_STRIPS: f32 = 154.0;

/// The rooms of the window, top to bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rooms {
    /// Name, preset, latency mode, bypass.
    pub header: Rect,
    /// The failure banner, while there is one.
    pub banner: Option<Rect>,
    /// The picture, where there is room for it.
    pub picture: Option<Rect>,
    /// The strips; takes what the others leave.
    pub strips: Rect,
    /// The small knobs and the output.
    pub sound: Rect,
    /// One line that says what goes on.
    pub status: Rect,
}

impl Rooms {
    /// Divides `window`; `banner` is the height of the failure banner, if there is one, and `picture` says whether one is wanted.
    pub fn new(window: Rect, banner: Option<f32>, picture: bool) -> Self {
        let inner = window.shrink(GAP).with_max_y(window.bottom() - 5.0);
        let header = inner.with_max_y(inner.top() + HEADER_HEIGHT);
        let status = inner.with_min_y(inner.bottom() - STATUS_HEIGHT);
        let sound_height = (window.height() * SOUND_SHARE).clamp(SOUND_HEIGHTS.0, SOUND_HEIGHTS.1).round();
        let sound = Rect::from_x_y_ranges(inner.x_range(), status.top() - 5.0 - sound_height..=status.top() - 5.0);
        let banner = banner.map(|height| {
            let top = header.bottom() + GAP;
            Rect::from_x_y_ranges(inner.x_range(), top..=top + height)
        });
        let top = banner.map_or(header.bottom(), |room| room.bottom()) + GAP;
        let bottom = sound.top() - GAP;
        let height = (window.height() * PICTURE_SHARE).min(bottom - top - GAP - LEAST_STRIPS).round();
        let picture =
            (picture && height >= LEAST_PICTURE).then(|| Rect::from_x_y_ranges(inner.x_range(), top..=top + height));
        let top = picture.map_or(top, |room| room.bottom() + GAP);
        let strips = Rect::from_x_y_ranges(inner.x_range(), top..=bottom);
        Self { header, banner, picture, strips, sound, status }
    }
}

/// Divides `room` into `count` columns of equal width, [`GAP`] apart, on whole points.
pub fn columns(room: Rect, count: usize) -> impl Iterator<Item = Rect> {
    let width = (room.width() + GAP) / count.max(1) as f32;
    (0..count).map(move |i| {
        let left = (room.left() + i as f32 * width).round();
        let right = (room.left() + (i + 1) as f32 * width - GAP).round();
        Rect::from_min_max(pos2(left, room.top()), pos2(right, room.bottom()))
    })
}

/// The part of `room` that begins `top` beneath its upper edge.
pub fn row(room: Rect, top: f32, height: f32) -> Rect {
    Rect::from_min_size(room.min + vec2(0.0, top), vec2(room.width(), height))
}

/// The part of `room` that begins `left` beside its left edge.
pub fn column(room: Rect, left: f32, width: f32) -> Rect {
    Rect::from_min_size(room.min + vec2(left, 0.0), vec2(width, room.height()))
}
