//! Which part of the last seconds and of the frequencies is shown, and where in it a point lies.

use super::axis;
use egui::{Pos2, Rect, pos2};

/// Length of the spectrogram, in seconds.
pub const SECONDS: f64 = 10.0;
/// The shortest stretch that is zoomed to, in seconds.
const LEAST_S: f64 = 0.25;
/// The narrowest part of the frequency axis that is zoomed to: a little less than an octave.
const LEAST_RANGE: f32 = 0.1;

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Length of what is shown, in seconds.
    pub span_s: f64,
    /// From the right end of what is shown to the newest edge, in seconds; 0 while the picture is live.
    pub back_s: f64,
    /// The lower and the upper end, 0 to 1 on the frequency axis.
    pub range: (f32, f32),
}

impl Default for View {
    fn default() -> Self {
        Self { span_s: SECONDS, back_s: 0.0, range: (0.0, 1.0) }
    }
}

impl View {
    /// Shows `factor` times less time; what is at `at`, 0 at the left to 1 at the right, stays there.
    pub fn zoom_time(&mut self, factor: f64, at: f64) {
        let seconds = self.back_s + (1.0 - at) * self.span_s;
        self.span_s = (self.span_s / factor).clamp(LEAST_S, SECONDS);
        self.back_s = seconds - (1.0 - at) * self.span_s;
        self.scroll_time(0.0);
    }

    /// Shows what is `seconds` seconds further back.
    pub fn scroll_time(&mut self, seconds: f64) {
        self.back_s = (self.back_s + seconds).clamp(0.0, SECONDS - self.span_s);
    }

    /// Shows `factor` times fewer octaves; what is at `at`, 0 at the bottom to 1 at the top, stays there.
    pub fn zoom_frequency(&mut self, factor: f32, at: f32) {
        let (low, high) = self.range;
        let along = low + at * (high - low);
        let width = ((high - low) / factor).clamp(LEAST_RANGE, 1.0);
        self.range = (along - at * width, along + (1.0 - at) * width);
        self.scroll_frequency(0.0);
    }

    /// Shows what is higher by `share` of the whole frequency axis.
    pub fn scroll_frequency(&mut self, share: f32) {
        let width = self.range.1 - self.range.0;
        let low = (self.range.0 + share).clamp(0.0, 1.0 - width);
        self.range = (low, (low + width).min(1.0));
    }

    /// Shows all seconds.
    pub fn reset_time(&mut self) {
        (self.span_s, self.back_s) = (SECONDS, 0.0);
    }

    /// Shows all frequencies.
    pub fn reset_frequency(&mut self) {
        self.range = (0.0, 1.0);
    }

    /// Whether something is left out.
    pub fn is_zoomed(&self) -> bool {
        *self != Self::default()
    }
}

/// Where the seconds and the frequencies of the spectrogram are on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpectrogramPlace {
    /// The spectrogram, in points.
    pub rect: Rect,
    /// What it shows.
    pub view: View,
}

impl SpectrogramPlace {
    /// What is at `at`: seconds before the edge, which is where the picture was frozen or the newest sound, and Hz.
    pub fn seconds_and_hz(&self, at: Pos2) -> (f64, f32) {
        let (Rect { min, max }, (low, high)) = (self.rect, self.view.range);
        let seconds = self.view.back_s + f64::from((max.x - at.x) / (max.x - min.x)) * self.view.span_s;
        (seconds, axis::frequency(low + (high - low) * (max.y - at.y) / (max.y - min.y)))
    }

    /// Where `hz` is, `seconds` seconds before the edge; outside of the spectrogram if it is not shown.
    pub fn position(&self, seconds: f64, hz: f32) -> Pos2 {
        let (Rect { min, max }, (low, high)) = (self.rect, self.view.range);
        let from_right = ((seconds - self.view.back_s) / self.view.span_s) as f32;
        let along = (axis::position(hz) - low) / (high - low);
        pos2(max.x - from_right * (max.x - min.x), max.y - along * (max.y - min.y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut view = View::default();
        view.zoom_time(4.0, 0.25);
        assert_eq!(view.span_s, 2.5);
        assert!((view.back_s + 0.75 * view.span_s - 7.5).abs() < 1e-9);
        view.zoom_frequency(2.0, 0.5);
        assert_eq!(view.range, (0.25, 0.75));
        view.zoom_time(0.01, 0.9);
        view.zoom_frequency(0.01, 0.1);
        assert!(!view.is_zoomed(), "never more than there is: {view:?}");
        view.zoom_time(1e9, 0.5);
        assert_eq!(view.span_s, LEAST_S);
    }

    #[test]
    fn scrolling_ends_at_the_ends() {
        let mut view = View::default();
        view.scroll_time(3.0);
        assert_eq!(view.back_s, 0.0);
        view.zoom_time(5.0, 1.0);
        view.scroll_time(3.0);
        assert_eq!(view.back_s, 3.0);
        view.scroll_time(30.0);
        assert_eq!(view.back_s, SECONDS - 2.0);
        view.zoom_frequency(4.0, 0.0);
        view.scroll_frequency(9.0);
        assert_eq!(view.range, (0.75, 1.0));
    }

    #[test]
    fn a_point_and_its_time_and_frequency_are_each_others_inverse() {
        let rect = Rect::from_min_max(pos2(40.0, 20.0), pos2(640.0, 320.0));
        let whole = SpectrogramPlace { rect, view: View::default() };
        assert_eq!(whole.seconds_and_hz(rect.right_bottom()), (0.0, axis::LOWEST_HZ));
        let view = View { span_s: 2.0, back_s: 3.5, range: (0.2, 0.6) };
        for place in [whole, SpectrogramPlace { rect, view }] {
            for at in [pos2(40.0, 20.0), pos2(123.0, 45.0), pos2(640.0, 320.0)] {
                let (seconds, hz) = place.seconds_and_hz(at);
                assert!((place.position(seconds, hz) - at).length() < 0.01, "{at:?}: {seconds} s, {hz} Hz");
            }
        }
    }
}
