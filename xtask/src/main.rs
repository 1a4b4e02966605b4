//! What a newcomer types: `cargo xtask` bundle, install, package, demo, test, presets, tutorial, train, cases, fuzz,
//! soak. One file per command.
//!
//! This crate starts other programs and is quick to build; what makes sound is in `xtask/studio` and
//! `xtask/instruments`.

mod bundle;
mod cases;
mod demo;
mod fuzz;
mod install;
mod interpreter;
mod mingw;
mod package;
mod presets;
mod python;
mod soak;
mod system;
mod test;
mod train;
mod tutorial;
mod wine;
mod workspace;

use clap::{Parser, Subcommand};

/// Builds, installs, shows and tests Unbraid.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the plugin: Unbraid.clap and Unbraid.vst3 in target/bundled
    Bundle,
    /// Build the plugin and put it where DAWs look
    Install {
        /// Take it away from there instead
        #[arg(long)]
        uninstall: bool,
    },
    /// Build, pack and check what is given to others; in target/package
    Package {
        /// For another system or processor, as Rust names it; universal-apple-darwin is both of macOS's
        #[arg(long, value_name = "TARGET")]
        target: Option<String>,
    },
    /// Learn drums and bass, then take a mixture apart with the plugin in a small host; results in target/demo
    Demo,
    /// Everything that must hold before a change goes in: format, lints, docs, tests, among them the plugin in hosts
    Test {
        /// What tells most in the shortest time, for use while working
        #[arg(long, conflicts_with = "only")]
        quick: bool,
        /// Instead: lints for macOS and Linux on ARM, and the tests for Windows under wine
        #[arg(long, conflicts_with_all = ["only", "quick"])]
        windows: bool,
        /// Run these steps alone (may be given again)
        #[arg(long, value_name = "STEP", value_parser = test::step_names())]
        only: Vec<String>,
    },
    /// Write the factory presets anew, or measure those that are learned
    Presets(presets::Presets),
    /// Write docs/tutorial.md anew, with its figures: every number on it is measured
    Tutorial,
    /// Train the source model: hours on two cores; the weights go to presets/source-model. With --stems, go on from the
    /// plugin's weights with your own multitracks
    Train(train::Training),
    /// Search for bytes that make a reader of files or projects, or the process call, panic
    Fuzz(fuzz::Fuzzing),
    /// Play for hours with random everything: memory must not grow, and renders must come out the same
    Soak(soak::Soaking),
    /// Render mixtures that nothing is learned from, to measure separation with; in target/cases
    Cases,
}

fn main() -> anyhow::Result<()> {
    let command = Arguments::parse().command;
    workspace::enter()?;
    match command {
        Command::Bundle => bundle::run(),
        Command::Install { uninstall: false } => install::run(),
        Command::Install { uninstall: true } => install::uninstall(),
        Command::Package { target } => package::run(target.as_deref()),
        Command::Demo => demo::run(),
        Command::Test { only, quick, windows } => test::run(&only, quick, windows),
        Command::Presets(presets) => presets.run(),
        Command::Tutorial => tutorial::run(),
        Command::Train(training) => training.run(),
        Command::Fuzz(fuzzing) => fuzzing.run(),
        Command::Soak(soaking) => soaking.run(),
        Command::Cases => cases::run(),
    }
}
