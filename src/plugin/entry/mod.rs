//! The library's entry points: how a CLAP or VST3 host gets at the plugin.
//!
//! nice-plug wraps the plugin as CLAP, clap-wrapper wraps that CLAP as VST3. Between host and wrapper
//! stands a shim for each format that repairs faults of the published versions. Each item below names
//! one, the version it was seen in, and the test that fails without the repair; when upstream has
//! mended it, the part can go.
//!
//! | fault | seen in | repaired by | test |
//! |---|---|---|---|
//! | `process` never runs when a separate output has no buffer or too few channels; an index check on ports is off by one | nice-plug 0.4.2 | [`clap::ports`] | `clap.rs`: `missing_separate_outputs_do_not_stop_the_sound` |
//! | the host is told of a latency change before the plugin has taken it, and asked for one restart too many | nice-plug 0.4.2 | [`clap::host`] | `clap.rs`: `a_mode_change_waits_for_a_restart` |
//! | an event later than its block is used as a place in the buffers | nice-plug 0.4.2, clap-wrapper 0.3.1 | [`clap::events`] | `clap.rs`: `an_event_behind_the_block_comes_at_its_end` |
//! | nothing but an open editor can set parameters and tell the host | nice-plug 0.4.2 | [`clap::param_changes`] | there: `the_host_hears_of_each_knob_that_moved_as_one_gesture` |
//! | the host never learns that stored state other than parameters changed | nice-plug 0.4.2 | [`clap::instance`] | none: the test host has no editor to load a preset with |
//! | a bus with other channels than announced stops the processing; bus arrays are read past their end | clap-wrapper 0.3.1 | [`vst3::buses`] | `vst3.rs`: `pedalboard_plays_it` |
//! | parameters are announced to a component handler that is not there yet | clap-wrapper 0.3.1 | [`vst3::instance`] | `vst3.rs`: `state_comes_before_a_component_handler` |
//!
//! One library serves both formats: it exports `clap_entry`, and `GetPluginFactory` with the module
//! functions of the platform.

mod clap;
mod vst3;

use super::Unbraid;
use crate::{
    instance::{host_params::ParamChanges, params::SoundParams, session::Session},
    realtime::wires::host_requests::HostRequests,
};
use std::{cell::RefCell, sync::Arc};

/// What a shim and the plugin behind it share past the framework.
pub(super) struct Shared {
    /// What they tell each other.
    pub(super) host: Arc<HostRequests>,
    /// The parameters.
    pub(super) params: Arc<SoundParams>,
    /// How the audio thread runs.
    pub(super) session: Arc<Session>,
    /// Parameters that the plugin has set itself.
    pub(super) changes: ParamChanges,
}

// The framework builds the plugin with `Default`, so nothing can be passed in or handed out.
thread_local! {
    static OFFERED: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// The plugin, while it is built: leaves `shared` for whoever builds it on this thread.
pub(super) fn offer(shared: Shared) {
    OFFERED.set(Some(shared));
}

/// A shim, just after it has built a plugin on this thread: what that plugin has left.
fn take_offered() -> Option<Shared> {
    OFFERED.take()
}
