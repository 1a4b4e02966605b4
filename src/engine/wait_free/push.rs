//! How the audio thread sends what it may not free.

use super::ring::Producer;

/// Sends `value`. What finds no place is leaked, because freeing it could take a lock; give a ring as many places as there are values.
pub fn push_or_leak<T>(ring: &mut Producer<T>, value: T) {
    if let Err(full) = ring.push(value) {
        std::mem::forget(full);
    }
}
