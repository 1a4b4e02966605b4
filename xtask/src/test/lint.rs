//! Steps that run nothing of what they look at: format, spelling, dependencies, lints, documentation.

use super::{EVERYTHING, Report, cargo};
use crate::{python::TOOLS, system, workspace};
use anyhow::Result;
use std::process::Command;

pub(super) fn format(_: &mut Report) -> Result<()> {
    cargo(&["fmt", "--all", "--check"])
}

/// Words that are misspelt; `.typos.toml` names those that are not.
pub(super) fn spelling(_: &mut Report) -> Result<()> {
    workspace::run(&mut Command::new(TOOLS.program("typos")?))
}

/// Licences, sources, duplicate versions and, where the advisory database can be fetched, known vulnerabilities and
/// yanked versions. `.cargo/deny.toml` says what is allowed.
pub(super) fn dependencies(report: &mut Report) -> Result<()> {
    let deny = TOOLS.program("cargo-deny")?;
    let check =
        |what: &[&str]| workspace::run(Command::new(&deny).args(["check", "--hide-inclusion-graph"]).args(what));
    check(&["licenses", "sources", "bans"])?;
    if workspace::succeeds(Command::new(&deny).args(["fetch", "db"])) {
        check(&["advisories"])?;
    } else {
        report.skip("known vulnerabilities and yanked versions, because the advisory database cannot be fetched here");
    }
    Ok(())
}

/// The workflow that makes releases, which nothing here can run.
pub(super) fn workflows(_: &mut Report) -> Result<()> {
    workspace::run(Command::new(TOOLS.program("zizmor")?).args(["--offline", "--quiet", ".github/workflows"]))
}

/// The engine without audio files.
pub(super) fn engine(_: &mut Report) -> Result<()> {
    clippy(&["--package", "unbraid-engine", "--lib"])
}

/// The command line without the plugin.
pub(super) fn cli(_: &mut Report) -> Result<()> {
    system::ensure(&[&system::COMPILERS])?;
    clippy(&["--package", "unbraid", "--lib", "--bins"])
}

pub(super) fn everything(_: &mut Report) -> Result<()> {
    system::ensure(&[&system::COMPILERS, &system::STANDALONE_LIBRARIES])?;
    clippy(&["--workspace", "--all-targets", "--features", EVERYTHING])
}

fn clippy(what: &[&str]) -> Result<()> {
    cargo(&[&["clippy"], what, &["--", "-D", "warnings"]].concat())
}

pub(super) fn docs(_: &mut Report) -> Result<()> {
    system::ensure(&[&system::COMPILERS, &system::STANDALONE_LIBRARIES])?;
    let mut command =
        workspace::cargo(&["doc", "--workspace", "--no-deps", "--document-private-items", "--features", EVERYTHING]);
    workspace::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}
