//! A file is written whole or not at all.

use super::sample::{fixture_bytes, sample, without_solo};
use std::{fs, path::Path};
use unbraid_engine::preset::file::{self, Problem};

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn a_preset_replaces_the_file_of_its_name_and_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kit.unbraid.safetensors");
    fs::write(&path, "old").unwrap();
    file::write(&sample(), &path).unwrap();
    assert!(fs::read(&path).unwrap() == without_solo(&fixture_bytes()));
    assert_eq!(names(folder.path()), ["kit.unbraid.safetensors"]);
}

#[test]
fn a_preset_that_is_not_valid_leaves_the_old_file_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kit.unbraid.safetensors");
    fs::write(&path, "old").unwrap();
    let mut preset = sample();
    preset.sources.clear();
    let error = file::write(&preset, &path).unwrap_err().to_string();
    assert_eq!(error, format!("{}: `sources` is a list of 0; expected 1 to 8 sources", path.display()));
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(folder.path()), ["kit.unbraid.safetensors"]);
}

#[test]
fn when_a_folder_stands_in_the_way_it_stays_and_no_other_file_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kit.unbraid.safetensors");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("inside"), "old").unwrap();
    let error = file::write(&sample(), &path).unwrap_err();
    assert!(matches!(error.problem, Problem::Unwritable(_)), "{error}");
    assert_eq!(fs::read_to_string(path.join("inside")).unwrap(), "old");
    assert_eq!(names(folder.path()), ["kit.unbraid.safetensors"]);
}

#[test]
fn when_the_last_step_fails_no_other_file_is_left() {
    let folder = tempfile::tempdir().unwrap();
    // Longer than any file system allows, so that all goes well until the file is to get its name.
    let path = folder.path().join("x".repeat(300));
    let error = file::write(&sample(), &path).unwrap_err();
    assert!(matches!(error.problem, Problem::Unwritable(_)), "{error}");
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no").join("kit.unbraid.safetensors");
    let parent = folder.path().join("no");
    let expected = format!(
        "{}: the file cannot be written (there is no folder {}); what was there before is unchanged",
        path.display(),
        parent.display()
    );
    assert_eq!(file::write(&sample(), &path).unwrap_err().to_string(), expected);
}

#[test]
fn a_write_protected_file_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kit.unbraid.safetensors");
    fs::write(&path, "old").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let error = file::write(&sample(), &path).unwrap_err().to_string();
    assert!(error.contains("(it is write-protected)"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(folder.path()), ["kit.unbraid.safetensors"]);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_folder_that_may_not_be_written_to_leaves_the_old_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kit.unbraid.safetensors");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let result = file::write(&sample(), &path);
        let forbidden = fs::write(folder.path().join("probe"), "").is_err();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        // Nothing is forbidden to the superuser.
        if forbidden {
            assert!(matches!(result.unwrap_err().problem, Problem::Unwritable(_)));
            assert_eq!(fs::read_to_string(&path).unwrap(), "old");
            assert_eq!(names(folder.path()), ["kit.unbraid.safetensors"]);
        } else {
            result.unwrap();
        }
    }

    #[test]
    fn a_new_file_gets_the_permissions_of_any_new_file_and_an_old_one_keeps_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let ordinary = folder.path().join("ordinary");
        fs::write(&ordinary, "").unwrap();
        let path = folder.path().join("kit.unbraid.safetensors");
        file::write(&sample(), &path).unwrap();
        assert_eq!(mode(&path), mode(&ordinary));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        file::write(&sample(), &path).unwrap();
        assert_eq!(mode(&path), 0o640);
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kit.unbraid.safetensors");
        let link = folder.path().join("link.unbraid.safetensors");
        fs::write(&path, "old").unwrap();
        symlink("kit.unbraid.safetensors", &link).unwrap();
        file::write(&sample(), &link).unwrap();
        assert!(link.is_symlink());
        assert_eq!(file::read(&path).unwrap(), sample());
    }
}
