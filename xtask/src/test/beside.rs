//! A step that runs beside others.

use super::{Report, SKIPPED, clock, failed};
use crate::workspace;
use anyhow::{Context, Result, ensure};
use std::{
    env, fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Instant,
};

/// A running step. What it prints is kept until it has finished, so that outputs do not mix.
pub(super) struct Beside {
    step: &'static str,
    process: Child,
    output: PathBuf,
    begin: Instant,
}

impl Beside {
    /// Starts `cargo xtask test --only {step}`.
    pub(super) fn start(step: &'static str) -> Result<Self> {
        let output = workspace::target_dir()?.join(format!("{step}.log"));
        let file = fs::File::create(&output).with_context(|| format!("cannot create {}", output.display()))?;
        let program = env::current_exe().context("cannot find this program")?;
        let process = Command::new(program)
            .args(["test", "--only", step])
            .stdin(Stdio::null())
            .stdout(file.try_clone().with_context(|| format!("cannot write {}", output.display()))?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start step {step}"))?;
        println!("{step} runs beside the steps that follow");
        Ok(Self { step, process, output, begin: Instant::now() })
    }

    /// Waits for the end and prints what the step printed.
    pub(super) fn finish(mut self, report: &mut Report) -> Result<()> {
        let status = self.process.wait().with_context(|| failed(self.step))?;
        let took = self.begin.elapsed();
        let printed = fs::read_to_string(&self.output).unwrap_or_default();
        println!("{printed}");
        ensure!(status.success(), failed(self.step));
        report.skipped.extend(printed.lines().filter_map(|line| line.strip_prefix(SKIPPED)).map(str::to_owned));
        println!("==> {} passed beside the others, waited for until {}", self.step, clock(took));
        Ok(())
    }
}

impl Drop for Beside {
    /// A run that fails does not leave it behind.
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            println!("waiting for {}, which runs beside", self.step);
            let _ = self.process.wait();
        }
    }
}
