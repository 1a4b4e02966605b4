//! Parameters that the plugin has set itself, reported to the host as gestures, as an editor would make them.
//!
//! nice-plug 0.4.2 lets nothing but an open editor report to the host; here it is the worker, with or without a window.

use crate::instance::{
    host_params::{ParamChange, ParamChanges},
    params::ParamId,
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
fn clap_id_of(param: ParamId) -> clap_id {
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
mod tests {
    use super::*;

    #[test]
    fn ids_follow_the_published_rule() {
        assert_eq!(clap_id_of(ParamId::Gain(0)), 894_137_201);
    }
}
