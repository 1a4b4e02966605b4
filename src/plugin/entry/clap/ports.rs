//! Lists of ports that lack nothing.
//!
//! nice-plug 0.4.2 never calls the plugin's `process` when the host gives no buffer, or too few channels, for a
//! separate output: it copies the input through and still reports latency. It also reads one port past the end of a
//! list that is shorter than announced. Hosts give such lists: those made with JUCE switch unused outputs off. So the
//! wrapper always gets every announced port with every channel; where the host gave none, it is scratch memory.

use clap_sys::{
    audio_buffer::clap_audio_buffer,
    ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports},
    plugin::clap_plugin,
};
use std::{mem::MaybeUninit, ops::Range, ptr};

/// All announced ports of one direction.
#[derive(Default)]
pub(super) struct Ports {
    /// What the wrapper gets, indexed by port.
    buffers: Vec<clap_audio_buffer>,
    /// The channel pointers of `buffers`, indexed by `[port][channel]`.
    channels: Vec<Vec<*mut f32>>,
    /// Stands in for missing channels, indexed by `[port][channel][sample]`.
    scratch: Vec<Vec<Vec<f32>>>,
}

impl Ports {
    /// The ports that `plugin` announces at present, with scratch for `max_frames` samples. Allocates.
    ///
    /// # Safety
    /// `plugin` is alive and this is its main thread.
    pub(super) unsafe fn announced(plugin: *const clap_plugin, is_input: bool, max_frames: usize) -> Self {
        // SAFETY: by this function's contract.
        let counts = unsafe { channel_counts(plugin, is_input) };
        Self {
            buffers: counts.iter().map(|&count| empty_buffer(count)).collect(),
            channels: counts.iter().map(|&count| vec![ptr::null_mut(); count as usize]).collect(),
            scratch: counts.iter().map(|&count| vec![vec![0.0; max_frames]; count as usize]).collect(),
        }
    }

    /// Audio thread: takes over the samples `part` of the host's buffers and fills the gaps with scratch, which is
    /// silent. Bit `i` of the result says that the host gave a channel of port `i`.
    ///
    /// # Safety
    /// `host` points to `count` buffers as CLAP describes them, alive until the list is used; `part` lies within them.
    pub(super) unsafe fn complete(&mut self, host: *const clap_audio_buffer, count: u32, part: Range<usize>) -> u32 {
        let count = if host.is_null() { 0 } else { count as usize };
        let mut heard = 0;
        for (port, buffer) in self.buffers.iter_mut().enumerate() {
            // SAFETY: `port < count`.
            let given = (port < count).then(|| unsafe { &*host.add(port) });
            let (mut is_complete, mut is_heard) = (true, false);
            for (channel, pointer) in self.channels[port].iter_mut().enumerate() {
                // SAFETY: by this function's contract.
                *pointer = given.map_or(ptr::null_mut(), |given| unsafe { channel_of(given, channel) });
                if pointer.is_null() {
                    is_complete = false;
                    let scratch = &mut self.scratch[port][channel];
                    scratch[..part.len()].fill(0.0);
                    *pointer = scratch.as_mut_ptr();
                } else {
                    is_heard = true;
                    // SAFETY: by this function's contract the part lies within the channel.
                    *pointer = unsafe { pointer.add(part.start) };
                }
            }
            buffer.data32 = self.channels[port].as_mut_ptr();
            buffer.constant_mask = given.filter(|_| is_complete).map_or(0, |given| given.constant_mask);
            buffer.latency = given.map_or(0, |given| given.latency);
            heard |= u32::from(is_heard) << port;
        }
        heard
    }

    /// The complete list, as [`Self::complete`] left it.
    pub(super) fn buffers(&mut self) -> &mut [clap_audio_buffer] {
        &mut self.buffers
    }
}

/// # Safety
/// `buffer` is as CLAP describes it.
unsafe fn channel_of(buffer: &clap_audio_buffer, channel: usize) -> *mut f32 {
    if buffer.data32.is_null() || channel >= buffer.channel_count as usize {
        return ptr::null_mut();
    }
    // SAFETY: `data32` holds `channel_count` pointers.
    unsafe { *buffer.data32.add(channel) }
}

fn empty_buffer(channel_count: u32) -> clap_audio_buffer {
    clap_audio_buffer { data32: ptr::null_mut(), data64: ptr::null_mut(), channel_count, latency: 0, constant_mask: 0 }
}

