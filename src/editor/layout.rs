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
/// Least and most that the row of small knobs takes.
const SOUND_HEIGHTS: (f32, f32) = (88.0, 124.0);
/// From this width of the window on its knobs have their numbers beside them, and it may be as low as this.
const LOW_SOUND_FROM: f32 = 820.0;
const LOW_SOUND: f32 = 58.0;
const STATUS_HEIGHT: f32 = 18.0;
/// The picture's usual share of the window's height, and the least height at which it is drawn.
const PICTURE_SHARE: f32 = 0.5;
const LEAST_PICTURE: f32 = 36.0;
/// Least height of the strips beneath the picture, and from which on the knobs below them get more.
const LEAST_STRIPS: f32 = 134.0;
const AMPLE_STRIPS: f32 = 170.0;

/// How much of the window the picture has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PictureSize {
    /// None.
    Folded,
    /// This share of the height, 0 to 1; `None` for the usual one.
    Share(Option<f32>),
    /// All between the header and the status line.
    Full,
}

/// Where each room of the window is, from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowLayout {
    /// Preset, states, undo, latency mode, bypass.
    pub header: Rect,
    /// The banner of a failure or a question, while there is one, over the picture or the small knobs.
    pub banner: Option<Rect>,
    /// The picture, where there is space for it.
    pub picture: Option<Rect>,
    /// Between the picture and the page, where both are.
    pub divider: Option<Rect>,
    /// The strips or the page of bases, which take what the others leave; `None` under a full picture.
    pub page: Option<Rect>,
    /// The small knobs and the output meter.
    pub sound: Option<Rect>,
    /// The status line and the footer's buttons.
    pub status: Rect,
}

impl WindowLayout {
    /// Divides `window`. `banner` is the height of the banner, if there is one.
    pub fn new(window: Rect, banner: Option<f32>, size: PictureSize) -> Self {
        let inner = window.shrink(GAP).with_max_y(window.bottom() - 5.0);
        let header = inner.with_max_y(inner.top() + HEADER_HEIGHT);
        let status = inner.with_min_y(inner.bottom() - STATUS_HEIGHT);
        let top = header.bottom() + GAP;
        let across = |top: f32, bottom: f32| Rect::from_x_y_ranges(inner.x_range(), top..=bottom);
        let foot = status.top() - 5.0;
        // Whatever the pointer is on stays under it, and the strips are seen.
        let over = |picture: Option<Rect>, otherwise: Rect| {
            let height = banner?;
            let Some(picture) = picture.filter(|picture| picture.height() >= height) else { return Some(otherwise) };
            // No sliver of the picture is left below it.
            let is_nearly_all = picture.height() < 1.5 * height;
            Some(if is_nearly_all { picture } else { picture.with_max_y(picture.top() + height) })
        };
        let share = match size {
            PictureSize::Full => {
                let picture = across(top, foot);
                let banner = over(Some(picture), picture);
                return Self { header, banner, picture: Some(picture), divider: None, page: None, sound: None, status };
            }
            PictureSize::Share(share) => Some(share.unwrap_or(PICTURE_SHARE)),
            PictureSize::Folded => None,
        };
        let sound = across(foot - sound_height(window, foot - header.bottom()), foot);
        let bottom = sound.top() - GAP;
        let most = bottom - top - GAP - LEAST_STRIPS;
        let height = share.map(|share| (window.height() * share).max(LEAST_PICTURE).min(most).round());
        let picture = height.filter(|height| *height >= LEAST_PICTURE).map(|height| across(top, top + height));
        let divider = picture.map(|picture| across(picture.bottom(), picture.bottom() + GAP));
        let page = across(divider.map_or(top, |divider| divider.bottom()), bottom);
        let banner = over(picture, sound);
        Self { header, banner, picture, divider, page: Some(page), sound: Some(sound), status }
    }
}

/// Height of the row of small knobs, where `space` points are below the header: what picture and strips leave at their
/// usual sizes.
fn sound_height(window: Rect, space: f32) -> f32 {
    let least = if window.width() >= LOW_SOUND_FROM { LOW_SOUND } else { SOUND_HEIGHTS.0 };
    (space - PICTURE_SHARE * window.height() - AMPLE_STRIPS - 3.0 * GAP).clamp(least, SOUND_HEIGHTS.1).round()
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
