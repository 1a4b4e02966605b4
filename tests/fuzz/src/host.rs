//! A host that gives the CLAP's process call any events, any ports and any samples.

use crate::bytes::Bytes;
use clap_sys::{
    audio_buffer::clap_audio_buffer,
    entry::clap_plugin_entry,
    events::{
        CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_NOTE_ON, CLAP_EVENT_PARAM_MOD, CLAP_EVENT_PARAM_VALUE,
        CLAP_EVENT_TRANSPORT, clap_event_header, clap_event_param_mod, clap_event_param_value, clap_event_transport,
        clap_input_events, clap_output_events,
    },
    ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params},
    factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory},
    host::clap_host,
    plugin::clap_plugin,
    process::clap_process,
    version::CLAP_VERSION,
};
use std::{
    cell::OnceCell,
    ffi::{c_char, c_void},
    mem::zeroed,
    ptr,
};
// The entry point is linked by its name.
use unbraid as _;

unsafe extern "C" {
    static clap_entry: clap_plugin_entry;
}

/// The plugin is activated for blocks of this many samples; it is given longer ones too. Both are short, so that a
/// second has room for many calls: the samples take longest.
const ANNOUNCED: u32 = 16;
const MOST_FRAMES: usize = 40;
/// Channels of a port and ports of a list, at most: more than there are.
const MOST_CHANNELS: usize = 4;
const MOST_PORTS: usize = 12;

/// An active plugin, and the ids of its parameters.
struct Playing {
    plugin: *const clap_plugin,
    ids: Vec<u32>,
}

thread_local! {
    static PLAYING: OnceCell<Playing> = const { OnceCell::new() };
}

unsafe extern "C" fn no_extension(_: *const clap_host, _: *const c_char) -> *const c_void {
    ptr::null()
}

unsafe extern "C" fn no_request(_: *const clap_host) {}

impl Playing {
    fn begin() -> Self {
        let host = Box::leak(Box::new(clap_host {
            clap_version: CLAP_VERSION,
            host_data: ptr::null_mut(),
            name: c"fuzz".as_ptr(),
            vendor: c"".as_ptr(),
            url: c"".as_ptr(),
            version: c"1".as_ptr(),
            get_extension: Some(no_extension),
            request_restart: Some(no_request),
            request_process: Some(no_request),
            request_callback: Some(no_request),
        }));
        // SAFETY: the calls are in the order that CLAP demands, on one thread, with a host that is never freed.
        unsafe {
            assert!(clap_entry.init.is_some_and(|init| init(c"".as_ptr())));
            let factory = clap_entry.get_factory.map_or(ptr::null(), |get| get(CLAP_PLUGIN_FACTORY_ID.as_ptr()));
            let Some(factory) = factory.cast::<clap_plugin_factory>().as_ref() else { panic!("no factory") };
            let descriptor = factory.get_plugin_descriptor.map_or(ptr::null(), |get| get(factory, 0));
            let plugin = factory.create_plugin.map_or(ptr::null(), |create| create(factory, host, (*descriptor).id));
            assert!((*plugin).init.is_some_and(|init| init(plugin)));
            let params = (*plugin).get_extension.map_or(ptr::null(), |get| get(plugin, CLAP_EXT_PARAMS.as_ptr()));
            let params = &*params.cast::<clap_plugin_params>();
            let count = params.count.map_or(0, |count| count(plugin));
            let id = |index: u32| {
                let mut info = zeroed::<clap_param_info>();
                params.get_info.filter(|get| get(plugin, index, &mut info)).map(|_| info.id)
            };
            let ids = (0..count).filter_map(id).collect();
            assert!((*plugin).activate.is_some_and(|activate| activate(plugin, 48_000.0, 1, ANNOUNCED)));
            assert!((*plugin).start_processing.is_some_and(|start| start(plugin)));
            Self { plugin, ids }
        }
    }
}

/// An event of any kind with room for the largest.
#[repr(C)]
union Event {
    header: clap_event_header,
    value: clap_event_param_value,
    modulation: clap_event_param_mod,
    transport: clap_event_transport,
}

