//! Frames on their way from the audio thread to the editor: boxes that an open editor puts into circulation.
//!
//! | from | to | what |
//! |---|---|---|
//! | editor | audio thread | a spare box |
//! | audio thread | editor | the box, with a frame in it |
//!
//! A closed editor has taken its boxes out again: there is no flag, and the audio thread finds no box to fill. Every box has
//! room for every frame, whatever the sample rate, the mode and the preset, so that a new activation leaves them in circulation.

use crate::{
    separator::{Observation, Observer},
    stft::BIN_SPACING_HZ,
};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::{thread, time::Duration};

/// Boxes of one editor: as many frames as come while one that rests is woken and draws its first picture, and more.
pub const BOXES: usize = 24;
/// Places in each channel: a window may open before the last one has closed.
const PLACES: usize = 2 * BOXES;
/// Bins above this are not looked at, in Hz.
const HIGHEST_HZ: f64 = 24_000.0;
/// How often a closing editor looks for a box that is being filled, a millisecond apart.
const LOOKS: usize = 100;

/// Both channels, and the ends that nobody has taken.
#[derive(Debug)]
pub struct Spectra {
    spare: (Sender<Box<Observation>>, Receiver<Box<Observation>>),
    filled: (Sender<Box<Observation>>, Receiver<Box<Observation>>),
}

impl Default for Spectra {
    fn default() -> Self {
        Self { spare: bounded(PLACES), filled: bounded(PLACES) }
    }
}

impl Spectra {
    /// Main thread, on activation: the audio thread's end.
    pub fn observer(&self) -> Observer {
        Observer::new(self.spare.1.clone(), self.filled.clone())
    }

    /// Editor, when it opens: puts boxes into circulation.
    pub fn look_on(&self) -> Onlooker {
        let mut onlooker = Onlooker { boxes: 0, spare: self.spare.clone(), filled: self.filled.1.clone() };
        while onlooker.boxes < BOXES && onlooker.spare.0.try_send(Box::new(Observation::with_room(room()))).is_ok() {
            onlooker.boxes += 1;
        }
        onlooker
    }

    /// Boxes that wait to be filled or looked at.
    pub fn in_circulation(&self) -> usize {
        self.spare.1.len() + self.filled.1.len()
    }
}

/// Bins that a box has room for: those up to [`HIGHEST_HZ`] where they lie closest.
fn room() -> usize {
    // Quality's bins lie twice as close as the others'; frames of a whole, even number of samples may bring them a little closer still.
    (HIGHEST_HZ / (BIN_SPACING_HZ / 2.0) * 1.002).ceil() as usize + 1
}

/// The editor's end. Dropping it takes the boxes out of circulation and frees them.
#[derive(Debug)]
pub struct Onlooker {
    boxes: usize,
    spare: (Sender<Box<Observation>>, Receiver<Box<Observation>>),
    filled: Receiver<Box<Observation>>,
}

impl Onlooker {
    /// Shows `look` every frame that has come since the last call, oldest first.
    pub fn each(&self, mut look: impl FnMut(&Observation)) {
        for _ in 0..PLACES {
            let Ok(observation) = self.filled.try_recv() else { return };
            look(&observation);
            // As many places as boxes.
            let _ = self.spare.0.try_send(observation);
        }
    }
}

impl Drop for Onlooker {
    fn drop(&mut self) {
        for _ in 0..LOOKS {
            while self.boxes > 0 && self.filled.try_recv().or_else(|_| self.spare.1.try_recv()).is_ok() {
                self.boxes -= 1;
            }
            if self.boxes == 0 {
                return;
            }
            // The audio thread is filling one; it takes microseconds.
            thread::sleep(Duration::from_millis(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::separator::{LatencyMode, Layout};

    #[test]
    fn a_box_holds_every_frame_up_to_what_is_shown() {
        for rate in [1_000.0, 8_000.0, 37_123.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0, 768_000.0] {
            for mode in LatencyMode::ALL {
                let layout = Layout::new(rate, mode);
                let shown = ((HIGHEST_HZ / layout.bin_spacing()) as usize + 1).min(layout.bins());
                assert!(shown <= room(), "{mode:?} at {rate} Hz: {shown} bins of {}", room());
            }
        }
    }

    #[test]
    fn boxes_come_with_an_editor_and_go_with_it() {
        let spectra = Spectra::default();
        assert_eq!(spectra.in_circulation(), 0);
        let first = spectra.look_on();
        assert_eq!(spectra.in_circulation(), BOXES);
        let second = spectra.look_on();
        drop(first);
        assert_eq!(spectra.in_circulation(), BOXES, "the other window keeps as many as it brought");
        drop(second);
        assert_eq!(spectra.in_circulation(), 0);
    }
}
