//! The hand-over of models: the newest goes to the audio thread, and what it displaces comes back to be freed.

use crate::wait_free::{
    atomics::Arc,
    mailbox::Mailbox,
    push::push_or_leak,
    ring::{Consumer, Producer, RingBuffer},
};
use alloc::boxed::Box;

/// Most models on their way back.
const MOST_RETIRED: usize = 16;

/// The audio thread's end.
pub struct ModelReceiver<M> {
    newest: Arc<Mailbox<M>>,
    retired: Producer<Box<M>>,
}

/// The worker's end.
pub struct ModelSender<M> {
    newest: Arc<Mailbox<M>>,
    retired: Consumer<Box<M>>,
}

/// Both ends.
pub fn link<M>() -> (ModelSender<M>, ModelReceiver<M>) {
    let newest = Arc::new(Mailbox::default());
    let (retired_in, retired_out) = RingBuffer::new(MOST_RETIRED);
    (ModelSender { newest: newest.clone(), retired: retired_out }, ModelReceiver { newest, retired: retired_in })
}

impl<M> ModelReceiver<M> {
    /// Audio thread: whether `count` more models can be retired now.
    pub fn can_retire(&self, count: usize) -> bool {
        self.retired.slots() >= count
    }

    /// Audio thread: sends `model` back to be freed. Ask [`Self::can_retire`] before: without a place it is leaked.
    pub fn retire(&mut self, model: Box<M>) {
        push_or_leak(&mut self.retired, model);
    }

    /// Audio thread: the newest model, if one has come since the last call.
    pub fn take_newest(&self) -> Option<Box<M>> {
        self.newest.take()
    }

    /// Main thread, while nothing plays: frees what has come and was not taken.
    pub fn clear(&mut self) {
        drop(self.newest.take());
    }
}

impl<M> ModelSender<M> {
    /// Leaves `model` for the audio thread, and frees one that it has not taken.
    pub fn send(&self, model: Box<M>) {
        drop(self.newest.put(model));
    }

    /// Frees what has come back.
    pub fn free_retired(&mut self) {
        while self.retired.pop().is_ok() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc as Counted;

    #[test]
    fn only_the_newest_is_taken_and_all_are_freed_by_the_sender() {
        let alive = Counted::new(());
        let (mut sender, mut receiver) = link();
        for number in 0..5 {
            sender.send(Box::new((number, alive.clone())));
        }
        assert_eq!(Counted::strong_count(&alive), 2, "what was not taken is freed");
        let newest = receiver.take_newest().unwrap();
        assert_eq!(newest.0, 4);
        assert!(receiver.take_newest().is_none());
        receiver.retire(newest);
        assert_eq!(Counted::strong_count(&alive), 2);
        sender.free_retired();
        assert_eq!(Counted::strong_count(&alive), 1);
    }

    #[test]
    fn a_full_ring_says_so_until_it_is_freed() {
        let (mut sender, mut receiver) = link();
        for number in 0..MOST_RETIRED {
            assert!(receiver.can_retire(MOST_RETIRED - number) && !receiver.can_retire(MOST_RETIRED - number + 1));
            receiver.retire(Box::new(number));
        }
        assert!(!receiver.can_retire(1));
        sender.free_retired();
        assert!(receiver.can_retire(MOST_RETIRED));
    }
}
