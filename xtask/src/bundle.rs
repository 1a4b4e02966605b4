//! `cargo xtask bundle`: one library, wrapped as CLAP and as VST3.

use crate::workspace;
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
    let arguments = BUILD.map(str::to_owned);
    nice_plug_xtask::build(&["unbraid".to_owned()], &arguments)?;
    wrap(&workspace::target_dir()?, &arguments)
}

/// Wraps `library`, which the tests were built with, in bundles of its own: what is installed stays what `bundle`
/// built.
pub(crate) fn bundle_for_tests(library: &Path) -> Result<Bundles> {
    let folder = workspace::target_dir()?.join("tested");
    let name = library.file_name().context("a library has a name")?;
    fs::create_dir_all(folder.join("debug")).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::copy(library, folder.join("debug").join(name)).with_context(|| format!("cannot copy {}", library.display()))?;
    wrap(&folder, &[])
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
