//! What the plugin's C++ half needs when it is linked for Windows by MinGW. Nothing anywhere else.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "plugin")]
    mingw::name_libraries();
}

#[cfg(feature = "plugin")]
mod mingw {
    use std::{env, fs, path::Path, process::Command};

    /// Libraries as the linker is asked for them, and those of the compiler that are meant.
    const LIBRARIES: [(&str, &[&str]); 2] = [
        // clap-wrapper 0.3.1 spells the first so, which only Windows's own file systems find, and leaves out the other.
        ("libShell32.a", &["libshell32.a", "libuuid.a"]),
        // The linker would take the DLLs of these, which no Windows has.
        ("libstdc++.a", &["libstdc++.a", "libwinpthread.a"]),
    ];

    /// Puts linker scripts of these names where the linker looks first.
    pub(super) fn name_libraries() {
        let target = |what: &str| env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
        if target("OS") != "windows" || target("ENV") != "gnu" {
            return;
        }
        let folder = env::var_os("OUT_DIR").expect("cargo gives every build script a folder");
        let compiler = cc::Build::new().cpp(true).get_compiler();
        for (asked_for, meant) in LIBRARIES {
            let paths: Vec<_> = meant.iter().map(|name| format!("\"{}\"", find(compiler.path(), name))).collect();
            let script = Path::new(&folder).join(asked_for);
            fs::write(script, format!("INPUT({})\n", paths.join(" "))).expect("cargo's folder can be written to");
        }
        println!("cargo::rustc-link-search=native={}", folder.display());
    }

    /// Where `compiler` keeps this library.
    fn find(compiler: &Path, library: &str) -> String {
        let output = Command::new(compiler).arg(format!("-print-file-name={library}")).output();
        let output = output.unwrap_or_else(|error| panic!("cannot start {}: {error}", compiler.display()));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
