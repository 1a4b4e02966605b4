//! Temporary files beside the files that they will replace.

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};
use tempfile::{Builder, NamedTempFile};

const PREFIX: &str = ".unbraid-";
const SUFFIX: &str = ".tmp";

/// A temporary file that is older belongs to no save that goes on: its program was killed.
const ABANDONED_AFTER: Duration = Duration::from_hours(1);

/// A new temporary file in `folder`. Those that killed programs have left there are removed.
///
/// # Errors
/// If it cannot be made. Only the error's kind is given, because its text would name the temporary file.
pub(in crate::preset) fn in_folder(folder: &Path) -> io::Result<NamedTempFile> {
    sweep(folder, SystemTime::now());
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the user's umask
    builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))
}

/// What cannot be looked at or removed stays: nothing depends on it.
fn sweep(folder: &Path, now: SystemTime) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        let age = || now.duration_since(entry.metadata().ok()?.modified().ok()?).ok();
        if is_ours && age().is_some_and(|age| age > ABANDONED_AFTER) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_killed_saves_have_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".unbraid-abc.tmp", ".unbraid-notes.txt", "kit.unbraid.safetensors", ".other.tmp"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let left = || fs::read_dir(folder.path()).unwrap().count();
        sweep(folder.path(), SystemTime::now());
        assert_eq!(left(), 4, "a save may be under way");
        sweep(folder.path(), SystemTime::now() + 2 * ABANDONED_AFTER);
        assert_eq!(left(), 3);
        assert!(!folder.path().join(".unbraid-abc.tmp").exists());
    }
}
