//! What a program or library says of itself: read from ELF, PE and Mach-O alike.

use super::platform::{Processor, System};
use anyhow::{Context, Result, bail};
use goblin::{
    Object, elf,
    mach::{Mach, MachO, SingleArch, cputype},
    pe,
};
use std::{collections::BTreeSet, fs, path::Path};

/// A program or library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binary {
    pub(crate) system: System,
    pub(crate) processors: BTreeSet<Processor>,
    /// Symbols that others may find in it; with several processors, in the code of each.
    pub(crate) exports: BTreeSet<String>,
    /// Libraries that it needs, with any processor.
    pub(crate) libraries: BTreeSet<String>,
    /// The newest version of the GNU C library whose symbols it needs.
    pub(crate) glibc: Option<(u32, u32)>,
}

impl Binary {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// If it cannot be read or is none of the three.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&bytes).with_context(|| format!("{} is no sound binary", path.display()))
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        match Object::parse(bytes)? {
            Object::Elf(elf) => Self::of_elf(&elf),
            Object::PE(pe) => Self::of_pe(&pe),
            Object::Mach(Mach::Binary(slice)) => Self::of_mach(&slice),
            Object::Mach(Mach::Fat(slices)) => {
                let slices = slices.into_iter().map(|slice| match slice? {
                    SingleArch::MachO(slice) => Self::of_mach(&slice),
                    SingleArch::Archive(_) => bail!("it holds an archive"),
                });
                Self::all(slices.collect::<Result<Vec<_>>>()?)
            }
            _ => bail!("it is neither ELF nor PE nor Mach-O"),
        }
    }

    fn of_elf(elf: &elf::Elf) -> Result<Self> {
        let processor = match elf.header.e_machine {
            elf::header::EM_X86_64 => Processor::X86_64,
            elf::header::EM_AARCH64 => Processor::Aarch64,
            other => bail!("it is for processor {other}"),
        };
        let exports = elf.dynsyms.iter().filter(|symbol| !symbol.is_import());
        let exports = exports.filter_map(|symbol| elf.dynstrtab.get_at(symbol.st_name));
        let versions = elf.verneed.iter().flat_map(|needed| needed.iter().collect::<Vec<_>>());
        let versions = versions.flat_map(|library| library.iter().map(|version| version.vna_name).collect::<Vec<_>>());
        let glibc = versions.filter_map(|version| elf.dynstrtab.get_at(version)).filter_map(glibc_version).max();
        Ok(Self {
            system: System::Linux,
            processors: [processor].into(),
            exports: exports.map(str::to_owned).collect(),
            libraries: elf.libraries.iter().map(|&name| name.to_owned()).collect(),
            glibc,
        })
    }

    fn of_pe(pe: &pe::PE) -> Result<Self> {
        let processor = match pe.header.coff_header.machine {
            pe::header::COFF_MACHINE_X86_64 => Processor::X86_64,
            pe::header::COFF_MACHINE_ARM64 => Processor::Aarch64,
            other => bail!("it is for processor {other:#x}"),
        };
        Ok(Self {
            system: System::Windows,
            processors: [processor].into(),
            exports: pe.exports.iter().filter_map(|export| export.name).map(str::to_owned).collect(),
            libraries: pe.libraries.iter().map(|name| name.to_lowercase()).collect(),
            glibc: None,
        })
    }

    fn of_mach(slice: &MachO) -> Result<Self> {
        let processor = match slice.header.cputype() {
            cputype::CPU_TYPE_X86_64 => Processor::X86_64,
            cputype::CPU_TYPE_ARM64 => Processor::Aarch64,
            other => bail!("it is for processor {other:#x}"),
        };
        // Apple's compilers begin the names of C symbols with an underscore.
        let exports = slice.exports()?.into_iter().filter_map(|export| Some(export.name.strip_prefix('_')?.to_owned()));
        Ok(Self {
            system: System::MacOs,
            processors: [processor].into(),
            exports: exports.collect(),
            // The first stands for the library itself.
            libraries: slice.libs.iter().skip(1).map(|&name| name.to_owned()).collect(),
            glibc: None,
        })
    }

    /// A universal binary of these.
    fn all(slices: Vec<Self>) -> Result<Self> {
        slices
            .into_iter()
            .reduce(|mut all, slice| {
                all.processors.extend(slice.processors);
                all.exports.retain(|name| slice.exports.contains(name));
                all.libraries.extend(slice.libraries);
                all
            })
            .context("it holds no code")
    }
}

/// `GLIBC_2.34` as two numbers.
fn glibc_version(symbol_version: &str) -> Option<(u32, u32)> {
    let (major, rest) = symbol_version.strip_prefix("GLIBC_")?.split_once('.')?;
    let minor = rest.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_program_that_runs_this_test_is_read_as_what_it_is() {
        let this = Binary::read(&std::env::current_exe().unwrap()).unwrap();
        let host = super::super::platform::Platform::new(None).unwrap();
        assert_eq!(this.system, host.system);
        assert!(this.processors.iter().eq(&host.processors));
        let c_library = match this.system {
            System::Linux => "libc.so.6",
            System::MacOs => "/usr/lib/libSystem.B.dylib",
            System::Windows => "kernel32.dll",
        };
        assert!(this.libraries.contains(c_library), "{:?}", this.libraries);
        assert_eq!(this.glibc.is_some(), this.system == System::Linux);
    }

    #[test]
    fn a_universal_binary_exports_what_the_code_of_every_processor_exports_and_needs_what_either_does() {
        let slice = |processor, export: &str, library: &str| Binary {
            system: System::MacOs,
            processors: [processor].into(),
            exports: [export.to_owned(), "clap_entry".to_owned()].into(),
            libraries: [library.to_owned()].into(),
            glibc: None,
        };
        let (intel, apple) = (slice(Processor::X86_64, "a", "one"), slice(Processor::Aarch64, "b", "two"));
        let all = Binary::all(vec![intel, apple]).unwrap();
        assert!(all.exports.iter().eq(["clap_entry"]));
        assert!(all.libraries.iter().eq(["one", "two"]));
        assert_eq!(all.processors.len(), 2);
    }

    #[test]
    fn versions_of_the_c_library_are_compared_as_numbers() {
        assert!(glibc_version("GLIBC_2.34") > glibc_version("GLIBC_2.4"));
        assert_eq!(glibc_version("GLIBC_2.2.5"), Some((2, 2)));
        assert_eq!(glibc_version("GCC_3.0"), None);
    }

    #[test]
    fn what_is_no_binary_is_refused() {
        assert!(Binary::parse(b"#!/bin/sh\n").is_err());
        assert!(Binary::parse(b"").is_err());
    }
}
