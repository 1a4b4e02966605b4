//! What must be true of a package before anyone gets it.

use super::{
    binary::Binary,
    info_plist,
    layout::{self, Format, Kind},
    platform::{Platform, System},
    sums,
};
use anyhow::{Context, Result, ensure};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The C library that packages for Linux may ask for at most: Debian 12's, which is Ubuntu 22.10's too.
const NEWEST_GLIBC: (u32, u32) = (2, 36);

/// Looks at the package that was unpacked into `folder`: every file in its place and none beyond, the sums right,
/// both plugins with their entry points, nothing needed that the system lacks.
///
/// # Errors
/// Names the first file that is not as it must be.
pub(crate) fn package(folder: &Path, platform: &Platform, version: &str) -> Result<()> {
    let expected = layout::files(platform);
    let names: BTreeSet<_> = expected.iter().map(|(path, _)| path.clone()).collect();
    let found = files_below(folder)?;
    let missing: Vec<_> = names.difference(&found).collect();
    ensure!(missing.is_empty(), "the package lacks {missing:?}");
    let unknown: Vec<_> = found.difference(&names).collect();
    ensure!(unknown.is_empty(), "the package holds what does not belong there: {unknown:?}");
    sums::verify(folder, &found)?;
    for (path, kind) in &expected {
        file(&folder.join(path), *kind, platform, version)
            .with_context(|| format!("{path} is not fit to be shipped"))?;
    }
    Ok(())
}

fn file(path: &Path, kind: Kind, platform: &Platform, version: &str) -> Result<()> {
    match kind {
        Kind::Plugin(format) => plugin(&Binary::read(path)?, format, platform),
        Kind::Program => {
            ensure!(is_executable(path)?, "it is not marked as executable");
            binary(&Binary::read(path)?, platform)
        }
        Kind::InfoPlist => info_plist::check(&fs::read_to_string(path)?, version),
        Kind::Plain => {
            ensure!(fs::metadata(path)?.len() > 0, "it is empty");
            Ok(())
        }
    }
}

/// What both formats ask of the code of a plugin.
fn plugin(code: &Binary, format: Format, platform: &Platform) -> Result<()> {
    let wanted: &[&str] = match (format, platform.system) {
        (Format::Clap, _) => &["clap_entry"],
        (Format::Vst3, System::Linux) => &["GetPluginFactory", "ModuleEntry", "ModuleExit"],
        (Format::Vst3, System::MacOs) => &["GetPluginFactory", "bundleEntry", "bundleExit"],
        (Format::Vst3, System::Windows) => &["GetPluginFactory", "InitDll", "ExitDll"],
    };
    for name in wanted {
        ensure!(code.exports.contains(*name), "it does not export {name}, by which hosts enter it");
    }
    binary(code, platform)
}

/// What is asked of all machine code.
fn binary(code: &Binary, platform: &Platform) -> Result<()> {
    ensure!(code.system == platform.system, "it is for {:?}", code.system);
    let processors: BTreeSet<_> = platform.processors.iter().copied().collect();
    ensure!(code.processors == processors, "it is for {:?}, not {processors:?}", code.processors);
    for library in &code.libraries {
        ensure!(belongs_to(platform.system, library), "it needs {library}, which is no part of the system");
    }
    if let Some(glibc) = code.glibc {
        let words = |(major, minor): (u32, u32)| format!("{major}.{minor}");
        ensure!(
            glibc <= NEWEST_GLIBC,
            "it needs glibc {}, newer than {}: build it on an older system",
            words(glibc),
            words(NEWEST_GLIBC)
        );
    }
    Ok(())
}

/// Whether every installation of `system` has this library.
fn belongs_to(system: System, library: &str) -> bool {
    /// Those of the base system that Rust, MinGW and MSVC link to. The C++ run times of both compilers are not there.
    const WINDOWS: [&str; 32] = [
        "advapi32",
        "bcrypt",
        "bcryptprimitives",
        "combase",
        "comctl32",
        "comdlg32",
        "crypt32",
        "dwmapi",
        "gdi32",
        "imm32",
        "kernel32",
        "msvcrt",
        "ncrypt",
        "ntdll",
        "ole32",
        "oleaut32",
        "opengl32",
        "powrprof",
        "propsys",
        "psapi",
        "rpcrt4",
        "secur32",
        "setupapi",
        "shcore",
        "shell32",
        "shlwapi",
        "user32",
        "userenv",
        "uxtheme",
        "version",
        "winmm",
        "ws2_32",
    ];
    /// Those that the Linux Standard Base names, and the dynamic linker.
    const LINUX: [&str; 8] = [
        "libc.so.6",
        "libm.so.6",
        "libgcc_s.so.1",
        "libstdc++.so.6",
        "libdl.so.2",
        "libpthread.so.0",
        "librt.so.1",
        "libutil.so.1",
    ];
    match system {
        System::Linux => LINUX.contains(&library) || library.starts_with("ld-linux-"),
        System::MacOs => ["/usr/lib/", "/System/Library/"].iter().any(|folder| library.starts_with(folder)),
        System::Windows => {
            // The universal C run time and the system's own sets of functions, since Windows 10.
            let name = library.strip_suffix(".dll").unwrap_or(library);
            WINDOWS.contains(&name) || name.starts_with("api-ms-win-")
        }
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o111 == 0o111)
}

/// Windows goes by the name alone.
#[cfg(not(unix))]
fn is_executable(path: &Path) -> Result<bool> {
    Ok(path.is_file())
}

/// All files below `folder`, as paths with `/`.
pub(crate) fn files_below(folder: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let at = folder.join(&below);
        for entry in fs::read_dir(&at).with_context(|| format!("cannot read {}", at.display()))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
                found.insert(names.join("/"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "check/tests.rs"]
pub(super) mod tests;
