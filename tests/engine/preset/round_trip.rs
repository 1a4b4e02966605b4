//! What is written can be read, and is written again as it was.

use super::sample::{FIXTURE, Parts, dictionary, fixture_bytes, fixture_path, sample, without_solo};
use safetensors::SafeTensors;
use serde_json::json;
use unbraid_engine::preset::{
    About, Colour, Kind, LearnedBases, MAX_SOURCES, PALETTE, PlaySettings, Preset, Role, Source,
    file::{self, SUFFIX},
    library::{self, Entry},
};
use unbraid_engine::stft::LatencyMode;

#[test]
fn a_file_of_format_1_loads_to_the_same_values_for_ever() {
    assert_eq!(file::read(&fixture_path()).unwrap(), sample());
}

#[test]
fn a_file_of_format_1_is_written_again_byte_by_byte_without_its_solo() {
    let preset = file::read(&fixture_path()).unwrap();
    assert!(file::to_bytes(&preset).unwrap() == without_solo(&fixture_bytes()), "{FIXTURE} changed");
}

#[test]
fn the_same_preset_always_gives_the_same_bytes() {
    let first = file::to_bytes(&sample()).unwrap();
    assert!((0..50).all(|_| file::to_bytes(&sample()).unwrap() == first));
}

#[test]
fn the_safetensors_crate_reads_what_is_written() {
    let bytes = file::to_bytes(&sample()).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = tensors.names();
    names.sort_unstable();
    assert_eq!(names, ["source.0.bases.32", "source.0.bases.64"]);
    let tensor = tensors.tensor("source.0.bases.64").unwrap();
    assert_eq!((tensor.dtype(), tensor.shape()), (safetensors::Dtype::F32, &[3, 33][..]));
    let numbers: Vec<f32> = tensor.data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    assert_eq!(numbers, dictionary(64).bases);
    assert_eq!(tensor.data().as_ptr().addr() % 4, bytes.as_ptr().addr() % 4, "tensors are aligned within the file");
}

#[test]
fn dictionaries_for_short_latencies_and_reconstruction_bases_come_back() {
    let mut preset = sample();
    let mut short = dictionary(64);
    short.frame.latency = 16;
    short.reconstruction = Some(short.bases.iter().map(|weight| 3.0 * weight).collect());
    let dictionaries = [preset.sources[0].dictionaries(), &[short]].concat();
    preset.sources[0].relearn(LearnedBases::new(dictionaries, vec![2, 1]).unwrap());
    let bytes = file::to_bytes(&preset).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    assert!(tensors.tensor("source.0.bases.64.16").is_ok() && tensors.tensor("source.0.reconstruction.64.16").is_ok());
    assert_eq!(file::from_bytes(&bytes, "it").unwrap(), preset);
}

#[test]
fn what_is_known_wins_over_unknown_keys_of_the_same_name() {
    let mut preset = sample();
    preset.sources[0].unknown.insert("name".to_owned(), json!("other"));
    preset.sources[0].unknown.insert("blocks".to_owned(), json!({"a": 1}));
    let read = file::from_bytes(&file::to_bytes(&preset).unwrap(), "it").unwrap();
    assert_eq!(read, sample());
}

#[test]
fn the_order_of_keys_in_a_foreign_file_does_not_matter() {
    let mut parts = Parts::new();
    let kind = parts.document["sources"][0].as_object_mut().unwrap().remove("kind").unwrap();
    let text = parts.document.to_string().replacen(r#""name":"#, &format!(r#""kind":{kind},"name":"#), 1);
    parts.document = serde_json::from_str(&text).unwrap();
    assert_eq!(file::from_bytes(&parts.bytes(), "it").unwrap(), sample());
}

#[test]
fn what_a_file_says_of_an_adaptive_sources_recordings_is_kept() {
    let mut parts = Parts::new();
    parts.document["sources"][1]["learned_from"] = json!(["old.wav"]);
    parts.document["sources"][1]["licence"] = json!("CC0");
    let preset = file::from_bytes(&parts.bytes(), "it").unwrap();
    assert!(preset.sources[1].finds_bases() && preset.sources[1].learned_from().is_empty());
    let bytes = file::to_bytes(&preset).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("old.wav") && text.contains("CC0"), "{text}");
    assert_eq!(file::from_bytes(&bytes, "it").unwrap(), preset);
}

