//! The preset of `tests/fixtures/preset-v1.unbraid.safetensors`, and its file taken apart.

use serde_json::{Map, Value, json};
use std::path::PathBuf;
use unbraid_engine::{
    dictionary::{Dictionary, FrameSpec, Training},
    preset::{About, Colour, Cue, Knobs, LearnedBases, Preset, Source, SourceBases, UnknownKeys, file},
};

/// The fixture of format version 1.
pub(crate) const FIXTURE: &str = "tests/fixtures/preset-v1.unbraid.safetensors";

pub(crate) fn fixture_path() -> PathBuf {
    PathBuf::from(crate::ROOT).join(FIXTURE)
}

pub(crate) fn fixture_bytes() -> Vec<u8> {
    std::fs::read(fixture_path()).unwrap()
}

/// Three bases. Basis k is 1/2, 3/8, 1/8 in the bins from 3k + 1 on, and zero elsewhere.
pub(crate) fn dictionary(frame_len: usize) -> Dictionary {
    let frame =
        FrameSpec { sample_rate: 44_100.0, frame_len, window: "hann".to_owned(), latency: frame_len, exponent: 1.0 };
    let bins = frame_len / 2 + 1;
    let mut bases = vec![0.0; 3 * bins];
    for k in 0..3 {
        bases[k * bins + 3 * k + 1..][..3].copy_from_slice(&[0.5, 0.375, 0.125]);
    }
    let training = Training { divergence: "kl".to_owned(), seed: u64::MAX, iterations: 200 };
    Dictionary { frame, training, components: 3, bins, bases, reconstruction: None }
}

/// What the fixture holds, for ever.
pub(crate) fn sample() -> Preset {
    let mut learned = LearnedBases::new(vec![dictionary(64), dictionary(32)], vec![2, 1]).unwrap();
    learned.learned_from = vec!["kit one.flac".to_owned(), "kit \"zwei\" – größer.wav".to_owned()];
    learned.licence = Some("MIT".to_owned());
    let drums = Source {
        name: "drums".to_owned(),
        colour: Colour([0xE6, 0x9F, 0x00]),
        knobs: Knobs { gain_db: Some(-5.7), mute: false },
        role: None,
        bases: SourceBases::Learned(learned),
        unknown: object(json!({
            "x_icon": "snare",
            "knobs": {"x_pan": -0.25},
            "dictionaries": {"64": {"x_noise": [0.1, 1e-7], "training": {"x_loss": 12.625}}},
        })),
    };
    let rest = Source {
        name: "rest".to_owned(),
        colour: Colour([0x56, 0xB4, 0xE9]),
        knobs: Knobs { gain_db: None, mute: true },
        role: None,
        bases: SourceBases::Adaptive { components: 8 },
        unknown: UnknownKeys::new(),
    };
    let unknown = object(json!({"x_tool": "another program's note", "unbraid": {"x_room": {"size": 3}}}));
    let (grouping, about) = (Cue::default(), About::default());
    Preset { sources: vec![drums, rest], grouping, play: None, about, written_by: "0.1.0".to_owned(), unknown }
}

fn object(value: Value) -> UnknownKeys {
    value.as_object().unwrap().clone()
}

/// A preset file taken apart, to be damaged and put together again.
#[derive(Clone)]
pub(crate) struct Parts {
    /// The header without our document.
    pub(crate) header: Map<String, Value>,
    /// Our document.
    pub(crate) document: Value,
    /// The tensors.
    pub(crate) data: Vec<u8>,
}

impl Parts {
    /// The parts of the sample's file.
    pub(crate) fn new() -> Self {
        Self::of(&file::to_bytes(&sample()).unwrap())
    }

    /// The parts of a file.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let (length, rest) = bytes.split_at(8);
        let (header, data) = rest.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
        let mut header: Map<String, Value> = serde_json::from_slice(header).unwrap();
        let document = header["__metadata__"].as_object_mut().unwrap().remove("unbraid").unwrap();
        let document = serde_json::from_str(document.as_str().unwrap()).unwrap();
        Self { header, document, data: data.to_vec() }
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut header = self.header.clone();
        if let Some(Value::Object(metadata)) = header.get_mut("__metadata__") {
            metadata.insert("unbraid".to_owned(), Value::String(self.document.to_string()));
        }
        join(&Value::Object(header).to_string(), &self.data)
    }

    /// Changes weight `f` of basis `k` of the first tensor, `[3, 33]`.
    pub(crate) fn set_weight(&mut self, k: usize, f: usize, weight: f32) {
        self.data[(k * 33 + f) * 4..][..4].copy_from_slice(&weight.to_le_bytes());
    }
}

/// The file `bytes`, in which an earlier version has stored one solo, as it is written now: without it. The header is
/// padded with spaces to whole words, as safetensors does.
pub(crate) fn without_solo(bytes: &[u8]) -> Vec<u8> {
    let (length, rest) = bytes.split_at(8);
    let (header, data) = rest.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
    let header = std::str::from_utf8(header).unwrap().trim_end();
    let (with, without) = (r#"\"solo\":true"#, r#"\"solo\":false"#);
    assert_eq!(header.matches(with).count(), 1, "an earlier version has stored one");
    let mut header = header.replace(with, without);
    header.push_str(&" ".repeat(header.len().next_multiple_of(8) - header.len()));
    join(&header, data)
}

/// A safetensors file of any header and any data.
pub(crate) fn join(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}
