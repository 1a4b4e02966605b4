//! The plugin as an application of its own: JACK, ALSA, CoreAudio or WASAPI in and out.

fn main() -> std::process::ExitCode {
    if nice_plug::nice_export_standalone::<unbraid::plugin::Unbraid>() {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}
