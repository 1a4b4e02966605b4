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
//! | the host never learns that stored state other than parameters changed | nice-plug 0.4.2 | [`clap::instance`] | none: the test host has no editor to load a preset with |
//! | a bus with other channels than announced stops the processing; bus arrays are read past their end | clap-wrapper 0.3.1 | [`vst3::buses`] | `vst3.rs`: `pedalboard_plays_it` |
//! | parameters are announced to a component handler that is not there yet | clap-wrapper 0.3.1 | [`vst3::instance`] | `vst3.rs`: `state_comes_before_a_component_handler` |
//!
//! One library serves both formats: it exports `clap_entry`, and `GetPluginFactory` with the module
//! functions of the platform.

mod clap;
pub mod offer;
mod vst3;
