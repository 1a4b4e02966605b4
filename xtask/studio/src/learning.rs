//! Sources learned while one watches.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::ControlFlow;
use unbraid::{
    learner::{self, LearnSettings, Lesson},
    preset::Source,
    recording::Recording,
};

/// Steps of the progress bar.
const STEPS: f32 = 1000.0;

/// A source to learn.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) recordings: Vec<Recording>,
    pub(crate) settings: LearnSettings,
}

/// The sources `parts` in their order, with their colours and all knobs at rest, learned together.
pub(crate) fn sources(parts: &[Part]) -> Result<Vec<Source>> {
    let style = ProgressStyle::with_template("learning {msg} [{bar:40}] {percent:>3} %  {eta} left")?;
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    let bar = ProgressBar::new(STEPS as u64).with_style(style).with_message(names.join(", "));
    let lesson = |part| {
        let Part { recordings, settings, .. }: &Part = part;
        Lesson { recordings, settings: *settings, known: &[] }
    };
    let lessons: Vec<Lesson> = parts.iter().map(lesson).collect();
    let learned = learner::learn(&lessons, &mut |share| {
        bar.set_position((share * STEPS) as u64);
        ControlFlow::Continue(())
    })
    .context("cannot learn")?;
    bar.finish();
    let source = |(index, (part, learned)): (usize, (&Part, _))| Source::fixed(&part.name, index, learned);
    Ok(parts.iter().zip(learned).enumerate().map(source).collect())
}
