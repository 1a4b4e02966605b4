//! Sources and recordings of each alone, as `learn` and `tune` name them.

use super::{error::CliError, input::Input, interrupt};
use crate::{
    learner::{self, LearnError, adaptive::COMPONENTS},
    preset::{Role, Source},
    recording::{Excerpt, Recording, RecordingError, Survey},
};
use std::path::{Path, PathBuf};

/// SOURCE=FILE.
#[derive(Debug, Clone)]
pub(super) struct RecordingArgument {
    pub(super) source: String,
    pub(super) file: PathBuf,
}

/// NAME=ROLE.
#[derive(Debug, Clone)]
pub(super) struct RoleArgument {
    pub(super) source: String,
    pub(super) role: Role,
}

/// A source to learn, and the recordings of it.
pub(super) struct SourceFiles<'a> {
    pub(super) name: &'a str,
    pub(super) files: Vec<&'a Path>,
}

impl<'a> SourceFiles<'a> {
    /// The sources of `recordings`, in the order in which they are first named.
    pub(super) fn of(recordings: &'a [RecordingArgument]) -> Vec<Self> {
        let mut sources: Vec<Self> = Vec::new();
        for RecordingArgument { source: name, file } in recordings {
            match sources.iter_mut().find(|source| source.name == name) {
                Some(source) => source.files.push(file),
                None => sources.push(Self { name, files: vec![file] }),
            }
        }
        sources
    }

    /// The recordings, or of those that last longer than `most_seconds` together what is learned from, of each at least
    /// `least_seconds`; which is then said, too.
    pub(super) fn read(
        &self,
        most_seconds: f64,
        least_seconds: usize,
    ) -> Result<(Vec<Recording>, Option<String>), CliError> {
        let inputs = self.files.iter().map(|file| Input::open(file)).collect::<Result<Vec<_>, _>>()?;
        let surveys = inputs.iter().map(Input::survey).collect::<Result<Vec<_>, _>>()?;
        let excerpts = Excerpt::of_each(&surveys, most_seconds, least_seconds);
        let read = |(input, excerpt): (&Input, &Excerpt)| -> Result<Recording, CliError> {
            interrupt::check()?;
            // What is wrong with the file has been said.
            Ok(learner::padded(input.reader()?.read_excerpt(excerpt)?.0))
        };
        let recordings = inputs.iter().zip(&excerpts).map(read).collect::<Result<Vec<_>, _>>()?;
        let said = excerpts.iter().any(Excerpt::is_part).then(|| {
            let used: f64 = recordings.iter().map(Recording::seconds).sum();
            let all: f64 = surveys.iter().map(Survey::seconds).sum();
            format!("learned {} from {used:.0} s, spread evenly over {:.1} min", self.name, all / 60.0)
        });
        Ok((recordings, said))
    }

    /// Names the file where the learner counts recordings.
    pub(super) fn error(&self, error: LearnError) -> CliError {
        let path = |number: usize| self.files[number - 1].to_path_buf();
        match error {
            LearnError::TooShort { number, milliseconds, frame_milliseconds } => {
                CliError::TooShort { path: path(number), milliseconds, frame_milliseconds }
            }
            LearnError::Silent { number } => RecordingError::Silent { path: path(number) }.into(),
            error => CliError::Learn { source_name: self.name.to_owned(), error },
        }
    }
}

pub(super) fn parse_recording(argument: &str) -> Result<RecordingArgument, String> {
    match argument.split_once('=') {
        Some((source, file)) if !source.trim().is_empty() && !file.is_empty() => {
            Ok(RecordingArgument { source: parse_name(source)?, file: file.into() })
        }
        _ => Err("write SOURCE=FILE, as in drums=kit.wav".to_owned()),
    }
}

pub(super) fn parse_role(argument: &str) -> Result<RoleArgument, String> {
    let parsed = argument.rsplit_once('=').and_then(|(source, role)| Some((source, Role::named(role)?)));
    let (source, role) = parsed.ok_or_else(|| format!("write NAME=ROLE with {}, as in kit=drums", Role::NAMES))?;
    Ok(RoleArgument { source: parse_name(source)?, role })
}

/// A source's name, if a preset can hold a source of that name.
pub(super) fn parse_name(name: &str) -> Result<String, String> {
    let name = name.trim().to_owned();
    let named = Source::adaptive(name, 0, COMPONENTS);
    match named.validate() {
        Ok(()) => Ok(named.name),
        Err(flaw) => Err(format!("the source's name is {}; give it {}", flaw.found, flaw.expected)),
    }
}
