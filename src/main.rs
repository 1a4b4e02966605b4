//! The command line: `unbraid learn`, `separate`, `remix`, `evaluate`, `inspect`, `presets`.

fn main() -> std::process::ExitCode {
    unbraid::cli::run()
}
