//! Axes with linear numbers, in dB, and legends.

use super::{
    canvas::{Align, Canvas, FAINT_INK, FRAME, INK, PlotError, Rect},
    heat_map::NUMBER_SIZE,
};
use plotters::style::{Color, RGBColor};

/// Room for the numbers left of a chart, in pixels.
pub(super) const NUMBERS_WIDTH: i32 = 72;
/// Values beyond these are cut off, in dB: the others would be too small to be told apart.
const WIDEST_DB: (f64, f64) = (-40.0, 60.0);
/// Room above the highest and below the lowest value, as a share of their distance.
const ROOM: f64 = 0.08;

/// A vertical axis in dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DecibelAxis {
    low: f64,
    high: f64,
}

impl DecibelAxis {
    /// That shows all finite `values`, as far as they are no outliers, and 0 dB if `with_zero`.
    pub(super) fn of(values: impl Iterator<Item = f64>, with_zero: bool) -> Self {
        let start = if with_zero { (0.0, 0.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        let finite = values.filter(|value| value.is_finite()).map(|value| value.clamp(WIDEST_DB.0, WIDEST_DB.1));
        let (low, high) = finite.fold(start, |(low, high), value| (value.min(low), value.max(high)));
        if low > high {
            return Self { low: 0.0, high: 10.0 };
        }
        let room = ((high - low) * ROOM).max(0.5);
        // Bars have their numbers below them where they go down.
        let below = if with_zero { if low == 0.0 { 0.0 } else { 2.0 * room } } else { room };
        Self { low: low - below, high: high + room }
    }

    /// Where `value` is in `rect`; at its edge if it is beyond.
    pub(super) fn y(&self, rect: Rect, value: f64) -> i32 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        rect.bottom() - (share * f64::from(rect.height)).round() as i32
    }

    /// Whether `value` is beyond the axis.
    pub(super) fn cuts_off(&self, value: f64) -> bool {
        value < self.low || value > self.high
    }

    /// The numbers left of `rect`, and a line across it at each.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, rect: Rect, name: &str) -> Result<(), PlotError> {
        let step = step(self.high - self.low, rect.height / 34);
        for tick in (self.low / step).ceil() as i64..=(self.high / step).floor() as i64 {
            let value = tick as f64 * step;
            let y = self.y(rect, value);
            let strength = if tick == 0 { 0.55 } else { 0.13 };
            canvas.line((rect.x, y), (rect.right() - 1, y), INK.mix(strength))?;
            let label = format!("{value}").replace('-', "\u{2212}");
            canvas.text(&label, NUMBER_SIZE, FAINT_INK, Align::Right, (rect.x - 8, y))?;
        }
        let middle = rect.y + rect.height / 2;
        canvas.text(name, NUMBER_SIZE, FAINT_INK, Align::Upwards, (rect.x - 54, middle))
    }
}

/// Distance between two numbers: 1, 2 or 5 times a power of ten, at most `most` of them over `range`.
fn step(range: f64, most: i32) -> f64 {
    let rough = range / f64::from(most.max(2));
    let decade = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|factor| factor * decade).into_iter().find(|step| *step >= rough).unwrap_or(rough)
}

/// Swatches with names, from `at` to the right, a new line where they reach `right`; where the last line is.
pub(super) fn legend(
    canvas: &Canvas<'_>,
    entries: &[(RGBColor, String)],
    (x, y): (i32, i32),
    right: i32,
) -> Result<i32, PlotError> {
    let (start, mut x, mut y) = (x, x, y);
    for (colour, name) in entries {
        let width = 40 + name.chars().count() as i32 * 10;
        if x > start && x + width > right {
            (x, y) = (start, y + LEGEND_LINE);
        }
        canvas.fill(Rect { x, y: y - 7, width: 14, height: 14 }, *colour)?;
        canvas.text(name, NUMBER_SIZE + 1, INK, Align::Left, (x + 22, y))?;
        x += width;
    }
    Ok(y)
}

/// Distance between two lines of a legend, in pixels.
pub(super) const LEGEND_LINE: i32 = 26;

/// A hairline below and left of `rect`.
pub(super) fn draw_edges(canvas: &Canvas<'_>, rect: Rect) -> Result<(), PlotError> {
    canvas.line((rect.x, rect.bottom()), (rect.right(), rect.bottom()), FRAME)?;
    canvas.line((rect.x, rect.y), (rect.x, rect.bottom()), FRAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_shows_all_values_and_cuts_off_what_is_out_of_all_proportion() {
        let axis = DecibelAxis::of([3.0, -2.0, f64::NAN, 300.0].into_iter(), true);
        assert!(axis.low < -2.0 && axis.high > 60.0 && axis.high < 70.0, "{axis:?}");
        let rect = Rect { x: 0, y: 10, width: 5, height: 100 };
        assert_eq!((axis.y(rect, 300.0), axis.y(rect, -300.0)), (10, 110));
        assert_eq!(DecibelAxis::of([f64::NAN].into_iter(), false), DecibelAxis { low: 0.0, high: 10.0 });
        assert_eq!(DecibelAxis::of([5.0].into_iter(), true).low, 0.0);
    }

    #[test]
    fn numbers_on_an_axis_are_round() {
        assert_eq!([step(10.0, 6), step(60.0, 6), step(3.0, 6)], [2.0, 10.0, 0.5]);
    }
}
