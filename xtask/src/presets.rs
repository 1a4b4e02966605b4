//! `cargo xtask presets`: the factory presets, learned again from their scores.

use crate::{system, workspace};
use anyhow::Result;

/// Lets `xtask/studio` render and learn; overwrites the files in `presets/`.
pub(crate) fn run() -> Result<()> {
    system::ensure(&[&system::FLUIDSYNTH])?;
    let recordings = workspace::target_dir()?.join("presets");
    let mut command = workspace::cargo(&["run", "--quiet", "--release", "--package", "studio", "--", "presets"]);
    workspace::run(command.arg(recordings).arg("presets"))
}
