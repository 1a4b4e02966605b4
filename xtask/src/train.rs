//! `cargo xtask train`: the source model's weights, trained from nothing, or from the plugin's with a user's own stems;
//! a run that was ended goes on where it was.

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
    /// Minutes that the run takes, shards and all nets together
    #[arg(long, default_value_t = 120.0)]
    minutes: f64,
    /// Folder of the training sets that xtask/train/manifest.toml names, or UNBRAID_TRAINING_SETS; a set that is
    /// missing is left out
    #[arg(long, value_name = "FOLDER")]
    sets: Option<PathBuf>,
    /// Folder for mixtures and checkpoints; target/training unless given
    #[arg(long, value_name = "FOLDER")]
    work: Option<PathBuf>,
    /// Instead of training from nothing: go on from the plugin's weights with the stems in this folder, which has a
    /// subfolder per piece with drums.wav, bass.wav, vocals.wav … or kick.wav, snare.wav, hats.wav …
    #[arg(long, value_name = "FOLDER")]
    stems: Option<PathBuf>,
    /// Folder for the new weights and fine-tuning.md; in the work folder unless given
    #[arg(long, value_name = "FOLDER", requires = "stems")]
    output: Option<PathBuf>,
    /// Fine-tune this net alone (may be given again): quality, low-latency, kit-quality or kit-low-latency; all that
    /// the stems are enough for unless given
    #[arg(long, value_name = "NET", requires = "stems", value_parser = NETS)]
    net: Vec<String>,
    /// Share of general mixtures beside those of the stems, 0 to 0.95; 0.5 unless given
    #[arg(long, value_name = "SHARE", requires = "stems")]
    share: Option<f64>,
    /// What the general validation may lose, in dB; 0.3 unless given
    #[arg(long, value_name = "DB", requires = "stems")]
    margin: Option<f64>,
    /// Another seed holds out other pieces; 1 unless given
    #[arg(long, requires = "stems")]
    seed: Option<u64>,
}

const NETS: [&str; 4] = ["quality", "low-latency", "kit-quality", "kit-low-latency"];

impl Training {
    pub(crate) fn run(&self) -> Result<()> {
        system::ensure(&[&system::PYTHON, &system::FLUIDSYNTH, &system::TRAINING_SETS])?;
        if self.stems.is_some() {
            // One of the two validation sets, which says whether anything was forgotten.
            system::ensure(&[&system::SOUNDFONTS])?;
        }
        let python = python::TRAINING.program("python")?;
        let absolute =
            |path: &Path| std::path::absolute(path).with_context(|| format!("there is no {}", path.display()));
        let work = match &self.work {
            Some(work) => absolute(work)?,
            None => workspace::target_dir()?.join("training"),
        };
        let mut command = Command::new(python);
        command.current_dir(PROGRAM).args(["-m", "source_model"]);
        command.arg(if self.stems.is_some() { "fine-tune" } else { "run" });
        command.args(["--minutes", &self.minutes.to_string()]).arg("--work").arg(work);
        for (option, folder) in [("--sets", &self.sets), ("--stems", &self.stems), ("--output", &self.output)] {
            if let Some(folder) = folder {
                command.arg(option).arg(absolute(folder)?);
            }
        }
        for net in &self.net {
            command.args(["--net", net]);
        }
        for (option, number) in [("--share", self.share), ("--margin", self.margin)] {
            if let Some(number) = number {
                command.args([option, &number.to_string()]);
            }
        }
        if let Some(seed) = self.seed {
            command.args(["--seed", &seed.to_string()]);
        }
        workspace::run(&mut command)
    }
}
