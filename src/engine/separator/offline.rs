//! Runs the real-time engine over a recording, as a whole or block by block, and removes its latency.

use super::{Controls, LatencyMode, Model, ModelError, Separator};
use crate::{preset::Preset, recording::Recording};
use std::{
    convert::Infallible,
    ops::{ControlFlow, Range},
};

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
    let (sample_rate, channels) = (mixture.sample_rate, mixture.channels.len());
    let mut separator = OfflineSeparator::new(preset, sample_rate, channels, mode, controls)?;
    let empty = Recording { sample_rate, channels: vec![Vec::with_capacity(mixture.len()); channels] };
    let (mut main, mut sources) = (empty.clone(), vec![empty; preset.sources.len()]);
    let all = (times * mixture.len() + separator.latency_samples()) as f32;
    for time in 1..=times {
        for start in (0..mixture.len()).step_by(BLOCK) {
            let end = (start + BLOCK).min(mixture.len());
            let block = samples_of(&mixture.channels, start..end);
            if time < times {
                separator.listen(&block);
            } else {
                let Ok(()) = separator.play(&block, &mut |separated| separated.append_to(&mut main, &mut sources));
            }
            if progress(((time - 1) * mixture.len() + end) as f32 / all).is_break() {
                return Err(SeparateError::Cancelled);
            }
        }
    }
    let latency_samples = separator.latency_samples();
    let Ok(()) = separator.finish(&mut |separated| separated.append_to(&mut main, &mut sources));
    if progress(1.0).is_break() {
        return Err(SeparateError::Cancelled);
    }
    Ok(Separation { main, sources, latency_samples })
}

/// The engine with fixed controls, for a recording that comes block by block. What it gives is aligned with what it was
/// given, and as long.
pub struct OfflineSeparator {
    separator: Separator,
    latency_samples: usize,
    /// Samples of latency that are still to be left out.
    to_leave_out: usize,
    /// The main output, indexed by `[channel][sample]`, and each source's.
    main: Vec<Vec<f32>>,
    sources: Vec<Vec<Vec<f32>>>,
}

/// What the engine gave for a block, all indexed by `[channel][sample]` and of the same length.
#[derive(Debug)]
pub struct SeparatedBlock<'a> {
    /// The remix, which is the main output.
    pub main: Vec<&'a [f32]>,
    /// Each source after its gain, unless they were not wanted.
    pub sources: Vec<Vec<&'a [f32]>>,
}

impl OfflineSeparator {
    /// For a recording at `sample_rate` in Hz with so many `channels`. Where the preset's sources learn while they
    /// play, it is from as many seconds as it was tuned to.
    ///
    /// # Errors
    /// [`ModelError`] if the preset cannot be played.
    pub fn new(
        preset: &Preset,
        sample_rate: u32,
        channels: usize,
        mode: LatencyMode,
        controls: &Controls,
    ) -> Result<Self, ModelError> {
        let mut model = Model::new(preset, f64::from(sample_rate), mode)?;
        let memory_seconds = preset.play.and_then(|play| play.memory_seconds);
        if let Some((adaptation, seconds)) = model.adaptation_mut().zip(memory_seconds) {
            adaptation.set_memory(seconds);
        }
        let sources = model.sources();
        let mut separator = Separator::new(Box::new(model), channels);
        separator.set_controls(controls);
        let latency_samples = separator.latency_samples();
        let block = vec![vec![0.0; BLOCK]; channels];
        Ok(Self {
            separator,
            latency_samples,
            to_leave_out: latency_samples,
            sources: vec![block.clone(); sources],
            main: block,
        })
    }

    /// The same without the sources' own outputs: only the remix is given.
    pub fn without_sources(mut self) -> Self {
        self.sources.clear();
        self
    }

    /// The engine's latency in samples, which is removed.
    pub fn latency_samples(&self) -> usize {
        self.latency_samples
    }

    /// Hears `block` of the mixture, and learns from it, before the recording is played from its beginning.
    pub fn listen(&mut self, block: &[&[f32]]) {
        let len = block.first().map_or(0, |channel| channel.len());
        for start in (0..len).step_by(BLOCK) {
            let end = (start + BLOCK).min(len);
            self.take(block, start..end);
            self.separator.process(&mut part_of(&mut self.main, end - start), &mut []);
        }
    }

    /// Plays `block` of the mixture. `give` is called with what has come out, which is nothing at first.
    ///
    /// # Errors
    /// Those of `give`.
    pub fn play<E>(
        &mut self,
        block: &[&[f32]],
        give: &mut impl FnMut(&SeparatedBlock<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let len = block.first().map_or(0, |channel| channel.len());
        for start in (0..len).step_by(BLOCK) {
            let end = (start + BLOCK).min(len);
            self.take(block, start..end);
            self.step(end - start, give)?;
        }
        Ok(())
    }

    /// Gives the rest, once the whole mixture has been played.
    ///
    /// # Errors
    /// Those of `give`.
    pub fn finish<E>(mut self, give: &mut impl FnMut(&SeparatedBlock<'_>) -> Result<(), E>) -> Result<(), E> {
        let latency = self.latency_samples;
        for start in (0..latency).step_by(BLOCK) {
            let len = BLOCK.min(latency - start);
            self.main.iter_mut().for_each(|channel| channel[..len].fill(0.0));
            self.step(len, give)?;
        }
        Ok(())
    }

    /// Copies some samples of `block` to where the engine plays.
    fn take(&mut self, block: &[&[f32]], samples: Range<usize>) {
        for (main, channel) in self.main.iter_mut().zip(block) {
            main[..samples.len()].copy_from_slice(&channel[samples.clone()]);
        }
    }

    fn step<E>(&mut self, len: usize, give: &mut impl FnMut(&SeparatedBlock<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut outputs: Vec<Vec<&mut [f32]>> = self.sources.iter_mut().map(|source| part_of(source, len)).collect();
        let mut outputs: Vec<&mut [&mut [f32]]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        self.separator.process(&mut part_of(&mut self.main, len), &mut outputs);
        let first = self.to_leave_out.min(len);
        self.to_leave_out -= first;
        if first == len {
            return Ok(());
        }
        give(&SeparatedBlock {
            main: samples_of(&self.main, first..len),
            sources: self.sources.iter().map(|source| samples_of(source, first..len)).collect(),
        })
    }
}

impl SeparatedBlock<'_> {
    fn append_to(&self, main: &mut Recording, sources: &mut [Recording]) -> Result<(), Infallible> {
        for (recording, block) in sources.iter_mut().zip(&self.sources).chain([(main, &self.main)]) {
            for (channel, samples) in recording.channels.iter_mut().zip(block) {
                channel.extend_from_slice(samples);
            }
        }
        Ok(())
    }
}

/// Those samples of every channel.
fn samples_of(channels: &[Vec<f32>], samples: Range<usize>) -> Vec<&[f32]> {
    channels.iter().map(|channel| &channel[samples.clone()]).collect()
}

/// The first `len` samples of every channel.
fn part_of(channels: &mut [Vec<f32>], len: usize) -> Vec<&mut [f32]> {
    channels.iter_mut().map(|channel| &mut channel[..len]).collect()
}
