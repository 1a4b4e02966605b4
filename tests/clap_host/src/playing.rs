//! Sound through a plugin, block by block.

use crate::{
    HostError, Instance,
    calls::{Calls, Transport},
    requests::Handlers,
};
use clack_host::{
    events::io::EventBuffer,
    prelude::{PluginInstanceError, StartedPluginAudioProcessor},
};
use std::sync::PoisonError;

/// What the host does with the plugin's separate outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separate {
    /// Every one gets buffers.
    Given,
    /// They are listed without channels, as JUCE does with outputs that are switched off.
    WithoutChannels,
    /// They are not even listed.
    Missing,
}

/// What came out. Indexed by `[channel][sample]`; as long as the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// The main output.
    pub main: Vec<Vec<f32>>,
    /// The separate outputs, indexed by source; empty unless they were [`Separate::Given`].
    pub sources: Vec<Vec<Vec<f32>>>,
}

impl Instance {
    /// Plays `input`, indexed by `[channel][sample]`, in blocks whose sizes are those of `blocks`, over
    /// and over, on a thread of its own as hosts do.
    ///
    /// # Errors
    /// If the plugin is not active or fails.
    ///
    /// # Panics
    /// If `blocks` is empty or holds a size of zero.
    pub fn play(&mut self, input: &[Vec<f32>], blocks: &[usize], separate: Separate) -> Result<Played, HostError> {
        assert!(!blocks.is_empty() && blocks.iter().all(|size| *size > 0));
        let frames = input.first().map_or(0, Vec::len);
        let silence = |channels: usize| vec![vec![0.0; frames]; channels];
        let outputs = self.ports(false)?;
        let mut job = Job {
            input: input.to_vec(),
            outputs: outputs
                .iter()
                .enumerate()
                .filter(|(index, _)| *index == 0 || separate != Separate::Missing)
                .map(|(index, port)| silence(if index == 0 || separate == Separate::Given { port.channels } else { 0 }))
                .collect(),
            events: std::mem::take(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner)),
            transport: self.transport,
            sample_rate: self.sample_rate,
            real_time: self.real_time,
        };
        let processor = self.processor.as_mut().ok_or(HostError::Inactive)?;
        std::thread::scope(|scope| {
            let audio_thread = scope.spawn(|| job.run(processor, frames, blocks));
            audio_thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
        self.transport = job.transport;
        let mut outputs = job.outputs;
        let sources = outputs.split_off(1);
        let main = outputs.pop().unwrap_or_default();
        Ok(Played { main, sources: if separate == Separate::Given { sources } else { Vec::new() } })
    }
}

struct Job {
    /// Indexed by `[channel][sample]`.
    input: Vec<Vec<f32>>,
    /// Indexed by `[port][channel][sample]`.
    outputs: Vec<Vec<Vec<f32>>>,
    /// For the first block.
    events: EventBuffer,
    transport: Option<Transport>,
    sample_rate: f64,
    real_time: bool,
}

impl Job {
    fn run(
        &mut self,
        processor: &mut StartedPluginAudioProcessor<Handlers>,
        frames: usize,
        blocks: &[usize],
    ) -> Result<(), PluginInstanceError> {
        let channels = self.outputs.iter().map(Vec::len).sum();
        let mut calls = Calls::new(self.input.len(), channels, self.outputs.len(), self.real_time);
        let mut start = 0;
        // The sanitizer does not watch a thread's first block, so nothing happens in it.
        let first = if cfg!(realtime_sanitizer) && self.real_time { Some(1) } else { None };
        for size in first.iter().chain(blocks.iter().cycle()) {
            if start == frames {
                break;
            }
            let block = start..frames.min(start + size);
            start = block.end;
            let samples = block.len();
            let input = self.input.iter_mut().map(|channel| &mut channel[block.clone()]);
            let outputs =
                self.outputs.iter_mut().map(|port| port.iter_mut().map(|channel| &mut channel[block.clone()]));
            let is_quiet = first.is_some() && block.start == 0;
            let none = EventBuffer::new();
            let events = if is_quiet { &none } else { &self.events };
            calls.process(processor, input, outputs, events, self.transport)?;
            if !is_quiet {
                self.events.clear();
            }
            if let Some(transport) = &mut self.transport {
                transport.advance(samples, self.sample_rate);
            }
        }
        Ok(())
    }
}
