//! Sends analyzer frames from the audio thread to an editor. When it is full, the newest frame replaces the oldest, so
//! that a window that rested for a while shows the last frames.
//!
//! Frame n goes to place n modulo the number of places. Each side has a box of its own, which it swaps with the one in
//! the place: no box is ever used by both, nobody waits, and nothing is allocated or freed. The boxes are made when the
//! link is opened for the first time, one more than there are places, so that the sender always finds one. While the
//! link is closed, nothing is sent.

use crate::wait_free::{
    atomics::{Arc, AtomicBool, AtomicU64, Ordering},
    mailbox::Mailbox,
};

/// What both ends share.
#[derive(Debug)]
struct Ring<F> {
    places: Vec<Mailbox<Numbered<F>>>,
    /// Number of frames that were sent.
    sent: AtomicU64,
    is_open: AtomicBool,
}

#[derive(Debug)]
struct Numbered<F> {
    /// The number of the frame; in an empty box, one that no frame has.
    number: u64,
    frame: F,
}

/// The audio thread's end.
#[derive(Debug)]
pub struct FrameSender<F> {
    ring: Arc<Ring<F>>,
    /// The box for the next frame, unless it is still in that frame's place.
    own: Option<Box<Numbered<F>>>,
    /// The number of the next frame.
    next: u64,
}

/// The editor's end.
#[derive(Debug)]
pub struct FrameReceiver<F> {
    ring: Arc<Ring<F>>,
    /// The box to put in the place of the next frame.
    own: Option<Box<Numbered<F>>>,
    has_boxes: bool,
    /// The number of the next frame.
    next: u64,
}

/// Both ends of a closed link, on which `places` frames, at least one, can wait.
pub fn link<F>(places: usize) -> (FrameSender<F>, FrameReceiver<F>) {
    let places = (0..places.max(1)).map(|_| Mailbox::default()).collect();
    let ring = Arc::new(Ring { places, sent: AtomicU64::new(0), is_open: AtomicBool::new(false) });
    let sender = FrameSender { ring: ring.clone(), own: None, next: 0 };
    (sender, FrameReceiver { ring, own: None, has_boxes: false, next: 0 })
}

impl<F> Ring<F> {
    /// The place of frame `number`.
    fn place(&self, number: u64) -> &Mailbox<Numbered<F>> {
        &self.places[(number % self.places.len() as u64) as usize]
    }
}

impl<F> FrameSender<F> {
    /// On the audio thread: sends the frame that `write` writes, if the link is open.
    pub fn send(&mut self, write: impl FnOnce(&mut F)) {
        if !self.ring.is_open.load(Ordering::Relaxed) {
            return;
        }
        let place = self.ring.place(self.next);
        let Some(mut numbered) = self.own.take().or_else(|| place.take()) else { return };
        numbered.number = self.next;
        write(&mut numbered.frame);
        self.own = place.put(numbered);
        self.next += 1;
        // A receiver that sees this number finds the frame in its place.
        self.ring.sent.store(self.next, Ordering::Release);
    }
}

impl<F> FrameReceiver<F> {
    /// Opens the link. The first call makes the boxes, with frames from `new`.
    pub fn open(&mut self, mut new: impl FnMut() -> F) {
        if !self.has_boxes {
            let mut empty = || Some(Box::new(Numbered { number: u64::MAX, frame: new() }));
            self.ring.places.iter().for_each(|place| drop(place.swap(empty())));
            self.own = empty();
            self.has_boxes = true;
        }
        self.next = self.ring.sent.load(Ordering::Acquire);
        self.ring.is_open.store(true, Ordering::Relaxed);
    }

    /// Closes the link. The boxes stay.
    pub fn close(&self) {
        self.ring.is_open.store(false, Ordering::Relaxed);
    }

    /// Whether the link is open.
    pub fn is_open(&self) -> bool {
        self.ring.is_open.load(Ordering::Relaxed)
    }

    /// Calls `look` with every frame that was sent since the last call and is still there, oldest first.
    pub fn each(&mut self, mut look: impl FnMut(&F)) {
        let sent = self.sent();
        let oldest = sent.saturating_sub(self.ring.places.len() as u64);
        for number in self.next.max(oldest)..sent {
            self.own = self.ring.place(number).swap(self.own.take());
            // If the number differs, a newer frame has replaced this one meanwhile.
            if let Some(numbered) = self.own.as_ref().filter(|numbered| numbered.number == number) {
                look(&numbered.frame);
            }
        }
        self.next = sent;
    }

    /// Number of frames that were sent so far.
    pub fn sent(&self) -> u64 {
        self.ring.sent.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(sender: &mut FrameSender<u64>, frames: std::ops::Range<u64>) {
        frames.for_each(|frame| sender.send(|shown| *shown = frame));
    }

    fn seen(receiver: &mut FrameReceiver<u64>) -> Vec<u64> {
        let mut seen = Vec::new();
        receiver.each(|frame| seen.push(*frame));
        seen
    }

    #[test]
    fn every_frame_is_seen_once_and_in_order() {
        let (mut sender, mut receiver) = link(4);
        receiver.open(|| 0);
        for start in 0..20 {
            send(&mut sender, 3 * start..3 * start + 3);
            assert_eq!(seen(&mut receiver), [3 * start, 3 * start + 1, 3 * start + 2]);
        }
        assert!(seen(&mut receiver).is_empty());
    }

    #[test]
    fn the_oldest_frames_give_way_to_the_newest() {
        let (mut sender, mut receiver) = link(4);
        receiver.open(|| 0);
        send(&mut sender, 0..103);
        assert_eq!(seen(&mut receiver), [99, 100, 101, 102]);
        send(&mut sender, 103..105);
        assert_eq!(seen(&mut receiver), [103, 104]);
    }

    #[test]
    fn a_closed_link_carries_nothing_and_one_that_opens_again_nothing_old() {
        let (mut sender, mut receiver) = link(4);
        send(&mut sender, 0..3);
        let mut made = 0;
        let mut open = |receiver: &mut FrameReceiver<u64>| {
            receiver.open(|| {
                made += 1;
                0
            });
        };
        open(&mut receiver);
        assert!(receiver.is_open() && receiver.sent() == 0 && seen(&mut receiver).is_empty());
        send(&mut sender, 3..5);
        receiver.close();
        send(&mut sender, 5..7);
        assert_eq!((receiver.is_open(), receiver.sent()), (false, 2));
        open(&mut receiver);
        send(&mut sender, 7..9);
        assert_eq!(seen(&mut receiver), [7, 8]);
        assert_eq!(made, 5, "one box for each place, and one to swap with");
    }
}
