//! Folders that the system's file manager does not show.

use std::path::Path;

/// Hides `folder`. A dot before its name does so everywhere but on Windows.
pub(super) fn hide(folder: &Path) {
    #[cfg(windows)]
    windows::hide(folder);
    #[cfg(not(windows))]
    let _ = folder;
}

#[cfg(windows)]
mod windows {
    use std::{iter, os::windows::ffi::OsStrExt, path::Path};
    use windows_sys::Win32::Storage::FileSystem::{FILE_ATTRIBUTE_HIDDEN, SetFileAttributesW};

    pub(super) fn hide(folder: &Path) {
        let path: Vec<u16> = folder.as_os_str().encode_wide().chain(iter::once(0)).collect();
        // SAFETY: `path` ends with a zero and lives during the call. A folder that stays visible does no harm.
        unsafe { SetFileAttributesW(path.as_ptr(), FILE_ATTRIBUTE_HIDDEN) };
    }
}

#[cfg(all(test, windows))]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use std::{fs, os::windows::fs::MetadataExt};

    #[test]
    fn windows_is_told_to_hide_a_folder() {
        let outer = tempfile::tempdir().unwrap();
        // Without a dot, which file managers elsewhere go by.
        let folder = outer.path().join("trash");
        fs::create_dir(&folder).unwrap();
        super::hide(&folder);
        assert_eq!(fs::metadata(folder).unwrap().file_attributes() & 2, 2);
    }
}
