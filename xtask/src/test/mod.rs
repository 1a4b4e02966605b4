//! `cargo xtask test`: everything that must hold before a change goes in.
//!
//! Building takes longest, so that things are built in three ways only: checked, for lints and documentation; for
//! tests, among them the plugin that the hosts load; and the engine alone, fully optimised, whose instructions are
//! counted.

mod beside;
mod elsewhere;
mod lint;
mod programs;
mod validators;

use crate::workspace;
use anyhow::{Context, Result};
use beside::Beside;
use std::time::{Duration, Instant};

/// Every feature of the library, and the benchmark that needs them.
const EVERYTHING: &str = "unbraid/plugin,unbraid/standalone,unbraid-benches/plugin";

struct Step {
    name: &'static str,
    run: fn(&mut Report) -> Result<()>,
    when: When,
}

/// Which runs a step belongs to.
#[derive(Clone, Copy, PartialEq)]
enum When {
    Always,
    /// Not with `--quick`.
    Full,
    /// As `Full`, in a process of its own beside the steps that follow; the tests wait for it.
    Beside,
    /// When `--only` names it.
    Named,
    /// With `--windows`.
    Elsewhere,
}

/// In the order in which they run: what fails soonest comes first.
const STEPS: [Step; 18] = [
    Step { name: "format", run: lint::format, when: When::Always },
    Step { name: "spelling", run: lint::spelling, when: When::Always },
    Step { name: "workflows", run: lint::workflows, when: When::Full },
    Step { name: "dependencies", run: lint::dependencies, when: When::Full },
    Step { name: "lint-engine", run: lint::engine, when: When::Full },
    Step { name: "lint-cli", run: lint::cli, when: When::Full },
    Step { name: "lint-everything", run: lint::everything, when: When::Always },
    Step { name: "docs", run: lint::docs, when: When::Full },
    Step { name: "tests-xtask", run: programs::xtask_tests, when: When::Full },
    Step { name: "tests-training", run: programs::training_tests, when: When::Full },
    Step { name: "instructions", run: programs::instructions, when: When::Beside },
    Step { name: "build", run: programs::build, when: When::Full },
    Step { name: "tests", run: programs::tests, when: When::Full },
    Step { name: "validators", run: validators::run, when: When::Full },
    Step { name: "tests-quick", run: programs::quick_tests, when: When::Named },
    Step { name: "tests-release", run: programs::release_tests, when: When::Named },
    Step { name: "lint-elsewhere", run: elsewhere::lint, when: When::Elsewhere },
    Step { name: "windows", run: elsewhere::windows, when: When::Elsewhere },
];

/// What a run has left out, and why.
#[derive(Default)]
pub(crate) struct Report {
    skipped: Vec<String>,
}

impl Report {
    /// Tells at the end of the run that something was not tested.
    fn skip(&mut self, what: impl Into<String>) {
        self.skipped.push(what.into());
    }
}

/// What `--only` takes.
pub(crate) fn step_names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Runs the steps named in `only`, those for other systems, or those of a quick or a full run; stops at the first that
/// fails and names it.
pub(crate) fn run(only: &[String], quick: bool, windows: bool) -> Result<()> {
    let belongs = |step: &&Step| match (only.is_empty(), step.when) {
        (false, _) => only.iter().any(|name| name == step.name),
        (true, when) if windows || when == When::Elsewhere => windows && when == When::Elsewhere,
        (true, When::Always) => true,
        (true, When::Full | When::Beside) => !quick,
        (true, When::Named | When::Elsewhere) => quick && step.name == "tests-quick",
    };
    let chosen: Vec<_> = STEPS.iter().filter(belongs).collect();
    let mut report = Report::default();
    if quick {
        report.skip("hosts, figures of separation, long tests, docs, dependencies, instructions: because of --quick");
    }
    let begin = Instant::now();
    let mut beside: Option<Beside> = None;
    for (index, step) in chosen.iter().enumerate() {
        println!("\n==> {}/{} {}", index + 1, chosen.len(), step.name);
        if step.when == When::Beside && only.is_empty() {
            beside = Some(Beside::start(step.name)?);
            continue;
        }
        if step.name == "tests"
            && let Some(beside) = beside.take()
        {
            beside.finish(&mut report)?;
        }
        let begin = Instant::now();
        (step.run)(&mut report).with_context(|| failed(step.name))?;
        println!("==> {} passed in {}", step.name, clock(begin.elapsed()));
    }
    println!();
    for what in &report.skipped {
        println!("{SKIPPED}{what}");
    }
    println!("all {} steps passed in {}", chosen.len(), clock(begin.elapsed()));
    Ok(())
}

/// Begins the line that tells of something left out.
const SKIPPED: &str = "skipped: ";

fn failed(step: &str) -> String {
    format!("step {step} failed; alone: cargo xtask test --only {step}")
}

fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

fn cargo(arguments: &[&str]) -> Result<()> {
    workspace::run(&mut workspace::cargo(arguments))
}
