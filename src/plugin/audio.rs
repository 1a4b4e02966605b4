//! The audio half's place in the framework: reads parameters, transport, buffers and the clock, and hands on plain
//! values.
//!
//! What is here belongs to the audio thread, and holds nothing that another thread could lock.

use crate::{
    instance::params::SoundParams,
    preset::MAX_SOURCES,
    realtime::{audio::AudioHalf, settings},
};
use nice_plug::prelude::*;
use std::{sync::Arc, time::Instant};

/// The audio half, and the parameters that it is told of.
pub(super) struct PluginAudio {
    pub(super) half: AudioHalf,
    params: Arc<SoundParams>,
}

impl PluginAudio {
    pub(super) fn new(half: AudioHalf, params: Arc<SoundParams>) -> Self {
        Self { half, params }
    }

    /// Audio thread: plays a block.
    pub(super) fn process(
        &mut self,
        main: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        transport: &Transport,
    ) -> ProcessStatus {
        // Two looks at the clock are no system call where the system offers its clock in memory, as Linux, macOS and
        // Windows do.
        let begun = self.half.is_timed().then(Instant::now);
        let mut outputs = aux.outputs.iter_mut();
        let sources: [&mut [&mut [f32]]; MAX_SOURCES] =
            std::array::from_fn(|_| outputs.next().map_or(&mut [][..], |output| output.as_slice()));
        let transport = settings::Transport { playing: transport.playing, place: place(transport) };
        let tail = self.half.process(&self.params.settings(), transport, main.as_slice(), sources);
        if let Some(begun) = begun.filter(|_| tail.is_some()) {
            self.half.time_block(begun.elapsed(), main.samples());
        }
        tail.map_or(ProcessStatus::Error("not active"), ProcessStatus::Tail)
    }
}

/// Where `transport` stands, in the unit in which its host counts: nice-plug 0.4.2 passes on what the host says. In
/// CLAP that is seconds, beats or both. To convert beats would take the tempo, which may change.
fn place(transport: &Transport) -> Option<f64> {
    let samples = transport.pos_samples.map(|samples| samples as f64);
    samples.or(transport.pos_seconds).or(transport.pos_beats)
}
