//! The part of a plugin instance that runs on the audio thread, and what crosses between it and the other threads.
//!
//! - [`audio`]: the [`AudioHalf`](audio::AudioHalf), which plays. [`settings`]: what it is told for each block.
//! - `automation`: holds back what a host changes until the sound that it belongs to is played.
//! - `stretch_loop`: plays a frozen stretch in the place of the input. [`take_detector`]: what begins and ends a take.
//! - [`wires`]: both ends of everything that crosses.
//!
//! The crate is `no_std`. It cannot name a lock, a thread, a clock, a file or the environment, and it knows neither the
//! plugin nor its worker, its session or its editor, which depend on it:
//!
//! ```compile_fail,E0433
//! #![no_std]
//! # fn main() {}
//! fn block(gains: &std::sync::Mutex<[f32; 8]>) {}
//! ```
//!
//! What is left: the memory that [`alloc`] gives, which `tests/plugin/audio_thread.rs` watches, and the engine, of
//! which `engine` lets in only what neither reads files nor allocates while it plays.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod audio;
mod automation;
pub mod settings;
mod stretch_loop;
pub mod take_detector;
pub mod wires;

/// All that may be named here of the engine.
mod engine {
    pub(crate) use unbraid_engine::{
        decibels,
        learner::capture::Capture,
        preset::MAX_SOURCES,
        separator::{
            AnalyzerFrame, AnalyzerReceiver, AnalyzerSender, Audition, ControlDelays, Controls, Levels, Model,
            MusicalTime, Separator, StripControls, analyzer_frames,
        },
        stft::BIN_SPACING_HZ,
    };
    #[cfg(test)]
    pub(crate) use unbraid_engine::{
        preset::Preset,
        separator::{LatencyMode, Layout},
    };
}
// By a short name, because `tests/interleavings` puts its own in its place.
use unbraid_engine::wait_free;

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf, string::String, vec};

    /// `engine` and `wait_free` are the only doors.
    #[test]
    fn only_this_file_names_the_engine() {
        let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR"))];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|suffix| suffix == "rs") && !path.ends_with("realtime/lib.rs") {
                    let code = fs::read_to_string(&path).unwrap();
                    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
                    assert!(!code.contains("unbraid_engine"), "{}", path.display());
                    files += 1;
                }
            }
        }
        assert!(files >= 10, "{files} files");
    }
}
