//! The plugin as an application of its own: JACK, ALSA, CoreAudio or WASAPI in and out.
//!
//! nice-plug 0.4.2 cannot change the latency of a standalone that runs, so the latency mode is chosen at the start:
//! `--mode live`, or the mode that was set when it ended. What played and was set then is there again at the next
//! start, unless `--fresh` is given: baseview 0.4.2 closes a window without asking. nice-plug also takes no notice of
//! JACK's sample rate, and of signals while its window is open; what is here stands in for that.

use jack::{Client, ClientOptions};
use std::{process::ExitCode, thread, time::Duration};
use unbraid::{instance, plugin, separator::LatencyMode};

/// Begins anew, whatever played last.
const FRESH: &str = "--fresh";
/// How often the state is looked at: so much is lost at most by a crash or a power cut.
const KEEPING_PERIOD: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    #[cfg(unix)]
    end_on_signals();
    let mut arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--mode") {
        let name = arguments.get(at + 1).cloned().unwrap_or_default();
        let Some(mode) = LatencyMode::named(&name) else {
            eprintln!("--mode takes direct, live, balanced or quality, not '{name}'");
            return ExitCode::from(2);
        };
        instance::mode::start_in(mode);
        arguments.drain(at..at + 2);
    }
    let is_fresh = arguments.iter().any(|argument| argument == FRESH);
    arguments.retain(|argument| argument != FRESH);
    instance::kept_state::keep(is_fresh);
    thread::spawn(keep_state_while_it_runs);
    if let Some(sample_rate) = uses_jack(&arguments).then(jack_sample_rate).flatten() {
        remove_option(&mut arguments, &["--sample-rate", "-r"]);
        arguments.push(format!("--sample-rate={sample_rate}"));
    }
    let has_run = nice_plug::prelude::nice_export_standalone_with_args::<plugin::Unbraid, _>(arguments);
    keep_state();
    if has_run { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Keeps what plays and what is set for the next start.
fn keep_state() {
    if let Err(error) = instance::kept_state::store() {
        eprintln!("what was set and learned is not kept for the next start: {error}");
    }
}

/// Keeps it every now and then. What fails here is said at the end.
fn keep_state_while_it_runs() {
    loop {
        thread::sleep(KEEPING_PERIOD);
        let _ = instance::kept_state::store();
    }
}

/// Whether the application plays through JACK where there is one: it tries that first.
fn uses_jack(arguments: &[String]) -> bool {
    let chosen = arguments.iter().position(|argument| argument == "--backend" || argument == "-b");
    let joined = arguments.iter().find_map(|argument| argument.strip_prefix("--backend="));
    let backend = chosen.and_then(|at| arguments.get(at + 1).map(String::as_str)).or(joined);
    matches!(backend, None | Some("auto" | "jack"))
}

/// Takes the option that is called one of `names` away, with its value.
fn remove_option(arguments: &mut Vec<String>, names: &[&str]) {
    arguments.retain(|argument| !argument.split_once('=').is_some_and(|(name, _)| names.contains(&name)));
    if let Some(at) = arguments.iter().position(|argument| names.contains(&argument.as_str())) {
        arguments.drain(at..arguments.len().min(at + 2));
    }
}

/// The sample rate of the JACK server in Hz, if one runs.
fn jack_sample_rate() -> Option<u32> {
    let (client, _) = Client::new("Unbraid's question", ClientOptions::NO_START_SERVER).ok()?;
    Some(client.sample_rate())
}

/// Ends the application when it is asked to.
#[cfg(unix)]
fn end_on_signals() {
    const SIGNALS: [libc::c_int; 3] = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP];
    // SAFETY: the set is initialised before it is used. No other thread runs yet; those to come inherit the mask.
    let signals = unsafe {
        let mut signals = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&mut signals);
        for signal in SIGNALS {
            libc::sigaddset(&mut signals, signal);
        }
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals, std::ptr::null_mut());
        signals
    };
    thread::spawn(move || {
        let mut signal = 0;
        // SAFETY: both are alive.
        unsafe {
            libc::sigwait(&signals, &mut signal);
        }
        keep_state();
        // SAFETY: the audio thread plays on to the end: nothing is cleaned up that it still uses.
        unsafe { libc::_exit(128 + signal) }
    });
}
