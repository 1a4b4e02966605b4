//! Lists of buses that lack nothing.
//!
//! clap-wrapper 0.3.1 does not process at all if any bus has another number of channels than announced, and does not
//! look how many buses the host gave. Hosts that switch separate outputs off give such lists, and some give buses of
//! one channel on mono tracks. So clap-wrapper always gets every announced bus. What the host gave of it is used: one
//! input channel is both, one output channel is the left one, channels beyond those announced are silent. Others are
//! null, and the CLAP shim replaces them by scratch memory.

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
/// Channels of every bus.
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

/// Calls `process` with `data`'s buses completed. Audio thread; nothing is allocated.
///
/// # Safety
/// `data` is as VST3 describes it.
pub(super) unsafe fn with_complete_buses<R>(data: &ProcessData, process: impl FnOnce(*mut ProcessData) -> R) -> R {
    let samples = usize::try_from(data.numSamples).unwrap_or(0);
    // SAFETY: by this function's contract.
    let mut input_channels = unsafe { complete(INPUTS, data.inputs, data.numInputs) };
    // SAFETY: as above.
    let mut output_channels = unsafe { complete(OUTPUTS, data.outputs, data.numOutputs) };
    // SAFETY: as above.
    unsafe { silence_what_is_not_announced(data, samples) };
    for ([left, right], _) in &mut input_channels {
        if right.is_null() {
            *right = *left;
        }
    }
    let mut inputs = input_channels.each_mut().map(bus_of);
    let mut outputs = output_channels.each_mut().map(bus_of);
    let mut complete = ProcessData {
        numInputs: inputs.len() as i32,
        inputs: inputs.as_mut_ptr(),
        numOutputs: outputs.len() as i32,
        outputs: outputs.as_mut_ptr(),
        ..*data
    };
    process(&mut complete)
}

/// The channel pointers of a bus, and its silence flags.
type Channels = ([*mut f32; MAX_CHANNELS], u64);

fn bus_of((channels, silence_flags): &mut Channels) -> AudioBusBuffers {
    let pointers = AudioBusBuffers__type0 { channelBuffers32: channels.as_mut_ptr() };
    AudioBusBuffers { numChannels: MAX_CHANNELS as i32, silenceFlags: *silence_flags, __field0: pointers }
}

/// The channels that the host gave of the `wanted` ones of each bus; null where it gave none.
///
/// # Safety
/// `given` points to `count` buses as VST3 describes them, or is null.
unsafe fn complete<const N: usize>(wanted: [i32; N], given: *const AudioBusBuffers, count: i32) -> [Channels; N] {
    let count = if given.is_null() { 0 } else { usize::try_from(count).unwrap_or(0) };
    std::array::from_fn(|bus| {
        // SAFETY: `bus < count`.
        let Some(given) = (bus < count).then(|| unsafe { &*given.add(bus) }) else {
            return ([ptr::null_mut(); MAX_CHANNELS], 0);
        };
        let pointers = std::array::from_fn(|channel| {
            // SAFETY: by this function's contract.
            if channel < wanted[bus] as usize { unsafe { channel_of(given, channel) } } else { ptr::null_mut() }
        });
        (pointers, given.silenceFlags)
    })
}

/// Channel `channel` of `bus`, or null.
///
/// # Safety
/// `bus` is as VST3 describes it.
unsafe fn channel_of(bus: &AudioBusBuffers, channel: usize) -> *mut f32 {
    // SAFETY: only 32-bit samples were announced, and both variants are pointers.
    let channels = unsafe { bus.__field0.channelBuffers32 };
    if channels.is_null() || channel >= usize::try_from(bus.numChannels).unwrap_or(0) {
        return ptr::null_mut();
    }
    // SAFETY: it holds `numChannels` pointers.
    unsafe { *channels.add(channel) }
}

