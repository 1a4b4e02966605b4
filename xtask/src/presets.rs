//! `cargo xtask presets`: writes the factory presets anew.

use crate::workspace;
use anyhow::Result;

/// Lets `xtask/studio` write the files in `presets/`.
pub(crate) fn run() -> Result<()> {
    let mut command = workspace::cargo(&["run", "--quiet", "--release", "--package", "studio", "--", "presets"]);
    workspace::run(command.arg("presets"))
}
