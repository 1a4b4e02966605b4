//! Asking an editor window to draw: while nothing moves it draws nothing, and does not look whether something would.

use crate::{
    decibels,
    realtime::wires::meters::{Meter, Meters, SILENCE_DB},
};
use parking_lot::Mutex;
use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

/// Without a block for this long the host does not play.
const STOPPED: Duration = Duration::from_secs(1);

/// How a window is asked to draw.
type Wake = dyn Fn() + Send + Sync;

/// The window that was opened last.
#[derive(Default)]
pub struct Repaint(Mutex<Option<Weak<Wake>>>);

/// An open window. Dropping it says that it has closed.
#[derive(Clone)]
pub struct OpenWindow {
    _wake: Arc<Wake>,
}

impl Repaint {
    /// Editor, when its window opens: `draw` makes it draw. It takes the place of the window before.
    pub fn open(&self, draw: impl Fn() + Send + Sync + 'static) -> OpenWindow {
        let wake: Arc<Wake> = Arc::new(draw);
        *self.0.lock() = Some(Arc::downgrade(&wake));
        OpenWindow { _wake: wake }
    }

    /// Whether a window is open.
    pub fn is_open(&self) -> bool {
        self.0.lock().as_ref().is_some_and(|draw| draw.strong_count() > 0)
    }

    /// Any thread but the audio thread: there is something new to see.
    pub fn request(&self) {
        // Called without the lock: a window may open or close meanwhile.
        let draw = self.0.lock().as_ref().and_then(Weak::upgrade);
        if let Some(draw) = draw {
            draw();
        }
    }
}

/// Notices what an editor that rests has to show.
#[derive(Debug)]
pub struct SoundWatch {
    /// Blocks played, and when there were more than before.
    blocks: u32,
    played_at: Instant,
}

impl Default for SoundWatch {
    fn default() -> Self {
        Self { blocks: 0, played_at: Instant::now() }
    }
}

impl SoundWatch {
    /// Whether there is something in `meters` that a resting editor has to show: sound, or a host that plays again.
    pub fn notice(&mut self, meters: &Meters) -> bool {
        let blocks = meters.cpu.read().blocks;
        let plays = blocks != self.blocks;
        let plays_again = plays && self.played_at.elapsed() > STOPPED;
        if plays {
            (self.blocks, self.played_at) = (blocks, Instant::now());
        }
        let sounds = |meter: &Meter| decibels::of_amplitude(meter.rms()) > SILENCE_DB;
        plays_again || (plays && (sounds(&meters.mixture) || sounds(&meters.output)))
    }

    /// Whether the host has played within the last second.
    pub fn plays(&self) -> bool {
        self.blocks > 0 && self.played_at.elapsed() <= STOPPED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_noticed_and_silence_is_not() {
        let (meters, mut watch) = (Meters::default(), SoundWatch::default());
        let mut play = |rms| {
            meters.mixture.write(rms, rms);
            meters.cpu.write(0.01, 0.01, false);
            watch.notice(&meters)
        };
        assert!(!play(0.0) && play(0.1) && play(0.1) && !play(0.0));
        // What sounded last when the host stopped.
        assert!(play(0.1) && !watch.notice(&meters));
    }

    #[test]
    fn a_host_that_plays_again_is_noticed_once() {
        let (meters, mut watch) = (Meters::default(), SoundWatch::default());
        watch.played_at = Instant::now().checked_sub(2 * STOPPED).unwrap_or_else(Instant::now);
        let mut play = || {
            meters.cpu.write(0.01, 0.01, false);
            watch.notice(&meters)
        };
        assert!(play() && !play());
    }

    #[test]
    fn the_window_opened_last_draws_until_it_closes() {
        let repaint = Repaint::default();
        repaint.request();
        let (first, second) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
        let _one = repaint.open(move || first.0.send(()).unwrap_or_default());
        let other = repaint.open(move || second.0.send(()).unwrap_or_default());
        repaint.request();
        assert!(first.1.try_recv().is_err() && second.1.try_recv().is_ok() && repaint.is_open());
        drop(other);
        repaint.request();
        assert!(second.1.try_recv().is_err() && !repaint.is_open());
    }
}
