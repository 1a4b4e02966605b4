//! Events whose times lie within their block.
//!
//! nice-plug 0.4.2 splits a block at the time of a parameter or transport event without checking that the block is that
//! long, and then works on samples behind its end; clap-wrapper 0.3.1 passes a VST3 host's offsets on unchecked. Here a
//! parameter event that is too late is moved to the block's last sample; any other late event is dropped.

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD, CLAP_EVENT_PARAM_VALUE, clap_event_header, clap_event_param_mod,
    clap_event_param_value, clap_input_events,
};
use std::{cell::UnsafeCell, mem::MaybeUninit, ptr};

/// A copy of one event, with another time.
#[repr(C)]
union Event {
    header: clap_event_header,
    value: clap_event_param_value,
    modulation: clap_event_param_mod,
}

/// The list that the wrapper sees during one call; it reads the host's.
struct EventsInBlock {
    host_list: *const clap_input_events,
    /// The block's last sample.
    last: u32,
    /// The last late event that was given out; the wrapper is done with it before it asks for the next.
    late: UnsafeCell<MaybeUninit<Event>>,
}

/// Calls `run` with the events of `host_list`, none later than a block of `frames` samples.
///
/// # Safety
/// `host_list` is null or a list as CLAP describes it, alive during the call.
pub(super) unsafe fn held_within<R>(
    host_list: *const clap_input_events,
    frames: u32,
    run: impl FnOnce(*const clap_input_events) -> R,
) -> R {
    if host_list.is_null() || frames == 0 {
        return run(host_list);
    }
    let events = EventsInBlock { host_list, last: frames - 1, late: UnsafeCell::new(MaybeUninit::uninit()) };
    let list = clap_input_events { ctx: (&raw const events).cast_mut().cast(), size: Some(size), get: Some(get) };
    run(&raw const list)
}

/// # Safety
/// `list` is one that [`held_within`] made, alive.
unsafe fn events_of<'a>(list: *const clap_input_events) -> &'a EventsInBlock {
    // SAFETY: `ctx` points to the value on the stack of `held_within`, which is running.
    unsafe { &*(*list).ctx.cast::<EventsInBlock>() }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: the wrapper passes the list it was given; the host's list lives as long.
    unsafe {
        let host_list = events_of(list).host_list;
        (*host_list).size.map_or(0, |size| size(host_list))
    }
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: the wrapper passes the list it was given; the host's list and its events live as long.
    unsafe {
        let events = events_of(list);
        let event = (*events.host_list).get.map_or(ptr::null(), |get| get(events.host_list, index));
        let Some(header) = event.as_ref() else { return ptr::null() };
        if header.time <= events.last {
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
        let late = events.late.get().cast::<Event>();
        ptr::copy_nonoverlapping(event.cast::<u8>(), late.cast::<u8>(), size);
        (*late).header.time = events.last;
        late.cast()
    }
}
