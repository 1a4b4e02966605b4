//! The time at the right edge of the spectrogram. It moves evenly, though frames come in bursts, and stops with the
//! stream.

/// How fast the edge is pulled to where it should be, per second.
const PULL_PER_S: f64 = 3.0;
/// The edge jumps over longer distances than this, in seconds.
const JUMP_S: f64 = 0.4;
/// Rate at which the longest burst decays, per second.
const FORGET_PER_S: f64 = 0.25;

/// Follows the newest frame. All times in seconds of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScrollClock {
    shown: f64,
    newest: f64,
    /// The longest burst lately. The edge stays this far behind the newest frame, so that it need not wait for the next
    /// burst.
    burst: f64,
}

impl ScrollClock {
    /// Moves on by `elapsed` seconds; the newest frame is at `newest`.
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
        // Never backwards, and never past the newest frame.
        let moved = (elapsed + pull * (away - elapsed)).max(0.0);
        self.shown = (self.shown + moved).min(newest);
    }

    /// The time at the edge.
    pub fn shown(&self) -> f64 {
        self.shown
    }

    /// Whether the edge has not reached the newest frame.
    pub fn is_behind(&self) -> bool {
        self.shown < self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least and the largest step of the edge between two of the last `pictures`, drawn 60 times a second, while a
    /// block comes every `block` seconds.
    fn steps(block: f64, pictures: usize) -> (f64, f64) {
        let mut clock = ScrollClock::default();
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
        let mut clock = ScrollClock::default();
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
