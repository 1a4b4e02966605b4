//! What can go wrong on the command line, one sentence each.

use crate::{
    dictionary::Flaw,
    evaluation::EvaluationError,
    learner::LearnError,
    preset::{file::PresetError, merge::MergeError},
    recording::RecordingError,
    separator::offline::SeparateError,
    tuning::{MaterialError, TrialError},
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Why a command ended without its result.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// Arguments that parse one by one and make no sense together.
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error(transparent)]
    Preset(#[from] PresetError),
    #[error("no preset is called {name:?}; there are {}", quoted(known))]
    UnknownPreset { name: String, known: Vec<String> },
    #[error("{0:?} is a factory preset, and those stay as they are; name a preset of your own")]
    FactoryPreset(String),
    #[error("{preset} has no source {name:?}; it has {}", quoted(known))]
    UnknownSource { preset: String, name: String, known: Vec<String> },
    #[error(
        "{}: lasts {milliseconds:.0} ms, less than one frame of {frame_milliseconds:.0} ms; give a longer one",
        path.display()
    )]
    TooShort { path: PathBuf, milliseconds: f64, frame_milliseconds: f64 },
    #[error("--start: source {source_name:?} of {preset} {reason}; choose another preset to begin with")]
    Start { source_name: String, preset: String, reason: String },
    #[error("{}: {error}", path.display())]
    Merge { path: PathBuf, error: MergeError },
    #[error("{}", no_audio(path, *is_pattern))]
    NoAudio { path: PathBuf, is_pattern: bool },
    #[error("source {source_name:?}: {error}")]
    Learn { source_name: String, error: LearnError },
    #[error("{}: {error}", path.display())]
    Separate { path: PathBuf, error: SeparateError },
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    #[error(
        "{}: its sample rate is {rate} Hz, that of {} is {expected} Hz; convert one of them, \
         every file must have the same",
        path.display(),
        first.display()
    )]
    SampleRates { path: PathBuf, rate: u32, first: PathBuf, expected: u32 },
    #[error("{}: cannot be written ({reason})", path.display())]
    Unwritable { path: PathBuf, reason: String },
    #[error(
        "{}: --batch and --marks keep the whole recording in memory, some {:.1} GB, and {:.1} GB are free; leave them \
         out, or cut the recording into parts",
        path.display(),
        *needed as f64 / 1e9,
        *free as f64 / 1e9
    )]
    NoMemory { path: PathBuf, needed: u64, free: u64 },
    /// Something wrong with a file that has no error type of its own: marks, bases, results of a search.
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("source {source_name:?} of {file}: {flaw}")]
    Foreign { source_name: String, file: String, flaw: Flaw },
    #[error("{preset}: {source_name:?} has no bases in it, for it finds them while the mixture plays; leave it out")]
    FindsBases { preset: String, source_name: String },
    #[error("{preset}: nothing was learned in it; what its sources find while the mixture plays is in no preset")]
    NothingLearned { preset: String },
    #[error("{}: would be overwritten by the result; choose another output", path.display())]
    WouldOverwrite { path: PathBuf },
    #[error("stdout cannot be written ({0})")]
    Stdout(std::io::Error),
    #[error("recordings for tuning: {0}")]
    Material(#[from] MaterialError),
    #[error("tuning: {0}")]
    Trial(#[from] TrialError),
    #[error("stopped; what was finished is kept in {}, and the same command goes on from there", path.display())]
    TuningStopped { path: PathBuf },
    #[error("stopped; nothing was written")]
    Interrupted,
}

impl CliError {
    pub(super) fn unwritable(path: impl Into<PathBuf>, reason: impl std::fmt::Display) -> Self {
        Self::Unwritable { path: path.into(), reason: reason.to_string() }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Interrupted | Self::TuningStopped { .. } => 130,
            _ => 1,
        })
    }
}

fn no_audio(path: &Path, is_pattern: bool) -> String {
    match is_pattern {
        true => format!("{}: no audio file matches this pattern; check it", path.display()),
        false => format!("{}: there is no audio file in this folder; name one that holds recordings", path.display()),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
