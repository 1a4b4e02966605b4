//! wine, which runs programs for Windows on other systems: each time in a Windows of its own.

use crate::{system, workspace};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A Windows with nothing installed, which is removed with this.
pub(crate) struct Wine {
    prefix: TempDir,
}

impl Wine {
    /// Makes one, which takes some seconds.
    pub(crate) fn new() -> Result<Self> {
        system::ensure(&[&system::WINE])?;
        let wine = Self { prefix: tempfile::tempdir().context("cannot make a folder for wine")? };
        workspace::run(wine.command("wine").args(["wineboot", "--init"]))?;
        wine.wait()?;
        Ok(wine)
    }

    /// One with `ProcessPrng`, which Rust's standard library asks for and wine 8 lacks.
    pub(crate) fn for_tests() -> Result<Self> {
        let wine = Self::new()?;
        let library = wine.prefix.path().join("drive_c/windows/system32/bcryptprimitives.dll");
        // What lies there may be a link to wine's own, which stays as it is.
        let _ = fs::remove_file(&library);
        let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
        compiler.args(["-shared", "-O1", "-o"]).arg(library).args(["xtask/src/wine/process_prng.c", "-ladvapi32"]);
        workspace::run(&mut compiler)?;
        Ok(wine)
    }

    /// Lets cargo run what it builds for Windows in this Windows.
    pub(crate) fn run_tests_of(&self, cargo: &mut Command) {
        for (variable, value) in self.command("wine").get_envs() {
            cargo.env(variable, value.unwrap_or_default());
        }
        cargo.env("WINEDLLOVERRIDES", "mscoree,mshtml=;bcryptprimitives=n");
        cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
    }

    /// A program for Windows, ready to run.
    pub(crate) fn program(&self, path: &Path) -> Command {
        let mut command = self.command("wine");
        command.arg(path);
        command
    }

    /// Waits until every program in it has ended, also those that others have started.
    pub(crate) fn wait(&self) -> Result<()> {
        workspace::run(self.command("wineserver").arg("--wait"))
    }

    /// What `%LOCALAPPDATA%` stands for.
    pub(crate) fn local_app_data(&self) -> Result<PathBuf> {
        let users = self.prefix.path().join("drive_c/users");
        let folders = fs::read_dir(&users).with_context(|| format!("cannot read {}", users.display()))?;
        let mut names = folders.flatten().map(|entry| entry.file_name()).filter(|name| name != "Public");
        Ok(users.join(names.next().context("wine has made no user")?).join("AppData/Local"))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("WINEPREFIX", self.prefix.path()).env("WINEDEBUG", "-all");
        // Neither is needed, and wine would ask whether to fetch them.
        command.env("WINEDLLOVERRIDES", "mscoree,mshtml=");
        command
    }
}

impl Drop for Wine {
    /// Its server would go on for some seconds in a folder that is gone.
    fn drop(&mut self) {
        let _ = self.command("wineserver").arg("--kill").status();
    }
}
