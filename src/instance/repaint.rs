//! Waking an editor that rests: while nothing moves it draws nothing, and does not look whether something would.

use crate::realtime::wires::meters::{Meters, SILENCE_DB};
use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Without a block for this long the host does not play.
const STANDS: Duration = Duration::from_secs(1);

/// Whom to wake.
#[derive(Default)]
pub struct Waker(Mutex<Option<Box<dyn Fn() + Send>>>);

impl Waker {
    /// Editor, when its window is made: `wake` makes it draw. It takes the place of the one before.
    pub fn set(&self, wake: impl Fn() + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(wake));
    }

    /// Any thread but the audio thread: there is something new to see.
    pub fn wake(&self) {
        if let Some(wake) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            wake();
        }
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Waker")
    }
}

/// The worker's eye on the sound.
#[derive(Debug)]
pub struct Lookout {
    /// Blocks played, and when there were more than before.
    blocks: u32,
    played_at: Instant,
}

impl Default for Lookout {
    fn default() -> Self {
        Self { blocks: 0, played_at: Instant::now() }
    }
}

impl Lookout {
    /// Whether there is something in `meters` that a resting editor has to see: sound, or a host that plays again.
    pub fn sees(&mut self, meters: &Meters) -> bool {
        let blocks = meters.cpu.read().blocks;
        let plays = blocks != self.blocks;
        let plays_again = plays && self.played_at.elapsed() > STANDS;
        if plays {
            (self.blocks, self.played_at) = (blocks, Instant::now());
        }
        plays_again
            || (plays && [&meters.mixture, &meters.output].iter().any(|meter| 20.0 * meter.rms().log10() > SILENCE_DB))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_seen_and_silence_is_not() {
        let (meters, mut lookout) = (Meters::default(), Lookout::default());
        let mut play = |rms| {
            meters.mixture.write(rms, rms);
            meters.cpu.write(0.01, 0.01, false);
            lookout.sees(&meters)
        };
        assert!(!play(0.0) && play(0.1) && play(0.1) && !play(0.0));
        // What sounded last when the host stopped.
        assert!(play(0.1) && !lookout.sees(&meters));
    }

    #[test]
    fn a_host_that_plays_again_is_seen_once() {
        let (meters, mut lookout) = (Meters::default(), Lookout::default());
        lookout.played_at = Instant::now().checked_sub(2 * STANDS).unwrap_or_else(Instant::now);
        let mut play = || {
            meters.cpu.write(0.01, 0.01, false);
            lookout.sees(&meters)
        };
        assert!(play() && !play());
    }

    #[test]
    fn the_window_made_last_is_woken() {
        let waker = Waker::default();
        waker.wake();
        let (first, second) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
        waker.set(move || first.0.send(()).unwrap_or_default());
        waker.set(move || second.0.send(()).unwrap_or_default());
        waker.wake();
        assert!(first.1.try_recv().is_err() && second.1.try_recv().is_ok());
    }
}
