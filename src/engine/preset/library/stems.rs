//! Files with the sound of sources: names that are safe on every system, no two alike, and the user's folder for them.

use super::FORBIDDEN;
use directories::UserDirs;
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Names another folder for what is saved by hand.
pub const STEMS_VARIABLE: &str = "UNBRAID_STEMS_FOLDER";

/// Names that Windows keeps for devices, whatever follows the first dot.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];
/// Longest stem, in bytes of UTF-8: file systems allow 255 for the whole name.
const MAX_STEM_BYTES: usize = 200;

/// `NAME.wav` for every source, in order. Characters that some system forbids become `_`; of two names that some
/// system would take for the same, the second gets a number.
pub fn wav_names<'a>(sources: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    let mut names = Vec::new();
    for source in sources {
        let stem = stem(source);
        let numbered = (1..).map(|n| if n == 1 { stem.clone() } else { format!("{stem} {n}") });
        // At most as many tries as there are names taken.
        for candidate in numbered {
            let folded = candidate.to_lowercase();
            if !taken.contains(&folded) {
                taken.push(folded);
                names.push(format!("{candidate}.wav"));
                break;
            }
        }
    }
    names
}

/// The user's folder for what is saved by hand, which may not exist yet: the one that [`STEMS_VARIABLE`] names, or
/// `Unbraid` in the user's music folder, or in the home folder where there is none. `None` for a user without a home.
pub fn stems_dir() -> Option<PathBuf> {
    let user = UserDirs::new();
    let music = user.as_ref().map(|user| user.audio_dir().unwrap_or_else(|| user.home_dir()));
    folder(env::var_os(STEMS_VARIABLE), music)
}

fn folder(named: Option<OsString>, music: Option<&Path>) -> Option<PathBuf> {
    match named.filter(|named| !named.is_empty()) {
        Some(named) => Some(named.into()),
        None => Some(music?.join("Unbraid")),
    }
}

/// The first file in `folder` for the sound of `source` that does not exist yet: "drums 1.wav".
pub fn next_file(folder: &Path, source: &str) -> PathBuf {
    let stem = stem(source);
    let path = |number: u32| folder.join(format!("{stem} {number}.wav"));
    // A folder cannot hold so many files.
    (1..=u32::MAX).map(path).find(|path| !path.exists()).unwrap_or_else(|| path(0))
}

fn stem(source: &str) -> String {
    let forbidden = |c: char| c.is_control() || FORBIDDEN.contains(&c);
    let safe: String = source.chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    let safe = safe.trim().trim_end_matches(['.', ' ']).trim_start_matches('.');
    let end = (0..=safe.len().min(MAX_STEM_BYTES)).rev().find(|end| safe.is_char_boundary(*end)).unwrap_or(0);
    let safe = safe[..end].trim_end();
    let first = safe.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    match safe {
        "" => "source".to_owned(),
        _ if RESERVED.contains(&first.as_str()) => format!("_{safe}"),
        _ => safe.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_as_they_are() {
        assert_eq!(wav_names(["drums", "Bass 2", "Größe", "鼓"]), ["drums.wav", "Bass 2.wav", "Größe.wav", "鼓.wav"]);
    }

    #[test]
    fn no_name_leaves_the_folder_or_offends_a_system() {
        let names = wav_names(["../../etc", "a/b", "C:\\x", "..", " ", "nul", "com1.old", "tail. .", "tab\there"]);
        let expected = ["_.._etc", "a_b", "C__x", "source", "source 2", "_nul", "_com1.old", "tail", "tab_here"];
        assert_eq!(names, expected.map(|stem| format!("{stem}.wav")));
    }

    #[test]
    fn names_that_a_system_takes_for_the_same_are_numbered() {
        assert_eq!(wav_names(["a/b", "A:B", "a_b 2", "a_b"]), ["a_b.wav", "A_B 2.wav", "a_b 2 2.wav", "a_b 3.wav"]);
    }

    #[test]
    fn a_file_that_exists_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(next_file(folder.path(), "Bass"), folder.path().join("Bass 1.wav"));
        std::fs::write(folder.path().join("Bass 1.wav"), []).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(next_file(folder.path(), "Bass"), folder.path().join("Bass 2.wav"));
    }

    #[test]
    fn the_users_folder_can_be_named() {
        assert_eq!(folder(Some("/x".into()), Some(Path::new("/music"))), Some("/x".into()));
        assert_eq!(folder(Some("".into()), Some(Path::new("/music"))), Some("/music/Unbraid".into()));
        assert_eq!(folder(None, None), None);
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let name = &wav_names(["ü".repeat(300).as_str()])[0];
        assert_eq!(name, &format!("{}.wav", "ü".repeat(100)));
    }
}
