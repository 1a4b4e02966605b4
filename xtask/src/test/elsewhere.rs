//! Steps for the systems that this is not: Windows, whose tests run under wine; macOS and Linux on ARM, for which the
//! code is checked and not linked.

use super::Report;
use crate::{bundle, mingw, system, wine::Wine, workspace};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf, process::Command};

/// Checked and not linked: their C++ compilers and libraries are not at hand.
const CHECKED: [&str; 2] = ["aarch64-apple-darwin", "aarch64-unknown-linux-gnu"];

/// What is checked: everything that is shipped, and what packs it.
const SHIPPED: [&str; 12] = [
    "--package",
    "unbraid",
    "--package",
    "unbraid-engine",
    "--package",
    "unbraid-realtime",
    "--package",
    "xtask",
    "--lib",
    "--bins",
    "--features",
    "unbraid/plugin",
];

/// Lints for macOS and for Linux on ARM, with a compiler of no use in the place of C++'s.
pub(super) fn lint(_: &mut Report) -> Result<()> {
    system::ensure(&[&system::COMPILERS])?;
    let compiler = stand_in()?;
    for target in CHECKED {
        workspace::ensure_target(target)?;
        println!("for {target}");
        let mut clippy = workspace::cargo(&["clippy", "--target", target]);
        clippy.args(SHIPPED).args(["--", "-D", "warnings"]);
        for language in ["CC", "CXX"] {
            clippy.env(format!("{language}_{}", target.replace('-', "_")), &compiler);
        }
        // There is none, and nothing is looked for in it.
        clippy.env("SDKROOT", "/");
        workspace::run(&mut clippy)?;
    }
    Ok(())
}

/// Calls itself clang and makes empty files.
fn stand_in() -> Result<PathBuf> {
    let path = workspace::target_dir()?.join("stand-in/c++");
    workspace::write(&path, include_str!("stand_in.sh"))?;
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .with_context(|| format!("cannot make {} a program", path.display()))?;
    Ok(path)
}

/// What tests for Windows leave out under wine 8, and why.
const NOT_UNDER_WINE: [(&str, &str); 5] = [
    ("numpy", "needs a Python for Windows"),
    ("exchange::python::", "needs a Python for Windows"),
    ("as_mir_eval_and_museval_do", "needs a Python for Windows"),
    ("vst3::", "needs Python hosts for Windows"),
    (
        "a_preset_is_renamed_and_never_takes_the_place_of_another",
        "wine does not change a file's name in its case alone",
    ),
];

/// The installer, the engine, the command line, and the CLAP in a host of our own, built for Windows and run under
/// wine.
pub(super) fn windows(report: &mut Report) -> Result<()> {
    mingw::ensure()?;
    system::ensure(&[&system::WINE, &system::NSIS])?;
    workspace::run(&mut workspace::cargo(&["test", "--package", "xtask", "--", "--ignored"]))?;
    let wine = Wine::for_tests()?;
    let test = |what: &[&str]| {
        let mut command = workspace::cargo(&["test", "--target", mingw::TARGET]);
        mingw::choose_compilers(&mut command);
        wine.run_tests_of(&mut command);
        command.args(what);
        command
    };
    let skipped: Vec<_> = NOT_UNDER_WINE.iter().flat_map(|(name, _)| ["--skip", name]).collect();
    let run = |mut command: Command| workspace::run(command.arg("--").args(&skipped));
    const ENGINE: [&str; 6] =
        ["--package", "unbraid-engine", "--package", "unbraid-realtime", "--features", "unbraid-engine/files"];
    run(test(&[&ENGINE[..], &["--lib", "--tests"]].concat()))?;
    const PLUGIN: [&str; 9] =
        ["--package", "unbraid", "--features", "plugin", "--lib", "--test", "host", "--test", "cli"];
    let built = workspace::built(test(&[&PLUGIN[..], &["--no-run"]].concat()))?;
    let folder = workspace::target_dir()?.join("tested-windows");
    let bundles = bundle::wrap_library(&bundle::library(&built)?, &folder, Some(mingw::TARGET))?;
    let mut testing = test(&PLUGIN);
    testing.env("UNBRAID_CLAP", bundles.clap).env("UNBRAID_VST3", bundles.vst3);
    run(testing)?;
    for (name, reason) in NOT_UNDER_WINE {
        report.skip(format!("for Windows: {name}, which {reason}"));
    }
    Ok(())
}
