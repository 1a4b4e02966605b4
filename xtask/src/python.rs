//! The virtual environment `target/venv`, with the Python hosts and the reference implementations that tests use.

use crate::{system, workspace};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf, process::Command};

/// Pinned exactly, so that figures stay comparable.
const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// Minor versions of Python 3 that all requirements are published for, best first.
const MINOR_VERSIONS: [u32; 3] = [11, 12, 13];

/// The environment's interpreter, absolute. Makes the environment, once per change of the requirements.
pub(crate) fn environment() -> Result<PathBuf> {
    let folder = workspace::target_dir()?.join("venv");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = folder.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == REQUIREMENTS) && python.exists() {
        return Ok(python);
    }
    system::ensure(&[&system::PYTHON])?;
    let interpreter = interpreter().context("Python 3.11, 3.12 or 3.13 with its venv module is needed: install one")?;
    println!("making {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    workspace::run(Command::new(interpreter).args(["-m", "venv"]).arg(&folder))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", "xtask/requirements.txt"];
    workspace::run(Command::new(&python).args(pip))?;
    // Written last: an environment without it is made again.
    workspace::write(&stamp, REQUIREMENTS)?;
    Ok(python)
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