fn event(bytes: &mut Bytes, ids: &[u32]) -> Event {
    // SAFETY: events are numbers and pointers that are not followed.
    let mut event = unsafe { zeroed::<Event>() };
    let known = bytes.below(ids.len() + 1);
    let id = ids.get(known).copied().unwrap_or_else(|| bytes.u32());
    let time = if bytes.byte() < 200 { bytes.below(MOST_FRAMES) as u32 } else { bytes.u32() };
    let (type_, size) = match bytes.byte() % 5 {
        0 => (CLAP_EVENT_PARAM_MOD, size_of::<clap_event_param_mod>()),
        1 => (CLAP_EVENT_TRANSPORT, size_of::<clap_event_transport>()),
        2 => (CLAP_EVENT_NOTE_ON, size_of::<clap_event_header>()),
        _ => (CLAP_EVENT_PARAM_VALUE, size_of::<clap_event_param_value>()),
    };
    match type_ {
        CLAP_EVENT_PARAM_VALUE => {
            event.value.param_id = id;
            event.value.value = bytes.f64();
        }
        CLAP_EVENT_PARAM_MOD => {
            event.modulation.param_id = id;
            event.modulation.amount = bytes.f64();
        }
        CLAP_EVENT_TRANSPORT => event.transport = transport(bytes),
        _ => {}
    }
    let space_id = if bytes.byte() < 240 { CLAP_CORE_EVENT_SPACE_ID } else { 7 };
    event.header = clap_event_header { size: size as u32, time, space_id, type_, flags: 0 };
    event
}

fn transport(bytes: &mut Bytes) -> clap_event_transport {
    // SAFETY: a value of numbers.
    let mut transport = unsafe { zeroed::<clap_event_transport>() };
    transport.flags = bytes.u32();
    (transport.tempo, transport.tempo_inc) = (bytes.f64(), bytes.f64());
    (transport.song_pos_beats, transport.song_pos_seconds) = (bytes.i64(), bytes.i64());
    transport
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: the list that `process` made.
    unsafe { &*(*list).ctx.cast::<Vec<Event>>() }.len() as u32
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: as above.
    let events = unsafe { &*(*list).ctx.cast::<Vec<Event>>() };
    events.get(index as usize).map_or(ptr::null(), |event| ptr::from_ref(event).cast())
}

unsafe extern "C" fn push(_: *const clap_output_events, _: *const clap_event_header) -> bool {
    true
}

/// Ports of one direction, with their samples.
struct Ports {
    _samples: Vec<Vec<f32>>,
    _channels: Vec<Vec<*mut f32>>,
    buffers: Vec<clap_audio_buffer>,
}

fn ports(bytes: &mut Bytes, frames: usize) -> Ports {
    let (mut samples, mut channels, mut buffers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bytes.below(MOST_PORTS) {
        let count = bytes.below(MOST_CHANNELS + 1);
        let mut pointers: Vec<*mut f32> = Vec::new();
        for _ in 0..count {
            let value = bytes.f32();
            let mut channel: Vec<f32> = (0..frames).map(|n| if n % 16 < 8 { value } else { -value }).collect();
            pointers.push(if bytes.byte() < 20 { ptr::null_mut() } else { channel.as_mut_ptr() });
            samples.push(channel);
        }
        let data32 = if bytes.byte() < 20 { ptr::null_mut() } else { pointers.as_mut_ptr() };
        let constant_mask = u64::from(bytes.byte());
        channels.push(pointers);
        buffers.push(clap_audio_buffer {
            data32,
            data64: ptr::null_mut(),
            channel_count: count as u32,
            latency: 0,
            constant_mask,
        });
    }
    Ports { _samples: samples, _channels: channels, buffers }
}

/// Up to four blocks.
pub(crate) fn process(data: &[u8]) {
    PLAYING.with(|playing| {
        let Playing { plugin, ids } = playing.get_or_init(Playing::begin);
        let mut bytes = Bytes(data);
        for _ in 0..4 {
            if bytes.is_empty() {
                break;
            }
            let frames = bytes.below(MOST_FRAMES);
            let events: Vec<Event> = (0..bytes.below(40)).map(|_| event(&mut bytes, ids)).collect();
            let list =
                clap_input_events { ctx: (&raw const events).cast_mut().cast(), size: Some(size), get: Some(get) };
            let out = clap_output_events { ctx: ptr::null_mut(), try_push: Some(push) };
            let (inputs, mut outputs) = (ports(&mut bytes, frames), ports(&mut bytes, frames));
            let transport = transport(&mut bytes);
            let list = if bytes.byte() < 10 { ptr::null() } else { &raw const list };
            let process = clap_process {
                steady_time: bytes.i64(),
                frames_count: frames as u32,
                transport: if bytes.byte() < 128 { ptr::null() } else { &raw const transport },
                audio_inputs: inputs.buffers.as_ptr(),
                audio_inputs_count: inputs.buffers.len() as u32,
                audio_outputs: outputs.buffers.as_mut_ptr(),
                audio_outputs_count: outputs.buffers.len() as u32,
                in_events: list,
                out_events: &raw const out,
            };
            // SAFETY: the plugin is active, and everything that is pointed to lives during the call.
            unsafe { (**plugin).process.map(|run| run(*plugin, &process)) };
        }
    });
}
