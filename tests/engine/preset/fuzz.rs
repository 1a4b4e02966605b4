//! Whatever the bytes are: no panic, and a valid preset or an error.

use super::sample::{Parts, fixture_bytes, sample};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Map, Value};
use unbraid_engine::{
    dictionary::{Dictionary, FrameSpec, Training},
    preset::{About, Colour, Cue, Knobs, LearnedBases, Preset, Role, Source, SourceBases, UnknownKeys, file},
};

/// Bytes are refused, or they give a valid preset that is written and read again as it is.
fn is_refused_or_holds(bytes: &[u8]) {
    let Ok(preset) = file::from_bytes(bytes, "it") else { return };
    preset.validate().unwrap();
    let written = file::to_bytes(&preset).unwrap();
    assert_eq!(file::from_bytes(&written, "it").unwrap(), preset);
}

/// Something to do to a file.
#[derive(Debug, Clone)]
enum Blow {
    Flip(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Remove(Index, u8),
    Copy(Index, Index, u8),
}

fn blow() -> impl Strategy<Value = Blow> {
    let place = any::<Index>;
    prop_oneof![
        6 => (place(), 1_u8..).prop_map(|(at, mask)| Blow::Flip(at, mask)),
        1 => place().prop_map(Blow::Cut),
        2 => (place(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Blow::Insert(at, bytes)),
        2 => (place(), 1_u8..).prop_map(|(at, length)| Blow::Remove(at, length)),
        2 => (place(), place(), 1_u8..).prop_map(|(from, to, length)| Blow::Copy(from, to, length)),
    ]
}

fn strike(bytes: &mut Vec<u8>, blow: &Blow) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    let span = |at: &Index, size: u8| at.index(length)..(at.index(length) + usize::from(size)).min(length);
    match blow {
        Blow::Flip(at, mask) => bytes[at.index(length)] ^= mask,
        Blow::Cut(at) => bytes.truncate(at.index(length)),
        Blow::Insert(at, new) => drop(bytes.splice(at.index(length)..at.index(length), new.iter().copied())),
        Blow::Remove(at, size) => drop(bytes.drain(span(at, *size))),
        Blow::Copy(from, to, size) => {
            let piece = bytes[span(from, *size)].to_vec();
            let end = (to.index(length) + piece.len()).min(length);
            bytes.splice(to.index(length)..end, piece);
        }
    }
}

/// Values that a document might hold by mistake.
fn json() -> impl Strategy<Value = Value> {
    let small = (0_u64..70).prop_map(Value::from);
    let edge = prop::sample::select(vec![u64::MAX, 1 << 63, 1 << 32, 262_144, 1025]).prop_map(Value::from);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        small,
        edge,
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z#/ 0-9]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Every place in `value`, in JSON Pointer notation.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{here}/{index}"), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(key, field)| places(field, &format!("{here}/{key}"), found)),
        _ => {}
    }
}

fn replace(root: &mut Value, at: &Index, new: Value) {
    let mut found = Vec::new();
    places(root, "", &mut found);
    *root.pointer_mut(&found[at.index(found.len())]).unwrap() = new;
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-ZäöüÄ'\"\\\\]{1,20}".prop_map(|text| text.replace('\\', "."))
}

fn unknown() -> impl Strategy<Value = UnknownKeys> {
    prop::collection::btree_map("x_[a-z]{1,4}", json(), 0..3).prop_map(|map| map.into_iter().collect())
}

prop_compose! {
    fn dictionary(components: usize)(
        frame_len in 16_usize..80,
        sample_rate in 1e3..768e3_f64,
        exponent in 0.1..4.0_f32,
        window in text(),
        divergence in text(),
        seed in any::<u64>(),
        iterations in any::<u32>(),
        weights in vec(0.0..1.0_f32, components * 41),
        latency in 1..80_usize,
        reconstructs in any::<bool>(),
    ) -> Dictionary {
        let frame = FrameSpec { sample_rate, frame_len, window, latency: latency.min(frame_len), exponent };
        let bins = frame.bins();
        let mut bases = weights[..components * bins].to_vec();
        for basis in bases.chunks_mut(bins) {
            basis[0] += 0.1;
            let sum: f32 = basis.iter().sum();
            basis.iter_mut().for_each(|weight| *weight /= sum);
        }
        let reconstruction = reconstructs.then(|| weights[..components * bins].to_vec());
        Dictionary { frame, training: Training { divergence, seed, iterations }, components, bins, bases, reconstruction }
    }
}

