//! Lists of buses that lack nothing.
//!
//! clap-wrapper 0.3.1 does not process at all if any bus has another number of channels than announced, and does not
//! look how many buses the host gave. Hosts that switch separate outputs off give such lists. So clap-wrapper always
//! gets every announced bus; one that the host did not give with all its channels has null channels, which the CLAP
//! shim then replaces by scratch memory.

use crate::{plugin::Unbraid, preset::MAX_SOURCES};
use nice_plug::prelude::{AudioIOLayout, NonZeroU32, Plugin};
use std::ptr;
use vst3::Steinberg::Vst::{AudioBusBuffers, AudioBusBuffers__type0, ProcessData};

/// clap-wrapper offers the plugin's first layout alone.
const LAYOUT: AudioIOLayout = Unbraid::AUDIO_IO_LAYOUTS[0];
/// Channels of each input bus.
const INPUTS: [i32; 1] = [channels(LAYOUT.main_input_channels)];
/// Channels of each output bus: the main output, then one per source.
const OUTPUTS: [i32; 1 + MAX_SOURCES] = output_channels();
/// Most channels of any bus.
const MAX_CHANNELS: usize = 2;

const fn channels(count: Option<NonZeroU32>) -> i32 {
    match count {
        Some(count) => count.get() as i32,
        None => 0,
    }
}

const fn output_channels() -> [i32; 1 + MAX_SOURCES] {
    assert!(LAYOUT.aux_input_ports.is_empty() && LAYOUT.aux_output_ports.len() == MAX_SOURCES);
    let mut outputs = [channels(LAYOUT.main_output_channels); 1 + MAX_SOURCES];
    let mut source = 0;
    while source < MAX_SOURCES {
        outputs[1 + source] = LAYOUT.aux_output_ports[source].get() as i32;
        source += 1;
    }
    outputs
}

/// Channel pointers of a bus that the host did not give. clap-wrapper and the shims only read them.
struct NullChannels([*mut f32; MAX_CHANNELS]);
// SAFETY: nobody writes to it.
unsafe impl Sync for NullChannels {}
static NULL_CHANNELS: NullChannels = NullChannels([ptr::null_mut(); MAX_CHANNELS]);

/// Calls `process` with `data`'s buses completed. Audio thread; nothing is allocated.
///
/// # Safety
/// `data` is as VST3 describes it.
pub(super) unsafe fn with_complete_buses<R>(data: &ProcessData, process: impl FnOnce(*mut ProcessData) -> R) -> R {
    // SAFETY: by this function's contract.
    let mut inputs = unsafe { complete(INPUTS, data.inputs, data.numInputs) };
    // SAFETY: as above.
    let mut outputs = unsafe { complete(OUTPUTS, data.outputs, data.numOutputs) };
    let mut complete = ProcessData {
        numInputs: inputs.len() as i32,
        inputs: inputs.as_mut_ptr(),
        numOutputs: outputs.len() as i32,
        outputs: outputs.as_mut_ptr(),
        ..*data
    };
    process(&mut complete)
}

/// # Safety
/// `given` points to `count` buses as VST3 describes them, or is null.
unsafe fn complete<const N: usize>(
    wanted: [i32; N],
    given: *const AudioBusBuffers,
    count: i32,
) -> [AudioBusBuffers; N] {
    let count = if given.is_null() { 0 } else { usize::try_from(count).unwrap_or(0) };
    std::array::from_fn(|bus| {
        if bus < count {
            // SAFETY: `bus < count`.
            let bus_given = unsafe { *given.add(bus) };
            // SAFETY: only 32-bit samples were announced, and both variants are pointers.
            let has_channels = unsafe { !bus_given.__field0.channelBuffers32.is_null() };
            if bus_given.numChannels == wanted[bus] && has_channels {
                return bus_given;
            }
        }
        let nulls = AudioBusBuffers__type0 { channelBuffers32: NULL_CHANNELS.0.as_ptr().cast_mut() };
        AudioBusBuffers { numChannels: wanted[bus], silenceFlags: 0, __field0: nulls }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announced_channels_fit_the_null_channels() {
        assert!(INPUTS.iter().chain(&OUTPUTS).all(|&channels| channels as usize <= MAX_CHANNELS));
    }

    #[test]
    fn buses_that_are_missing_or_of_another_width_become_null_channels() {
        let mut samples = [0.0_f32; 8];
        let mut channels = [samples.as_mut_ptr(); 2];
        let buffers = AudioBusBuffers__type0 { channelBuffers32: channels.as_mut_ptr() };
        let bus = |width: i32| AudioBusBuffers { numChannels: width, silenceFlags: 0, __field0: buffers };
        let given = [bus(2), bus(0), bus(1)];
        // SAFETY: three buses.
        let complete = unsafe { complete([2, 2, 2, 2], given.as_ptr(), 3) };
        assert!(complete.iter().all(|bus| bus.numChannels == 2));
        // SAFETY: every completed bus has two channel pointers.
        let is_null = complete.map(|bus| unsafe { (*bus.__field0.channelBuffers32.add(1)).is_null() });
        assert_eq!(is_null, [false, true, true, true]);
    }
}
