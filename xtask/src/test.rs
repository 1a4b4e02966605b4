//! `cargo xtask test`: everything that must hold before a change goes in.
//!
//! Building is what takes long, so the steps share what they build: lints, docs and tests use one set of features,
//! and only the bundles are built with optimisation.

use crate::{bundle, python, system, workspace};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};

/// Every feature of the library, and the benchmark that needs them.
const EVERYTHING: &str = "unbraid/plugin,unbraid/standalone,unbraid-benches/plugin";

struct Step {
    name: &'static str,
    run: fn() -> Result<()>,
}

/// In the order in which they run: what fails soonest comes first.
const STEPS: [Step; 8] = [
    Step { name: "format", run: || cargo(&["fmt", "--all", "--check"]) },
    Step { name: "lint-library", run: || clippy(&["--package", "unbraid", "--lib", "--no-default-features"]) },
    Step { name: "lint-cli", run: || clippy(&["--package", "unbraid", "--all-targets"]) },
    Step { name: "lint-everything", run: lint_everything },
    Step { name: "docs", run: docs },
    Step { name: "bundle", run: || bundle::bundle().map(drop) },
    Step { name: "instructions", run: instructions },
    Step { name: "tests", run: tests },
];

/// What `--only` takes.
pub(crate) fn step_names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Runs the steps named in `only`, or all; stops at the first that fails and names it.
pub(crate) fn run(only: &[String]) -> Result<()> {
    let chosen: Vec<_> =
        STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)).collect();
    let begin = Instant::now();
    for (index, step) in chosen.iter().enumerate() {
        println!("\n==> {}/{} {}", index + 1, chosen.len(), step.name);
        let begin = Instant::now();
        (step.run)()
            .with_context(|| format!("step {name} failed; alone: cargo xtask test --only {name}", name = step.name))?;
        println!("==> {} passed in {}", step.name, clock(begin.elapsed()));
    }
    println!("\nall {} steps passed in {}", chosen.len(), clock(begin.elapsed()));
    Ok(())
}

fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

fn cargo(arguments: &[&str]) -> Result<()> {
    workspace::run(&mut workspace::cargo(arguments))
}

fn clippy(what: &[&str]) -> Result<()> {
    cargo(&[&["clippy"], what, &["--", "-D", "warnings"]].concat())
}

fn lint_everything() -> Result<()> {
    system::ensure(&[&system::CPP_COMPILER, &system::STANDALONE_LIBRARIES])?;
    clippy(&["--workspace", "--all-targets", "--features", EVERYTHING])
}

fn docs() -> Result<()> {
    system::ensure(&[&system::STANDALONE_LIBRARIES])?;
    let mut command =
        workspace::cargo(&["doc", "--workspace", "--no-deps", "--document-private-items", "--features", EVERYTHING]);
    workspace::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The audio path takes no more instructions than the committed table says.
fn instructions() -> Result<()> {
    system::ensure(&[&system::VALGRIND])?;
    cargo(&["bench", "--package", "unbraid-benches", "--bench", "instructions", "--", "--check"])
}

/// Unit, property, integration and documentation tests, with the built plugin in CLAP and VST3 hosts.
fn tests() -> Result<()> {
    system::ensure(&[&system::CPP_COMPILER, &system::STANDALONE_LIBRARIES, &system::VULKAN])?;
    let python = python::environment()?;
    let bundles = bundle::bundle()?;
    let mut command = workspace::cargo(&["test", "--workspace", "--features", EVERYTHING]);
    command.env("UNBRAID_CLAP", bundles.clap).env("UNBRAID_VST3", bundles.vst3).env("UNBRAID_PYTHON", python);
    workspace::run(&mut command)
}
