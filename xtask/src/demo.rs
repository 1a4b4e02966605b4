//! `cargo xtask demo`: the built plugin at work, in a small host of our own.

use crate::{bundle, workspace};
use anyhow::Result;

/// Builds the plugin, then lets `xtask/studio` play through it; results in `target/demo`.
pub(crate) fn run() -> Result<()> {
    let bundles = bundle::bundle()?;
    let output = workspace::target_dir()?.join("demo");
    let mut command = workspace::cargo(&["run", "--quiet", "--release", "--package", "studio", "--", "demo"]);
    workspace::run(command.arg(bundles.clap).arg(output))
}
