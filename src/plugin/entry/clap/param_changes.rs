//! Parameters that the plugin has set itself, reported to the host as gestures, as an editor would make them.
//!
//! nice-plug 0.4.2 lets nothing but an open editor report to the host; here it is the worker, with or without a window.

use crate::instance::{
    host_params::{ParamChange, ParamChanges},
    param_id::ParamId,
};
use clap_sys::{
    events::{
        CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_GESTURE_BEGIN, CLAP_EVENT_PARAM_GESTURE_END, CLAP_EVENT_PARAM_VALUE,
        clap_event_header, clap_event_param_gesture, clap_event_param_value, clap_output_events,
    },
    id::clap_id,
};
use std::{fmt::Write, ptr};

/// Reports what has changed since the last call.
///
/// # Safety
/// `out_events` is a host's list of events that is alive, or null.
pub(super) unsafe fn report(changes: &mut ParamChanges, out_events: *const clap_output_events) {
    // SAFETY: by this function's contract.
    let Some(push) = (unsafe { out_events.as_ref() }).and_then(|events| events.try_push) else { return };
    while let Some(change) = changes.pop() {
        let gesture = |type_| clap_event_param_gesture {
            header: header(size_of::<clap_event_param_gesture>(), type_),
            param_id: clap_id_of(change.param),
        };
        let (begin, value) = (gesture(CLAP_EVENT_PARAM_GESTURE_BEGIN), value_event(change));
        let end = gesture(CLAP_EVENT_PARAM_GESTURE_END);
        for header in [&raw const begin.header, &raw const value.header, &raw const end.header] {
            // SAFETY: each event begins with its header, and lives during the call. A host without room loses it.
            unsafe { push(out_events, header) };
        }
    }
}

fn header(size: usize, type_: u16) -> clap_event_header {
    clap_event_header { size: size as u32, time: 0, space_id: CLAP_CORE_EVENT_SPACE_ID, type_, flags: 0 }
}

fn value_event(change: ParamChange) -> clap_event_param_value {
    clap_event_param_value {
        header: header(size_of::<clap_event_param_value>(), CLAP_EVENT_PARAM_VALUE),
        param_id: clap_id_of(change.param),
        cookie: ptr::null_mut(),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        // nice-plug counts the steps of a parameter that has some.
        value: f64::from(change.normalized) * change.steps.unwrap_or(1) as f64,
    }
}

/// nice-plug's published rule: the text's polynomial hash in base 31, without the top bit.
pub(in crate::plugin::entry) fn clap_id_of(param: ParamId) -> clap_id {
    struct Hash(u32);
    impl Write for Hash {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0 = text.bytes().fold(self.0, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
            Ok(())
        }
    }
    let mut hash = Hash(0);
    // Writing into a number cannot fail, and allocates nothing.
    let _ = write!(hash, "{param}");
    hash.0 & !(1 << 31)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::{
        instance::{
            host_params::HostParams,
            params::UnbraidParams,
            project::{playback::Playback, version::Version},
        },
        separator::StripControls,
    };
    use std::{cell::RefCell, ffi::c_void, sync::Arc};

    /// What a host was told: kind, parameter, value.
    type Told = RefCell<Vec<(u16, clap_id, f64)>>;

    unsafe extern "C" fn take(events: *const clap_output_events, header: *const clap_event_header) -> bool {
        // SAFETY: the test passes its list, and events begin with their header.
        let (told, header) = unsafe { (&*(*events).ctx.cast::<Told>(), &*header) };
        let event: *const clap_event_header = header;
        told.borrow_mut().push(if header.type_ == CLAP_EVENT_PARAM_VALUE {
            // SAFETY: by its kind.
            let value = unsafe { &*event.cast::<clap_event_param_value>() };
            (header.type_, value.param_id, value.value)
        } else {
            // SAFETY: by its kind.
            (header.type_, unsafe { &*event.cast::<clap_event_param_gesture>() }.param_id, 0.0)
        });
        true
    }

    #[test]
    fn ids_follow_the_published_rule() {
        assert_eq!(clap_id_of(ParamId::Gain(0)), 894_137_201);
    }

    /// As when a preset is loaded and the window is closed before the next block.
    #[test]
    fn the_host_hears_of_each_knob_that_moved_as_one_gesture() {
        let params = Arc::new(UnbraidParams::new(Playback::new(Arc::new(Version::first()))));
        let (host_params, mut changes) = HostParams::new(params.clone());
        let strips = [StripControls { gain_db: Some(-6.0), mute: true, solo: false }];
        host_params.set(params.normalized_strips(&strips));
        let told = Told::default();
        let events = clap_output_events { ctx: (&raw const told).cast_mut().cast::<c_void>(), try_push: Some(take) };
        // SAFETY: the list is alive.
        unsafe { report(&mut changes, &events) };
        let gain = f64::from(params.normalized(ParamId::Gain(0)));
        let gesture = |param, value| {
            let id = clap_id_of(param);
            [
                (CLAP_EVENT_PARAM_GESTURE_BEGIN, id, 0.0),
                (CLAP_EVENT_PARAM_VALUE, id, value),
                (CLAP_EVENT_PARAM_GESTURE_END, id, 0.0),
            ]
        };
        let expected = [gesture(ParamId::Gain(0), gain), gesture(ParamId::Mute(0), 1.0)];
        assert_eq!(*told.borrow(), expected.as_flattened());
        told.borrow_mut().clear();
        // SAFETY: as above.
        unsafe { report(&mut changes, &events) };
        assert!(told.borrow().is_empty(), "once");
    }
}
