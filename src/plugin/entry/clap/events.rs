//! Events held within their block.
//!
//! nice-plug 0.4.2 splits a block at the time of a parameter or transport event without asking whether the block is that
//! long, and then works on samples behind its end; clap-wrapper 0.3.1 passes a VST3 host's offsets on unchecked. A parameter event that is
//! late comes at the block's last sample instead; any other late event is left out.

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD, CLAP_EVENT_PARAM_VALUE, clap_event_header, clap_event_param_mod,
    clap_event_param_value, clap_input_events,
};
use std::{cell::UnsafeCell, mem::MaybeUninit, ptr};

/// Room for one event with another time.
#[repr(C)]
union Event {
    header: clap_event_header,
    value: clap_event_param_value,
    modulation: clap_event_param_mod,
}

/// What stands in front of the host's list during one call.
struct Front {
    theirs: *const clap_input_events,
    /// The block's last sample.
    last: u32,
    /// The event handed out last, if it was late; the wrapper uses it up before it asks for the next.
    late: UnsafeCell<MaybeUninit<Event>>,
}

/// Calls `run` with the events of `theirs`, none later than a block of `frames` samples.
///
/// # Safety
/// `theirs` is null or a host's list, alive during the call.
pub(super) unsafe fn held_within<R>(
    theirs: *const clap_input_events,
    frames: u32,
    run: impl FnOnce(*const clap_input_events) -> R,
) -> R {
    if theirs.is_null() || frames == 0 {
        return run(theirs);
    }
    let front = Front { theirs, last: frames - 1, late: UnsafeCell::new(MaybeUninit::uninit()) };
    let list = clap_input_events { ctx: (&raw const front).cast_mut().cast(), size: Some(size), get: Some(get) };
    run(&raw const list)
}

/// # Safety
/// `list` is one that [`held_within`] made, alive.
unsafe fn front<'a>(list: *const clap_input_events) -> &'a Front {
    // SAFETY: `ctx` points to the front on the stack of the call under way.
    unsafe { &*(*list).ctx.cast::<Front>() }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: the wrapper passes the list it was given; the host's list lives as long.
    unsafe {
        let theirs = front(list).theirs;
        (*theirs).size.map_or(0, |size| size(theirs))
    }
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: the wrapper passes the list it was given; the host's list and its events live as long.
    unsafe {
        let front = front(list);
        let event = (*front.theirs).get.map_or(ptr::null(), |get| get(front.theirs, index));
        let Some(header) = event.as_ref() else { return ptr::null() };
        if header.time <= front.last {
            return event;
        }
        let size = match (header.space_id, header.type_) {
            (CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE) => size_of::<clap_event_param_value>(),
            (CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD) => size_of::<clap_event_param_mod>(),
            _ => return ptr::null(),
        };
        if (header.size as usize) < size {
            return ptr::null();
        }
        let late = front.late.get().cast::<Event>();
        ptr::copy_nonoverlapping(event.cast::<u8>(), late.cast::<u8>(), size);
        (*late).header.time = front.last;
        late.cast()
    }
}
