//! `cargo xtask cases`: mixtures whose parts are known and which nothing is learned from.

use crate::{python::HOSTS, system, workspace};
use anyhow::Result;
use std::{env, path::PathBuf, process::Command};

/// Lets `xtask/cases/render.py` play; results in `target/cases`. `UNBRAID_STEMS` names a folder of more stems than the
/// tests carry.
pub(crate) fn run() -> Result<()> {
    system::ensure(&[&system::SOUNDFONTS])?;
    let stems = env::var_os("UNBRAID_STEMS").map_or_else(|| "tests/audio".into(), PathBuf::from);
    let mut render = Command::new(HOSTS.program("python")?);
    render.args(["-B", "xtask/cases/render.py"]).arg(workspace::target_dir()?.join("cases"));
    workspace::run(render.arg("--stems").arg(stems))
}
