//! The plugin's state from the outside: a length, then JSON that holds the preset file, zlib, base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde_json::{Value, from_slice, from_str, to_string, to_vec};
use std::io::{Read, Write};
use unbraid_engine::preset::{Preset, file};

/// The state as JSON.
pub(crate) fn parse(state: &[u8]) -> Value {
    from_slice(&state[8..]).unwrap()
}

/// What the state holds of the preset: title and file.
pub(crate) fn preset(state: &[u8]) -> Value {
    from_str(parse(state)["fields"]["preset"].as_str().unwrap()).unwrap()
}

/// The same state with this text for a preset file.
pub(crate) fn with_preset_file(state: &[u8], text: &str) -> Vec<u8> {
    let (mut whole, mut preset) = (parse(state), preset(state));
    preset["file"] = text.into();
    whole["fields"]["preset"] = to_string(&preset).unwrap().into();
    let json = to_vec(&whole).unwrap();
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

/// A preset file's text in the state.
pub(crate) fn pack(bytes: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    STANDARD.encode(encoder.finish().unwrap())
}

/// The preset in the state.
pub(crate) fn unpack(state: &[u8]) -> Preset {
    let packed = STANDARD.decode(preset(state)["file"].as_str().unwrap()).unwrap();
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    file::from_bytes(&bytes, "the state").unwrap()
}

/// The same state with the preset's sources in reverse order.
pub(crate) fn with_sources_swapped(state: &[u8]) -> Vec<u8> {
    let mut preset = unpack(state);
    preset.sources.reverse();
    with_preset_file(state, &pack(&file::to_bytes(&preset).unwrap()))
}

/// The worker looks for a new state 40 times a second, and builds a model in a debug build's time.
pub(crate) fn wait_for_worker() {
    std::thread::sleep(std::time::Duration::from_millis(500));
}
