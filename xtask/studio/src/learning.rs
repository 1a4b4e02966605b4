//! Sources learned from recordings, with a progress bar.

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

/// A source to learn, and the recordings of it.
pub(crate) struct Material {
    pub(crate) name: String,
    pub(crate) recordings: Vec<Recording>,
    pub(crate) settings: LearnSettings,
}

/// The sources of `materials` in their order, learned together; knobs at 0 dB.
pub(crate) fn sources(materials: &[Material]) -> Result<Vec<Source>> {
    let style = ProgressStyle::with_template("learning {msg} [{bar:40}] {percent:>3} %  {eta} left")?;
    let names: Vec<&str> = materials.iter().map(|material| material.name.as_str()).collect();
    let bar = ProgressBar::new(STEPS as u64).with_style(style).with_message(names.join(", "));
    let lesson = |material| {
        let Material { recordings, settings, .. }: &Material = material;
        Lesson { recordings, settings: *settings, known: &[], role: None }
    };
    let lessons: Vec<Lesson> = materials.iter().map(lesson).collect();
    let learned = learner::learn(&lessons, &mut |share| {
        bar.set_position((share * STEPS) as u64);
        ControlFlow::Continue(())
    })
    .context("cannot learn")?;
    bar.finish();
    let named = names.iter().zip(learned).enumerate();
    Ok(named.map(|(index, (name, learned))| Source::fixed(*name, index, learned)).collect())
}
