//! `cargo xtask soak`: the plugin plays for hours with random everything.

use crate::{bundle, system, workspace};
use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub(crate) struct Soaking {
    /// Hours that the instances play together
    #[arg(long, default_value_t = 8.0)]
    hours: f64,
    /// The random numbers to begin with
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Soaking {
    /// Builds the plugin, then lets `xtask/studio` play through eight instances of it.
    pub(crate) fn run(&self) -> Result<()> {
        system::ensure(&[&system::CPP_COMPILER])?;
        let bundles = bundle::bundle()?;
        let mut command = workspace::cargo(&["run", "--quiet", "--release", "--package", "studio", "--", "soak"]);
        command.arg(bundles.clap).args([self.hours.to_string(), self.seed.to_string()]);
        // What glibc's allocator keeps for later would count as growth.
        for (setting, value) in [("ARENA_MAX", "1"), ("TRIM_THRESHOLD_", "65536"), ("MMAP_THRESHOLD_", "65536")] {
            command.env(format!("MALLOC_{setting}"), value);
        }
        workspace::run(&mut command)
    }
}
