//! `cargo xtask install`: the bundles where DAWs look for them.

use crate::bundle;
use anyhow::{Context, Result};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Builds the plugin and puts both formats into their folders.
pub(crate) fn run() -> Result<()> {
    let folders = Folders::of_this_system()?;
    let bundles = bundle::bundle()?;
    for (bundle, folder) in [(&bundles.clap, &folders.clap), (&bundles.vst3, &folders.vst3)] {
        let destination = folder.join(bundle.file_name().context("a bundle has a name")?);
        replace(bundle, &destination).with_context(|| format!("cannot install {}", destination.display()))?;
        println!("installed {}", destination.display());
    }
    println!("Rescan plugins in your DAW, then look for Unbraid.");
    Ok(())
}

/// Takes both formats out of their folders.
pub(crate) fn uninstall() -> Result<()> {
    let folders = Folders::of_this_system()?;
    for installed in [folders.clap.join("Unbraid.clap"), folders.vst3.join("Unbraid.vst3")] {
        if installed.exists() {
            remove(&installed).with_context(|| format!("cannot remove {}", installed.display()))?;
            println!("removed {}", installed.display());
        } else {
            println!("{} is not there", installed.display());
        }
    }
    Ok(())
}

/// Where this system's DAWs look.
struct Folders {
    clap: PathBuf,
    vst3: PathBuf,
}

impl Folders {
    fn of_this_system() -> Result<Self> {
        // The user's own, which need no administrator.
        let variable = if cfg!(windows) { "LOCALAPPDATA" } else { "HOME" };
        let base = env::var_os(variable).with_context(|| format!("the variable {variable} is not set"))?;
        let (clap, vst3) = if cfg!(windows) {
            (r"Programs\Common\CLAP", r"Programs\Common\VST3")
        } else if cfg!(target_os = "macos") {
            ("Library/Audio/Plug-Ins/CLAP", "Library/Audio/Plug-Ins/VST3")
        } else {
            (".clap", ".vst3")
        };
        Ok(Self { clap: Path::new(&base).join(clap), vst3: Path::new(&base).join(vst3) })
    }
}

/// Puts a copy of `bundle` at `destination`. The copy is made beside it first, so that neither a failed copy nor a
/// DAW that scans meanwhile sees half a plugin.
fn replace(bundle: &Path, destination: &Path) -> io::Result<()> {
    let beside = |suffix: &str| {
        let mut name = destination.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let (new, old) = (beside(".new"), beside(".old"));
    destination.parent().map_or(Ok(()), fs::create_dir_all)?;
    remove(&new)?;
    remove(&old)?;
    copy(bundle, &new)?;
    if destination.is_dir() {
        // Folders cannot be replaced in one step.
        fs::rename(destination, &old)?;
    }
    fs::rename(&new, destination)?;
    remove(&old)
}

/// Copies a file or a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    }
}
