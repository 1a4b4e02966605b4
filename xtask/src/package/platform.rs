//! The systems that a package is made for.

use anyhow::{Context, Result, bail};
use std::process::Command;

/// The target that stands for both of macOS's in one.
const UNIVERSAL: &str = "universal-apple-darwin";

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Linux,
    MacOs,
    Windows,
}

/// What machine code runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Processor {
    X86_64,
    Aarch64,
}

impl Processor {
    /// As Rust and Linux call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }
}

/// What a package is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Platform {
    pub(crate) system: System,
    /// More than one in a universal binary of macOS.
    pub(crate) processors: Vec<Processor>,
    /// What cargo builds for; `None` is the machine that it runs on.
    pub(crate) targets: Vec<Option<String>>,
}

impl Platform {
    /// The platform of `target`, as Rust names it, or of this machine. `universal-apple-darwin` is both of macOS's.
    ///
    /// # Errors
    /// If no package can be made for it.
    pub(crate) fn new(target: Option<&str>) -> Result<Self> {
        let Some(name) = target else {
            return Ok(Self { targets: vec![None], ..Self::new(Some(&host()?))? });
        };
        if name == UNIVERSAL {
            let processors = vec![Processor::X86_64, Processor::Aarch64];
            let targets =
                processors.iter().map(|processor| Some(format!("{}-apple-darwin", processor.name()))).collect();
            return Ok(Self { system: System::MacOs, processors, targets });
        }
        let processor = match name.split('-').next() {
            Some("x86_64") => Processor::X86_64,
            Some("aarch64") => Processor::Aarch64,
            _ => bail!("no package can be made for {name}: x86_64 and aarch64 are known"),
        };
        let system = match name.split_once('-').map(|(_, system)| system) {
            Some("unknown-linux-gnu") => System::Linux,
            Some("apple-darwin") => System::MacOs,
            Some("pc-windows-gnu" | "pc-windows-msvc" | "pc-windows-gnullvm") => System::Windows,
            _ => bail!(
                "no package can be made for {name}: there are {UNIVERSAL}, and …-unknown-linux-gnu, …-apple-darwin, \
                 …-pc-windows-msvc, …-pc-windows-gnu"
            ),
        };
        Ok(Self { system, processors: vec![processor], targets: vec![Some(name.to_owned())] })
    }

    /// As file names have it: `linux-x86_64`.
    pub(crate) fn name(&self) -> String {
        let system = match self.system {
            System::Linux => "linux",
            System::MacOs => "macos",
            System::Windows => "windows",
        };
        let processor = match self.processors[..] {
            [processor] => processor.name(),
            _ => "universal",
        };
        format!("{system}-{processor}")
    }

    /// Ends the names of programs.
    pub(crate) fn program_suffix(&self) -> &'static str {
        if self.system == System::Windows { ".exe" } else { "" }
    }
}

/// What this machine's Rust compiler builds for.
pub(crate) fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV names no host")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_target_tells_system_and_processor() {
        let windows = Platform::new(Some("x86_64-pc-windows-gnu")).unwrap();
        assert_eq!((windows.system, windows.name().as_str()), (System::Windows, "windows-x86_64"));
        let macos = Platform::new(Some("universal-apple-darwin")).unwrap();
        assert_eq!((macos.targets.len(), macos.name().as_str()), (2, "macos-universal"));
    }

    #[test]
    fn a_target_that_no_package_can_be_made_for_is_refused() {
        for target in ["i686-pc-windows-gnu", "x86_64-unknown-freebsd", "riscv64gc-unknown-linux-gnu", "windows"] {
            assert!(Platform::new(Some(target)).is_err(), "{target}");
        }
    }
}
