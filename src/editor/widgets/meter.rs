//! A level meter: peak with hold, RMS, clip mark, on a scale in dB full scale.

use crate::{
    decibels,
    editor::theme::{self, Themed},
    realtime::wires::meters::SILENCE_DB,
};
use egui::{
    Align2, Color32, CornerRadius, Id, Painter, Rect, Response, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

/// The scale's lower end, in dB.
const FLOOR_DB: f32 = -60.0;
/// The scale's upper end, in dB.
const CEILING_DB: f32 = 6.0;
/// How fast a peak falls, in dB per second.
const FALL_DB_PER_S: f32 = 26.0;
/// Time constant of the RMS bar, in seconds.
const RMS_TIME_S: f32 = 0.12;
/// How long the highest peak is held, in seconds.
const HOLD_S: f64 = 1.5;
/// After this long without a peak the audio thread writes no more, and the last RMS is out of date, in seconds.
const STALE_S: f64 = 0.35;
/// Labelled levels, in dB.
const SCALE_DB: [f32; 6] = [6.0, 0.0, -6.0, -12.0, -24.0, -40.0];

/// Which way a meter grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// Upwards, with the scale to its right.
    Up,
    /// To the right, with the scale below.
    Right,
}

/// A level as it is shown: it rises at once and falls slowly. All levels in dB full scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeterLevel {
    peak_db: f32,
    rms_db: f32,
    held_db: f32,
    held_at: f64,
    heard_at: f64,
    /// A peak reached full scale since the mark was last cleared.
    pub clipped: bool,
}

impl Default for MeterLevel {
    fn default() -> Self {
        let silence = f32::NEG_INFINITY;
        Self { peak_db: silence, rms_db: silence, held_db: silence, held_at: 0.0, heard_at: 0.0, clipped: false }
    }
}

impl MeterLevel {
    /// Takes what the audio thread measured since the last frame: `peak` and `rms` are linear amplitudes. `now` and
    /// `elapsed`, since the last frame, in seconds.
    pub fn update(&mut self, (peak, rms): (f32, f32), now: f64, elapsed: f32) {
        let peak_db = decibels::of_amplitude(peak);
        if peak > 0.0 {
            self.heard_at = now;
        }
        self.clipped |= peak >= 1.0;
        self.peak_db = peak_db.max(self.peak_db - FALL_DB_PER_S * elapsed);
        if peak_db >= self.held_db || now - self.held_at > HOLD_S {
            self.held_db = self.peak_db;
            self.held_at = now;
        }
        let rms_db = if now - self.heard_at > STALE_S { f32::NEG_INFINITY } else { decibels::of_amplitude(rms) };
        let old = self.rms_db.max(SILENCE_DB - 10.0);
        self.rms_db = old + (rms_db.max(SILENCE_DB - 10.0) - old) * (1.0 - (-elapsed / RMS_TIME_S).exp());
    }

    /// Whether anything of it moves on the screen.
    pub fn is_moving(&self) -> bool {
        self.peak_db > FLOOR_DB || self.held_db > FLOOR_DB || self.rms_db > FLOOR_DB
    }

    /// Whether no peak above silence came lately.
    pub fn is_silent(&self) -> bool {
        self.peak_db < SILENCE_DB
    }

    fn spoken(&self) -> String {
        let level = if self.held_db <= FLOOR_DB {
            "silent".to_owned()
        } else {
            format!("peak {:.0} dB", self.held_db).replace('-', "−")
        };
        if self.clipped { level + ", clipped" } else { level }
    }
}

/// Least distance between two labels, one above the other and side by side, in points.
const LEAST_APART: (f32, f32) = (13.0, 20.0);

/// Where `db` lies on the scale, 0 to 1; the upper levels get the most space.
pub fn position(db: f32) -> f32 {
    ((db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)).clamp(0.0, 1.0).powf(1.6)
}

/// A meter.
pub struct MeterBar<'a> {
    /// What it is called in the accessibility tree: "Drums level".
    pub name: &'a str,
    /// Colour of the bar.
    pub colour: Color32,
    /// Which way it grows.
    pub growth: Growth,
    /// Width of the bar, in points.
    pub thickness: f32,
    /// Whether the scale has labels; they need some 24 points beside the bar.
    pub labelled: bool,
}

