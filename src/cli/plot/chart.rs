//! Axes with linear numbers, in dB, and legends.

use super::{
    canvas::{Align, Canvas, FAINT_INK, FRAME, INK, PlotError, Rect, text_width},
    heat_map::NUMBER_SIZE,
    ticks::{AxisNumber, round_step, ticks},
};
use plotters::style::{Color, RGBColor};

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
        let step = round_step(self.high - self.low, f64::from((rect.height / 34).max(2)));
        for AxisNumber { value, label } in ticks(self.low, self.high, step) {
            let y = self.y(rect, value);
            let strength = if value == 0.0 { 0.55 } else { 0.13 };
            canvas.line((rect.x, y), (rect.right() - 1, y), INK.mix(strength))?;
            canvas.text(&label, NUMBER_SIZE, FAINT_INK, Align::Right, (rect.x - 8, y))?;
        }
        let middle = rect.y + rect.height / 2;
        canvas.text(name, NUMBER_SIZE, FAINT_INK, Align::Upwards, (rect.x - 54, middle))
    }
}

/// Distance between two lines of a legend, in pixels.
pub(super) const LEGEND_LINE: i32 = 26;
/// Size of a legend's names, in pixels.
const LEGEND_SIZE: i32 = NUMBER_SIZE + 1;

/// Swatches with names.
pub(super) struct Legend {
    entries: Vec<(RGBColor, String)>,
    /// Where each swatch is: pixels from the left, and the line.
    places: Vec<(i32, i32)>,
}

impl Legend {
    /// `entries` side by side, a new line where they would be wider than `width` pixels.
    pub(super) fn new(entries: Vec<(RGBColor, String)>, width: i32) -> Result<Self, PlotError> {
        let (mut places, mut x, mut line) = (Vec::new(), 0, 0);
        for (_, name) in &entries {
            let own = 40 + text_width(name, LEGEND_SIZE)?;
            if x > 0 && x + own > width {
                (x, line) = (0, line + 1);
            }
            places.push((x, line));
            x += own;
        }
        Ok(Self { entries, places })
    }

    /// Height in pixels.
    pub(super) fn height(&self) -> i32 {
        self.places.last().map_or(0, |(_, line)| (line + 1) * LEGEND_LINE)
    }

    /// Draws it; the middle of its first line begins at `(x, y)`.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, (x, y): (i32, i32)) -> Result<(), PlotError> {
        for ((colour, name), (right, line)) in self.entries.iter().zip(&self.places) {
            let (x, y) = (x + right, y + line * LEGEND_LINE);
            canvas.fill(Rect { x, y: y - 7, width: 14, height: 14 }, *colour)?;
            canvas.text(name, LEGEND_SIZE, INK, Align::Left, (x + 22, y))?;
        }
        Ok(())
    }
}

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
    fn a_legend_begins_a_line_where_a_name_would_not_fit() {
        let legend = |width| {
            let entries = ["drums", "a bass with a long name", "keys"].map(|name| (INK, name.to_owned()));
            Legend::new(entries.to_vec(), width).unwrap()
        };
        assert_eq!((legend(2_000).height(), legend(10).height()), (LEGEND_LINE, 3 * LEGEND_LINE));
        assert_eq!(legend(10).places, [(0, 0), (0, 1), (0, 2)]);
    }
}
