//! A model's way to the adaptation of its bases: here, in step with the stream, or on another thread.
//!
//! Here (offline renders, the command line), every update happens at its place in the stream and is heard a period later: the same
//! stream gives the same sound. Elsewhere (live), frames go out and bases come back in boxes that travel to and fro; whatever is late is
//! left out, and nothing waits.

use crate::learner::adaptive::{Adaptation, Bases};
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

/// Frames that may be under way.
const FRAMES_UNDER_WAY: usize = 64;
/// Sets of bases that may be under way.
const BASES_UNDER_WAY: usize = 2;

/// Where a model's bases are adapted.
pub(super) enum Adapting {
    /// They are not.
    Nowhere,
    /// In step with the stream.
    Here(Box<Here>),
    /// On another thread, which has an [`Adapter`].
    Elsewhere(Link),
}

pub(super) struct Here {
    adaptation: Adaptation,
    /// What is heard from the next period on, if `fresh`.
    next: Bases,
    fresh: bool,
}

/// The audio thread's end.
pub(super) struct Link {
    frames: Sender<Box<[f32]>>,
    spare: Receiver<Box<[f32]>>,
    bases: Receiver<Box<Bases>>,
    back: Sender<Box<Bases>>,
}

/// The other end: adapts a model's bases on another thread.
pub struct Adapter {
    adaptation: Adaptation,
    frames: Receiver<Box<[f32]>>,
    spare: Sender<Box<[f32]>>,
    bases: Sender<Box<Bases>>,
    back: Receiver<Box<Bases>>,
    /// Whether the audio thread has yet to be sent what has changed.
    unsent: bool,
}

/// What an [`Adapter`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// The bases have moved.
    pub has_learned: bool,
    /// The model is gone: there will be no more to do.
    pub is_gone: bool,
}

impl Adapting {
    pub(super) fn here(adaptation: Adaptation) -> Self {
        let next = adaptation.empty_bases();
        Self::Here(Box::new(Here { adaptation, next, fresh: false }))
    }

    /// The adaptation, if it is here.
    pub(super) fn adaptation_mut(&mut self) -> Option<&mut Adaptation> {
        if let Self::Here(here) = self { Some(&mut here.adaptation) } else { None }
    }

    /// Hands the work to another thread.
    pub(super) fn send_away(&mut self) -> Option<Adapter> {
        if !matches!(self, Self::Here(_)) {
            return None;
        }
        let Self::Here(here) = std::mem::replace(self, Self::Nowhere) else { return None };
        let adaptation = here.adaptation;
        let (frames, frames_out) = bounded(FRAMES_UNDER_WAY);
        let (spare, spare_out) = bounded(FRAMES_UNDER_WAY);
        let (bases, bases_out) = bounded(BASES_UNDER_WAY);
        let (back, back_out) = bounded(BASES_UNDER_WAY);
        // The channels have room for all there is.
        for _ in 0..FRAMES_UNDER_WAY {
            let _ = spare.try_send(vec![0.0; 2 * adaptation.width() + adaptation.components()].into_boxed_slice());
        }
        for _ in 0..BASES_UNDER_WAY {
            let _ = back.try_send(Box::new(adaptation.empty_bases()));
        }
        *self = Self::Elsewhere(Link { frames, spare: spare_out, bases: bases_out, back });
        Some(Adapter { adaptation, frames: frames_out, spare, bases, back: back_out, unsent: false })
    }

    /// Before a frame is solved: `exchange` is given new bases, if there are some, and leaves the old ones in their place.
    pub(super) fn renew(&mut self, at_period: bool, mut exchange: impl FnMut(&mut Bases)) {
        match self {
            Self::Nowhere => {}
            Self::Here(here) => {
                if here.fresh && at_period {
                    exchange(&mut here.next);
                    here.fresh = false;
                }
            }
            Self::Elsewhere(link) => {
                if let Ok(mut bases) = link.bases.try_recv() {
                    exchange(&mut bases);
                    if let Err(lost) = link.back.try_send(bases) {
                        // As many places as boxes: it only fails when nobody is there any more. Freeing takes a lock.
                        std::mem::forget(lost);
                    }
                }
            }
        }
    }

    /// After a frame: its bands `v`, those of its `left` channel, and its activations `h` are remembered.
    pub(super) fn remember(&mut self, v: &[f32], left: &[f32], h: &[f32]) {
        match self {
            Self::Nowhere => {}
            Self::Here(here) => {
                if here.adaptation.feed(v, left, h) && here.adaptation.update() {
                    here.adaptation.write(&mut here.next);
                    here.fresh = true;
                }
            }
            Self::Elsewhere(link) => {
                if let Ok(mut frame) = link.spare.try_recv() {
                    let (bands, activations) = frame.split_at_mut(2 * v.len());
                    bands[..v.len()].copy_from_slice(v);
                    bands[v.len()..].copy_from_slice(left);
                    activations.copy_from_slice(h);
                    if let Err(lost) = link.frames.try_send(frame) {
                        std::mem::forget(lost);
                    }
                }
            }
        }
    }

