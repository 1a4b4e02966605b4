//! One heat map with its axes: levels over columns and a logarithmic frequency axis.

use super::{
    canvas::{Align, BACKGROUND, Canvas, FAINT_INK, FRAME, INK, PlotError, Rect},
    colour_map::colour,
    levels::LevelColumns,
    ticks::{AxisNumber, round_step, ticks},
};
use plotters::style::Color;

/// Lowest frequency shown, in Hz.
const MIN_HZ: f64 = 40.0;
/// Highest frequency shown, in Hz.
const MAX_HZ: f64 = 16_000.0;
/// Distance between the lightest and the darkest colour, in dB.
pub(super) const RANGE_DB: f32 = 70.0;
/// Size of numbers at the axes, in pixels.
pub(super) const NUMBER_SIZE: i32 = 17;
/// Most distances between numbers on a time axis.
const MOST_TIMES: f64 = 11.0;
/// Room for the numbers left of a heat map, in pixels.
const NUMBERS_WIDTH: i32 = 44;

/// What the horizontal axis shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum HorizontalAxis {
    /// Time, from 0 to this many seconds.
    Seconds(f64),
    /// Bases, this many.
    Bases(usize),
}

/// A heat map to be drawn.
pub(super) struct HeatMap<'a> {
    pub(super) levels: &'a LevelColumns,
    /// The level of the lightest colour, in dB.
    pub(super) top_db: f32,
    pub(super) horizontal: HorizontalAxis,
    /// What the frequency axis shows.
    pub(super) range: FrequencyRange,
    /// Whether the horizontal axis carries its numbers and its name.
    pub(super) numbered: bool,
}

/// The frequencies that an axis shows, in Hz.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrequencyRange {
    low: f64,
    high: f64,
}

impl FrequencyRange {
    /// From `low` to `high`.
    pub(super) fn between(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The frequencies to show of sounds up to `nyquist` Hz.
    pub(super) fn up_to(nyquist: f64) -> Self {
        let high = nyquist.min(MAX_HZ);
        Self { low: MIN_HZ.min(high / 16.0), high }
    }

    /// The frequency at `share` of the way down, 0 at the top.
    fn at(&self, share: f64) -> f64 {
        self.high * (self.low / self.high).powf(share)
    }

    /// How far down `hz` is, 0 at the top.
    fn share(&self, hz: f64) -> f64 {
        (hz / self.high).ln() / (self.low / self.high).ln()
    }
}

impl HeatMap<'_> {
    pub(super) fn draw(&self, canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
        let columns = self.levels.columns.len().max(1);
        let edge = |row: i32| self.range.at(f64::from(row) / f64::from(rect.height));
        let edges: Vec<f64> = (0..=rect.height).map(edge).collect();
        let separated = matches!(self.horizontal, HorizontalAxis::Bases(_)) && rect.width as usize / columns >= 6;
        canvas.pixels(rect, |x, y| {
            let column = x as usize * columns / rect.width as usize;
            let next = (x + 1) as usize * columns / rect.width as usize;
            if separated && next > column && next < columns {
                return [BACKGROUND.0, BACKGROUND.1, BACKGROUND.2];
            }
            let level = self.levels.between(column, edges[y as usize + 1], edges[y as usize]);
            colour(level.map_or(0.0, |level| 1.0 + (level - self.top_db) / RANGE_DB))
        })?;
        canvas.outline(rect)?;
        self.range.draw(canvas, rect)?;
        self.draw_horizontal(canvas, rect)
    }

    fn draw_horizontal(&self, canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
        if !self.numbered {
            return Ok(());
        }
        let name = match self.horizontal {
            HorizontalAxis::Seconds(seconds) => return draw_times(canvas, rect, seconds),
            HorizontalAxis::Bases(1) => "its one basis",
            HorizontalAxis::Bases(_) => "bases, low to high",
        };
        let at = (rect.x + rect.width / 2, rect.bottom() + 14);
        canvas.text(name, NUMBER_SIZE, FAINT_INK, Align::Centre, at)
    }
}

impl FrequencyRange {
    /// The axis left of `rect`, and a line across it at each number.
    pub(super) fn draw(self, canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
        for hz in [20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 10e3, 20e3] {
            let share = self.share(hz);
            if !(0.0..=1.0).contains(&share) {
                continue;
            }
            let y = rect.y + (share * f64::from(rect.height)) as i32;
            let label = if hz < 1000.0 { format!("{hz}") } else { format!("{}k", hz / 1000.0) };
            canvas.line((rect.x - 6, y), (rect.x - 2, y), FAINT_INK)?;
            canvas.line((rect.x, y), (rect.right() - 1, y), INK.mix(0.10))?;
            canvas.text(&label, NUMBER_SIZE, FAINT_INK, Align::Right, (rect.x - 10, y))?;
        }
        let middle = rect.y + rect.height / 2;
        canvas.text("frequency in Hz", NUMBER_SIZE, FAINT_INK, Align::Upwards, (rect.x - 10 - NUMBERS_WIDTH, middle))
    }
}

/// The numbers of a time axis of `seconds` below `rect`, and its name.
pub(super) fn draw_times(canvas: &Canvas<'_>, rect: Rect, seconds: f64) -> Result<(), PlotError> {
    let below = rect.bottom() + 14;
    for AxisNumber { value, label } in ticks(0.0, seconds, round_step(seconds, MOST_TIMES)) {
        let x = rect.x + (value / seconds * f64::from(rect.width)) as i32;
        canvas.line((x, rect.bottom()), (x, rect.bottom() + 4), FRAME)?;
        canvas.text(&label, NUMBER_SIZE, FAINT_INK, Align::Centre, (x, below))?;
    }
    let middle = rect.x + rect.width / 2;
    canvas.text("time in seconds", NUMBER_SIZE, FAINT_INK, Align::Centre, (middle, below + 22))
}

/// The scale of levels in `rect`, its numbers below it.
pub(super) fn draw_scale(canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
    draw_colours(canvas, rect)?;
    for db in [-60, -40, -20, 0] {
        let x = rect.right() - 1 + (db as f32 / RANGE_DB * rect.width as f32) as i32;
        let label = if db == 0 { "0 dB".to_owned() } else { format!("\u{2212}{}", -db) };
        draw_scale_number(canvas, rect, x, &label)?;
    }
    Ok(())
}

/// The scale of shares, 0 to 1, in `rect`, its numbers below it.
pub(super) fn draw_share_scale(canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
    draw_colours(canvas, rect)?;
    for AxisNumber { value, label } in ticks(0.0, 1.0, 0.5) {
        let x = rect.x + (value * f64::from(rect.width - 1)) as i32;
        draw_scale_number(canvas, rect, x, &label)?;
    }
    Ok(())
}

fn draw_colours(canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
    canvas.pixels(rect, |x, _| colour(x as f32 / (rect.width - 1) as f32))?;
    canvas.outline(rect)
}

fn draw_scale_number(canvas: &Canvas<'_>, rect: Rect, x: i32, label: &str) -> Result<(), PlotError> {
    canvas.line((x, rect.bottom()), (x, rect.bottom() + 4), FAINT_INK)?;
    canvas.text(label, NUMBER_SIZE, FAINT_INK, Align::Centre, (x, rect.bottom() + 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frequency_axis_is_logarithmic_and_ends_at_nyquist() {
        let range = FrequencyRange::up_to(4_000.0);
        assert_eq!((range.at(0.0), range.at(1.0).round()), (4_000.0, 40.0));
        assert!((range.at(0.5) - 400.0).abs() < 1e-9);
        assert!((range.share(400.0) - 0.5).abs() < 1e-12);
    }
}
