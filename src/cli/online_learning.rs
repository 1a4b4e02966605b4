//! Learns from all of a source's recordings, in memory that does not grow with them: what was learned from a sample
//! hears them in turn.

use super::{
    error::CliError,
    files::read_preset,
    progress::ScaledProgress,
    source_files::{SourceFiles, SourceSample, SurveyedFile},
};
use crate::{
    dictionary::Dictionary,
    learner::{self, FrameCutter, LearnError, OnlineLearner, can_go_on},
    preset::{LearnedBases, Tally},
    recording::RecordingReader,
};

/// Recordings that are read in turn, so that each batch of frames holds some of many.
const OPEN_RECORDINGS: usize = 16;
/// How long each is read at a time, in seconds.
const TURN_SECONDS: f64 = 1.0;

/// What a source is learned from.
pub(super) struct SourceMaterial<'a> {
    pub(super) files: &'a SourceFiles<'a>,
    pub(super) surveyed: &'a [SurveyedFile],
    pub(super) sample: &'a SourceSample,
    /// Whether every file gets a block of bases.
    pub(super) is_universal: bool,
}

/// Bases that have heard all of a source's recordings; none if there was no need.
#[derive(Default)]
pub(super) struct OnlineBases {
    bases: Option<LearnedBases>,
    pub(super) tally: Option<Tally>,
}

impl OnlineBases {
    /// One dictionary per frame length, or none at all.
    pub(super) fn dictionaries(&self) -> &[Dictionary] {
        self.bases.as_ref().map_or(&[], LearnedBases::dictionaries)
    }
}

impl SourceMaterial<'_> {
    /// Names the file where the learner counts recordings.
    pub(super) fn error(&self, error: LearnError) -> CliError {
        self.sample.error(self.files.name, self.surveyed, error)
    }

    /// What this source has learned in `preset`, to go on from.
    pub(super) fn start(&self, preset: &str) -> Result<LearnedBases, CliError> {
        let (read, name) = (read_preset(preset)?, self.files.name);
        let Some(source) = read.sources.iter().find(|source| source.name == name) else {
            let known = read.sources.iter().map(|source| source.name.clone()).collect();
            return Err(CliError::UnknownSource { preset: preset.to_owned(), name: name.to_owned(), known });
        };
        let refused = |reason: &str| CliError::Start {
            source_name: name.to_owned(),
            preset: preset.to_owned(),
            reason: reason.to_owned(),
        };
        let Some(learned) = source.learned() else { return Err(refused("has learned nothing")) };
        let lowest = self.surveyed.iter().map(|file| file.survey.sample_rate).min().unwrap_or(0);
        if learned.blocks().len() > 1 {
            return Err(refused("has a block of bases for each of its recordings"));
        }
        if !can_go_on(learned.dictionaries(), lowest) {
            return Err(refused(
                "was not learned by this program from recordings at the sample rate of these or below",
            ));
        }
        Ok(learned.clone())
    }

    /// Lets `start` hear all recordings `passes` times, in an order that `seed` draws.
    pub(super) fn hear(
        &self,
        mut start: LearnedBases,
        passes: u32,
        seed: u64,
        progress: &mut ScaledProgress,
    ) -> Result<OnlineBases, CliError> {
        if passes == 0 {
            return Ok(OnlineBases { tally: start.tally.take(), bases: Some(start) });
        }
        let id = Tally::id_of(start.dictionaries());
        let mut weights = vec![Vec::new(); start.dictionaries().len()];
        let mut first = 0;
        for (block, components) in start.blocks().to_vec().into_iter().enumerate() {
            let bases = first..first + components;
            first = bases.end;
            let (sample, files) = match self.is_universal {
                true => (&self.sample.recordings[block..=block], &self.surveyed[block..=block]),
                false => (&self.sample.recordings[..], self.surveyed),
            };
            let learner = OnlineLearner::new(start.dictionaries(), bases, sample, self.sample.is_part());
            let mut learner = learner.map_err(|error| self.error(error))?;
            for pass in 0..passes {
                hear(files, &mut learner, seed.wrapping_add(pass.into()), progress)?;
            }
            for (weights, own) in weights.iter_mut().zip(learner.finish(start.dictionaries_mut())) {
                weights.extend(own.iter().map(|weight| weight / f64::from(passes)));
            }
        }
        let tally = Tally { start: id, seconds: self.sample.seconds[1], weights };
        Ok(OnlineBases { bases: Some(start), tally: Some(tally) })
    }
}

/// A recording that is being heard.
struct OpenRecording {
    reader: RecordingReader,
    cutter: FrameCutter,
}

impl OpenRecording {
    fn open(file: &SurveyedFile, learner: &OnlineLearner) -> Result<Self, CliError> {
        let survey = &file.survey;
        let cutter = learner.cutter(survey.sample_rate, &survey.offsets(), survey.peak());
        Ok(Self { reader: file.input.reader()?, cutter })
    }

    /// Lets `learner` hear a turn of it; `false` at its end.
    fn take_turn(&mut self, learner: &mut OnlineLearner, progress: &mut ScaledProgress) -> Result<bool, CliError> {
        let mut seconds = 0.0;
        while seconds < TURN_SECONDS {
            let sample_rate = f64::from(self.reader.sample_rate());
            let Some(block) = self.reader.next_block()? else { return Ok(false) };
            learner.hear(&mut self.cutter, block);
            let heard = block[0].len() as f64 / sample_rate;
            progress.add(heard)?;
            seconds += heard;
        }
        Ok(true)
    }
}

/// Lets `learner` hear all of `files` once, in an order that `seed` draws.
fn hear(
    files: &[SurveyedFile],
    learner: &mut OnlineLearner,
    seed: u64,
    progress: &mut ScaledProgress,
) -> Result<(), CliError> {
    let mut to_come = learner::shuffled(files.len(), seed).into_iter();
    let mut open: Vec<OpenRecording> = Vec::new();
    loop {
        while open.len() < OPEN_RECORDINGS
            && let Some(next) = to_come.next()
        {
            open.push(OpenRecording::open(&files[next], learner)?);
        }
        if open.is_empty() {
            return Ok(());
        }
        let mut turn = 0;
        while turn < open.len() {
            if open[turn].take_turn(learner, progress)? {
                turn += 1;
            } else {
                learner.hear_end(open.remove(turn).cutter);
            }
        }
    }
}
