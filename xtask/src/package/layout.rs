//! What lies where in a package: as the standards of both plugin formats have it for each system.

use super::platform::{Platform, Processor, System};

/// What a file of a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The code of the CLAP or of the VST3.
    Plugin(Format),
    /// The command line.
    Program,
    /// The description of a macOS bundle.
    InfoPlist,
    /// Anything else.
    Plain,
}

/// A plugin format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Clap,
    Vst3,
}

/// The file that names the sums of all others.
pub(crate) const SUMS: &str = "SHA256SUMS";

/// Whose work it is made of.
pub(crate) const THIRD_PARTY: &str = "THIRD-PARTY.txt";

/// Files that are taken over as they are.
pub(crate) const DOCUMENTS: [&str; 2] = ["LICENSE", "CHANGELOG.md"];

/// The page that says where files go.
pub(crate) fn install_page(platform: &Platform) -> &'static str {
    // What every system opens with a double click.
    if platform.system == System::Windows { "INSTALL.txt" } else { "INSTALL.md" }
}

/// Every file of a package for `platform`, as paths with `/` below its folder, sorted.
pub(crate) fn files(platform: &Platform) -> Vec<(String, Kind)> {
    let mut files = plugin_files(platform);
    files.push((format!("unbraid{}", platform.program_suffix()), Kind::Program));
    let plain = DOCUMENTS.into_iter().chain([install_page(platform), THIRD_PARTY, SUMS]);
    files.extend(plain.map(|name| (name.to_owned(), Kind::Plain)));
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    files
}

fn plugin_files(platform: &Platform) -> Vec<(String, Kind)> {
    let plugin = |path: String, format| (path, Kind::Plugin(format));
    match platform.system {
        System::Linux | System::Windows => {
            let (suffix, name) = if platform.system == System::Linux { ("linux", "so") } else { ("win", "vst3") };
            let processor = match (platform.system, platform.processors[0]) {
                // Steinberg's name for it.
                (System::Windows, Processor::Aarch64) => "arm64",
                (_, processor) => processor.name(),
            };
            vec![
                plugin("Unbraid.clap".into(), Format::Clap),
                plugin(format!("Unbraid.vst3/Contents/{processor}-{suffix}/Unbraid.{name}"), Format::Vst3),
            ]
        }
        System::MacOs => [("Unbraid.clap", Format::Clap), ("Unbraid.vst3", Format::Vst3)]
            .into_iter()
            .flat_map(|(bundle, format)| {
                let inside = |path: &str| format!("{bundle}/Contents/{path}");
                [
                    plugin(inside("MacOS/Unbraid"), format),
                    (inside("Info.plist"), Kind::InfoPlist),
                    (inside("PkgInfo"), Kind::Plain),
                    (inside("_CodeSignature/CodeResources"), Kind::Plain),
                ]
            })
            .collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_vst3_lies_in_the_folder_that_steinberg_names_for_the_system() {
        for (target, path) in [
            ("x86_64-unknown-linux-gnu", "Unbraid.vst3/Contents/x86_64-linux/Unbraid.so"),
            ("aarch64-unknown-linux-gnu", "Unbraid.vst3/Contents/aarch64-linux/Unbraid.so"),
            ("x86_64-pc-windows-msvc", "Unbraid.vst3/Contents/x86_64-win/Unbraid.vst3"),
            ("aarch64-pc-windows-msvc", "Unbraid.vst3/Contents/arm64-win/Unbraid.vst3"),
            ("universal-apple-darwin", "Unbraid.vst3/Contents/MacOS/Unbraid"),
        ] {
            let files = files(&Platform::new(Some(target)).unwrap());
            assert!(files.contains(&(path.to_owned(), Kind::Plugin(Format::Vst3))), "{target}: {files:?}");
        }
    }
}
