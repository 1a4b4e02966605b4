//! The command line: `unbraid learn`, `separate`, `remix`, `evaluate`, `tune`, `merge`, `inspect`, `export`, `import`,
//! `presets`.

fn main() -> std::process::ExitCode {
    unbraid::cli::run()
}