    /// In step with the stream, a new stream begins as the first did. Elsewhere, what was learned is kept: a transport that jumps
    /// does not change the music.
    pub(super) fn reset(&mut self) {
        if let Self::Here(here) = self {
            here.adaptation.rewind();
            here.adaptation.write(&mut here.next);
            here.fresh = true;
        }
    }
}

impl Adapter {
    /// Takes in the frames that have come, and sends new bases when they are due.
    pub fn work(&mut self) -> Work {
        let width = self.adaptation.width();
        let mut due = false;
        let is_gone = loop {
            match self.frames.try_recv() {
                Ok(frame) => {
                    let (bands, h) = frame.split_at(2 * width);
                    due |= self.adaptation.feed(&bands[..width], &bands[width..], h);
                    let _ = self.spare.try_send(frame);
                }
                Err(TryRecvError::Empty) => break false,
                Err(TryRecvError::Disconnected) => break true,
            }
        };
        let has_learned = due && self.adaptation.update();
        if has_learned || self.unsent {
            self.publish();
        }
        Work { has_learned, is_gone }
    }

    /// Forgets what was learned; the model goes back to the bases it began with.
    pub fn reset(&mut self) {
        self.adaptation.reset();
        self.publish();
    }

    /// Gives component `k` of an adaptive source to another, `source`. `false` where that [cannot be](Adaptation::give).
    pub fn give(&mut self, k: usize, source: u8) -> bool {
        let given = self.adaptation.give(k, source);
        if given {
            self.publish();
        }
        given
    }

    fn publish(&mut self) {
        // Without a spare box the audio thread has not taken the last bases yet: later.
        self.unsent = true;
        if let Ok(mut bases) = self.back.try_recv() {
            self.adaptation.write(&mut bases);
            self.unsent = self.bases.try_send(bases).is_err();
        }
    }

    /// What is learned, and how.
    pub fn adaptation(&self) -> &Adaptation {
        &self.adaptation
    }

    /// The same, to set how it learns.
    pub fn adaptation_mut(&mut self) -> &mut Adaptation {
        &mut self.adaptation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learner::adaptive::{Beginning, Freedom, PERIOD_FRAMES, first_basis},
        nmf::bands::Bands,
    };

    const BINS: usize = 65;

    fn adaptation() -> Adaptation {
        let bases: Vec<f32> = (0..3).flat_map(|k| first_basis(k, 3, BINS, 300.0)).collect();
        let freedom = vec![Freedom::Fixed, Freedom::Adaptive, Freedom::Adaptive];
        let owners = vec![0, 1, 1];
        Adaptation::new(Beginning::new(bases.clone(), bases, BINS, Bands::new(1..BINS), freedom, owners))
    }

    /// What a model would be given for the frames of `periods` periods.
    fn heard(adapting: &mut Adapting, periods: usize, mut between: impl FnMut()) -> Vec<Vec<f32>> {
        let width = adaptation().width();
        let mut heard = Vec::new();
        for t in 0..periods * PERIOD_FRAMES {
            let at_period = t % PERIOD_FRAMES == 0;
            adapting.renew(at_period, |bases| heard.push(bases.bands.to_vec()));
            let v: Vec<f32> = (0..width).map(|b| ((b * 3 + t) % 7) as f32).collect();
            adapting.remember(&v, &v, &[1.0, 2.0, 3.0]);
            if at_period {
                between();
            }
        }
        heard
    }

    #[test]
    fn here_every_update_is_heard_from_the_next_period_on() {
        let mut adapting = Adapting::here(adaptation());
        let first = heard(&mut adapting, 6, || {});
        assert_eq!(first.len(), 5);
        assert!(first.windows(2).all(|pair| pair[0] != pair[1]), "each update moves the bases");
        adapting.reset();
        let again = heard(&mut adapting, 6, || {});
        // After a reset the first bases come back at once.
        assert_eq!(again[1..], first[..]);
    }

    #[test]
    fn elsewhere_bases_come_back_and_nothing_is_lost_on_the_way() {
        let mut adapting = Adapting::here(adaptation());
        let mut adapter = adapting.send_away().unwrap();
        assert!(adapting.send_away().is_none());
        // Few enough periods for the adaptation to be eager all through.
        let bases = heard(&mut adapting, 20, || assert!(!adapter.work().is_gone));
        assert!(bases.len() > 15, "{}", bases.len());
        // Left alone for long, it goes on where it was.
        heard(&mut adapting, 200, || {});
        assert!(heard(&mut adapting, 4, || assert!(!adapter.work().is_gone)).len() >= 3);
        drop(adapting);
        assert!(adapter.work().is_gone);
    }
}
