//! Calls of a plugin's `process`, one after another.

use crate::{requests::Handlers, sanitizer::Watch};
use clack_host::{
    events::{
        EventFlags, EventHeader,
        event_types::{TransportEvent, TransportFlags},
        io::{EventBuffer, InputEvents, OutputEvents},
    },
    prelude::{
        AudioPortBuffer, AudioPortBufferType, AudioPorts, InputChannel, PluginInstanceError,
        StartedPluginAudioProcessor,
    },
    utils::{BeatTime, SecondsTime},
};

/// Where the host's transport stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transport {
    /// The position on its timeline, in seconds.
    pub seconds: f64,
    /// Whether it runs.
    pub playing: bool,
}

impl Transport {
    /// Goes on by `samples` samples at `sample_rate` Hz, if it runs.
    pub(crate) fn advance(&mut self, samples: usize, sample_rate: f64) {
        if self.playing {
            self.seconds += samples as f64 / sample_rate;
        }
    }

    fn event(self) -> TransportEvent {
        let mut flags = TransportFlags::HAS_SECONDS_TIMELINE;
        flags.set(TransportFlags::IS_PLAYING, self.playing);
        let (beat, second) = (BeatTime::from_int(0), SecondsTime::from_int(0));
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: beat,
            song_pos_seconds: SecondsTime::from_float(self.seconds),
            tempo: 0.0,
            tempo_inc: 0.0,
            loop_start_beats: beat,
            loop_end_beats: beat,
            loop_start_seconds: second,
            loop_end_seconds: second,
            bar_start: beat,
            bar_number: 0,
            time_signature_numerator: 4,
            time_signature_denominator: 4,
        }
    }
}

/// Events that a plugin may answer a block with before the host takes memory for them.
const MOST_ANSWERS: usize = 4096;

/// The host's lists for a call, used over and over.
pub(crate) struct Calls {
    inputs: AudioPorts,
    outputs: AudioPorts,
    answers: EventBuffer,
    watch: Watch,
}

impl Calls {
    /// For as many input channels, and as many output channels on so many ports; by one thread, and in real time or not.
    pub(crate) fn new(inputs: usize, outputs: usize, output_ports: usize, real_time: bool) -> Self {
        Self {
            watch: Watch::new(real_time),
            inputs: AudioPorts::with_capacity(inputs, 1),
            outputs: AudioPorts::with_capacity(outputs, output_ports),
            // The plugin's answers must not make the list grow while it processes.
            answers: EventBuffer::with_capacity(MOST_ANSWERS),
        }
    }

    /// One block: the channels of the main input, and those of each output port.
    pub(crate) fn process<'a, Channels: IntoIterator<Item = &'a mut [f32]>>(
        &'a mut self,
        processor: &mut StartedPluginAudioProcessor<Handlers>,
        input: impl Iterator<Item = &'a mut [f32]>,
        outputs: impl ExactSizeIterator<Item = Channels>,
        events: &EventBuffer,
        transport: Option<Transport>,
    ) -> Result<(), PluginInstanceError> {
        let inputs = self.inputs.with_input_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(input.map(InputChannel::variable)),
        }]);
        let mut outputs = self.outputs.with_output_buffers(
            outputs.map(|port| AudioPortBuffer { latency: 0, channels: AudioPortBufferType::f32_output_only(port) }),
        );
        self.answers.clear();
        let transport = transport.map(Transport::event);
        let (events, mut answers) = (InputEvents::from_buffer(events), OutputEvents::from_buffer(&mut self.answers));
        let process = || processor.process(&inputs, &mut outputs, &events, &mut answers, None, transport.as_ref());
        self.watch.over(process)?;
        Ok(())
    }
}
