//! What a macOS bundle says of itself.

use anyhow::{Context, Result, ensure};

/// Both bundles' identifier.
const IDENTIFIER: &str = "org.unbraid.Unbraid";

/// The oldest macOS that the code runs on; `.cargo/config.toml` gives the compilers the same.
pub(crate) const OLDEST_MACOS: &str = "11.0";

/// The text of `Info.plist` for this version of the plugin.
pub(crate) fn text(version: &str) -> String {
    let entries = [
        ("CFBundleDevelopmentRegion", "en"),
        ("CFBundleDisplayName", "Unbraid"),
        ("CFBundleExecutable", "Unbraid"),
        ("CFBundleIdentifier", IDENTIFIER),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", "Unbraid"),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleShortVersionString", version),
        ("CFBundleSignature", "????"),
        ("CFBundleVersion", version),
        ("LSMinimumSystemVersion", OLDEST_MACOS),
        ("NSHumanReadableCopyright", "© 2026 The Unbraid authors. MIT or Apache-2.0."),
    ];
    let entries: String =
        entries.iter().map(|(key, value)| format!("    <key>{key}</key>\n    <string>{value}</string>\n")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n  <dict>\n{entries}    <key>NSHighResolutionCapable</key>\n    <true/>\n  \
         </dict>\n</plist>\n"
    )
}

/// Whether `text` describes this version of the plugin.
///
/// # Errors
/// If an entry is missing or says something else.
pub(crate) fn check(text: &str, version: &str) -> Result<()> {
    for (key, wanted) in [
        ("CFBundleExecutable", "Unbraid"),
        ("CFBundleIdentifier", IDENTIFIER),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleShortVersionString", version),
        ("CFBundleVersion", version),
    ] {
        let value = value(text, key).with_context(|| format!("it has no {key}"))?;
        ensure!(value == wanted, "{key} is {value}, not {wanted}");
    }
    Ok(())
}

/// The string that stands behind `key`.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let (_, behind) = text.split_once(&format!("<key>{key}</key>"))?;
    behind.trim_start().strip_prefix("<string>")?.split_once("</string>").map(|(value, _)| value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_names_the_plugin_and_its_version() {
        check(&text("1.2.3"), "1.2.3").unwrap();
        let bundlers_own = text("1.2.3").replace(IDENTIFIER, "com.example.plugin");
        assert!(check(&bundlers_own, "1.2.3").unwrap_err().to_string().contains("CFBundleIdentifier"));
    }
}