#[test]
fn what_was_learned_does_not_outlive_its_source_and_what_is_found_is_kept_on_request() {
    let mut source = sample().sources.swap_remove(0);
    source.set_drift(true);
    assert_eq!((source.kind(), source.may_move()), (Kind::Drifting, true));
    let mut under_evidence = LearnedBases::from(dictionary(64));
    under_evidence.evidence_weight = Some(0.5);
    source.relearn(under_evidence);
    let learned = source.learned().unwrap();
    assert_eq!(learned.evidence_weight, Some(0.5));
    assert_eq!((learned.blocks(), learned.drift, learned.licence.as_deref()), (&[3][..], true, Some("MIT")));
    source.make_adaptive(5);
    source.set_drift(true);
    assert_eq!((source.kind(), source.components()), (Kind::Adaptive, 5));
    assert!(source.dictionaries().is_empty() && source.learned_from().is_empty());
    source.keep(dictionary(32));
    let learned = source.learned().unwrap();
    assert_eq!((source.kind(), source.components(), learned.blocks()), (Kind::Fixed, 3, &[3][..]));
    assert_eq!((learned.learned_from.len(), &learned.licence), (1, &None));
    assert!(LearnedBases::new(vec![], vec![]).is_err() && LearnedBases::new(vec![dictionary(64)], vec![2]).is_err());
}

#[test]
fn a_role_and_the_weight_of_the_evidence_survive_writing_and_reading() {
    let mut preset = Preset::of(vec![
        Source::fixed("kit", 0, dictionary(64)),
        Source::recognised("low", 1, Role::Bass, 12),
        Source::recognised("others", 2, Role::Rest, 3),
        Source::adaptive("voice", 3, 4),
    ]);
    preset.sources[0].role = Some(Role::Drums);
    preset.sources[0].learned_mut().unwrap().evidence_weight = Some(0.35);
    let bytes = file::to_bytes(&preset).unwrap();
    let read = file::from_bytes(&bytes, "it").unwrap();
    assert_eq!(read, preset);
    let roles: Vec<_> = read.sources.iter().map(|source| source.role).collect();
    assert_eq!(roles, [Some(Role::Drums), Some(Role::Bass), Some(Role::Rest), None]);
    assert!(file::to_bytes(&read).unwrap() == bytes, "it is written again as it was");
}

#[test]
fn a_file_gives_a_role_by_its_name() {
    for role in Role::ALL {
        let mut parts = Parts::new();
        parts.document["sources"][1]["role"] = json!(role.name());
        let source = &file::from_bytes(&parts.bytes(), "it").unwrap().sources[1];
        assert_eq!((source.role, source.kind()), (Some(role), Kind::Recognised));
        assert!(source.unknown.is_empty(), "it is no unknown key");
    }
}

#[test]
fn an_unknown_role_is_refused_with_the_field_and_the_roles_that_there_are() {
    for role in [json!("vocals"), json!("Drums"), json!(""), json!(null), json!(0)] {
        let mut parts = Parts::new();
        parts.document["sources"][1]["role"] = role.clone();
        let error = file::from_bytes(&parts.bytes(), "it").unwrap_err();
        let names = "drums, bass, rest, kick, snare, hats, toms or cymbals";
        let expected = format!("it: `sources[1].role` is {role}; expected {names}");
        assert_eq!(error.to_string(), expected);
    }
}

/// Only a source without bases of its own is found by the source model alone.
#[test]
fn a_source_with_a_role_and_without_bases_is_recognised() {
    let mut source = Source::fixed("kit", 0, dictionary(64));
    source.role = Some(Role::Drums);
    assert_eq!((source.kind(), source.finds_bases(), source.may_move()), (Kind::Fixed, false, false));
    source.set_drift(true);
    assert_eq!(source.kind(), Kind::Drifting);
    source.make_recognised(Role::Bass, 7);
    assert_eq!((source.kind(), source.role, source.components()), (Kind::Recognised, Some(Role::Bass), 7));
    assert!(source.finds_bases() && source.may_move() && source.dictionaries().is_empty());
    assert_eq!(Source::recognised("kit", 0, Role::Bass, 7), source);
    source.role = None;
    assert_eq!(source.kind(), Kind::Adaptive);
    source.make_recognised(Role::Rest, 7);
    source.make_adaptive(5);
    assert_eq!((source.kind(), source.role), (Kind::Adaptive, None), "it follows the mixture, whatever it is");
    source.make_recognised(Role::Drums, 3);
    source.keep(dictionary(32));
    assert_eq!((source.kind(), source.role), (Kind::Fixed, Some(Role::Drums)), "it is still what it was");
}

