//! `cargo xtask fuzz`: searches for bytes that make a reader or the process call panic, guided by the code they reach.

use crate::{system, workspace};
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::{fs, path::Path, process::Command};

/// The targets of `tests/fuzz`.
const TARGETS: [&str; 5] = ["preset", "project", "bases", "recording", "process"];

/// What makes a program tell libFuzzer where it has been.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

/// Bytes of the longest input.
const MAX_LENGTH: u32 = 8192;

#[derive(Args)]
pub(crate) struct Fuzzing {
    /// Search this target alone
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(TARGETS))]
    target: Option<String>,
    /// Number of inputs to try per target
    #[arg(long, default_value_t = 10_000_000)]
    runs: u64,
    /// Add the smallest inputs that reach what was found to the committed corpus
    #[arg(long)]
    keep: bool,
}

impl Fuzzing {
    pub(crate) fn run(&self) -> Result<()> {
        system::ensure(&[&system::COMPILERS])?;
        let target = workspace::target_dir()?;
        let program = build(&target)?;
        for name in TARGETS.into_iter().filter(|name| self.target.as_deref().is_none_or(|only| only == *name)) {
            let committed = Path::new("tests/fuzz/corpus").join(name);
            let found = target.join("fuzz").join(name);
            for folder in [&committed, &found] {
                fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            }
            let search = || {
                let mut search = Command::new(&program);
                search.env("UNBRAID_FUZZ", name).arg(format!("-max_len={MAX_LENGTH}"));
                search.arg(format!("-artifact_prefix={}/failed-", target.join("fuzz").display()));
                search
            };
            println!("{name}: {} inputs", self.runs);
            let limits = [format!("-runs={}", self.runs), "-print_final_stats=1".into(), "-rss_limit_mb=4096".into()];
            workspace::run(search().args(limits).arg(&found).arg(&committed))?;
            if self.keep {
                workspace::run(search().arg("-merge=1").arg(&committed).arg(&found))?;
            }
        }
        Ok(())
    }
}

/// Builds the program that searches.
fn build(target: &Path) -> Result<std::path::PathBuf> {
    let triple = workspace::host()?;
    let mut build =
        workspace::cargo(&["build", "--release", "--package", "fuzz", "--features", "search", "--target", &triple]);
    // With a target of its own the flags leave build scripts alone; in a folder of its own nothing else is built anew.
    build.env("RUSTFLAGS", FLAGS).arg("--target-dir").arg(target.join("fuzz/build"));
    // As fast as a release, and as strict as a test.
    for check in ["DEBUG_ASSERTIONS", "OVERFLOW_CHECKS"] {
        build.env(format!("CARGO_PROFILE_RELEASE_{check}"), "true");
    }
    workspace::run(&mut build)?;
    let program = target.join("fuzz/build").join(triple).join("release/fuzz-target");
    ensure!(program.exists(), "{} was not built", program.display());
    Ok(program)
}
