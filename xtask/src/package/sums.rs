//! SHA256SUMS: what `sha256sum --check` reads.

use super::layout::SUMS;
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fs, path::Path};

/// Writes the sums of `files`, which lie below `folder`, beside them.
pub(crate) fn write(folder: &Path, files: &BTreeSet<String>) -> Result<()> {
    let mut lines = String::new();
    for file in files.iter().filter(|file| *file != SUMS) {
        lines += &line(folder, file)?;
    }
    fs::write(folder.join(SUMS), lines).with_context(|| format!("cannot write {SUMS}"))
}

/// Whether the sums below `folder` are those of `files`, all of them and no others.
///
/// # Errors
/// Names a file that differs, is not listed, or is listed and not there.
pub(crate) fn verify(folder: &Path, files: &BTreeSet<String>) -> Result<()> {
    let text = fs::read_to_string(folder.join(SUMS)).with_context(|| format!("cannot read {SUMS}"))?;
    let written: BTreeSet<_> = text.split_inclusive('\n').map(str::to_owned).collect();
    let files = files.iter().filter(|file| *file != SUMS);
    let right = files.map(|file| line(folder, file)).collect::<Result<BTreeSet<_>>>()?;
    let wrong: Vec<_> = right.symmetric_difference(&written).collect();
    ensure!(wrong.is_empty(), "{SUMS} does not fit the files: {wrong:?}");
    Ok(())
}

/// Two blanks part sum and name, as `sha256sum` has it.
fn line(folder: &Path, file: &str) -> Result<String> {
    Ok(format!("{}  {file}\n", of_file(&folder.join(file))?))
}

/// The sum of a file in hexadecimal digits.
fn of_file(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_a_file_is_that_of_the_standard() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "abc").unwrap();
        // FIPS 180-4's first example.
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(line(folder.path(), "file").unwrap(), format!("{sum}  file\n"));
    }
}
