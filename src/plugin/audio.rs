//! The audio half's place in the framework: reads parameters, transport, buffers and the clock, and hands on plain
//! values.
//!
//! What is here belongs to the audio thread, and holds nothing that another thread could lock.

use crate::{
    instance::params::SoundParams,
    preset::MAX_SOURCES,
    realtime::{audio::AudioHalf, settings, wires::host_requests::HostRequests},
    separator::MusicalTime,
};
use nice_plug::prelude::*;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

/// The audio half, the parameters that it is told of, and which of them the host changes.
pub(super) struct PluginAudio {
    pub(super) half: AudioHalf,
    params: Arc<SoundParams>,
    host: Arc<HostRequests>,
    timed: TimedBlock,
}

impl PluginAudio {
    pub(super) fn new(half: AudioHalf, params: Arc<SoundParams>, host: Arc<HostRequests>) -> Self {
        Self { half, params, host, timed: TimedBlock::default() }
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
        let transport =
            settings::Transport { playing: transport.playing, place: place(transport), music: musical_time(transport) };
        let host = self.host.take();
        let settings = self.params.settings();
        let tail = guarded(&mut self.half, main.as_slice(), aux.outputs, |half, main, sources| {
            half.process(&settings, host, transport, main, sources)
        });
        if let Some(begun) = begun.filter(|_| tail.is_some()) {
            self.time(begun.elapsed(), main.samples());
        }
        tail.map_or(ProcessStatus::Error("not active"), ProcessStatus::Tail)
    }

    /// Adds the time that a part of a block took. A block is measured as a whole, when the next one begins: the
    /// framework cuts it where parameters change.
    fn time(&mut self, spent: Duration, samples: usize) {
        let block = self.host.blocks();
        if block != self.timed.block {
            self.half.time_block(self.timed.spent, self.timed.samples);
            self.timed = TimedBlock { block, spent: Duration::ZERO, samples: 0 };
        }
        self.timed.spent += spent;
        self.timed.samples += samples;
        if block == 0 {
            // Without a shim (standalone) nobody counts blocks, and nothing cuts them.
            self.half.time_block(self.timed.spent, self.timed.samples);
            self.timed = TimedBlock::default();
        }
    }
}

/// What was measured of the block that is played now.
#[derive(Default)]
struct TimedBlock {
    /// Its number.
    block: u32,
    spent: Duration,
    samples: usize,
}

/// The sources' own outputs, indexed by `[source][channel][sample]`.
type Sources<'a, 'b> = [&'a mut [&'b mut [f32]]; MAX_SOURCES];

/// Runs `play`. If it panics, which it should never do, the input passes from then on: a panic must not reach the
/// host, which would end with it.
fn guarded(
    half: &mut AudioHalf,
    main: &mut [&mut [f32]],
    outputs: &mut [Buffer],
    play: impl FnOnce(&mut AudioHalf, &mut [&mut [f32]], Sources) -> Option<u32>,
) -> Option<u32> {
    let played = catch_unwind(AssertUnwindSafe(|| play(half, main, sources(outputs))));
    played.unwrap_or_else(|_| half.fail(main, &mut sources(outputs)))
}

fn sources<'a, 'b>(outputs: &'a mut [Buffer<'b>]) -> Sources<'a, 'b> {
    let mut outputs = outputs.iter_mut();
    std::array::from_fn(|_| outputs.next().map_or(&mut [][..], |output| output.as_slice()))
}

/// Where `transport` stands, in the unit in which its host counts: nice-plug 0.4.2 passes on what the host says. In
/// CLAP that is seconds, beats or both. To convert beats would take the tempo, which may change.
fn place(transport: &Transport) -> Option<f64> {
    let samples = transport.pos_samples.map(|samples| samples as f64);
    samples.or(transport.pos_seconds).or(transport.pos_beats)
}

/// The beats and bars of `transport`, if its host has any. Hosts that have a time signature and no place of the bar are
/// taken to be in the bar that the signature gives.
fn musical_time(transport: &Transport) -> Option<MusicalTime> {
    let tempo = transport.tempo.filter(|tempo| tempo.is_finite() && *tempo > 0.0)?;
    let beats = transport.pos_beats.filter(|beats| beats.is_finite())?;
    let upper = transport.time_sig_numerator.filter(|upper| (1..=64).contains(upper)).unwrap_or(4);
    let lower = transport.time_sig_denominator.filter(|lower| (1..=64).contains(lower)).unwrap_or(4);
    let beat_length = 4.0 / f64::from(lower);
    let bar_length = f64::from(upper) * beat_length;
    let of_signature = (beats / bar_length).floor();
    // Some hosts leave the place of the bar at 0.
    let bar_start = transport.bar_start_pos_beats.filter(|start| (0.0..=bar_length).contains(&(beats - start)));
    let (bar_start, bar) = match (bar_start, transport.bar_number) {
        (Some(start), Some(number)) => (start, number),
        (Some(start), None) => (start, (start / bar_length).round() as i32),
        (None, _) => (of_signature * bar_length, of_signature as i32),
    };
    Some(MusicalTime { beats, tempo, bar_start, bar, beats_per_bar: upper, beat_length })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::{
        learner::capture::Capture,
        preset::Preset,
        realtime::wires,
        separator::{LatencyMode, Model, Separator},
    };

    #[test]
    fn bars_are_the_hosts_or_follow_from_the_time_signature() {
        let mut transport = Transport::new(48_000.0);
        (transport.tempo, transport.pos_beats) = (Some(90.0), Some(7.5));
        (transport.time_sig_numerator, transport.time_sig_denominator) = (Some(6), Some(8));
        let counted = musical_time(&transport).unwrap();
        assert_eq!((counted.bar_start, counted.bar, counted.beats_per_bar, counted.beat_length), (6.0, 2, 6, 0.5));
        (transport.bar_start_pos_beats, transport.bar_number) = (Some(5.0), Some(9));
        let told = musical_time(&transport).unwrap();
        assert_eq!((told.bar_start, told.bar, told.beats, told.tempo), (5.0, 9, 7.5, 90.0));
        transport.bar_start_pos_beats = Some(0.0);
        assert_eq!(musical_time(&transport).unwrap(), counted, "a bar that ended long ago");
        transport.tempo = None;
        assert_eq!(musical_time(&transport), None);
    }

    #[test]
    fn a_panic_does_not_leave_the_plugin_and_the_input_passes() {
        let (end, _worker) = wires::connect();
        let mut half = AudioHalf::new(end, None, Arc::default(), Arc::default(), Arc::default(), Arc::default());
        let model = Model::new(&Preset::unsupervised(2, 4), 48_000.0, LatencyMode::Live).unwrap();
        let (separator, capture) = (Separator::new(Box::new(model), 1), Arc::new(Capture::new(48_000.0, 1)));
        let latency = separator.latency_samples() as u32;
        half.activate(separator, capture, 1, false);
        let mut samples = vec![0.5; 4_800];
        let played = guarded(&mut half, &mut [&mut samples], &mut [], |_, _, _| panic!("a fault of the test's own"));
        assert_eq!(played, Some(latency));
        assert!(samples.iter().all(|sample| *sample == 0.0), "nothing was taken in before");
    }
}
