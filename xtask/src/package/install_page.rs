//! The page of a package that says where its files go.

use super::{
    info_plist::OLDEST_MACOS,
    layout::SUMS,
    platform::{Platform, System},
};

/// The page for this version and platform. It names the folders that the user owns, and those for all users.
pub(crate) fn text(platform: &Platform, version: &str, glibc: Option<(u32, u32)>) -> String {
    let needs = match platform.system {
        System::Linux => {
            let (major, minor) = glibc.unwrap_or_default();
            format!("Linux with glibc {major}.{minor} or newer, and X11 (or XWayland) with OpenGL for the editor.")
        }
        System::MacOs => format!("macOS {OLDEST_MACOS} or newer."),
        System::Windows => "Windows 10 or newer, 64 bits.".to_owned(),
    };
    let [clap, vst3, program] = folders(platform.system);
    let page = format!(
        "# Unbraid {version}\n\n\
         For {}: {needs}\n\n\
         {}{}{}{}{}\n\
         Then let your DAW scan for plugins, and insert Unbraid on an audio track. To take it away, delete these. \
         Presets that you saved stay in the folder that `unbraid presets` names.\n\n\
         {} has the SHA-256 sum of every file here:\n\n    {}\n",
        platform.name(),
        row("copy", ["to", "or, for all users, to"]),
        row("Unbraid.clap", clap),
        row("Unbraid.vst3", vst3),
        row(&format!("unbraid{}", platform.program_suffix()), program),
        notes(platform.system),
        SUMS,
        check_command(platform.system),
    );
    // Windows's editor shows lines that end in its own way in every version.
    if platform.system == System::Windows { page.replace('\n', "\r\n") } else { page }
}

fn row(what: &str, [mine, everyones]: [&str; 2]) -> String {
    format!("    {what:<18}{mine:<44}{everyones}\n")
}

/// For the CLAP, the VST3 and the command line: the user's own folder, and everyone's.
fn folders(system: System) -> [[&'static str; 2]; 3] {
    match system {
        System::Linux => {
            [["~/.clap", "/usr/lib/clap"], ["~/.vst3", "/usr/lib/vst3"], ["~/.local/bin", "/usr/local/bin"]]
        }
        System::MacOs => [
            ["~/Library/Audio/Plug-Ins/CLAP", "/Library/Audio/Plug-Ins/CLAP"],
            ["~/Library/Audio/Plug-Ins/VST3", "/Library/Audio/Plug-Ins/VST3"],
            ["~/bin, or where you like", "/usr/local/bin"],
        ],
        System::Windows => [
            [r"%LOCALAPPDATA%\Programs\Common\CLAP", r"%COMMONPROGRAMFILES%\CLAP"],
            [r"%LOCALAPPDATA%\Programs\Common\VST3", r"%COMMONPROGRAMFILES%\VST3"],
            [r"%LOCALAPPDATA%\Programs\Unbraid", r"%PROGRAMFILES%\Unbraid"],
        ],
    }
}

fn notes(system: System) -> &'static str {
    match system {
        System::Linux => "",
        System::MacOs => {
            "\nThe bundles are not signed by a registered developer. If macOS refuses them, remove the mark that says they \
             were downloaded:\n\n    xattr -dr com.apple.quarantine ~/Library/Audio/Plug-Ins/CLAP/Unbraid.clap\n    \
             xattr -dr com.apple.quarantine ~/Library/Audio/Plug-Ins/VST3/Unbraid.vst3\n"
        }
        System::Windows => {
            "\nThe setup does the same for you alone, without an administrator's password. Neither it nor the plugins are \
             signed: Windows may ask whether you trust them.\n"
        }
    }
}

fn check_command(system: System) -> &'static str {
    match system {
        System::Linux => "sha256sum --check SHA256SUMS",
        System::MacOs => "shasum -a 256 --check SHA256SUMS",
        System::Windows => "certutil -hashfile Unbraid.clap SHA256",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_the_folders_of_its_system() {
        let page = |target| text(&Platform::new(Some(target)).unwrap(), "1.2.3", Some((2, 34)));
        let windows = page("x86_64-pc-windows-msvc");
        assert!(windows.contains(r"%LOCALAPPDATA%\Programs\Common\VST3") && windows.contains("\r\n"));
        assert!(page("aarch64-apple-darwin").contains("~/Library/Audio/Plug-Ins/CLAP"));
        let linux = page("x86_64-unknown-linux-gnu");
        assert!(linux.contains("~/.vst3") && linux.contains("glibc 2.34"));
    }
}
