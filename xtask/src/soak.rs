//! `cargo xtask soak`: the plugin plays for hours with random everything.

use crate::{bundle, workspace};
use anyhow::{Result, ensure};
use clap::Args;
use std::process::Command;

#[derive(Args)]
pub(crate) struct Soaking {
    /// Hours that the instances play together
    #[arg(long, default_value_t = 8.0)]
    hours: f64,
    /// The random numbers to begin with
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Under LLVM's RealtimeSanitizer: a lock, an allocation or a blocking system call on an audio thread ends it
    #[arg(long)]
    sanitizer: bool,
}

/// What links the sanitizer's runtime into the host, which then sees the calls of the plugin as well.
const SANITIZER: &str = "-Zsanitizer=realtime --cfg realtime_sanitizer";

impl Soaking {
    /// Builds the plugin, then lets `xtask/studio` play through eight instances of it.
    pub(crate) fn run(&self) -> Result<()> {
        let bundles = bundle::bundle()?;
        let mut command = if self.sanitizer { sanitized()? } else { workspace::cargo(&["run", "--release"]) };
        command.args(["--quiet", "--package", "studio", "--", "soak"]);
        command.arg(bundles.clap).args([self.hours.to_string(), self.seed.to_string()]);
        // What glibc's allocator keeps for later would count as growth.
        for (setting, value) in [("ARENA_MAX", "1"), ("TRIM_THRESHOLD_", "65536"), ("MMAP_THRESHOLD_", "65536")] {
            command.env(format!("MALLOC_{setting}"), value);
        }
        workspace::run(&mut command)
    }
}

/// Cargo, about to run a host with the sanitizer, which Rust has on its nightly channel alone.
fn sanitized() -> Result<Command> {
    ensure!(
        workspace::succeeds(Command::new("rustup").args(["run", "nightly", "cargo", "--version"])),
        "RealtimeSanitizer needs Rust's nightly toolchain; type:\n  rustup toolchain install nightly"
    );
    let (triple, folder) = (workspace::host()?, workspace::target_dir()?.join("sanitizer"));
    let mut command = Command::new("rustup");
    // With a target of its own the flags leave build scripts alone.
    command.args(["run", "nightly", "cargo", "run", "--target", &triple, "--target-dir"]).arg(folder);
    // Cargo, which started this program, has named its own compiler to it.
    command.env_remove("RUSTC").env_remove("RUSTDOC").env("RUSTFLAGS", SANITIZER);
    Ok(command)
}
