//! In place of `rtrb`, which knows nothing of loom: the same promises, and as much of its interface as is used.

use loom::{
    cell::UnsafeCell,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// A queue with one thread at each end.
pub struct RingBuffer<T> {
    places: Vec<UnsafeCell<Option<T>>>,
    /// Values that were taken, and values that were sent, since the beginning.
    taken: AtomicUsize,
    sent: AtomicUsize,
    is_abandoned: AtomicBool,
}

// SAFETY: a place is touched by the producer while it is free, and by the consumer while it is not.
unsafe impl<T: Send> Sync for RingBuffer<T> {}

/// The end that sends.
pub struct Producer<T>(Arc<RingBuffer<T>>);

/// The end that takes.
pub struct Consumer<T>(Arc<RingBuffer<T>>);

/// Why nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopError {
    /// Nothing was sent.
    Empty,
}

impl<T> RingBuffer<T> {
    /// Both ends of a ring with `capacity` places.
    #[allow(clippy::new_ret_no_self, reason = "as rtrb has it")]
    pub fn new(capacity: usize) -> (Producer<T>, Consumer<T>) {
        let ring = Arc::new(Self {
            places: (0..capacity).map(|_| UnsafeCell::new(None)).collect(),
            taken: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            is_abandoned: AtomicBool::new(false),
        });
        (Producer(ring.clone()), Consumer(ring))
    }

    fn swap(&self, number: usize, value: Option<T>) -> Option<T> {
        // SAFETY: loom says so where another thread touches the place at the same time.
        self.places[number % self.places.len()].with_mut(|place| std::mem::replace(unsafe { &mut *place }, value))
    }
}

impl<T> Producer<T> {
    /// Sends `value`, or gives it back.
    ///
    /// # Errors
    /// The value, if every place is taken.
    pub fn push(&mut self, value: T) -> Result<(), T> {
        if self.slots() == 0 {
            return Err(value);
        }
        let sent = self.0.sent.load(Ordering::Relaxed);
        self.0.swap(sent, Some(value));
        self.0.sent.store(sent + 1, Ordering::Release);
        Ok(())
    }

    /// Free places.
    pub fn slots(&self) -> usize {
        self.0.places.len() - (self.0.sent.load(Ordering::Relaxed) - self.0.taken.load(Ordering::Acquire))
    }
}

impl<T> Consumer<T> {
    /// Takes the value that was sent first.
    ///
    /// # Errors
    /// If there is none.
    pub fn pop(&mut self) -> Result<T, PopError> {
        let taken = self.0.taken.load(Ordering::Relaxed);
        if self.0.sent.load(Ordering::Acquire) == taken {
            return Err(PopError::Empty);
        }
        let value = self.0.swap(taken, None);
        self.0.taken.store(taken + 1, Ordering::Release);
        value.ok_or(PopError::Empty)
    }

    /// Whether the producer is gone.
    pub fn is_abandoned(&self) -> bool {
        self.0.is_abandoned.load(Ordering::Acquire)
    }
}

impl<T> Drop for Producer<T> {
    fn drop(&mut self) {
        self.0.is_abandoned.store(true, Ordering::Release);
    }
}