impl MeterBar<'_> {
    /// Draws the meter in `rect`; a click clears the clip mark.
    pub fn show(&self, ui: &Ui, rect: Rect, id: Id, level: &mut MeterLevel) -> Response {
        let response = ui.interact(rect, id, Sense::click());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Meter, ui.is_enabled(), self.name);
            info.current_text_value = Some(level.spoken());
            info
        });
        if response.clicked() {
            level.clipped = false;
        }
        let bar = self.bar(rect);
        self.paint(ui.painter(), bar, level);
        if self.labelled {
            self.paint_scale(ui.painter(), bar);
        }
        let hint = if level.clipped {
            "It went over full scale. Click to clear the mark."
        } else {
            "Peak and RMS level, dB full scale."
        };
        response.on_hover_text(hint)
    }

    fn bar(&self, rect: Rect) -> Rect {
        match self.growth {
            Growth::Up => rect.with_max_x(rect.left() + self.thickness),
            Growth::Right => rect.with_max_y(rect.top() + self.thickness),
        }
    }

    /// The part of `bar` between two positions on the scale, short of the clip mark.
    fn span(&self, bar: Rect, from: f32, to: f32) -> Rect {
        let rail = self.rail(bar);
        match self.growth {
            Growth::Up => Rect::from_x_y_ranges(
                rail.x_range(),
                rail.bottom() - to * rail.height()..=rail.bottom() - from * rail.height(),
            ),
            Growth::Right => Rect::from_x_y_ranges(
                rail.left() + from * rail.width()..=rail.left() + to * rail.width(),
                rail.y_range(),
            ),
        }
    }

    fn rail(&self, bar: Rect) -> Rect {
        match self.growth {
            Growth::Up => bar.with_min_y(bar.top() + 8.0),
            Growth::Right => bar.with_max_x(bar.right() - 8.0),
        }
    }

    fn clip_mark(&self, bar: Rect) -> Rect {
        match self.growth {
            Growth::Up => bar.with_max_y(bar.top() + 6.0),
            Growth::Right => bar.with_min_x(bar.right() - 6.0),
        }
    }

    fn paint(&self, painter: &Painter, bar: Rect, level: &MeterLevel) {
        let round = CornerRadius::same(2);
        painter.rect_filled(self.rail(bar), round, painter.colours().well);
        let clip = if level.clipped { painter.colours().alarm } else { painter.colours().well };
        painter.rect_filled(self.clip_mark(bar), round, clip);
        let (rms, peak) = (position(level.rms_db), position(level.peak_db));
        if peak > 0.0 {
            painter.rect_filled(self.span(bar, 0.0, peak), round, self.colour.gamma_multiply(0.42));
        }
        if rms > 0.0 {
            painter.rect_filled(self.span(bar, 0.0, rms), round, self.colour);
        }
        let held = position(level.held_db);
        if held > 0.0 {
            let thick = 2.0 / if self.growth == Growth::Up { self.rail(bar).height() } else { self.rail(bar).width() };
            painter.rect_filled(self.span(bar, (held - thick).max(0.0), held), 0.0, painter.colours().text);
        }
        // A notch through the bar marks full scale.
        let zero = self.span(bar, position(0.0), position(0.0));
        painter.rect_filled(zero.expand2(self.across(0.0, 0.5)), 0.0, painter.colours().ground);
    }

    fn across(&self, along_bar: f32, across_scale: f32) -> egui::Vec2 {
        match self.growth {
            Growth::Up => vec2(along_bar, across_scale),
            Growth::Right => vec2(across_scale, along_bar),
        }
    }

    fn paint_scale(&self, painter: &Painter, bar: Rect) {
        let place = |db: f32| self.span(bar, position(db), position(db)).center();
        let least = if self.growth == Growth::Up { LEAST_APART.0 } else { LEAST_APART.1 };
        // Full scale has its label in any case.
        let mut labelled = vec![0.0];
        for db in SCALE_DB.into_iter().rev() {
            if labelled.iter().all(|other| (place(*other) - place(db)).length() >= least) {
                labelled.push(db);
            }
        }
        for db in labelled {
            let at = place(db);
            let text = if db > 0.0 { format!("+{db:.0}") } else { format!("{:.0}", db.abs()) };
            let (at, align) = match self.growth {
                Growth::Up => (pos2(bar.right() + 5.0, at.y), Align2::LEFT_CENTER),
                Growth::Right => (pos2(at.x, bar.bottom() + 3.0), Align2::CENTER_TOP),
            };
            let colour = if db == 0.0 { painter.colours().weak } else { painter.colours().faint };
            painter.text(at, align, text, theme::font(theme::CAPTION), colour);
        }
    }
}
