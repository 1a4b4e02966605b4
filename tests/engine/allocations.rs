//! Counts what a thread allocates, and refuses it where nothing may be.

use assert_no_alloc::AllocDisabler;
use std::{
    alloc::{GlobalAlloc, Layout},
    cell::Cell,
};

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
}

/// The bytes that what `work` makes holds.
pub(crate) fn held_by<T>(work: impl FnOnce() -> T) -> usize {
    let before = NOW.get();
    let made = work();
    let held = NOW.get() - before;
    drop(made);
    held.unsigned_abs()
}

fn count(bytes: isize) {
    NOW.set(NOW.get() + bytes);
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is handed on as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as of the caller.
        unsafe { AllocDisabler.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as of the caller.
        unsafe { AllocDisabler.dealloc(ptr, layout) }
    }
}
