//! The installer for Windows: made by NSIS from `setup.nsi`, and tried under wine where that can be had.

use super::{check::files_below, layout, platform::Platform};
use crate::{system, wine::Wine, workspace};
use anyhow::{Context, Result, ensure};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const SCRIPT: &str = "xtask/src/package/setup.nsi";

/// Makes the installer of the package in `folder` at `setup`. On Linux it is run as well: what it installs is compared
/// with the package, and its uninstaller must leave nothing.
pub(crate) fn make(folder: &Path, platform: &Platform, version: &str, setup: &Path) -> Result<PathBuf> {
    system::ensure(&[&system::NSIS])?;
    let files = layout::files(platform);
    let vst3 = files.iter().find_map(|(path, _)| path.strip_prefix("Unbraid.vst3/Contents/"));
    let (processor_folder, _) = vst3.and_then(|path| path.split_once('/')).context("a VST3 has a folder of its own")?;
    let mut command = Command::new("makensis");
    command.args(["-V2", "-WX", "-INPUTCHARSET", "UTF8"]);
    for (name, value) in [
        ("VERSION", version.to_owned()),
        ("SOURCE", folder.display().to_string()),
        ("PROCESSOR_FOLDER", processor_folder.to_owned()),
        ("OUTPUT", setup.display().to_string()),
    ] {
        command.arg(format!("-D{name}={value}"));
    }
    workspace::run(command.arg(SCRIPT))?;
    if cfg!(target_os = "linux") {
        let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
        let tried = try_out(setup, folder, &paths).context("the installer does not do what it should");
        tried.inspect_err(|_| drop(fs::remove_file(setup)))?;
    }
    Ok(setup.to_owned())
}

/// Installs in a Windows of its own, compares what lies there, and uninstalls.
fn try_out(setup: &Path, folder: &Path, paths: &[&str]) -> Result<()> {
    let wine = Wine::new()?;
    let programs = wine.local_app_data()?.join("Programs");
    // What others have installed there stays.
    workspace::write(&programs.join("Common/VST3/Another.vst3"), "code")?;
    let before = files_below(&programs)?;

    workspace::run(wine.program(setup).arg("/S"))?;
    wine.wait()?;
    for path in paths {
        let installed = programs.join(place(path));
        let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
        ensure!(read(&installed)? == read(&folder.join(path))?, "{} is not what was packed", installed.display());
    }
    let uninstaller = "Unbraid/uninstall.exe";
    let wanted = paths.iter().map(|path| place(path)).chain([uninstaller.to_owned()]).chain(before.iter().cloned());
    let found = files_below(&programs)?;
    ensure!(found == wanted.collect::<BTreeSet<_>>(), "what it installed is not what was packed: {found:?}");

    workspace::run(wine.program(&programs.join(uninstaller)).arg("/S"))?;
    wine.wait()?;
    let left = files_below(&programs)?;
    ensure!(left == before, "after uninstalling there is {left:?}, not {before:?}");
    ensure!(!programs.join("Unbraid").exists(), "its own folder is left behind");
    println!("the installer was run and taken back under wine");
    Ok(())
}

/// Where a file of the package is installed, below the user's folder of programs.
fn place(path: &str) -> String {
    match path.split('/').next() {
        Some("Unbraid.clap") => format!("Common/CLAP/{path}"),
        Some("Unbraid.vst3") => format!("Common/VST3/{path}"),
        _ => format!("Unbraid/{path}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::package::check::tests::{VERSION, made_up};

    #[test]
    #[ignore = "needs NSIS and wine: `cargo xtask test --windows`"]
    fn the_installer_puts_every_file_in_its_place_and_takes_it_away_again() {
        workspace::enter().unwrap();
        let windows = Platform::new(Some("x86_64-pc-windows-gnu")).unwrap();
        let folder = made_up(&windows, b"code");
        let outer = tempfile::tempdir().unwrap();
        let setup = make(folder.path(), &windows, VERSION, &outer.path().join("Unbraid-setup.exe")).unwrap();
        assert!(setup.exists());
    }
}
