//! `cargo xtask bundle`: one library, wrapped as CLAP and as VST3.

use crate::workspace;
use anyhow::{Context, Result, ensure};
use std::{fs, path::PathBuf};

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

/// Builds both bundles into `target/bundled`.
pub(crate) fn bundle() -> Result<Bundles> {
    let target = workspace::target_dir()?;
    let arguments = BUILD.map(str::to_owned);
    nice_plug_xtask::build(&["unbraid".to_owned()], &arguments)?;
    // A command-line `unbraid` that lies next to the library would be bundled as an application.
    let folder = target.join("bundled");
    nice_plug_xtask::bundle(&target, "unbraid", &arguments, false)?;
    for application in ["Unbraid", "Unbraid.exe"] {
        remove_if_there(&folder.join(application))?;
    }
    let bundles = Bundles { clap: folder.join("Unbraid.clap"), vst3: folder.join("Unbraid.vst3") };
    for path in [&bundles.clap, &bundles.vst3] {
        ensure!(path.exists(), "the bundler made no {}: does the library export its entry points?", path.display());
    }
    Ok(bundles)
}

fn remove_if_there(path: &std::path::Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
