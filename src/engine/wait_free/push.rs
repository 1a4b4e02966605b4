//! Sends what must not be freed on the audio thread.

use super::ring::Producer;

/// Sends `value`. If the ring is full, the value is leaked, because freeing it could take a lock. A ring should have a
/// place for every value.
pub fn push_or_leak<T>(ring: &mut Producer<T>, value: T) {
    if let Err(full) = ring.push(value) {
        std::mem::forget(full);
    }
}
