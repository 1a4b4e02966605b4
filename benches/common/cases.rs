//! Mixtures whose parts are known.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};
use unbraid_engine::{
    learner::{LearnSettings, Lesson, learn},
    preset::{Preset, Role, Source},
    recording::{self, Recording},
};

/// A mixture whose parts are known, and recordings to learn from: bass, drums.
pub struct Case {
    /// The instruments: "finger-bass + standard-kit".
    pub name: String,
    /// Take 1 of each source, to learn from.
    pub training: [Recording; 2],
    /// Take 2 of each source, to mix and separate.
    pub parts: [Recording; 2],
}

/// The cases of the folder in `UNBRAID_STEMS`, or the one that comes with the tests.
///
/// # Panics
/// If a recording cannot be read.
pub fn cases() -> Vec<Case> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/audio");
    let folder = std::env::var_os("UNBRAID_STEMS").map_or(own, PathBuf::from);
    let pairs = [("finger-bass", "standard-kit"), ("slap-bass", "room-kit"), ("synth-bass", "808-kit")];
    let found = pairs.into_iter().filter(|(bass, _)| folder.join(format!("{bass}-take1.flac")).exists());
    let take = |name: &str, number: usize| match recording::read(folder.join(format!("{name}-take{number}.flac"))) {
        Ok(recording) => recording,
        Err(error) => panic!("{error}"),
    };
    found
        .map(|(bass, drums)| Case {
            name: format!("{bass} + {drums}"),
            training: [take(bass, 1), take(drums, 1)],
            parts: [take(bass, 2), take(drums, 2)],
        })
        .collect()
}

impl Case {
    /// The two parts played together.
    pub fn mixture(&self) -> Recording {
        Recording::sum_of(&self.parts)
    }

    /// The preset that `unbraid learn` makes of the training material.
    ///
    /// # Panics
    /// If nothing can be learned.
    pub fn preset(&self) -> Preset {
        taught(&self.training)
    }
}

/// The preset that `unbraid learn` makes of one recording of each source, in their order.
///
/// # Panics
/// If nothing can be learned.
pub fn taught(recordings: &[Recording]) -> Preset {
    taught_as(recordings, &vec![None; recordings.len()])
}

/// The same with the role of each source.
///
/// # Panics
/// If nothing can be learned.
pub fn taught_as(recordings: &[Recording], roles: &[Option<Role>]) -> Preset {
    let lesson = |(recording, role): (_, &Option<Role>)| Lesson {
        recordings: std::slice::from_ref(recording),
        settings: LearnSettings::default(),
        known: &[],
        role: *role,
    };
    let lessons: Vec<Lesson<'_>> = recordings.iter().zip(roles).map(lesson).collect();
    match learn(&lessons, &mut |_| ControlFlow::Continue(())) {
        Ok(learned) => {
            let source = |(strip, (learned, role)): (usize, (_, &Option<Role>))| Source {
                role: *role,
                ..Source::fixed("source", strip, learned)
            };
            Preset::of(learned.into_iter().zip(roles).enumerate().map(source).collect())
        }
        Err(error) => panic!("{error}"),
    }
}
