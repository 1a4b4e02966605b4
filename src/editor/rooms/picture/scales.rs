//! The frequency axis and the time axis: lines and labels, and how they are dragged.

use super::{
    axis,
    layout::PictureLayout,
    music,
    state::PictureState,
    view::{SECONDS, View},
};
use crate::editor::theme::{self, SCREEN, Themed};
use egui::{
    Align2, Color32, CursorIcon, Event, EventFilter, Key, MouseWheelUnit, Painter, Pos2, Rect, Response, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

/// Lines at round frequencies.
const LINE: Color32 = Color32::from_rgba_premultiplied(26, 26, 26, 26);
/// Distances between two labelled times, in seconds.
const STEPS_S: [f64; 7] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];
/// Least distance between two labels of the frequency axis and of the time axis, in points.
const LEAST_APART: (f32, f32) = (22.0, 72.0);
/// By how much a notch of the wheel or an arrow key zooms.
const ZOOM_PER_NOTCH: f64 = 1.25;
/// Points of a wheel's movement that are one notch.
const POINTS_PER_NOTCH: f32 = 40.0;
/// Way by which a drag zooms e times, in points.
const ZOOM_WAY: f32 = 120.0;
/// What an arrow key scrolls by, of what is shown.
const KEY_STEP: f32 = 0.1;

/// Draws frequency lines and labels.
pub fn draw_frequencies(painter: &Painter, layout: &PictureLayout) {
    let plot = &layout.spectrogram;
    let (low, high) = plot.range;
    let least = LEAST_APART.0 / plot.rect.height().max(1.0) * (high - low);
    for hz in axis::labels(plot.range, least) {
        let along = axis::position(hz);
        for plot in [plot, &layout.masks, &layout.output] {
            plot.line_across(painter, along, Stroke::new(1.0, LINE));
        }
        if let Some(at) = layout.label(along) {
            // Labels at the ends stay beside the plot.
            let at = pos2(at.x, at.y.clamp(plot.rect.top() + 5.0, plot.rect.bottom() - 5.0));
            let font = theme::font(theme::CAPTION);
            painter.text(at, Align2::RIGHT_CENTER, axis::label(hz), font, painter.colours().faint);
        }
    }
    if let (Some(times), Some(frequencies)) = (layout.times, layout.frequencies) {
        let captions = [
            (pos2(frequencies.right() - 4.0, times.center().y), Align2::RIGHT_CENTER, "Hz"),
            (pos2(layout.masks.rect.center().x, times.center().y), Align2::CENTER_CENTER, "masks"),
        ];
        for (at, align, text) in captions {
            painter.text(at, align, text, theme::font(theme::CAPTION), painter.colours().faint);
        }
    }
    draw_in_and_out(painter, layout);
}

/// Says which curve of the output is which.
fn draw_in_and_out(painter: &Painter, layout: &PictureLayout) {
    let (font, rect) = (theme::font(theme::CAPTION), layout.output.rect);
    let (foot, align, ink) = match (layout.times, layout.frequencies) {
        (Some(times), _) => {
            (pos2(rect.center().x + 4.0, times.center().y), Align2::LEFT_CENTER, painter.colours().text)
        }
        (None, Some(_)) => (rect.right_bottom() - vec2(6.0, 12.0), Align2::RIGHT_CENTER, SCREEN.text),
        (None, None) => return,
    };
    let out = painter.text(foot, align, "out", font.clone(), ink);
    let faint = if layout.times.is_some() { painter.colours().faint } else { SCREEN.faint };
    painter.text(out.left_center() - vec2(8.0, 0.0), Align2::RIGHT_CENTER, "in", font, faint);
}

/// Draws the labels of the time axis. `edge` says what the newest edge is called.
pub fn draw_times(painter: &Painter, layout: &PictureLayout, view: &View, is_frozen: bool) {
    let Some(times) = layout.times else { return };
    let plot = layout.spectrogram.rect;
    let points_per_s = f64::from(plot.width()) / view.span_s;
    let fits = |step: &&f64| **step * points_per_s >= f64::from(LEAST_APART.1);
    let step = STEPS_S.iter().find(fits).copied().unwrap_or(SECONDS);
    let colours = painter.colours();
    let first = (view.back_s / step).ceil() as i64;
    let last = ((view.back_s + view.span_s) / step + 1e-6).floor() as i64;
    for count in first..=last {
        let seconds = count as f64 * step;
        let x = plot.right() - ((seconds - view.back_s) * points_per_s) as f32;
        let x = x.clamp(plot.left(), plot.right());
        painter.vline(x, times.top() - 1.0..=times.top() + 2.0, Stroke::new(1.0, colours.faint));
        let text = match count {
            0 if is_frozen => "frozen".to_owned(),
            0 => "now".to_owned(),
            _ => format!("−{} s", (seconds * 100.0).round() / 100.0),
        };
        let galley = painter.layout_no_wrap(text, theme::font(theme::CAPTION), colours.faint);
        let left = (x - galley.size().x / 2.0).clamp(plot.left(), plot.right() - galley.size().x);
        painter.galley(pos2(left, times.center().y + 1.0 - galley.size().y / 2.0), galley, colours.faint);
    }
}

