//! Runs the real-time engine over a whole recording, and removes its latency.

use super::{Controls, LatencyMode, Model, ModelError, Separator};
use crate::{preset::Preset, recording::Recording};
use std::ops::ControlFlow;

/// Samples per call of the engine. The output does not depend on it.
const BLOCK: usize = 4096;

/// The sources of a recording, each as long as the mixture and aligned with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Separation {
    /// The remix, which is the main output.
    pub main: Recording,
    /// Each source after its gain.
    pub sources: Vec<Recording>,
    /// The engine's latency in samples, which was removed.
    pub latency_samples: usize,
}

/// Why a recording could not be separated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SeparateError {
    /// The preset cannot be played.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The recording is empty.
    #[error("the mixture is empty: give a recording with sound")]
    Empty,
    /// The sources should be told apart by position, but both channels are the same.
    #[error("it is mono, or both channels are the same: nothing in it lies left or right; group by timbre or time")]
    NoPositions,
    /// The progress callback cancelled it.
    #[error("the separation was cancelled")]
    Cancelled,
}

/// Plays `mixture` through the engine with fixed `controls`, as a host does.
///
/// `progress` is called with the share done, 0 to 1, and cancels by breaking.
///
/// # Errors
/// [`SeparateError`]
pub fn separate(
    preset: &Preset,
    mixture: &Recording,
    mode: LatencyMode,
    controls: &Controls,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Separation, SeparateError> {
    play(preset, mixture, mode, controls, 1, progress)
}

/// The same, heard once before: what was learned from the mixture while it played is known from its beginning on. The
/// result has no latency.
///
/// # Errors
/// [`SeparateError`]
pub(super) fn separate_known(
    preset: &Preset,
    mixture: &Recording,
    mode: LatencyMode,
    controls: &Controls,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Separation, SeparateError> {
    let separation = play(preset, mixture, mode, controls, 2, progress)?;
    Ok(Separation { latency_samples: 0, ..separation })
}

/// Plays `mixture` so many `times` in a row, and keeps what the last time gave.
fn play(
    preset: &Preset,
    mixture: &Recording,
    mode: LatencyMode,
    controls: &Controls,
    times: usize,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Separation, SeparateError> {
    if mixture.is_empty() {
        return Err(SeparateError::Empty);
    }
    let model = Model::new(preset, f64::from(mixture.sample_rate), mode)?;
    let channels = mixture.channels.len();
    let mut separator = Separator::new(Box::new(model), channels);
    separator.set_controls(controls);
    let latency_samples = separator.latency_samples();
    let total = mixture.len() + latency_samples;
    let all = ((times - 1) * mixture.len() + total) as f32;
    let mut done = 0;
    for _ in 1..times {
        let mut heard = mixture.clone();
        for start in (0..mixture.len()).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(mixture.len());
            separator.process(&mut heard.block(&block), &mut []);
            done += block.len();
            if progress(done as f32 / all).is_break() {
                return Err(SeparateError::Cancelled);
            }
        }
    }

    let mut main = padded(mixture, total);
    let mut sources =
        vec![Recording { channels: vec![vec![0.0; total]; channels], ..main.clone() }; preset.sources.len()];
    for start in (0..total).step_by(BLOCK) {
        let block = start..(start + BLOCK).min(total);
        let mut outputs: Vec<Vec<&mut [f32]>> = sources.iter_mut().map(|source| source.block(&block)).collect();
        let mut outputs: Vec<&mut [&mut [f32]]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        separator.process(&mut main.block(&block), &mut outputs);
        done += block.len();
        if progress(done as f32 / all).is_break() {
            return Err(SeparateError::Cancelled);
        }
    }
    for part in sources.iter_mut().chain([&mut main]) {
        part.channels.iter_mut().for_each(|channel| drop(channel.drain(..latency_samples)));
    }
    Ok(Separation { main, sources, latency_samples })
}

/// `recording`, padded with silence to `total` samples.
fn padded(recording: &Recording, total: usize) -> Recording {
    let mut padded = recording.clone();
    padded.channels.iter_mut().for_each(|channel| channel.resize(total, 0.0));
    padded
}

impl Recording {
    /// Every channel's samples in `block`.
    fn block(&mut self, block: &std::ops::Range<usize>) -> Vec<&mut [f32]> {
        self.channels.iter_mut().map(|channel| &mut channel[block.clone()]).collect()
    }
}
