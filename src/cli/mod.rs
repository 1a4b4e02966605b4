//! The command line: the same engine without a host, for batch work, for learning, for tests.
//!
//! One file per command. A command reads its arguments, calls downhill, and returns a [`Report`]; this file alone
//! prints. Results go to stdout, everything else to stderr. Exit codes: 0 success, 1 failure, 2 usage, 130 stopped by
//! Ctrl-C.

mod error;
mod evaluate;
mod file_name;
mod inspect;
mod interrupt;
mod learn;
pub mod plot;
mod presets;
mod progress;
mod remix;
mod separate;
mod separation;

use clap::{Parser, Subcommand};
use error::CliError;
use std::{
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

/// Takes a mixture apart into the sources it was taught.
///
/// Learn a dictionary from each source played alone, then separate or remix mixtures of them, through the same engine
/// as the plugin.
#[derive(Debug, Parser)]
#[command(name = "unbraid", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// Print machine-readable results on stdout.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Learn(learn::Learn),
    Separate(separate::Separate),
    Remix(remix::Remix),
    Evaluate(evaluate::Evaluate),
    Inspect(inspect::Inspect),
    Presets(presets::Presets),
}

/// What a command has to say once it is done.
#[derive(Debug)]
struct Report {
    /// The result in words, for stdout; empty if the result is a file.
    text: String,
    /// What was done, one line each, for stderr.
    messages: Vec<String>,
    /// The result for `--json`.
    json: serde_json::Value,
}

/// Runs the command that the process was called with.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    interrupt::listen();
    match execute(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

fn execute(arguments: &Arguments) -> Result<(), CliError> {
    let report = match &arguments.command {
        Command::Learn(learn) => learn.run(),
        Command::Separate(separate) => separate.run(),
        Command::Remix(remix) => remix.run(),
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Presets(presets) => presets.run(),
    }?;
    for message in &report.messages {
        eprintln!("{message}");
    }
    print(&if arguments.json { format!("{:#}\n", report.json) } else { report.text })
}

/// Prints on stdout; a reader that has gone away is no failure.
fn print(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CliError::Stdout(error)),
        _ => Ok(()),
    }
}
