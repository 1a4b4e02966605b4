//! A frozen stretch of sound on its way to the audio thread, to be heard in a loop, and back to be freed.
//!
//! The sound goes as models do. Which stretch is wanted, where it is to go on and where it is are single atomics:
//! whoever shows it stops it at once, whatever the worker does.

use super::models::{ModelReceiver, ModelSender, link as link_models};
use crate::wait_free::atomics::{AtomicU64, Ordering};
use alloc::{boxed::Box, vec::Vec};

/// Microseconds in a second: places are counted in them.
const MICROSECONDS: f64 = 1e6;

/// A stretch of sound.
#[derive(Debug, Clone, PartialEq)]
pub struct FrozenSound {
    /// Its number, from 1 on.
    pub stretch: u64,
    /// Sample rate in Hz: that of the stream that it is for.
    pub sample_rate: f64,
    /// Indexed by `[channel][sample]`; one or two channels of equal length.
    pub channels: Vec<Vec<f32>>,
}

/// What has a number: a stretch of sound.
pub trait StretchNumber {
    /// The number of the stretch, from 1 on.
    fn number(&self) -> u64;
}

impl StretchNumber for FrozenSound {
    fn number(&self) -> u64 {
        self.stretch
    }
}

/// Which stretch is to be heard, and where it is.
#[derive(Debug, Default)]
pub struct StretchControl {
    /// The number of the stretch that is to be heard; 0 for none.
    wanted: AtomicU64,
    /// Where it is to go on, in microseconds, plus 1; 0 for where it is.
    sought: AtomicU64,
    /// Where it is, in microseconds.
    place: AtomicU64,
}

impl StretchControl {
    /// Editor: stretch `number` is to be heard from `seconds` on.
    pub fn play(&self, number: u64, seconds: f64) {
        self.seek(seconds);
        self.set_place(seconds);
        // Release, so that the audio thread finds the place with it.
        self.wanted.store(number, Ordering::Release);
    }

    /// Any thread: none is to be heard any more.
    pub fn stop(&self) {
        self.wanted.store(0, Ordering::Release);
    }

    /// Editor: what is heard goes on at `seconds`.
    pub fn seek(&self, seconds: f64) {
        self.sought.store((seconds.max(0.0) * MICROSECONDS) as u64 + 1, Ordering::Relaxed);
    }

    /// Any thread: the number of the stretch that is to be heard, if any.
    pub fn wanted(&self) -> Option<u64> {
        Some(self.wanted.load(Ordering::Acquire)).filter(|number| *number > 0)
    }

    /// Audio thread: where it is to go on, in seconds, if somebody has said so since the last call.
    pub fn take_sought(&self) -> Option<f64> {
        let sought = self.sought.swap(0, Ordering::Relaxed).checked_sub(1)?;
        Some(sought as f64 / MICROSECONDS)
    }

    /// Whoever plays it: what is heard now is `seconds` after the stretch's beginning.
    pub fn set_place(&self, seconds: f64) {
        self.place.store((seconds.max(0.0) * MICROSECONDS) as u64, Ordering::Relaxed);
    }

    /// Editor: how many seconds after its beginning the stretch is heard now.
    pub fn place(&self) -> f64 {
        self.place.load(Ordering::Relaxed) as f64 / MICROSECONDS
    }
}

/// The audio thread's end.
pub struct StretchReceiver<S> {
    sounds: ModelReceiver<S>,
}

/// The worker's end.
pub struct StretchSender<S> {
    sounds: ModelSender<S>,
}

/// Both ends.
pub fn link<S>() -> (StretchSender<S>, StretchReceiver<S>) {
    let (sender, receiver) = link_models();
    (StretchSender { sounds: sender }, StretchReceiver { sounds: receiver })
}

impl<S: StretchNumber> StretchReceiver<S> {
    /// Audio thread: the stretch that is `wanted`, if it has come. Another one that has come goes back.
    ///
    /// A stretch is wanted before it is sent, so what is wanted is asked for after something has come: an answer from
    /// before could send back what was wanted since.
    pub fn take(&mut self, wanted: impl FnOnce() -> Option<u64>) -> Option<Box<S>> {
        if !self.sounds.can_retire(1) {
            return None;
        }
        let come = self.sounds.take_newest()?;
        if Some(come.number()) == wanted() {
            return Some(come);
        }
        self.sounds.retire(come);
        None
    }

    /// Audio thread: sends `sound` back to be freed, or gives it back if there is no place for it yet.
    ///
    /// # Errors
    /// Gives `sound` back.
    pub fn retire(&mut self, sound: Box<S>) -> Result<(), Box<S>> {
        if !self.sounds.can_retire(1) {
            return Err(sound);
        }
        self.sounds.retire(sound);
        Ok(())
    }

    /// Main thread, while nothing plays: frees what has come and was not taken.
    pub fn clear(&mut self) {
        self.sounds.clear();
    }
}

impl<S> StretchSender<S> {
    /// Leaves `sound` for the audio thread, and frees one that it has not taken.
    pub fn send(&self, sound: Box<S>) {
        self.sounds.send(sound);
    }

    /// Frees what has come back.
    pub fn free_retired(&mut self) {
        self.sounds.free_retired();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn sound(stretch: u64) -> Box<FrozenSound> {
        Box::new(FrozenSound { stretch, sample_rate: 48_000.0, channels: vec![vec![0.0; 9]] })
    }

    #[test]
    fn only_the_stretch_that_is_wanted_is_taken() {
        let (sender, mut receiver) = link();
        sender.send(sound(1));
        assert_eq!(receiver.take(|| Some(2)), None, "it has gone back");
        sender.send(sound(2));
        sender.send(sound(3));
        assert_eq!(receiver.take(|| Some(3)), Some(sound(3)));
        sender.send(sound(3));
        assert_eq!(receiver.take(|| None), None);
        assert_eq!(receiver.take(|| Some(3)), None);
    }

    #[test]
    fn what_is_wanted_and_where_it_is_arrive_as_they_were() {
        let control = StretchControl::default();
        assert_eq!((control.wanted(), control.take_sought()), (None, None));
        control.play(7, 1.25);
        assert_eq!((control.wanted(), control.take_sought(), control.take_sought()), (Some(7), Some(1.25), None));
        control.seek(-1.0);
        assert_eq!(control.take_sought(), Some(0.0));
        control.set_place(9.5);
        control.stop();
        assert_eq!((control.wanted(), control.place()), (None, 9.5));
    }
}