/// Draws lines at beats and bars, with the numbers of the bars, over the spectrogram.
pub fn draw_music(painter: &Painter, layout: &PictureLayout, lines: &[music::BeatLine], view: &View) {
    let plot = layout.spectrogram.rect;
    let painter = painter.with_clip_rect(plot);
    let x = |line: &music::BeatLine| plot.right() - ((line.seconds - view.back_s) / view.span_s) as f32 * plot.width();
    let bars: Vec<&music::BeatLine> = lines.iter().filter(|line| line.bar.is_some()).collect();
    let apart = |lines: &[&music::BeatLine]| {
        lines.windows(2).map(|two| (x(two[0]) - x(two[1])).abs()).fold(f32::INFINITY, f32::min)
    };
    let beats_fit = apart(&lines.iter().collect::<Vec<_>>()) >= 14.0;
    let every = (36.0 / apart(&bars).max(1.0)).ceil().max(1.0) as i32;
    for line in lines {
        let (is_bar, at) = (line.bar.is_some(), x(line));
        if is_bar || beats_fit {
            let ink = SCREEN.text.gamma_multiply(if is_bar { 0.5 } else { 0.2 });
            painter.vline(at, plot.y_range(), Stroke::new(1.0, ink));
        }
        if let Some(bar) = line.bar.filter(|bar| layout.times.is_some() && bar.rem_euclid(every) == 0) {
            let font = theme::font(theme::CAPTION);
            let galley = painter.layout_no_wrap(format!("{}", bar + 1), font, SCREEN.text);
            let place = Rect::from_min_size(pos2(at, plot.top()), galley.size() + vec2(7.0, 2.0));
            painter.rect_filled(place, 0.0, SCREEN.well);
            painter.galley(place.min + vec2(4.0, 1.0), galley, SCREEN.text);
        }
    }
}

/// What the wheel over `response` asks for, in notches, and whether a key for frequencies is held.
pub(super) fn wheel(ui: &Ui, response: &Response) -> (f32, bool) {
    if !response.contains_pointer() {
        return (0.0, false);
    }
    ui.input(|input| {
        let mut asked = (0.0, false);
        for event in &input.events {
            let Event::MouseWheel { unit, delta, modifiers, .. } = event else { continue };
            let way = if delta.y == 0.0 { delta.x } else { delta.y };
            asked.0 += if *unit == MouseWheelUnit::Point { way / POINTS_PER_NOTCH } else { way };
            asked.1 |= modifiers.shift || modifiers.command || modifiers.ctrl;
        }
        asked
    })
}

/// Zooms where the wheel is turned over a plot: the time around the pointer, or the frequency with a key held and
/// where there is no time.
pub fn zoom_by_wheel(ui: &Ui, response: &Response, has_time: bool, state: &mut PictureState) {
    let (notches, frequency) = wheel(ui, response);
    let Some(at) = response.hover_pos().filter(|_| notches != 0.0) else { return };
    let (rect, factor) = (response.rect, ZOOM_PER_NOTCH.powf(f64::from(notches)));
    if frequency || !has_time {
        state.view.zoom_frequency(factor as f32, (rect.bottom() - at.y) / rect.height());
    } else {
        state.zoom_time(factor, f64::from((at.x - rect.left()) / rect.width()));
    }
    ui.ctx().request_repaint();
}

