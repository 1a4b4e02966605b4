//! One file of a folder, and back: `.tar.gz` for Linux, `.zip` for the others, whose systems open it by themselves.

use super::platform::System;
use anyhow::{Context, Result};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use std::{collections::BTreeSet, fs, io, path::Path};
use tar::HeaderMode;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Ends the names of archives for `system`.
pub(crate) fn suffix(system: System) -> &'static str {
    if system == System::Linux { "tar.gz" } else { "zip" }
}

/// Packs `files`, which lie below `folder`, under the folder's own name into a new file at `archive`.
/// The same files give the same bytes: no time or user of this machine goes in.
pub(crate) fn pack(folder: &Path, files: &BTreeSet<String>, archive: &Path, system: System) -> Result<()> {
    let name = folder.file_name().context("a package has a name")?.to_string_lossy().into_owned();
    let file = fs::File::create(archive).with_context(|| format!("cannot create {}", archive.display()))?;
    let packed = if system == System::Linux { pack_tar } else { pack_zip };
    packed(folder, &name, files, file).with_context(|| format!("cannot pack {}", archive.display()))
}

fn pack_tar(folder: &Path, name: &str, files: &BTreeSet<String>, archive: fs::File) -> Result<()> {
    let mut tar = tar::Builder::new(GzEncoder::new(archive, Compression::best()));
    tar.mode(HeaderMode::Deterministic);
    for file in files {
        tar.append_path_with_name(folder.join(file), format!("{name}/{file}"))?;
    }
    Ok(tar.into_inner()?.finish()?.sync_all()?)
}

fn pack_zip(folder: &Path, name: &str, files: &BTreeSet<String>, archive: fs::File) -> Result<()> {
    let mut zip = ZipWriter::new(archive);
    for file in files {
        let path = folder.join(file);
        let options = SimpleFileOptions::default().unix_permissions(permissions(&path)?);
        zip.start_file(format!("{name}/{file}"), options)?;
        io::copy(&mut fs::File::open(path)?, &mut zip)?;
    }
    Ok(zip.finish()?.sync_all()?)
}

/// Those that count: whether it may be run.
#[cfg(unix)]
fn permissions(path: &Path) -> Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(if fs::metadata(path)?.permissions().mode() & 0o100 == 0 { 0o644 } else { 0o755 })
}

/// Windows keeps none.
#[cfg(not(unix))]
fn permissions(_: &Path) -> Result<u32> {
    Ok(0o755)
}

/// Unpacks `archive` into `folder`.
pub(crate) fn unpack(archive: &Path, folder: &Path, system: System) -> Result<()> {
    let file = fs::File::open(archive).with_context(|| format!("cannot open {}", archive.display()))?;
    let unpacked = if system == System::Linux {
        tar::Archive::new(GzDecoder::new(file)).unpack(folder).map_err(Into::into)
    } else {
        ZipArchive::new(file).and_then(|mut zip| zip.extract(folder)).map_err(anyhow::Error::from)
    };
    unpacked.with_context(|| format!("cannot unpack {}", archive.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::package::check::files_below;

    #[test]
    fn what_is_packed_comes_back_with_its_folders_and_what_may_be_run() {
        for system in [System::Linux, System::MacOs, System::Windows] {
            let outer = tempfile::tempdir().unwrap();
            let folder = outer.path().join("Unbraid-1.2.3");
            fs::create_dir_all(folder.join("Unbraid.vst3/Contents")).unwrap();
            fs::write(folder.join("Unbraid.vst3/Contents/code"), "code").unwrap();
            fs::write(folder.join("unbraid"), "program").unwrap();
            #[cfg(unix)]
            fs::set_permissions(folder.join("unbraid"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
            let files = files_below(&folder).unwrap();
            let archives = ["one", "two"].map(|name| outer.path().join(name));
            archives.iter().for_each(|archive| pack(&folder, &files, archive, system).unwrap());
            assert_eq!(fs::read(&archives[0]).unwrap(), fs::read(&archives[1]).unwrap());

            let unpacked = outer.path().join("unpacked");
            unpack(&archives[0], &unpacked, system).unwrap();
            let back = unpacked.join("Unbraid-1.2.3");
            assert_eq!(files_below(&back).unwrap(), files);
            for file in &files {
                assert_eq!(fs::read(back.join(file)).unwrap(), fs::read(folder.join(file)).unwrap(), "{file}");
                assert_eq!(permissions(&back.join(file)).unwrap(), permissions(&folder.join(file)).unwrap(), "{file}");
            }
        }
    }
}