/// # Safety
/// `plugin` is alive and this is its main thread.
unsafe fn channel_counts(plugin: *const clap_plugin, is_input: bool) -> Vec<u32> {
    // SAFETY: the plugin answers with its port extension or null.
    let extension: *const clap_plugin_audio_ports =
        unsafe { (*plugin).get_extension.map_or(ptr::null(), |get| get(plugin, CLAP_EXT_AUDIO_PORTS.as_ptr()).cast()) };
    // SAFETY: an extension lives as long as its plugin.
    let Some(extension) = (unsafe { extension.as_ref() }) else { return Vec::new() };
    let (Some(count), Some(get)) = (extension.count, extension.get) else { return Vec::new() };
    // SAFETY: main thread, by this function's contract; `get` fills the whole of `info` if it succeeds.
    (0..unsafe { count(plugin, is_input) })
        .map_while(|index| unsafe {
            let mut info = MaybeUninit::<clap_audio_port_info>::zeroed();
            get(plugin, index, is_input, info.as_mut_ptr()).then(|| info.assume_init().channel_count)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(channels: &[u32], max_frames: usize) -> Ports {
        Ports {
            buffers: channels.iter().map(|&count| empty_buffer(count)).collect(),
            channels: channels.iter().map(|&count| vec![ptr::null_mut(); count as usize]).collect(),
            scratch: channels.iter().map(|&count| vec![vec![0.5; max_frames]; count as usize]).collect(),
        }
    }

    /// Sample `frame` of a completed list.
    fn sample(ports: &mut Ports, port: usize, channel: usize, frame: usize) -> f32 {
        // SAFETY: every channel of a completed list can be read.
        unsafe { *(*ports.buffers()[port].data32.add(channel)).add(frame) }
    }

    #[test]
    fn missing_ports_and_channels_become_silent_scratch() {
        let mut left = [1.0_f32; 4];
        let mut pointers = [left.as_mut_ptr()];
        // One port with one channel, where two ports with two channels each are announced.
        let host = clap_audio_buffer { data32: pointers.as_mut_ptr(), ..empty_buffer(1) };
        let mut ports = ports(&[2, 2], 4);
        // SAFETY: `host` is one buffer with one channel of four samples.
        let given = unsafe { ports.complete(&host, 1, 0..4) };
        assert_eq!(given, 0b01, "there is something of the first port");
        assert_eq!(sample(&mut ports, 0, 0, 3), 1.0);
        assert_eq!(sample(&mut ports, 0, 1, 3), 0.0);
        assert_eq!(sample(&mut ports, 1, 0, 0), 0.0);
        assert_eq!(sample(&mut ports, 1, 1, 3), 0.0);
    }

    #[test]
    fn complete_ports_are_the_hosts_own_and_reported() {
        let mut samples = [[0.25_f32; 4]; 2];
        let mut pointers = samples.each_mut().map(|channel| channel.as_mut_ptr());
        let host = clap_audio_buffer { data32: pointers.as_mut_ptr(), ..empty_buffer(2) };
        let mut ports = ports(&[2, 2], 4);
        // SAFETY: `host` is one buffer with two channels of four samples.
        let given = unsafe { ports.complete(&host, 1, 0..4) };
        assert_eq!(given, 0b01);
        assert_eq!(sample(&mut ports, 0, 1, 2), 0.25);
    }

    #[test]
    fn a_piece_begins_within_the_hosts_own() {
        let mut samples = [[0.0, 1.0, 2.0, 3.0_f32]; 2];
        let mut pointers = samples.each_mut().map(|channel| channel.as_mut_ptr());
        let host = clap_audio_buffer { data32: pointers.as_mut_ptr(), ..empty_buffer(2) };
        let mut ports = ports(&[2], 4);
        // SAFETY: `host` is one buffer with two channels of four samples.
        unsafe { ports.complete(&host, 1, 2..4) };
        assert_eq!([sample(&mut ports, 0, 0, 0), sample(&mut ports, 0, 1, 1)], [2.0, 3.0]);
    }

    #[test]
    fn no_list_at_all_is_all_scratch() {
        let mut ports = ports(&[2], 4);
        // SAFETY: a null list is empty.
        assert_eq!(unsafe { ports.complete(ptr::null(), 3, 0..4) }, 0);
        assert_eq!(sample(&mut ports, 0, 0, 0), 0.0);
    }
}
