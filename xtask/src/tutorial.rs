//! `cargo xtask tutorial`: writes the page for students anew.

use crate::{system, workspace};
use anyhow::Result;

/// Lets `xtask/tutorial` write `docs/tutorial.md` and its figures.
pub(crate) fn run() -> Result<()> {
    system::ensure(&[&system::COMPILERS])?;
    workspace::run(&mut workspace::cargo(&["run", "--quiet", "--package", "tutorial"]))
}
