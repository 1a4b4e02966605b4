//! Learns from all of a source's recordings, in memory that does not grow with them: from frames that are drawn evenly
//! from all that sounds in them.

use super::{
    error::CliError,
    files::read_preset,
    progress::{LateProgress, ScaledProgress, TaskProgress},
    source_files::{SourceFiles, SurveyedFile},
};
use crate::{
    learner::{self, FrameDraw, LearnError, LearnSettings, can_go_on},
    nmf::factorization::FactorizationError,
    preset::LearnedBases,
};

/// All recordings of a source, each of which was read through once.
pub(super) struct SourceMaterial<'a> {
    pub(super) files: &'a SourceFiles<'a>,
    pub(super) surveyed: Vec<SurveyedFile>,
}

impl SourceMaterial<'_> {
    /// How long the recordings last together.
    pub(super) fn seconds(&self) -> f64 {
        self.surveyed.iter().map(|file| file.survey.seconds()).sum()
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
        let lowest = lowest_rate(&self.surveyed);
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

    /// Learns from about `most_frames` frames of all recordings, from `start` on if there is one.
    pub(super) fn learn(
        &self,
        settings: &LearnSettings,
        most_frames: usize,
        start: Option<&LearnedBases>,
    ) -> Result<LearnedBases, CliError> {
        let name = self.files.name;
        let refused = |error: LearnError| match error {
            LearnError::Factorization(FactorizationError::Cancelled) => CliError::Interrupted,
            error => CliError::Learn { source_name: name.to_owned(), error },
        };
        let lowest = f64::from(lowest_rate(&self.surveyed));
        let rate = start.map_or(lowest, |start| start.dictionaries()[0].frame.sample_rate);
        let draw = |files: &[SurveyedFile], most: usize, seed: u64| {
            let sounding: usize = files.iter().map(|file| file.survey.sounding_seconds()).sum();
            FrameDraw::new(rate, sounding as f64, most, seed).map_err(refused)
        };
        let mut hearing = LateProgress::new(format!("hearing all of {name}")).scaled(self.seconds());
        let mut blocks = Vec::new();
        if settings.universal {
            for (file, seed) in self.surveyed.chunks(1).zip(settings.seed..) {
                blocks.push(draw(file, most_frames.div_ceil(self.surveyed.len()), seed)?);
            }
        } else {
            blocks.push(draw(&self.surveyed, most_frames, settings.seed)?);
        }
        let last = blocks.len() - 1;
        for (index, file) in self.surveyed.iter().enumerate() {
            hear(file, &mut blocks[index.min(last)], &mut hearing)?;
        }
        drop(hearing);
        let mut learning = TaskProgress::start(format!("learning {name}"));
        learner::learn_drawn(blocks, settings, start, self.seconds(), &mut |share| learning.update(share))
            .map_err(refused)
    }
}

/// Draws frames from all of `file`.
fn hear(file: &SurveyedFile, draw: &mut FrameDraw, progress: &mut ScaledProgress) -> Result<(), CliError> {
    let survey = &file.survey;
    let mut cutter = draw.cutter(survey.sample_rate, &survey.offsets(), survey.peak());
    let mut reader = file.input.reader()?;
    while let Some(block) = reader.next_block()? {
        draw.hear(&mut cutter, block);
        progress.add(block[0].len() as f64 / f64::from(survey.sample_rate))?;
    }
    draw.hear_end(cutter);
    Ok(())
}

/// Above it nothing is learned.
fn lowest_rate(surveyed: &[SurveyedFile]) -> u32 {
    surveyed.iter().map(|file| file.survey.sample_rate).min().unwrap_or(0)
}
