//! The command line: `unbraid learn`, `separate`, `remix`, `evaluate`, `inspect`,
//! `export`, `import`, `presets`.

fn main() -> std::process::ExitCode {
    unbraid::cli::run()
}
