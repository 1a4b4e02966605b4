//! What must stand any bytes at all: the preset reader, the reader of projects, the readers of other programs' bases,
//! the front of the audio reader, and the plugin's process call with any events and ports.
//!
//! `cargo xtask fuzz` searches for bytes that make one of them panic; what it has found worth keeping is in `corpus/`,
//! which the tests replay.

mod bytes;
mod host;

use std::{fs, io::Write, path::Path};
use unbraid::{
    cli::exchange,
    instance::{
        later_version,
        project::{packed_file, stored_preset::StoredPreset, version::Version},
    },
    preset::{Source, file},
    recording,
};

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// All targets, by name.
pub const TARGETS: [(&str, Target); 5] =
    [("preset", preset), ("project", project), ("bases", bases), ("recording", recording), ("process", host::process)];

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}

/// A preset file. What is read is written and read back the same.
fn preset(data: &[u8]) {
    let Ok(preset) = file::from_bytes(data, "it") else { return };
    let Ok(bytes) = file::to_bytes(&preset) else { panic!("a preset that was read cannot be written") };
    assert!(file::from_bytes(&bytes, "it").is_ok_and(|again| again == preset), "it comes back another");
}

/// What a project stores: JSON of the framework, JSON of a stored preset, or the preset file inside, by the first byte.
fn project(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    match kind % 3 {
        0 => {
            if let Ok(mut state) = serde_json::from_slice(data) {
                later_version::set_aside(&mut state);
            }
        }
        1 => {
            if let Ok(stored) = serde_json::from_slice::<StoredPreset>(data) {
                let _ = Version::from_project(&stored);
            }
        }
        _ => {
            let stored = StoredPreset { title: "it".into(), file: packed_file::text(data), ..StoredPreset::default() };
            if let Ok((version, _)) = Version::from_project(&stored) {
                assert_eq!(version.stored().file, stored.file, "it is stored as it came");
            }
        }
    }
}

/// A file of bases, with an ending and a sample rate or none by the first byte. What is read can stand in a preset.
fn bases(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    let name = ["it.npz", "it.npy", "it.wav", "it.csv"][usize::from(*kind) % 4];
    let sample_rate = (kind & 4 != 0).then_some(44_100.0);
    let Ok(sources) = exchange::sources_of_bytes(data, Path::new(name), sample_rate) else { return };
    for dictionary in sources.iter().flat_map(Source::dictionaries) {
        assert_eq!(dictionary.validate(), Ok(()), "{name}");
    }
}

/// An audio file, with an ending by the first byte. What is read holds numbers.
fn recording(data: &[u8]) {
    let Some((ending, data)) = data.split_first() else { return };
    let ending = ["wav", "flac", "mp3", "ogg", "m4a", "aiff"][usize::from(*ending) % 6];
    let file = tempfile::Builder::new().suffix(&format!(".{ending}")).tempfile();
    let Ok(mut file) = file else { return };
    if file.write_all(data).is_ok()
        && let Ok(recording) = recording::read(file.path())
    {
        assert!(recording.channels.iter().flatten().all(|sample| sample.is_finite()), "a sample is no number");
    }
    let _ = fs::remove_file(file.path());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_is_read_without_a_panic() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        for (name, target) in TARGETS {
            let inputs: Vec<_> = fs::read_dir(corpus.join(name)).into_iter().flatten().flatten().collect();
            assert!(inputs.len() >= 4, "{name}: {} inputs", inputs.len());
            for input in inputs {
                println!("{name}: {}", input.file_name().display());
                target(&fs::read(input.path()).unwrap_or_default());
            }
        }
    }
}
