//! `cargo xtask bundle`: one library, wrapped as CLAP and as VST3.

use crate::{mingw, system, workspace};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The features that the plugin is built with. `xtask/studio` uses the same, so that the library is built once.
const BUILD: [&str; 4] = ["--release", "--lib", "--features", "plugin"];

/// The finished plugins.
pub(crate) struct Bundles {
    /// `Unbraid.clap`, absolute.
    pub(crate) clap: PathBuf,
    /// `Unbraid.vst3`, absolute.
    pub(crate) vst3: PathBuf,
}

/// Builds both bundles into `target/bundled` and says where they are.
pub(crate) fn run() -> Result<()> {
    let bundles = bundle()?;
    println!("{}\n{}", bundles.clap.display(), bundles.vst3.display());
    Ok(())
}

/// Builds both bundles, fully optimised, into `target/bundled`.
pub(crate) fn bundle() -> Result<Bundles> {
    system::ensure(&[&system::COMPILERS])?;
    let arguments = BUILD.map(str::to_owned);
    nice_plug_xtask::build(&["unbraid".to_owned()], &arguments)?;
    wrap(&workspace::target_dir()?, &arguments)
}

/// Builds the library and the command line, fully optimised, for `target` or for this machine; returns both.
pub(crate) fn build(target: Option<&str>) -> Result<(PathBuf, PathBuf)> {
    // The command line by itself, or it would carry the plugin within it.
    let programs = build_for(target, &["--release", "--bin", "unbraid"])?;
    let is_program = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "unbraid" || name == "unbraid.exe");
    let program = programs.iter().find(is_program).context("cargo built no command line")?.clone();
    Ok((library(&build_for(target, &BUILD)?)?, program))
}

fn build_for(target: Option<&str>, what: &[&str]) -> Result<Vec<PathBuf>> {
    system::ensure(&[&system::COMPILERS])?;
    let mut arguments = [&["build", "--package", "unbraid"][..], what].concat();
    arguments.extend(target.iter().flat_map(|target| ["--target", target]));
    let mut command = workspace::cargo(&arguments);
    if target == Some(mingw::TARGET) {
        mingw::choose_compilers(&mut command);
    }
    workspace::built(command)
}

/// The plugin among files that cargo built, for whatever system.
pub(crate) fn library(built: &[PathBuf]) -> Result<PathBuf> {
    let names = ["libunbraid.so", "libunbraid.dylib", "unbraid.dll"];
    let is_plugin = |path: &&PathBuf| path.file_name().is_some_and(|name| names.iter().any(|known| name == *known));
    built.iter().find(is_plugin).cloned().context("cargo built no library of the plugin")
}

/// Wraps `library`, which the tests were built with, in bundles of its own: what is installed stays what `bundle`
/// built.
pub(crate) fn bundle_for_tests(library: &Path) -> Result<Bundles> {
    wrap_library(library, &workspace::target_dir()?.join("tested"), None)
}

/// Wraps a library for `target`, or for this machine, below `folder`. What was wrapped there before is removed: a
/// VST3's folder would keep the code of another system.
pub(crate) fn wrap_library(library: &Path, folder: &Path, target: Option<&str>) -> Result<Bundles> {
    // Where the bundler looks for what cargo built.
    let built = target.map_or(folder.to_owned(), |target| folder.join(target)).join("debug");
    let name = library.file_name().context("a library has a name")?;
    let bundled = folder.join("bundled");
    if bundled.exists() {
        fs::remove_dir_all(&bundled).with_context(|| format!("cannot remove {}", bundled.display()))?;
    }
    fs::create_dir_all(&built).with_context(|| format!("cannot make {}", built.display()))?;
    fs::copy(library, built.join(name)).with_context(|| format!("cannot copy {}", library.display()))?;
    let arguments = target.map(|target| ["--target".to_owned(), target.to_owned()]);
    wrap(folder, arguments.as_ref().map_or(&[], |arguments| &arguments[..]))
}

/// Wraps the library that cargo built below `target` with these arguments.
fn wrap(target: &Path, arguments: &[String]) -> Result<Bundles> {
    let folder = target.join("bundled");
    nice_plug_xtask::bundle(target, "unbraid", arguments, false)?;
    // A command-line `unbraid` that lies next to the library would be bundled as an application.
    for application in ["Unbraid", "Unbraid.exe"] {
        remove_if_there(&folder.join(application))?;
    }
    let bundles = Bundles { clap: folder.join("Unbraid.clap"), vst3: folder.join("Unbraid.vst3") };
    for path in [&bundles.clap, &bundles.vst3] {
        ensure!(path.exists(), "the bundler made no {}: does the library export its entry points?", path.display());
    }
    Ok(bundles)
}

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
