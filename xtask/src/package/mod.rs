//! `cargo xtask package`: what is given to others, built, packed and checked.
//!
//! - [`platform`]: for which systems. [`layout`]: what lies where.
//! - [`contents`]: the folder that is packed; [`info_plist`], [`install_page`], [`sums`], [`third_party`]: what is
//!   written into it.
//! - [`archive`]: its one file. [`setup`]: the installer for Windows.
//! - [`mod@check`]: what must be true of what was packed; [`binary`]: what machine code says of itself.

mod archive;
mod binary;
mod check;
mod contents;
mod info_plist;
mod install_page;
mod layout;
mod platform;
mod setup;
mod sums;
mod third_party;

use crate::{mingw, workspace};
use anyhow::{Context, Result};
use platform::{Platform, System};
use std::{fs, path::Path};

/// Makes the package for `target`, or for this machine, in `target/package`, and says where it is.
pub(crate) fn run(target: Option<&str>) -> Result<()> {
    let platform = Platform::new(target)?;
    if platform.targets.iter().flatten().any(|target| target == mingw::TARGET) {
        mingw::ensure()?;
    }
    let version = workspace::version()?;
    let packages = workspace::target_dir()?.join("package");
    let work = packages.join("work").join(platform.name());
    let name = format!("Unbraid-{version}-{}", platform.name());
    let folder = work.join(&name);

    let built = contents::build(&platform, &work)?;
    contents::lay_out(&built, &platform, &version, &folder)?;
    let archive = packages.join(format!("{name}.{}", archive::suffix(platform.system)));
    archive::pack(&folder, &check::files_below(&folder)?, &archive, platform.system)?;
    check(&archive, &platform, &version).with_context(|| {
        // What is not fit to be shipped does not lie there to be shipped.
        let _ = fs::remove_file(&archive);
        format!("{name} was not made")
    })?;
    println!("{}", archive.display());
    if platform.system == System::Windows {
        let setup = setup::make(&folder, &platform, &version, &packages.join(format!("{name}-setup.exe")))?;
        println!("{}", setup.display());
    }
    Ok(())
}

/// Looks at what was packed, unpacked again.
fn check(archive: &Path, platform: &Platform, version: &str) -> Result<()> {
    let unpacked = tempfile::tempdir_in(archive.parent().context("an archive lies in a folder")?)?;
    archive::unpack(archive, unpacked.path(), platform.system)?;
    let name = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.trim_end_matches(&format!(".{}", archive::suffix(platform.system)));
    check::package(&unpacked.path().join(name), platform, version)
}