#[test]
fn a_source_knows_its_number_of_bases() {
    let preset = sample();
    assert_eq!(preset.sources[0].components(), 3);
    assert_eq!(preset.sources[1].components(), 8);
}

#[test]
fn as_many_sources_as_there_are_knobs_fit() {
    let mut preset = sample();
    let rest = preset.sources[1].clone();
    preset.sources.truncate(1);
    for (number, colour) in PALETTE.iter().enumerate().take(MAX_SOURCES).skip(1) {
        let mut source = rest.clone();
        source.name = format!("rest {number}");
        source.colour = *colour;
        source.make_adaptive(number);
        preset.sources.push(source);
    }
    assert_eq!(file::from_bytes(&file::to_bytes(&preset).unwrap(), "it").unwrap(), preset);
}

#[test]
fn colours_are_written_as_they_are_read() {
    assert_eq!(Colour([0x0A, 0x9F, 0xFF]).to_string(), "#0a9fff");
    assert_eq!(Colour::from_hex("#0A9fff"), Some(Colour([0x0A, 0x9F, 0xFF])));
    for wrong in ["", "#", "0a9fff", "#0a9ff", "#0a9fff0", "#+a9fff", "#0a9ffg", "#äöü"] {
        assert_eq!(Colour::from_hex(wrong), None, "{wrong}");
    }
}

#[test]
fn every_factory_preset_is_offered_and_plays_recognised_sources() {
    let expected: [(&str, &[Role]); 5] = [
        ("Drums + Bass + Rest", &[Role::Drums, Role::Bass, Role::Rest]),
        ("Drums + Bass", &[Role::Drums, Role::Bass]),
        ("Kick + Snare + Hats", &[Role::Kick, Role::Snare, Role::Hats]),
        ("Kick + Snare + Hats + Toms + Cymbals", &Role::KIT),
        ("Bass + Rest + Kick + Snare + Hats", &[Role::Bass, Role::Rest, Role::Kick, Role::Snare, Role::Hats]),
    ];
    assert!(library::factory_names().eq(expected.iter().map(|(name, _)| *name)));
    for ((name, roles), entry) in expected.into_iter().zip(library::entries()) {
        assert_eq!(entry, Entry { name: name.to_owned(), path: None });
        let preset = library::load(&entry).unwrap();
        assert!(preset.sources.iter().all(|source| source.kind() == Kind::Recognised), "{name}");
        let found: Vec<_> = preset.sources.iter().filter_map(|source| source.role).collect();
        assert_eq!(found, roles, "{name}");
        let bytes = library::factory_bytes(name).unwrap();
        assert!(file::to_bytes(&preset).unwrap() == bytes, "{name} is not as this version writes it");
    }
}

#[test]
fn the_library_loads_a_users_preset_from_its_file() {
    let entry = Entry { name: "preset-v1".to_owned(), path: Some(fixture_path()) };
    assert!(fixture_path().to_str().unwrap().ends_with(SUFFIX));
    assert_eq!(library::load(&entry).unwrap(), sample());
}

