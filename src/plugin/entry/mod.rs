//! The library's entry points, by which a CLAP or VST3 host finds the plugin.
//!
//! nice-plug wraps the plugin as CLAP, clap-wrapper wraps that CLAP as VST3. Between the host and each wrapper stands a
//! shim that repairs faults of the published versions. The list names each fault, the version that has it, the module
//! that repairs it, and the test that fails without the repair. When upstream has fixed one, its part can go.
//!
//! - nice-plug 0.4.2 never calls `process` when a separate output has no buffer or too few channels, and reads one port
//!   past the end of a short list: [`clap::ports`]; `tests/host/clap.rs`,
//!   `missing_separate_outputs_do_not_stop_the_sound`.
//! - nice-plug 0.4.2 tells the host of a new latency before the plugin has it, and asks for one restart too many:
//!   [`clap::host`]; `tests/host/clap.rs`, `a_mode_change_waits_for_a_restart`.
//! - nice-plug 0.4.2 and clap-wrapper 0.3.1 use the time of an event that is later than its block as a place in the
//!   buffers: [`clap::events`]; `tests/host/clap.rs`, `an_event_behind_the_block_comes_at_its_end`.
//! - clap-wrapper 0.3.1 passes on the last point of a VST3 host's automation in each block: [`vst3::curves`] and
//!   [`clap::events`]; `tests/host/automation.rs`,
//!   `a_vst3_hosts_ramps_follow_their_points_at_every_block_size`.
//! - nice-plug 0.4.2 adds the time of a transport event to its place: [`clap::events`]; there,
//!   `a_transport_that_moves_within_a_block_stands_where_the_wrapper_adds_its_time`.
//! - nice-plug 0.4.2 works on no more samples than were announced: [`clap::pieces`]; `tests/host/automation.rs`,
//!   `longer_blocks_than_announced_are_played_whole`.
//! - nice-plug 0.4.2 lets only an open editor set parameters and tell the host: [`clap::param_changes`]; there,
//!   `the_host_hears_of_each_knob_that_moved_as_one_gesture`.
//! - nice-plug 0.4.2 panics across the C boundary when it opens a window for a host without `clap.gui`:
//!   [`clap::host`]; `tests/host/window/sizes.rs`, whose host has none.
//! - nice-plug 0.4.2 and clap-wrapper 0.3.1 have names that never change: [`clap::names`], [`vst3::names`];
//!   `tests/host/names.rs`.
//! - nice-plug 0.4.2 never tells the host that stored state other than parameters has changed: [`clap::instance`]; no
//!   test, because the test host has no editor to load a preset with.
//! - clap-wrapper 0.3.1 does not process when a bus has other channels than announced, and reads past the end of the
//!   host's list of buses: [`vst3::buses`]; `tests/host/vst3.rs`, `pedalboard_plays_it`.
//! - clap-wrapper 0.3.1 takes no bus but stereo: [`vst3::arrangements`]; `tests/host/vst3.rs`,
//!   `mono_tracks_are_offered_mono_buses`.
//! - clap-wrapper 0.3.1 keeps what a host sets while it does not process to itself, and on Linux asks the host for a
//!   restart only while the editor is open: [`vst3::links`]; `tests/host/vst3.rs`,
//!   `what_a_host_sets_while_it_does_not_process_is_kept`.
//! - clap-wrapper 0.3.1 calls a component handler where the host has set none, and does not take the component's state
//!   at the controller: [`vst3::instance`]; `tests/host/vst3.rs`, `state_comes_without_a_component_handler`.
//!
//! One library serves both formats: it exports `clap_entry`, and `GetPluginFactory` with the module functions of the
//! platform.

mod clap;
mod vst3;
