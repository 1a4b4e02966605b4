//! MinGW, which builds for Windows on other systems.

use crate::{system, workspace};
use anyhow::Result;
use std::process::Command;

/// What Rust calls it.
pub(crate) const TARGET: &str = "x86_64-pc-windows-gnu";

/// Compilers of Debian's whose C++ has threads and locks, which clap-wrapper needs; those without the suffix may lack
/// them. Other systems have one kind alone.
const WITH_THREADS: [(&str, &str); 3] = [
    ("CC_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-gcc-posix"),
    ("CXX_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-g++-posix"),
    ("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", "x86_64-w64-mingw32-gcc-posix"),
];

/// Makes sure of MinGW and of Rust's standard library for Windows.
pub(crate) fn ensure() -> Result<()> {
    system::ensure(&[&system::COMPILERS, &system::MINGW])?;
    workspace::ensure_target(TARGET)
}

/// Lets cargo build for Windows with the right one of the compilers that are there, unless the environment names one.
pub(crate) fn choose_compilers(cargo: &mut Command) {
    for (variable, compiler) in WITH_THREADS {
        if std::env::var_os(variable).is_none() && system::answers(compiler) {
            cargo.env(variable, compiler);
        }
    }
}
