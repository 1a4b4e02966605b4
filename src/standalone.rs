//! The plugin as an application of its own: JACK, ALSA, CoreAudio or WASAPI in and out.
//!
//! nice-plug 0.4.2 cannot change the latency of a standalone that runs, so the latency mode is chosen at the start:
//! `--mode live`.

use std::process::ExitCode;
use unbraid::{instance, plugin, separator::LatencyMode};

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--mode") {
        let name = arguments.get(at + 1).cloned().unwrap_or_default();
        let Some(mode) = LatencyMode::named(&name) else {
            eprintln!("--mode takes direct, live, balanced or quality, not '{name}'");
            return ExitCode::from(2);
        };
        instance::params::start_in(mode);
        arguments.drain(at..at + 2);
    }
    if nice_plug::prelude::nice_export_standalone_with_args::<plugin::Unbraid, _>(arguments) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
