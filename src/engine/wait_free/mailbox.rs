//! A place for the newest value. Putting a value in gives back the last one, if nobody has taken it, to be freed.

use super::atomics::{AtomicPtr, Ordering};
use std::{fmt, marker::PhantomData, ptr};

/// Holds one `Box<T>` or none. Any number of threads may use it; each call is one atomic swap.
pub struct Mailbox<T> {
    /// From `Box::into_raw`, or null.
    content: AtomicPtr<T>,
    owned: PhantomData<Box<T>>,
}

// SAFETY: a box passes as a whole from one thread to another; no two threads ever have access to it.
unsafe impl<T: Send> Sync for Mailbox<T> {}

impl<T> Default for Mailbox<T> {
    fn default() -> Self {
        Self { content: AtomicPtr::new(ptr::null_mut()), owned: PhantomData }
    }
}

impl<T> Mailbox<T> {
    /// Puts `content` in, and gives what was there.
    pub fn swap(&self, content: Option<Box<T>>) -> Option<Box<T>> {
        let content = content.map_or(ptr::null_mut(), Box::into_raw);
        // Release, so that the thread that takes the box sees its content; acquire, so that this thread does.
        let before = self.content.swap(content, Ordering::AcqRel);
        // SAFETY: it is not null, it came from `Box::into_raw`, and after the swap nobody else has it.
        (!before.is_null()).then(|| unsafe { Box::from_raw(before) })
    }

    /// Puts `value` in, and gives the last one, if nobody has taken it.
    pub fn put(&self, value: Box<T>) -> Option<Box<T>> {
        self.swap(Some(value))
    }

    /// Takes the value, if there is one.
    pub fn take(&self) -> Option<Box<T>> {
        self.swap(None)
    }
}

impl<T> Drop for Mailbox<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<T> fmt::Debug for Mailbox<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mailbox").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_newest_value_is_taken_and_the_one_before_comes_back() {
        let mailbox = Mailbox::default();
        assert!(mailbox.take().is_none());
        assert!(mailbox.put(Box::new(1)).is_none());
        assert_eq!(mailbox.put(Box::new(2)), Some(Box::new(1)));
        assert_eq!(mailbox.take(), Some(Box::new(2)));
        assert!(mailbox.take().is_none());
    }

    #[test]
    fn what_is_left_in_it_is_freed_with_it() {
        let value = Arc::new(());
        let mailbox = Mailbox::default();
        mailbox.put(Box::new(value.clone()));
        assert_eq!(Arc::strong_count(&value), 2);
        drop(mailbox);
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