/// Lets both axes be dragged, turned and moved by keys.
pub fn control(ui: &Ui, layout: &PictureLayout, state: &mut PictureState) {
    if let Some(rect) = layout.frequencies {
        let hz = |along: f32| axis::label(axis::frequency(along).round());
        let value = format!("{} to {} Hz", hz(state.view.range.0), hz(state.view.range.1));
        let tooltip = "Drag up or down to scroll, sideways to zoom. Wheel: zoom. Double-click: all frequencies.";
        let Moved { way, notches, at, is_reset, .. } =
            moved(ui, rect, "Frequency axis", value, tooltip, (CursorIcon::ResizeVertical, 1.0));
        let width = state.view.range.1 - state.view.range.0;
        state.view.scroll_frequency(way.y / rect.height() * width);
        state.view.zoom_frequency((way.x / ZOOM_WAY).exp(), 0.5);
        let held = at.map_or(0.5, |at| (rect.bottom() - at.y) / rect.height());
        state.view.zoom_frequency(ZOOM_PER_NOTCH.powf(f64::from(notches)) as f32, held);
        if is_reset {
            state.view.reset_frequency();
        }
    }
    if let Some(rect) = layout.times {
        let is_playable = state.playhead.is_some();
        let value =
            format!("{:.2} seconds, ending {:.2} seconds before the edge", state.view.span_s, state.view.back_s);
        let tooltip = if is_playable {
            "Click: play from there. Drag up or down to zoom, sideways to scroll. Double-click: all ten seconds."
        } else {
            "Drag up or down to zoom; sideways too, or to scroll what is frozen. Wheel: zoom. \
             Double-click: all ten seconds."
        };
        let Moved { way, notches, at, is_reset, clicked } =
            moved(ui, rect, "Time axis", value, tooltip, (CursorIcon::ResizeHorizontal, -1.0));
        if let Some(at) = clicked.filter(|_| is_playable) {
            let along = f64::from((rect.right() - at.x) / rect.width());
            state.sought = Some(state.view.back_s + along * state.view.span_s);
        }
        if state.is_frozen {
            state.view.scroll_time(f64::from(way.x / rect.width()) * state.view.span_s);
        } else {
            // The newest edge stays where it is.
            state.zoom_time(f64::from(-way.x / ZOOM_WAY).exp(), 1.0);
        }
        state.zoom_time(f64::from(-way.y / ZOOM_WAY).exp(), 0.5);
        let held = at.map_or(0.5, |at| (at.x - rect.left()) / rect.width());
        state.zoom_time(ZOOM_PER_NOTCH.powf(f64::from(notches)), f64::from(held));
        if is_reset {
            state.view.reset_time();
        }
    }
}

/// What was done to an axis.
struct Moved {
    /// By the pointer or by arrow keys, in points; either horizontal or vertical.
    way: Vec2,
    /// Of the wheel.
    notches: f32,
    at: Option<Pos2>,
    is_reset: bool,
    /// Where it was clicked.
    clicked: Option<Pos2>,
}

/// What is done to the axis in `rect`. The way of the keys to the right and up is that of a drag to the right and down,
/// times `sign`.
fn moved(ui: &Ui, rect: Rect, name: &str, value: String, tooltip: &str, (cursor, sign): (CursorIcon, f32)) -> Moved {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ScrollBar, ui.is_enabled(), name);
        info.current_text_value = Some(value.clone());
        info
    });
    let mut way = Vec2::ZERO;
    if response.dragged() {
        let total = response.total_drag_delta().unwrap_or_default();
        let is_across = total.x.abs() > total.y.abs();
        way = response.drag_delta() * if is_across { Vec2::X } else { Vec2::Y };
    }
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let keys = ui.input(|input| {
            let pressed = |key| input.num_presses(key) as f32;
            vec2(pressed(Key::ArrowRight) - pressed(Key::ArrowLeft), pressed(Key::ArrowUp) - pressed(Key::ArrowDown))
        });
        way += sign * KEY_STEP * keys * rect.size().max(Vec2::splat(2.0 * ZOOM_WAY));
        let ring = Stroke::new(2.0, ui.colours().focus);
        ui.painter().rect_stroke(rect, 3.0, ring, StrokeKind::Inside);
    }
    let (notches, _) = wheel(ui, &response);
    let (at, is_reset) = (response.hover_pos(), response.double_clicked());
    let clicked = response.interact_pointer_pos().filter(|_| response.clicked());
    if way != Vec2::ZERO || notches != 0.0 || is_reset {
        ui.ctx().request_repaint();
    }
    let response = response.on_hover_and_drag_cursor(cursor);
    if !response.dragged() {
        response.on_hover_text(tooltip);
    }
    Moved { way, notches, at, is_reset, clicked }
}
