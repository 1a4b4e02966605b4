//! Where each room of the window is, in points.

use super::theme::GAP;
use egui::{Rect, Vec2, pos2, vec2};

/// The window's size at first opening.
pub const DEFAULT_SIZE: Vec2 = vec2(980.0, 680.0);
/// The smallest window; eight strips still fit into it.
pub const MIN_SIZE: Vec2 = vec2(640.0, 400.0);
/// The largest window.
pub const MAX_SIZE: Vec2 = vec2(3200.0, 2000.0);

const HEADER_HEIGHT: f32 = 46.0;
/// Least and most that the row of small knobs takes, and its share of the window's height.
const SOUND_HEIGHTS: (f32, f32) = (88.0, 124.0);
const SOUND_SHARE: f32 = 0.175;
const STATUS_HEIGHT: f32 = 18.0;
/// The picture's share of the window's height, and the least height at which it is drawn.
const PICTURE_SHARE: f32 = 0.36;
const LEAST_PICTURE: f32 = 36.0;
/// Least height of the strips beneath the picture.
const LEAST_STRIPS: f32 = 154.0;

/// Where each room of the window is, from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowLayout {
    /// Preset, states, undo, latency mode, bypass.
    pub header: Rect,
    /// The banner of a failure or a question, while there is one.
    pub banner: Option<Rect>,
    /// The picture, where there is space for it.
    pub picture: Option<Rect>,
    /// The strips or the page of bases; takes what the others leave.
    pub page: Rect,
    /// The small knobs and the output meter.
    pub sound: Rect,
    /// The status line and the footer's buttons.
    pub status: Rect,
}

impl WindowLayout {
    /// Divides `window`. `banner` is the height of the banner, if there is one; `picture` says whether the
    /// picture is wanted.
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
        let top = banner.map_or(header.bottom(), |banner| banner.bottom()) + GAP;
        let bottom = sound.top() - GAP;
        let height = (window.height() * PICTURE_SHARE).min(bottom - top - GAP - LEAST_STRIPS).round();
        let picture =
            (picture && height >= LEAST_PICTURE).then(|| Rect::from_x_y_ranges(inner.x_range(), top..=top + height));
        let top = picture.map_or(top, |picture| picture.bottom() + GAP);
        let page = Rect::from_x_y_ranges(inner.x_range(), top..=bottom);
        Self { header, banner, picture, page, sound, status }
    }
}

/// Divides `rect` into `count` columns of equal width, [`GAP`] apart, on whole points.
pub fn columns(rect: Rect, count: usize) -> impl Iterator<Item = Rect> {
    let width = (rect.width() + GAP) / count.max(1) as f32;
    (0..count).map(move |i| {
        let left = (rect.left() + i as f32 * width).round();
        let right = (rect.left() + (i + 1) as f32 * width - GAP).round();
        Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()))
    })
}

/// The part of `rect` that begins `top` below its upper edge.
pub fn row(rect: Rect, top: f32, height: f32) -> Rect {
    Rect::from_min_size(rect.min + vec2(0.0, top), vec2(rect.width(), height))
}

/// The part of `rect` that begins `left` beside its left edge.
pub fn column(rect: Rect, left: f32, width: f32) -> Rect {
    Rect::from_min_size(rect.min + vec2(left, 0.0), vec2(width, rect.height()))
}
