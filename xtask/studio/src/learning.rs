//! A source learned while one watches.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::ControlFlow;
use unbraid::{
    learner::{self, LearnSettings},
    preset::{Kind, Knobs, PALETTE, Source, UnknownKeys},
    recording::Recording,
};

/// Steps of the progress bar.
const STEPS: f32 = 1000.0;

/// The source at `index` in its preset, with its colour and all knobs at rest, learned from `recordings`.
pub(crate) fn source(index: usize, name: &str, recordings: &[Recording], settings: &LearnSettings) -> Result<Source> {
    let style = ProgressStyle::with_template("learning {msg:8} [{bar:40}] {percent:>3} %  {eta} left")?;
    let bar = ProgressBar::new(STEPS as u64).with_style(style).with_message(name.to_owned());
    let dictionaries = learner::learn(recordings, settings, &mut |share| {
        bar.set_position((share * STEPS) as u64);
        ControlFlow::Continue(())
    })
    .with_context(|| format!("cannot learn {name}"))?;
    bar.finish();
    Ok(Source {
        name: name.to_owned(),
        colour: PALETTE[index],
        kind: Kind::Fixed,
        blocks: vec![settings.components],
        knobs: Knobs::default(),
        learned_from: Vec::new(),
        licence: None,
        dictionaries,
        unknown: UnknownKeys::new(),
    })
}
