//! `cargo xtask train`: the source model's weights, trained from nothing; a run that was ended goes on where it was.

use crate::{python, system, workspace};
use anyhow::{Context, Result};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where the program lies.
const PROGRAM: &str = "xtask/train";

/// How a run differs from the usual one.
#[derive(clap::Args)]
pub(crate) struct Training {
    /// Minutes of each net's training
    #[arg(long, default_value_t = 120.0)]
    minutes: f64,
    /// Folder of the training sets that xtask/train/manifest.toml names, or UNBRAID_TRAINING_SETS; a set that is
    /// missing is left out
    #[arg(long, value_name = "FOLDER")]
    sets: Option<PathBuf>,
    /// Folder for mixtures and checkpoints; target/training unless given
    #[arg(long, value_name = "FOLDER")]
    work: Option<PathBuf>,
}

impl Training {
    pub(crate) fn run(&self) -> Result<()> {
        system::ensure(&[&system::PYTHON, &system::FLUIDSYNTH, &system::TRAINING_SETS])?;
        let python = python::TRAINING.program("python")?;
        let absolute =
            |path: &Path| std::path::absolute(path).with_context(|| format!("there is no {}", path.display()));
        let work = match &self.work {
            Some(work) => absolute(work)?,
            None => workspace::target_dir()?.join("training"),
        };
        let mut command = Command::new(python);
        command.current_dir(PROGRAM).args(["-m", "source_model", "run", "--minutes", &self.minutes.to_string()]);
        command.arg("--work").arg(work);
        if let Some(sets) = &self.sets {
            command.arg("--sets").arg(absolute(sets)?);
        }
        workspace::run(&mut command)
    }
}
