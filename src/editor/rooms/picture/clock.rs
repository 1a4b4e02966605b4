//! Which moment of the stream stands at the picture's edge: it moves evenly, though frames come in bursts, and stops with the stream.

/// How fast a distance from where the edge should be is made up, per second.
const PULL_PER_S: f64 = 3.0;
/// A distance that is not made up but jumped over, in seconds.
const JUMP_S: f64 = 0.4;
/// How fast the longest burst is forgotten, per second.
const FORGET_PER_S: f64 = 0.25;

/// Follows the newest frame's position; all in seconds of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clock {
    shown: f64,
    newest: f64,
    /// The longest burst lately: so far behind the newest frame the edge runs, so that it need not wait for the next one.
    burst: f64,
}

impl Clock {
    /// `elapsed` seconds went by, and the newest frame is at `newest` now.
    pub fn advance(&mut self, newest: f64, elapsed: f64) {
        let came = newest - self.newest;
        self.newest = newest;
        self.burst = came.min(JUMP_S).max(self.burst * (-FORGET_PER_S * elapsed).exp());
        let aim = newest - self.burst;
        let away = aim - self.shown;
        if away.abs() > JUMP_S {
            self.shown = aim;
            return;
        }
        let pull = 1.0 - (-PULL_PER_S * elapsed).exp();
        // Never backwards, and never past what has come.
        let moved = (elapsed + pull * (away - elapsed)).max(0.0);
        self.shown = (self.shown + moved).min(newest);
    }

    /// The moment at the picture's edge.
    pub fn shown(&self) -> f64 {
        self.shown
    }

    /// Whether the edge has still to catch up.
    pub fn is_behind(&self) -> bool {
        self.shown < self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shortest and longest way of the edge between two pictures, of the last `pictures`, at 60 a second, while a block comes every `block`
    /// seconds.
    fn steps(block: f64, pictures: usize) -> (f64, f64) {
        let mut clock = Clock::default();
        let mut extremes = (f64::MAX, 0.0_f64);
        for picture in 1..=600 {
            let before = clock.shown();
            let now = picture as f64 / 60.0;
            clock.advance((now / block).floor() * block, 1.0 / 60.0);
            if picture > 600 - pictures {
                let step = clock.shown() - before;
                extremes = (extremes.0.min(step), extremes.1.max(step));
            }
        }
        extremes
    }

    #[test]
    fn the_edge_moves_evenly_whatever_the_blocks() {
        for block in [0.0106, 0.0213, 0.093, 0.186] {
            let (least, most) = steps(block, 240);
            assert!(least > 0.3 / 60.0 && most < 1.7 / 60.0, "blocks of {block} s: {least} to {most}");
        }
    }

    #[test]
    fn the_edge_stops_with_the_stream_and_never_overtakes_it() {
        let mut clock = Clock::default();
        for picture in 1..=120 {
            clock.advance(f64::from(picture) / 60.0, 1.0 / 60.0);
            assert!(clock.shown() <= f64::from(picture) / 60.0);
        }
        for _ in 0..60 {
            clock.advance(2.0, 1.0 / 60.0);
        }
        assert_eq!((clock.shown(), clock.is_behind()), (2.0, false));
    }
}
