//! How large everything is drawn: a factor on top of the system's own, kept in the project.

use super::layout::MIN_SIZE;
use crate::instance::params::UnbraidParams;
use egui::{Context, Vec2, ViewportCommand};

/// Scales to choose from.
pub const SCALES: [f32; 5] = [0.75, 1.0, 1.25, 1.5, 2.0];
/// What a window may take of the screen; the host has borders and bars of its own.
pub const OF_SCREEN: f32 = 0.92;
/// How long a larger scale is tried before it goes back by itself, in seconds.
const TRIAL_S: f64 = 12.0;
/// How long a window takes to have the size that goes with its scale, in seconds.
const SETTLING_S: f64 = 1.0;

/// The scale to draw at: the project's, brought into the range of [`SCALES`]; 1 where the project has none.
pub fn usable_scale(remembered: Option<f32>) -> f32 {
    let range = (SCALES[0], SCALES[SCALES.len() - 1]);
    remembered.filter(|scale| scale.is_finite()).map_or(1.0, |scale| scale.clamp(range.0, range.1))
}

/// The project's scale.
pub fn remembered(params: &UnbraidParams) -> f32 {
    usable_scale(*params.editor_scale.lock())
}

/// Whether the smallest window fits a screen of this size, in points at 100 %. Where it is not known, all do.
pub fn fits(scale: f32, screen: Option<Vec2>) -> bool {
    screen.is_none_or(|screen| (MIN_SIZE * scale - screen * OF_SCREEN).max_elem() <= 0.0)
}

/// What is drawn at, and what is tried.
#[derive(Debug, Default)]
pub struct ScaleState {
    /// The screen that the window is on, in points at 100 %, as far as it is known.
    pub screen: Option<Vec2>,
    trial: Option<Trial>,
    /// The window before the last trial that was kept, and with it, in points: it may have been cut to the screen.
    kept: Option<(Vec2, Vec2)>,
    /// The largest scale that was in force in this window, and was no trial: nobody is asked again up to it.
    largest: f32,
    /// The window before it was made larger without a question, in points, and since when.
    grown: Option<(Vec2, f64)>,
    /// The window's size as soon as the scale is in force that it goes back to, in points.
    size_to_come: Option<Vec2>,
}

/// A scale that the project keeps when it is confirmed.
#[derive(Debug, Clone, Copy)]
struct Trial {
    scale: f32,
    until: f64,
    /// The window before, in points.
    size_before: Vec2,
}

impl ScaleState {
    /// The scale to draw at.
    pub fn now(&self, params: &UnbraidParams) -> f32 {
        self.trial.map_or_else(|| remembered(params), |trial| trial.scale)
    }

    /// Draws at that scale from the next frame on; the window changes its size with it, where the host allows that. A
    /// trial that is over goes back.
    pub fn apply(&mut self, ctx: &Context, params: &UnbraidParams) {
        if self.trial.is_some_and(|trial| trial.until <= ctx.input(|input| input.time)) {
            self.go_back(ctx);
        }
        // By then the window has the size that the screen has left it.
        if let Some((before, _)) = self.grown.take_if(|(_, since)| *since + SETTLING_S <= ctx.input(|input| input.time))
        {
            self.kept = Some((before, ctx.content_rect().size()));
        }
        let scale = self.now(params);
        if ctx.zoom_factor() != scale {
            ctx.set_zoom_factor(scale);
        } else if let Some(size) = self.size_to_come.take() {
            ctx.send_viewport_cmd(ViewportCommand::InnerSize(size));
        }
    }

    /// A larger scale than any before in this window is tried, so that nobody is left with a window that does not fit;
    /// another one is kept at once.
    pub fn choose(&mut self, scale: f32, ctx: &Context, params: &UnbraidParams) {
        if self.trial.is_some() && scale == remembered(params) {
            return self.go_back(ctx);
        }
        let size_before = self.trial.map_or_else(|| ctx.content_rect().size(), |trial| trial.size_before);
        let (now, before) = (ctx.input(|input| input.time), remembered(params));
        self.largest = self.largest.max(before);
        self.trial = (scale > self.largest).then_some(Trial { scale, until: now + TRIAL_S, size_before });
        if self.trial.is_none() {
            self.size_to_come = if scale < before { self.size_before(ctx) } else { None };
            self.grown = (scale > before).then_some((size_before, now));
            *params.editor_scale.lock() = Some(scale);
        }
    }

    /// The project keeps the scale that is tried, and the window's size with it.
    pub fn keep(&mut self, ctx: &Context, params: &UnbraidParams) {
        if let Some(trial) = self.trial.take() {
            *params.editor_scale.lock() = Some(trial.scale);
            let size = ctx.content_rect().size();
            self.kept = Some((trial.size_before, size));
            self.keep_size(size, params);
        }
    }

    /// The size before the trial that was kept last, in points, where the window's size was not changed since.
    fn size_before(&mut self, ctx: &Context) -> Option<Vec2> {
        let (before, kept) = self.kept.take()?;
        ((ctx.content_rect().size() - kept).abs().max_elem() < 2.0).then_some(before)
    }

    /// The window has this size, in points: the project keeps it, unless it is that of a scale that is only tried.
    pub fn keep_size(&self, size: Vec2, params: &UnbraidParams) {
        if self.trial.is_none() {
            *params.editor_size.lock() = Some((size.x, size.y));
        }
    }

    /// Back to the scale, and the size, before the trial.
    pub fn go_back(&mut self, ctx: &Context) {
        if let Some(trial) = self.trial.take() {
            self.size_to_come = Some(trial.size_before);
            ctx.request_repaint();
        }
    }

    /// The scale that is tried, and how many seconds are left at the time `now`.
    pub fn trial(&self, now: f64) -> Option<(f32, f64)> {
        self.trial.map(|trial| (trial.scale, (trial.until - now).max(0.0)))
    }
}
