//! `cargo xtask presets`: writes the factory presets anew, or measures those that are learned.

use crate::{python::HOSTS, system, workspace};
use anyhow::{Context, Result};
use std::{env, path::PathBuf, process::Command};

/// Where the presets are, and those of sources by instrument.
const PRESETS: &str = "presets";
const INSTRUMENTS: &str = "presets/instruments";

/// What is wanted of the presets.
#[derive(clap::Args)]
pub(crate) struct Presets {
    /// Folder of the training sets that xtask/instruments/instruments.toml names, or UNBRAID_TRAINING_SETS; their
    /// revisions are in xtask/train/manifest.toml
    #[arg(long, value_name = "FOLDER")]
    sets: Option<PathBuf>,
    /// Write nothing: print how well the sources by instrument fit and separate what none was learned from
    #[arg(long)]
    measure: bool,
}

impl Presets {
    /// Renders what is learned from, in `target/instruments`, and lets `xtask/instruments` do the rest.
    pub(crate) fn run(&self) -> Result<()> {
        system::ensure(&[&system::FLUIDSYNTH, &system::SOUNDFONTS])?;
        let rendered = workspace::target_dir()?.join("instruments");
        if !self.measure {
            program("recognised", &[PRESETS.into()])?;
        }
        let mut render = Command::new(HOSTS.program("python")?);
        render.args(["-B", "xtask/instruments/render.py"]).arg(&rendered);
        if let Some(sets) = self.sets.clone().or_else(|| env::var_os("UNBRAID_TRAINING_SETS").map(PathBuf::from)) {
            let sets = std::path::absolute(&sets).with_context(|| format!("there is no {}", sets.display()))?;
            render.arg("--sets").arg(sets);
        }
        workspace::run(&mut render)?;
        program(if self.measure { "measure" } else { "learn" }, &[rendered, INSTRUMENTS.into()])
    }
}

/// Starts `xtask/instruments`.
fn program(command: &str, folders: &[PathBuf]) -> Result<()> {
    let mut cargo = workspace::cargo(&["run", "--quiet", "--release", "--package", "instruments", "--", command]);
    workspace::run(cargo.args(folders))
}
