//! Steps that build and run: unit, property, integration, host and documentation tests; the audio path's instructions.

use super::{EVERYTHING, Report, cargo};
use crate::{
    bundle::{self, Bundles},
    python::{HOSTS, TOOLS, TRAINING},
    system, workspace,
};
use anyhow::{Context, Result, anyhow};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    process::Command,
    thread,
};

/// What is tested in one build; this program has tests of its own.
const TESTED: [&str; 5] = ["--workspace", "--exclude", "xtask", "--features", EVERYTHING];

/// This program's own tests: what packages are refused.
pub(super) fn xtask_tests(_: &mut Report) -> Result<()> {
    cargo(&["test", "--quiet", "--package", "xtask"])
}

/// The tests of the program that trains the source model; they train a few steps.
pub(super) fn training_tests(_: &mut Report) -> Result<()> {
    system::ensure(&[&system::PYTHON])?;
    let mut tests = Command::new(TRAINING.program("python")?);
    tests.current_dir("xtask/train").args(["-m", "unittest", "discover", "--start-directory", "tests"]);
    workspace::run(tests.args(["--top-level-directory", "."]))
}

/// All test programs, the plugin, and what runs them.
pub(super) fn build(_: &mut Report) -> Result<()> {
    let needs = [&system::COMPILERS, &system::STANDALONE_LIBRARIES, &system::VULKAN, &system::PYTHON];
    system::ensure(&[&needs[..], &[&system::SCREEN]].concat())?;
    // Installing packages takes half a minute, most of which it waits.
    thread::scope(|scope| {
        let hosts = scope.spawn(|| HOSTS.program("python"));
        plugin()?;
        hosts.join().map_err(|_| anyhow!("the Python hosts could not be installed"))?.map(drop)
    })
}

/// Builds the test programs. The plugin that hosts load is the library that these are linked with: the same code, with
/// overflow checks and debug assertions, the engine optimised as in a release.
pub(super) fn plugin() -> Result<Bundles> {
    let built = workspace::build(&[&["test", "--no-run"][..], &TESTED].concat())?;
    bundle::bundle_for_tests(&bundle::library(&built)?)
}

/// All tests, with the built plugin in CLAP and VST3 hosts.
pub(super) fn tests(report: &mut Report) -> Result<()> {
    build(report)?;
    let bundles = plugin()?;
    let mut tests = nextest(&TESTED)?;
    tests.env("UNBRAID_CLAP", bundles.clap).env("UNBRAID_VST3", bundles.vst3);
    workspace::run(tests.env("UNBRAID_PYTHON", HOSTS.program("python")?))?;
    cargo(&[&["test", "--doc", "--quiet"][..], &TESTED].concat())
}

/// The tests of an inner loop: those that need no built plugin and take no longer than a few seconds.
pub(super) fn quick_tests(_: &mut Report) -> Result<()> {
    system::ensure(&[&system::COMPILERS, &system::STANDALONE_LIBRARIES, &system::VULKAN, &system::PYTHON])?;
    workspace::run(nextest(&TESTED)?.args(["--profile", "quick"]))
}

/// The host tests with the plugin as it is shipped, which takes minutes to build: to be run before a release.
pub(super) fn release_tests(_: &mut Report) -> Result<()> {
    system::ensure(&[&system::COMPILERS, &system::STANDALONE_LIBRARIES, &system::PYTHON])?;
    let bundles = bundle::bundle()?;
    let mut tests = nextest(&TESTED)?;
    tests.args(["--test", "host"]).env("UNBRAID_CLAP", bundles.clap).env("UNBRAID_VST3", bundles.vst3);
    workspace::run(tests.env("UNBRAID_PYTHON", HOSTS.program("python")?))
}

/// Every test in a process of its own, as many at a time as there are cores.
fn nextest(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(TOOLS.program("cargo-nextest")?);
    command.args(["nextest", "run"]).args(arguments);
    Ok(command)
}

/// The audio path takes no more instructions than the committed table says.
pub(super) fn instructions(report: &mut Report) -> Result<()> {
    if !is_counted_here() {
        report.skip("instructions of the audio path, which are counted on x86-64 with AVX2 alone");
        return Ok(());
    }
    system::ensure(&[&system::VALGRIND])?;
    const BENCH: [&str; 6] =
        ["bench", "--package", "unbraid-benches", "--no-default-features", "--bench", "instructions"];
    let built = workspace::build(&[&BENCH[..], &["--no-run"]].concat())?;
    let program = built.iter().find(|path| path.to_string_lossy().contains("instructions"));
    let now = fingerprint(&[program.context("cargo built no program that counts")?, Path::new(TABLE)])?;
    let stamp = workspace::target_dir()?.join("instructions.passed");
    if fs::read_to_string(&stamp).is_ok_and(|passed| passed == now) {
        println!("counted before: neither the program nor {TABLE} has changed");
        return Ok(());
    }
    cargo(&[&BENCH[..], &["--", "--check"]].concat())?;
    workspace::write(&stamp, &now)
}

const TABLE: &str = "benches/instructions.txt";

#[cfg(target_arch = "x86_64")]
fn is_counted_here() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn is_counted_here() -> bool {
    false
}

/// Differs when one of the files differs.
fn fingerprint(files: &[&Path]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