#[test]
fn an_unknown_factory_preset_is_refused_with_the_names_that_there_are() {
    let error = library::load(&Entry { name: "Harps".to_owned(), path: None }).unwrap_err();
    let names: Vec<_> = library::factory_names().chain(library::instrument_names()).collect();
    let expected = format!(
        "factory preset \"Harps\": there is no factory preset of this name; choose one of: {}",
        names.join(", ")
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn tags_author_and_notes_come_back_and_nothing_is_written_where_there_are_none() {
    let mut preset = sample();
    assert!(!Parts::of(&file::to_bytes(&preset).unwrap()).document.to_string().contains("about"));
    preset.about = About {
        tags: vec!["slap".to_owned(), "live take".to_owned()],
        author: "Frank W.".to_owned(),
        notes: "First line.\nSecond: \"so\", é.".to_owned(),
    };
    // What a later version notes beside them stays.
    preset.unknown["unbraid"]["about"] = json!({ "tempo": 92 });
    let bytes = file::to_bytes(&preset).unwrap();
    assert_eq!(file::from_bytes(&bytes, "it").unwrap(), preset);
    assert_eq!(file::to_bytes(&file::from_bytes(&bytes, "it").unwrap()).unwrap(), bytes);
    let peeked = file::peek_bytes(&bytes, "it").unwrap();
    assert_eq!((peeked.about, peeked.sources), (preset.about.clone(), vec!["drums".to_owned(), "rest".to_owned()]));
    let packed = file::to_packed_bytes(&preset).unwrap();
    assert_eq!(file::from_bytes(&packed, "it").unwrap().about, preset.about);
}

#[test]
fn what_is_noted_wrongly_is_refused_with_a_sentence() {
    let refused = |about: serde_json::Value| {
        let mut parts = Parts::of(&file::to_bytes(&sample()).unwrap());
        parts.document["about"] = about;
        let bytes = parts.bytes();
        let sentence = file::from_bytes(&bytes, "it").unwrap_err().to_string();
        assert_eq!(file::peek_bytes(&bytes, "it").unwrap_err().to_string(), sentence);
        sentence
    };
    for (about, sentence) in [
        (json!("slap"), "`about` is \"slap\"; expected an object"),
        (json!({ "tags": "slap" }), "`about.tags` is \"slap\"; expected a list of texts"),
        (json!({ "tags": [""] }), "`about.tags[0]` is empty; expected"),
        (json!({ "author": 7 }), "`about.author` is 7; expected a text"),
        (json!({ "notes": "x".repeat(2_001) }), "`about.notes` is 2001 characters long; expected at most 2000"),
    ] {
        let refusal = refused(about);
        assert!(refusal.contains(sentence), "{refusal}");
    }
}

#[test]
fn what_a_preset_was_tuned_to_comes_back_and_nothing_is_written_where_it_was_not() {
    let mut preset = sample();
    assert!(Parts::of(&file::to_bytes(&preset).unwrap()).document.get("play").is_none());
    let play =
        PlaySettings { mode: LatencyMode::Live, focus: 1.8, sparsity: 0.1, smoothness: 0.0, memory_seconds: Some(4.5) };
    preset.play = Some(play);
    // What a later version says beside it stays.
    preset.unknown["unbraid"]["play"] = json!({ "swing": 0.6 });
    for bytes in [file::to_bytes(&preset).unwrap(), file::to_packed_bytes(&preset).unwrap()] {
        assert_eq!(file::from_bytes(&bytes, "it").unwrap(), preset);
    }
    let written = Parts::of(&file::to_bytes(&preset).unwrap()).document["play"].clone();
    let mut expected = json!({ "mode": "live", "focus": 1.8, "sparsity": 0.1, "smoothness": 0.0, "swing": 0.6 });
    // What was not tuned is not written, as by earlier versions.
    let untuned = Preset { play: Some(PlaySettings { memory_seconds: None, ..play }), ..preset.clone() };
    assert_eq!(Parts::of(&file::to_bytes(&untuned).unwrap()).document["play"], expected);
    assert_eq!(file::from_bytes(&file::to_bytes(&untuned).unwrap(), "it").unwrap(), untuned);
    expected["memory_seconds"] = json!(4.5);
    assert_eq!(written, expected);
    for (key, value, sentence) in [
        ("mode", json!("slow"), "`play.mode` is \"slow\"; expected \"direct\", \"live\", \"balanced\" or \"quality\""),
        ("focus", json!(9), "`play.focus` is 9; expected 0.5 to 4"),
        ("sparsity", json!(-0.1), "`play.sparsity` is -0.1; expected 0 to 1"),
        ("smoothness", json!("much"), "`play.smoothness` is \"much\"; expected a number"),
        ("memory_seconds", json!(11), "`play.memory_seconds` is 11; expected 0.5 to 10"),
        ("memory_seconds", json!("long"), "`play.memory_seconds` is \"long\"; expected a number"),
    ] {
        let mut parts = Parts::of(&file::to_bytes(&preset).unwrap());
        parts.document["play"][key] = value;
        let refusal = file::from_bytes(&parts.bytes(), "it").unwrap_err().to_string();
        assert!(refusal.contains(sentence), "{refusal}");
    }
}