/// Silences output channels that were not announced, which nobody else writes to.
///
/// # Safety
/// `data` is as VST3 describes it, with `samples` samples.
unsafe fn silence_what_is_not_announced(data: &ProcessData, samples: usize) {
    let count = if data.outputs.is_null() { 0 } else { usize::try_from(data.numOutputs).unwrap_or(0) };
    for bus in 0..count {
        // SAFETY: `bus < count`.
        let given = unsafe { &*data.outputs.add(bus) };
        let announced = OUTPUTS.get(bus).map_or(0, |channels| *channels as usize);
        for channel in announced..usize::try_from(given.numChannels).unwrap_or(0) {
            // SAFETY: by this function's contract.
            let samples_out = unsafe { channel_of(given, channel) };
            if !samples_out.is_null() {
                // SAFETY: a channel holds `samples` samples.
                unsafe { std::slice::from_raw_parts_mut(samples_out, samples) }.fill(0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: usize = 8;

    /// What is played with buses of these numbers of channels, for an input of 1 in every channel: the plugin passes
    /// the input on.
    fn played(inputs: &[i32], outputs: &[i32]) -> Vec<Vec<[f32; BLOCK]>> {
        let mut samples_in = [[1.0_f32; BLOCK]; 4];
        let mut samples_out: Vec<Vec<[f32; BLOCK]>> =
            outputs.iter().map(|width| vec![[0.5; BLOCK]; *width as usize]).collect();
        let mut pointers_in: Vec<*mut f32> = samples_in.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
        let mut pointers_out: Vec<Vec<*mut f32>> =
            samples_out.iter_mut().map(|bus| bus.iter_mut().map(|channel| channel.as_mut_ptr()).collect()).collect();
        let bus = |width: i32, pointers: &mut Vec<*mut f32>| AudioBusBuffers {
            numChannels: width,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: pointers.as_mut_ptr() },
        };
        let mut buses_in: Vec<_> = inputs.iter().map(|width| bus(*width, &mut pointers_in)).collect();
        let mut buses_out: Vec<_> =
            outputs.iter().zip(&mut pointers_out).map(|(width, pointers)| bus(*width, pointers)).collect();
        // SAFETY: a value of integers and pointers.
        let mut data = unsafe { std::mem::zeroed::<ProcessData>() };
        (data.numInputs, data.inputs) = (buses_in.len() as i32, buses_in.as_mut_ptr());
        (data.numOutputs, data.outputs) = (buses_out.len() as i32, buses_out.as_mut_ptr());
        data.numSamples = BLOCK as i32;
        let copy = |data: *mut ProcessData| {
            // SAFETY: all announced buses with all their channels.
            unsafe {
                let data = &*data;
                assert_eq!((data.numInputs, data.numOutputs), (1, 1 + MAX_SOURCES as i32));
                for channel in 0..2 {
                    let input = *(*data.inputs).__field0.channelBuffers32.add(channel);
                    let output = *(*data.outputs).__field0.channelBuffers32.add(channel);
                    if !input.is_null() && !output.is_null() {
                        ptr::copy(input, output, BLOCK);
                    }
                }
            }
        };
        // SAFETY: buses as VST3 describes them.
        unsafe { with_complete_buses(&data, copy) };
        samples_out
    }

    #[test]
    fn every_channel_that_the_host_gave_is_used() {
        let (full, silent, untouched) = ([1.0; BLOCK], [0.0; BLOCK], [0.5; BLOCK]);
        assert_eq!(played(&[2], &[2]), [[full, full]]);
        assert_eq!(played(&[1], &[1]), [[full]], "mono");
        assert_eq!(played(&[1], &[2]), [[full, full]], "mono in, stereo out");
        assert_eq!(played(&[2], &[1]), [[full]], "stereo in, mono out");
        assert_eq!(played(&[2], &[4]), [[full, full, silent, silent]], "more than was announced");
        assert_eq!(played(&[], &[2]), [[untouched, untouched]], "no input");
        assert_eq!(played(&[2], &[2, 0, 1]), [vec![full, full], vec![], vec![untouched]]);
    }
}