prop_compose! {
    fn source()(blocks in vec(1_usize..4, 1..4))(
        name in text(),
        colour in any::<[u8; 3]>(),
        adaptive in proptest::option::of(1_usize..=512),
        gain_db in proptest::option::of(-120.0..24.0_f32),
        mute in any::<bool>(),
        role in proptest::option::of(proptest::sample::select(&Role::ALL[..])),
        learned_from in vec(any::<String>(), 0..3),
        licence in any::<Option<String>>(),
        dictionary in dictionary(blocks.iter().sum()),
        unknown in unknown(),
        blocks in Just(blocks),
    ) -> Source {
        let bases = match adaptive {
            Some(components) => SourceBases::Adaptive { components },
            None => {
                let mut learned = LearnedBases::new(vec![dictionary], blocks).unwrap();
                learned.drift = colour[0] % 2 == 1;
                learned.evidence_weight = (colour[1] % 2 == 1).then(|| f32::from(colour[2]) / 255.0);
                (learned.learned_from, learned.licence) = (learned_from, licence);
                SourceBases::Learned(learned)
            }
        };
        Source { name, colour: Colour(colour), knobs: Knobs { gain_db, mute }, role, bases, unknown }
    }
}

proptest! {
    #[test]
    fn no_mutation_of_a_file_makes_the_reader_panic(blows in vec(blow(), 1..6)) {
        let mut bytes = fixture_bytes();
        blows.iter().for_each(|blow| strike(&mut bytes, blow));
        is_refused_or_holds(&bytes);
    }

    #[test]
    fn no_mutation_of_a_small_file_makes_the_reader_panic(blows in vec(blow(), 1..6)) {
        let mut preset = sample();
        file::round(&mut preset, None);
        let mut bytes = file::to_packed_bytes(&preset).unwrap();
        blows.iter().for_each(|blow| strike(&mut bytes, blow));
        is_refused_or_holds(&bytes);
    }

    #[test]
    fn no_bytes_at_all_make_the_reader_panic(bytes in vec(any::<u8>(), 0..200)) {
        is_refused_or_holds(&bytes);
    }

    #[test]
    fn no_wrong_value_in_the_document_makes_the_reader_panic(at: Index, new in json()) {
        let mut parts = Parts::new();
        replace(&mut parts.document, &at, new);
        is_refused_or_holds(&parts.bytes());
    }

    #[test]
    fn no_wrong_value_in_the_header_makes_the_reader_panic(at: Index, new in json()) {
        let mut parts = Parts::new();
        let mut header = Value::Object(parts.header);
        replace(&mut header, &at, new);
        parts.header = header.as_object().cloned().unwrap_or_default();
        is_refused_or_holds(&parts.bytes());
    }

    #[test]
    fn no_weight_makes_the_reader_panic(k in 0..3_usize, f in 0..33_usize, bits: u32) {
        let mut parts = Parts::new();
        parts.set_weight(k, f, f32::from_bits(bits));
        is_refused_or_holds(&parts.bytes());
    }

    #[test]
    fn every_valid_preset_is_read_as_it_was_written(
        mut sources in vec(source(), 1..9),
        grouping in proptest::sample::select(&Cue::ALL[..]),
        written_by in text(),
        unknown in unknown(),
    ) {
        for (number, source) in sources.iter_mut().enumerate() {
            source.name.push_str(&number.to_string());
        }
        let unknown = UnknownKeys::from_iter([("unbraid".to_owned(), Value::Object(unknown))]);
        let mut preset = Preset { sources, grouping, play: None, about: About::default(), written_by, unknown };
        let bytes = file::to_bytes(&preset).unwrap();
        // Nothing unknown is written as nothing.
        preset.unknown.retain(|_, keys| keys.as_object().is_some_and(|keys| !keys.is_empty()));
        let read = file::from_bytes(&bytes, "it").unwrap();
        prop_assert_eq!(&read, &preset);
        prop_assert!(file::to_bytes(&read).unwrap() == bytes);
        let mut rounded = read.clone();
        file::round(&mut rounded, None);
        for preset in [read, rounded] {
            let small = file::to_packed_bytes(&preset).unwrap();
            prop_assert_eq!(file::from_bytes(&small, "it").unwrap(), preset);
        }
    }
}

#[test]
fn the_fuzzed_file_is_a_valid_one() {
    assert_eq!(file::from_bytes(&fixture_bytes(), "it").unwrap(), sample());
}
