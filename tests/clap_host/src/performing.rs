//! Sound that goes on by itself, while the host's main thread goes about its business, as in a DAW.

use crate::{HostError, Instance, calls::Calls};
use clack_host::events::io::EventBuffer;
use std::{
    slice,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

/// Plays through a plugin. Called on the audio thread, once before and once after the plugin for each block.
pub trait Player: Send {
    /// Waits until it is the block's time, and fills its input, indexed by `[channel][sample]`.
    fn begin(&mut self, input: &mut [Vec<f32>]);

    /// The plugin has returned; `main` is its main output, indexed likewise.
    fn end(&mut self, main: &[Vec<f32>]);
}

/// Ends the audio thread, also when the main thread panics.
struct Curtain<'a>(&'a AtomicBool);

impl Drop for Curtain<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl Instance {
    /// Plays blocks of `block` samples on a thread of its own for as long as `main_thread` runs, which has the plugin's
    /// main thread meanwhile: parameters that it sets arrive with the next block. Nobody listens to the separate
    /// outputs.
    ///
    /// # Errors
    /// If the plugin is not active or fails.
    ///
    /// # Panics
    /// If `block` is zero or above what the plugin was activated for.
    pub fn perform<R>(
        &mut self,
        block: usize,
        player: &mut impl Player,
        main_thread: impl FnOnce(&mut Self) -> R,
    ) -> Result<R, HostError> {
        assert!((1..=self.max_block).contains(&block));
        let channels = self.ports(true)?.first().map_or(0, |port| port.channels);
        let mut processor = self.processor.take().ok_or(HostError::Inactive)?;
        let (pending, mut transport, sample_rate) = (self.pending.clone(), self.transport, self.sample_rate);
        let (over, real_time) = (AtomicBool::new(false), self.real_time);
        let audio = || {
            let mut calls = Calls::new(channels, channels, 1, real_time);
            let (mut input, mut main) = (vec![vec![0.0; block]; channels], vec![vec![0.0; block]; channels]);
            let mut events = EventBuffer::new();
            let mut outcome = Ok(());
            while outcome.is_ok() && !over.load(Relaxed) {
                player.begin(&mut input);
                // What the main thread is just writing comes with the next block.
                if let Ok(mut pending) = pending.try_lock() {
                    std::mem::swap(&mut events, &mut *pending);
                }
                let (input, outputs) = (input.iter_mut().map(Vec::as_mut_slice), slice::from_mut(&mut main));
                let outputs = outputs.iter_mut().map(|main| main.iter_mut().map(Vec::as_mut_slice));
                outcome = calls.process(&mut processor, input, outputs, &events, transport);
                events.clear();
                player.end(&main);
                if let Some(transport) = &mut transport {
                    transport.advance(block, sample_rate);
                }
            }
            (processor, transport, outcome)
        };
        let (done, audio) = std::thread::scope(|scope| {
            let audio = scope.spawn(audio);
            let curtain = Curtain(&over);
            let done = main_thread(self);
            drop(curtain);
            (done, audio.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let (processor, transport, outcome) = audio;
        (self.processor, self.transport) = (Some(processor), transport);
        outcome?;
        Ok(done)
    }
}
