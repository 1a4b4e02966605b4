//! Sources and recordings of each alone, as `learn` and `tune` name them.

use super::{
    error::CliError,
    input::Input,
    interrupt,
    progress::LateProgress,
    source_folders::{SourceFile, files_of},
};
use crate::{
    learner::{self, LearnError, adaptive::COMPONENTS},
    preset::{Role, Source},
    recording::{Excerpt, Recording, RecordingError, Survey, file_name},
};
use std::path::PathBuf;

/// Files of a folder whose names the preset keeps; of more it keeps their number.
const MOST_NAMES: usize = 50;

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
    pub(super) files: Vec<SourceFile>,
    /// What the preset says of them.
    pub(super) learned_from: Vec<String>,
}

/// A recording that was read through once.
pub(super) struct SurveyedFile {
    pub(super) input: Input,
    pub(super) survey: Survey,
}

/// What is kept in memory of a source's recordings.
pub(super) struct SourceSample {
    pub(super) recordings: Vec<Recording>,
    /// Which file each recording is of, by its index.
    pub(super) files: Vec<usize>,
    /// Seconds of the sample, and of all recordings.
    pub(super) seconds: [f64; 2],
}

impl<'a> SourceFiles<'a> {
    /// The sources of `recordings`, in the order in which they are first named.
    pub(super) fn of(recordings: &'a [RecordingArgument]) -> Result<Vec<Self>, CliError> {
        let mut sources: Vec<Self> = Vec::new();
        for RecordingArgument { source: name, file } in recordings {
            let files = files_of(file)?;
            let learned_from = match files.len() {
                count if count > MOST_NAMES => vec![format!("{count} recordings in {}", file_name(file))],
                _ => files.iter().map(|file| file_name(&file.path)).collect(),
            };
            match sources.iter_mut().find(|source| source.name == name) {
                Some(source) => {
                    source.files.extend(files);
                    source.learned_from.extend(learned_from);
                }
                None => sources.push(Self { name, files, learned_from }),
            }
        }
        Ok(sources)
    }

    /// Reads through all recordings once. Those that were found in a folder and cannot be read or are silent are left
    /// out, which is said; one that was named is refused.
    pub(super) fn survey(&self) -> Result<Vec<SurveyedFile>, CliError> {
        let (mut surveyed, mut left_out, mut first) = (Vec::new(), 0, None);
        let mut progress = LateProgress::new(format!("reading {}", self.name));
        for (done, file) in self.files.iter().enumerate() {
            let input = Input::open(&file.path)?;
            let mut told = |share: f32| progress.update((done as f32 + share) / self.files.len() as f32);
            match input.survey(&mut told) {
                Ok(survey) => surveyed.push(SurveyedFile { input, survey }),
                Err(CliError::Recording(error)) if !file.was_named => {
                    left_out += 1;
                    first.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match first {
            Some(error) if surveyed.is_empty() => Err(error.into()),
            Some(error) => {
                eprintln!("warning: {}: left out {left_out} of {} files; {error}", self.name, self.files.len());
                Ok(surveyed)
            }
            None => Ok(surveyed),
        }
    }

    /// The recordings, or of those that last longer than `most_seconds` together what is learned from, of each at least
    /// `least_seconds`; which is then said, too.
    pub(super) fn read(
        &self,
        most_seconds: f64,
        least_seconds: usize,
    ) -> Result<(Vec<Recording>, Option<String>), CliError> {
        let surveyed = self.survey()?;
        let sample = SourceSample::of_each(&surveyed, most_seconds, least_seconds)?;
        let said = sample.said(self.name);
        Ok((sample.recordings, said))
    }
}

impl SourceSample {
    /// Of each of the recordings its share, `least_seconds` at least.
    pub(super) fn of_each(
        surveyed: &[SurveyedFile],
        most_seconds: f64,
        least_seconds: usize,
    ) -> Result<Self, CliError> {
        let surveys: Vec<&Survey> = surveyed.iter().map(|file| &file.survey).collect();
        Self::read(surveyed, &Excerpt::of_each(&surveys, most_seconds, least_seconds))
    }

    /// `count` passages of `seconds` each, spread evenly over all recordings.
    pub(super) fn passages(surveyed: &[SurveyedFile], count: usize, seconds: usize) -> Result<Self, CliError> {
        let surveys: Vec<&Survey> = surveyed.iter().map(|file| &file.survey).collect();
        let mut excerpts = Excerpt::passages(&surveys, count, seconds);
        // Above the lowest sample rate nothing is learned, so the sample must have it.
        let rates = surveys.iter().zip(&excerpts).filter(|(_, excerpt)| !excerpt.is_empty());
        let lowest_read = rates.map(|(survey, _)| survey.sample_rate).min();
        if let Some(lowest) = (0..surveys.len()).min_by_key(|index| surveys[*index].sample_rate)
            && lowest_read.is_some_and(|rate| surveys[lowest].sample_rate < rate)
        {
            excerpts.splice(lowest..=lowest, Excerpt::of_each(&surveys[lowest..=lowest], 1.0, 1));
        }
        Self::read(surveyed, &excerpts)
    }

    fn read(surveyed: &[SurveyedFile], excerpts: &[Excerpt]) -> Result<Self, CliError> {
        let (mut recordings, mut files) = (Vec::new(), Vec::new());
        for (index, (file, excerpt)) in surveyed.iter().zip(excerpts).enumerate() {
            interrupt::check()?;
            if !excerpt.is_empty() {
                // What is wrong with the file has been said.
                recordings.push(learner::padded(file.input.reader()?.read_excerpt(excerpt)?.0));
                files.push(index);
            }
        }
        let used = if excerpts.iter().any(Excerpt::is_part) {
            recordings.iter().map(Recording::seconds).sum()
        } else {
            surveyed.iter().map(|file| file.survey.seconds()).sum()
        };
        Ok(Self { recordings, files, seconds: [used, surveyed.iter().map(|file| file.survey.seconds()).sum()] })
    }

    /// Whether it is less than the recordings.
    pub(super) fn is_part(&self) -> bool {
        self.seconds[0] < self.seconds[1]
    }

    /// What it is, if it is less than the recordings.
    pub(super) fn said(&self, source: &str) -> Option<String> {
        let [used, all] = self.seconds;
        self.is_part().then(|| format!("learned {source} from {used:.0} s, spread evenly over {:.1} min", all / 60.0))
    }

    /// Names the file where the learner counts recordings.
    pub(super) fn error(&self, source: &str, surveyed: &[SurveyedFile], error: LearnError) -> CliError {
        let path = |number: usize| surveyed[self.files[number - 1]].input.name.clone();
        match error {
            LearnError::TooShort { number, milliseconds, frame_milliseconds } => {
                CliError::TooShort { path: path(number), milliseconds, frame_milliseconds }
            }
            LearnError::Silent { number } => RecordingError::Silent { path: path(number) }.into(),
            error => CliError::Learn { source_name: source.to_owned(), error },
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
