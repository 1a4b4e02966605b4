//! Packages that must not go out are refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::package::platform::Processor;
use tempfile::TempDir;

pub(crate) const VERSION: &str = "1.2.3";

fn platform(target: &str) -> Platform {
    Platform::new(Some(target)).unwrap()
}

/// A library for `platform` that is fit to be shipped as both formats.
fn sound(platform: &Platform) -> Binary {
    let (exports, library): (&[&str], _) = match platform.system {
        System::Linux => (&["ModuleEntry", "ModuleExit"], "libc.so.6"),
        System::MacOs => (&["bundleEntry", "bundleExit"], "/usr/lib/libSystem.B.dylib"),
        System::Windows => (&["InitDll", "ExitDll"], "kernel32.dll"),
    };
    let exports = exports.iter().chain(&["clap_entry", "GetPluginFactory"]);
    Binary {
        system: platform.system,
        processors: platform.processors.iter().copied().collect(),
        exports: exports.map(|&name| name.to_owned()).collect(),
        libraries: [library.to_owned()].into(),
        glibc: (platform.system == System::Linux).then_some((2, 34)),
    }
}

const TARGETS: [&str; 4] =
    ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-apple-darwin", "universal-apple-darwin"];

#[test]
fn a_plugin_that_has_what_hosts_and_systems_ask_for_is_accepted() {
    for platform in TARGETS.map(platform) {
        for format in [Format::Clap, Format::Vst3] {
            plugin(&sound(&platform), format, &platform).unwrap();
        }
    }
}

#[test]
fn a_plugin_that_lacks_an_entry_point_is_refused() {
    for platform in TARGETS.map(platform) {
        for missing in sound(&platform).exports {
            let mut broken = sound(&platform);
            broken.exports.remove(&missing);
            let accepted = [Format::Clap, Format::Vst3].map(|format| plugin(&broken, format, &platform).is_ok());
            let belongs_to_the_clap = missing == "clap_entry";
            assert_eq!(accepted, [!belongs_to_the_clap, belongs_to_the_clap], "{missing} on {platform:?}");
        }
    }
}

#[test]
fn what_needs_a_library_that_the_system_lacks_is_refused() {
    for (target, library) in [
        ("x86_64-pc-windows-gnu", "libstdc++-6.dll"),
        ("x86_64-pc-windows-gnu", "libgcc_s_seh-1.dll"),
        ("x86_64-pc-windows-gnu", "libwinpthread-1.dll"),
        ("x86_64-pc-windows-msvc", "vcruntime140.dll"),
        ("x86_64-pc-windows-msvc", "msvcp140.dll"),
        ("x86_64-unknown-linux-gnu", "libX11.so.6"),
        ("x86_64-unknown-linux-gnu", "libjack.so.0"),
        ("aarch64-apple-darwin", "@rpath/libunbraid.dylib"),
        ("aarch64-apple-darwin", "/opt/homebrew/lib/libjack.dylib"),
    ] {
        let platform = platform(target);
        let mut broken = sound(&platform);
        broken.libraries.insert(library.to_owned());
        let error = binary(&broken, &platform).unwrap_err().to_string();
        assert!(error.contains(library), "{error}");
    }
}

#[test]
fn code_for_another_system_or_processor_is_refused() {
    let universal = platform("universal-apple-darwin");
    let mut half = sound(&universal);
    half.processors.remove(&Processor::X86_64);
    assert!(binary(&half, &universal).is_err());
    assert!(binary(&sound(&platform("aarch64-unknown-linux-gnu")), &platform("x86_64-unknown-linux-gnu")).is_err());
    assert!(binary(&sound(&platform("x86_64-unknown-linux-gnu")), &platform("x86_64-pc-windows-gnu")).is_err());
}

#[test]
fn code_that_only_newer_systems_run_is_refused() {
    let linux = platform("x86_64-unknown-linux-gnu");
    let mut newer = sound(&linux);
    newer.glibc = Some((2, 39));
    assert!(binary(&newer, &linux).unwrap_err().to_string().contains("2.39"));
}

/// A package whose files are all there; what lies in them is made up, and `code` is what a compiler would have made.
pub(crate) fn made_up(platform: &Platform, code: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, kind) in layout::files(platform) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match kind {
            Kind::InfoPlist => fs::write(path, info_plist::text(VERSION)).unwrap(),
            Kind::Plugin(_) | Kind::Program => fs::write(path, code).unwrap(),
            Kind::Plain => fs::write(path, "text").unwrap(),
        }
    }
    sums::write(folder.path(), &files_below(folder.path()).unwrap()).unwrap();
    folder
}

fn refusal(folder: &Path, platform: &Platform) -> String {
    format!("{:#}", package(folder, platform, VERSION).unwrap_err())
}

#[test]
fn a_package_that_lacks_a_file_is_refused() {
    for platform in TARGETS.map(platform) {
        for (path, _) in layout::files(&platform) {
            let folder = made_up(&platform, b"code");
            fs::remove_file(folder.path().join(&path)).unwrap();
            let error = refusal(folder.path(), &platform);
            assert!(error.contains("lacks") && error.contains(&path), "{error}");
        }
    }
}

#[test]
fn a_package_with_a_file_too_many_is_refused() {
    let linux = platform("x86_64-unknown-linux-gnu");
    let folder = made_up(&linux, b"code");
    // As when two systems' bundles were made in one place.
    let stray = folder.path().join("Unbraid.vst3/Contents/x86_64-win");
    fs::create_dir_all(&stray).unwrap();
    fs::write(stray.join("Unbraid.vst3"), "code").unwrap();
    assert!(refusal(folder.path(), &linux).contains("x86_64-win"));
}

#[test]
fn a_package_whose_file_differs_from_its_sum_is_refused() {
    let linux = platform("x86_64-unknown-linux-gnu");
    let folder = made_up(&linux, b"code");
    fs::write(folder.path().join("LICENSE"), "another text").unwrap();
    let error = refusal(folder.path(), &linux);
    assert!(error.contains("LICENSE") && error.contains(layout::SUMS), "{error}");
}

#[test]
fn a_package_whose_plugin_is_no_plugin_is_refused() {
    let host = Platform::new(None).unwrap();
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    let error = refusal(made_up(&host, &program).path(), &host);
    assert!(error.contains("clap_entry"), "{error}");
}

#[test]
fn a_bundle_that_says_another_version_is_refused() {
    let macos = platform("aarch64-apple-darwin");
    let path = Path::new("Unbraid.clap/Contents/Info.plist");
    let folder = made_up(&macos, b"code");
    fs::write(folder.path().join(path), info_plist::text("1.0.0")).unwrap();
    let error = format!("{:#}", file(&folder.path().join(path), Kind::InfoPlist, &macos, VERSION).unwrap_err());
    assert!(error.contains("1.0.0") && error.contains(VERSION), "{error}");
}

#[cfg(unix)]
#[test]
fn a_command_line_that_may_not_be_run_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let host = Platform::new(None).unwrap();
    let folder = made_up(&host, b"code");
    let program = folder.path().join("unbraid");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    file(&program, Kind::Program, &host, VERSION).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(file(&program, Kind::Program, &host, VERSION).is_err());
}
