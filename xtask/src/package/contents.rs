//! The folder that becomes a package.

use super::{
    binary::Binary,
    check::files_below,
    info_plist, install_page, layout,
    platform::{Platform, System},
    sums, third_party,
};
use crate::{
    bundle::{self, Bundles},
    workspace,
};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a build for one platform gives.
pub(crate) struct Built {
    bundles: Bundles,
    program: PathBuf,
}

/// Builds plugin and command line, fully optimised, and wraps the plugin below `folder`.
pub(crate) fn build(platform: &Platform, folder: &Path) -> Result<Built> {
    let mut libraries = Vec::new();
    let mut programs = Vec::new();
    for target in &platform.targets {
        let (library, program) = bundle::build(target.as_deref())?;
        libraries.push(library);
        programs.push(program);
    }
    let built = folder.join("built");
    let join = |parts: &[PathBuf]| match parts {
        [part] => Ok(part.clone()),
        parts => universal(parts, &built),
    };
    let bundles = bundle::wrap_library(&join(&libraries)?, folder, platform.targets[0].as_deref())?;
    let program = join(&programs)?;
    if platform.system == System::MacOs {
        for bundle in [&bundles.clap, &bundles.vst3] {
            workspace::write(&bundle.join("Contents/Info.plist"), &info_plist::text(&workspace::version()?))?;
            sign(bundle)?;
        }
        sign(&program)?;
    }
    Ok(Built { bundles, program })
}

/// One file of macOS for several processors, in `folder`.
fn universal(parts: &[PathBuf], folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let whole = folder.join(parts[0].file_name().context("a library has a name")?);
    workspace::run(Command::new("lipo").args(parts).arg("-create").arg("-output").arg(&whole))?;
    Ok(whole)
}

/// Signs for this machine; whoever has a developer's certificate signs again. A bundle that is not signed is loaded
/// nowhere, so that a failure is one.
fn sign(path: &Path) -> Result<()> {
    workspace::run(Command::new("codesign").args(["--force", "--sign", "-"]).arg(path))?;
    workspace::run(Command::new("codesign").args(["--verify", "--strict"]).arg(path))
}

/// Lays everything out in `folder`, which is made anew.
pub(crate) fn lay_out(built: &Built, platform: &Platform, version: &str, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for bundle in [&built.bundles.clap, &built.bundles.vst3] {
        take(bundle, &folder.join(bundle.file_name().context("a bundle has a name")?))?;
    }
    take(&built.program, &folder.join(format!("unbraid{}", platform.program_suffix())))?;
    for document in layout::DOCUMENTS {
        take(Path::new(document), &folder.join(document))?;
    }
    let code = layout::files(platform)
        .into_iter()
        .filter(|(_, kind)| matches!(kind, layout::Kind::Plugin(_) | layout::Kind::Program));
    let glibc = code.map(|(path, _)| Ok(Binary::read(&folder.join(path))?.glibc)).collect::<Result<Vec<_>>>()?;
    let page = install_page::text(platform, version, glibc.into_iter().flatten().max());
    workspace::write(&folder.join(layout::install_page(platform)), &page)?;
    workspace::write(&folder.join(layout::THIRD_PARTY), &third_party::text(platform)?)?;
    sums::write(folder, &files_below(folder)?)
}

/// Copies a file or a folder with all that is in it.
fn take(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.exists(), "there is no {}", from.display());
    crate::install::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}
