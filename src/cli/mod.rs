//! The command line: the same engine without a host, for batch work, for learning, for tests.
//!
//! One file per command; a command reads its arguments and returns a [`Report`], which this file prints. Results go to
//! stdout, everything else to stderr. Exit codes: 0 success, 1 failure, 2 usage, 130 stopped by Ctrl-C.
//!
//! What commands share, downhill: [`separation`] is what `separate` and `remix` do, [`trials`] what `tune` and `merge`
//! do, [`plot`] draws figures, [`exchange`] is what `export` and `import` know of other programs' files;
//! [`arguments`] parses, [`source_files`] are recordings of each source alone, [`source_folders`] where they
//! are found, [`drawn_learning`] learns from all of them, [`files`] reads and checks, [`input`] is
//! a recording, [`memory`] is what there is of it; [`report`] and [`progress`] are what the
//! user sees; [`interrupt`] is Ctrl-C.

mod arguments;
mod drawn_learning;
mod error;
mod evaluate;
pub mod exchange;
mod export;
mod files;
mod import;
mod input;
mod inspect;
mod interrupt;
mod learn;
mod marks;
mod memory;
mod merge;
pub mod plot;
mod presets;
mod progress;
mod remix;
mod report;
mod separate;
mod separation;
mod source_files;
mod source_folders;
mod trials;
mod tune;

use clap::{Parser, Subcommand};
use error::CliError;
use report::Report;
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
    command: CliCommand,

    /// Print machine-readable results on stdout.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    Learn(learn::Learn),
    Separate(separate::Separate),
    Remix(remix::Remix),
    Evaluate(evaluate::Evaluate),
    Tune(tune::Tune),
    Merge(merge::Merge),
    Inspect(inspect::Inspect),
    Export(export::Export),
    Import(import::Import),
    Presets(presets::Presets),
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
    let Report { text, messages, json } = match &arguments.command {
        CliCommand::Learn(learn) => learn.run(),
        CliCommand::Separate(separate) => separate.run(),
        CliCommand::Remix(remix) => remix.run(arguments.json),
        CliCommand::Evaluate(evaluate) => evaluate.run(),
        CliCommand::Tune(tune) => tune.run(),
        CliCommand::Merge(merge) => merge.run(),
        CliCommand::Inspect(inspect) => inspect.run(),
        CliCommand::Export(export) => export.run(),
        CliCommand::Import(import) => import.run(),
        CliCommand::Presets(presets) => presets.run(),
    }?;
    for message in &messages {
        eprintln!("{message}");
    }
    print(&if arguments.json { format!("{json:#}\n") } else { text })
}

/// Prints on stdout; a reader that has gone away is no failure.
fn print(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CliError::Stdout(error)),
        _ => Ok(()),
    }
}
