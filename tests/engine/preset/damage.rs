//! Every kind of damage is refused with a sentence of its own that names the file, the field and what was expected.

use super::sample::{Parts, dictionary, fixture_bytes, join, sample};
use serde_json::{Value, json};
use std::{fs, path::Path};
use unbraid_engine::{
    dictionary::Dictionary,
    preset::{
        LearnedBases, Preset,
        file::{self, MAX_FILE_BYTES, Problem},
    },
};

/// The sentence about a file of these bytes, without the file's name.
fn sentence(bytes: &[u8]) -> String {
    let error = file::from_bytes(bytes, "kit.unbraid.safetensors").expect_err("the damage goes unnoticed").to_string();
    error.strip_prefix("kit.unbraid.safetensors: ").expect("the file is not named").to_owned()
}

/// The sentence about the sample's file after `damage`.
fn after(damage: impl FnOnce(&mut Parts)) -> String {
    let mut parts = Parts::new();
    damage(&mut parts);
    sentence(&parts.bytes())
}

/// The sentence about a field of the document that is set to `value`, by its path in JSON Pointer notation.
fn set(pointer: &str, value: Value) -> String {
    after(|parts| *parts.document.pointer_mut(pointer).unwrap() = value)
}

/// The sentence about a field of the document that is missing.
fn without(pointer: &str) -> String {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    after(|parts| {
        let parent = parts.document.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.remove(key).unwrap();
    })
}

/// The bases of the first source of `preset`, which is fixed.
fn learned(preset: &mut Preset) -> &mut LearnedBases {
    preset.sources[0].learned_mut().unwrap()
}

/// The sentence about a preset in memory that is not valid.
fn unwritable(damage: impl FnOnce(&mut Preset)) -> String {
    let mut preset = sample();
    damage(&mut preset);
    file::to_bytes(&preset).unwrap_err().to_string()
}

#[test]
fn an_undamaged_file_is_not_refused() {
    assert_eq!(file::from_bytes(&Parts::new().bytes(), "it").unwrap(), sample());
}

#[test]
fn files_that_are_no_safetensors_are_refused() {
    assert_eq!(sentence(b""), "the file is 0 bytes long and holds nothing; it was cut off or is not a preset");
    assert_eq!(sentence(b"RIFF"), "the file is 4 bytes long and holds nothing; it was cut off or is not a preset");
    let lies = [&(4_u64 << 30).to_le_bytes()[..], b"{}"].concat();
    let cut = "the header should take 4294967296 bytes but 2 are left; the file was cut off or is not a preset";
    assert_eq!(sentence(&lies), cut);
    let text = sentence(b"# Just some notes, in a file of the wrong name\n");
    assert!(text.ends_with("bytes but 39 are left; the file was cut off or is not a preset"), "{text}");
    let json = sentence(&join("[1, 2]", b""));
    assert!(json.starts_with("the header is not that of a safetensors file (") && json.contains("damaged"), "{json}");
    let utf8 = [&2_u64.to_le_bytes()[..], b"\xFF\xFE"].concat();
    assert!(sentence(&utf8).starts_with("the header is not that of a safetensors file ("));
    let long = join(&" ".repeat((8 << 20) + 1), b"");
    assert_eq!(sentence(&long), "the header takes 8388609 bytes, more than the 8388608 that a preset's may have");
}

#[test]
fn files_that_were_cut_off_anywhere_are_refused() {
    let bytes = fixture_bytes();
    for length in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
        assert!(sentence(&bytes[..length]).contains("cut off"), "{length}");
    }
    let longer = [&bytes[..], b"!"].concat();
    let expected = "the tensors should take 600 bytes but 601 are there; the file was cut off or is damaged";
    assert_eq!(sentence(&longer), expected);
}

#[test]
fn safetensors_files_of_something_else_are_refused() {
    let expected = "this is a safetensors file but not a preset; expected `unbraid` in its `__metadata__`";
    assert_eq!(sentence(&join("{}", b"")), expected);
    assert_eq!(sentence(&join(r#"{"__metadata__":{"format":"pt"}}"#, b"")), expected);
    let broken = sentence(&join(r#"{"__metadata__":{"unbraid":"{"}}"#, b""));
    assert!(broken.starts_with("`__metadata__.unbraid` is not JSON ("), "{broken}");
    let list = sentence(&join(r#"{"__metadata__":{"unbraid":"[1]"}}"#, b""));
    assert_eq!(list, "`__metadata__.unbraid` is [1]; expected an object");
}

#[test]
fn a_newer_format_asks_for_an_update() {
    let newer = "written by a newer Unbraid (format 3, this one reads up to 2); update Unbraid";
    assert_eq!(set("/format_version", json!(3)), newer);
    // A newer format may have changed everything else.
    let all_else_changed = after(|parts| {
        parts.document = json!({"format_version": 3, "tracks": 3});
    });
    assert_eq!(all_else_changed, newer);
    assert_eq!(set("/format_version", json!(0)), "`format_version` is 0; expected 1 to 2");
    assert_eq!(set("/format_version", json!("1")), "`format_version` is \"1\"; expected a whole number");
}

#[test]
fn every_key_is_asked_for_by_its_path() {
    let dictionary = ["frame_len", "sample_rate", "window", "exponent", "training"];
    let training = ["divergence", "seed", "iterations"];
    let source = ["name", "colour", "kind", "blocks", "knobs", "learned_from", "licence", "dictionaries"];
    let pointers = (["format_version", "written_by", "sources"].map(|key| format!("/{key}")).into_iter())
        .chain(source.map(|key| format!("/sources/0/{key}")))
        .chain(["gain_db", "mute", "solo"].map(|key| format!("/sources/1/knobs/{key}")))
        .chain(["/sources/1/components".to_owned()])
        .chain(dictionary.map(|key| format!("/sources/0/dictionaries/1/{key}")))
        .chain(training.map(|key| format!("/sources/0/dictionaries/0/training/{key}")));
    for pointer in pointers {
        let path = pointer[1..].replace("/0", "[0]").replace("/1", "[1]").replace('/', ".");
        let start = format!("`{path}` is missing; expected ");
        let sentence = without(&pointer);
        assert!(sentence.starts_with(&start), "{pointer}: {sentence}");
        let sentence = set(&pointer, json!({"what": "is this"}));
        let start = if ["/knobs", "/training"].iter().any(|group| pointer.ends_with(group)) {
            format!("`{path}.")
        } else {
            format!("`{path}` is {{\"what\":\"is this\"}}; expected ")
        };
        assert!(sentence.starts_with(&start), "{pointer}: {sentence}");
    }
}

#[test]
fn values_out_of_range_are_refused() {
    let frame = "/sources/0/dictionaries/0";
    let at = |key: &str, value: Value| set(&format!("{frame}/{key}"), value);
    let path = "sources[0].dictionaries[0]";
    let rate = |found: &str| format!("`{path}.sample_rate` is {found}; expected 1000 to 768000 Hz");
    assert_eq!(at("sample_rate", json!(999.9)), rate("999.9"));
    assert_eq!(at("sample_rate", json!(768_001)), rate("768001"));
    let length = |found: &str| format!("`{path}.frame_len` is {found}; expected 16 to 262144 samples");
    assert_eq!(at("frame_len", json!(0)), length("0"));
    assert_eq!(at("frame_len", json!(u64::MAX)), length("18446744073709551615"));
    assert_eq!(at("frame_len", json!(-64)), format!("`{path}.frame_len` is -64; expected a whole number"));
    assert_eq!(at("exponent", json!(0)), format!("`{path}.exponent` is 0; expected 0.1 to 4"));
    assert_eq!(at("window", json!("")), format!("`{path}.window` is empty; expected 1 to 64 characters"));
    let iterations = format!("`{path}.training.iterations` is 4294967296; expected a whole number");
    assert_eq!(at("training/iterations", json!(1_u64 << 32)), iterations);
    let gain =
        |found: &str| format!("`sources[0].knobs.gain_db` is {found}; expected -120 to 24 dB, or null for silence");
    assert_eq!(set("/sources/0/knobs/gain_db", json!(24.1)), gain("24.1"));
    assert_eq!(set("/sources/0/knobs/gain_db", json!(-1e300)), gain("-inf"));
    let colour = "`sources[1].colour` is \"red\"; expected a colour like \"#e69f00\"";
    assert_eq!(set("/sources/1/colour", json!("red")), colour);
    let kind = "`sources[1].kind` is \"magic\"; expected \"fixed\" or \"adaptive\"";
    assert_eq!(set("/sources/1/kind", json!("magic")), kind);
}

#[test]
fn names_are_short_distinct_and_safe_as_file_names() {
    let name = |name: &str| set("/sources/1/name", json!(name));
    let field = "`sources[1].name` is";
    assert_eq!(name(""), format!("{field} empty; expected 1 to 64 characters"));
    assert_eq!(name(&"ä".repeat(65)), format!("{field} 65 characters long; expected 1 to 64 characters"));
    assert_eq!(name("Drums"), format!("{field} \"Drums\" like `sources[0].name`; expected a name of its own"));
    assert_eq!(name("../../rest"), format!("{field} \"../../rest\"; expected a text without slashes"));
    assert_eq!(name("re\nst"), format!("{field} \"re\\nst\"; expected a text without control characters"));
    assert_eq!(name(" rest"), format!("{field} \" rest\"; expected a text without spaces around it"));
}

#[test]
fn sources_and_components_are_limited() {
    assert_eq!(
        after(|parts| {
            let rest = parts.document["sources"][1].clone();
            let named = |number: usize| {
                let mut source = rest.clone();
                source["name"] = json!(format!("rest {number}"));
                source
            };
            let sources = parts.document["sources"].as_array_mut().unwrap();
            sources.extend((2..9).map(named));
        }),
        "`sources` is a list of 9; expected 1 to 8 sources"
    );
    let none = after(|parts| {
        parts.document["sources"] = json!([]);
        parts.header.retain(|name, _| name == "__metadata__");
        parts.data.clear();
    });
    assert_eq!(none, "`sources` is a list of 0; expected 1 to 8 sources");
    for components in [0, 1025] {
        let expected = format!("`sources[1].components` is {components}; expected 1 to 1024");
        assert_eq!(set("/sources/1/components", json!(components)), expected);
    }
    let many = after(|parts| {
        let added = (1025 - 3) * 33 * 4;
        parts.header["source.0.bases.64"]["shape"] = json!([1025, 33]);
        let offsets = &mut parts.header["source.0.bases.64"]["data_offsets"];
        *offsets = json!([0, 3 * 33 * 4 + added]);
        parts.header["source.0.bases.32"]["data_offsets"] = json!([1025 * 33 * 4, 1025 * 33 * 4 + 3 * 17 * 4]);
        parts.data.extend(vec![0; added]);
    });
    let expected = "`source.0.bases.64` is of shape [1025, 33]; expected [K, 33] with a K of 1 to 1024";
    assert_eq!(many, expected);
}

#[test]
fn blocks_sum_to_the_bases_of_their_source() {
    let sum = |found| format!("`sources[0].blocks` is {found}; expected blocks that sum to the 3 bases of the source");
    assert_eq!(set("/sources/0/blocks", json!([2, 2])), sum("[2, 2]"));
    assert_eq!(set("/sources/0/blocks", json!([])), sum("[]"));
    let huge = u64::MAX;
    assert_eq!(set("/sources/0/blocks", json!([huge, 4])), sum("[18446744073709551615, 4]"));
    let zero = "`sources[0].blocks[1]` is 0; expected at least 1 basis per recording";
    assert_eq!(set("/sources/0/blocks", json!([3, 0])), zero);
}

#[test]
fn adaptive_sources_have_no_bases_and_fixed_sources_have_some() {
    let adaptive = after(|parts| {
        let source = &mut parts.document["sources"][0];
        source["kind"] = json!("adaptive");
        source["components"] = json!(3);
        source["blocks"] = json!([]);
    });
    let expected = "`sources[0].dictionaries` is a list of 2; expected an empty list, for an adaptive source finds its \
                    bases while it plays";
    assert_eq!(adaptive, expected);
    let expected = "`grouping` is \"pitch\"; expected \"timbre\", \"time\" or \"position\"";
    assert_eq!(after(|parts| parts.document["grouping"] = json!("pitch")), expected);
    let drifting = after(|parts| parts.document["sources"][1]["drift"] = json!(true));
    assert_eq!(drifting, "`sources[1].drift` is true; expected false, for an adaptive source moves freely");
    let weighed = after(|parts| parts.document["sources"][1]["evidence_weight"] = json!(0.5));
    let expected = "`sources[1].evidence_weight` is 0.5; expected no such key, for an adaptive source was not learned \
                    under evidence";
    assert_eq!(weighed, expected);
    let weighed = after(|parts| parts.document["sources"][0]["evidence_weight"] = json!(1.5));
    assert_eq!(weighed, "`sources[0].evidence_weight` is 1.5; expected 0 to 1");
    let expected = "`sources[1].blocks` is [4]; expected an empty list, for an adaptive source has no recordings";
    assert_eq!(set("/sources/1/blocks", json!([4])), expected);
    let expected = "`sources[1].dictionaries` is an empty list; expected at least one dictionary, for a fixed source \
                    has learned before";
    assert_eq!(set("/sources/1/kind", json!("fixed")), expected);
}

#[test]
fn dictionaries_and_tensors_belong_together() {
    let twice = set("/sources/0/dictionaries/1/frame_len", json!(64));
    let expected = "`sources[0].dictionaries[1].frame_len` is 64 like `dictionaries[0].frame_len`; expected a frame \
                    length or a latency of its own";
    assert_eq!(twice, expected);
    let missing = set("/sources/0/dictionaries/1/frame_len", json!(128));
    assert_eq!(missing, "`source.0.bases.128` is missing; expected a tensor of [K, 65]");
    let unlisted = after(|parts| drop(parts.document["sources"][0]["dictionaries"].as_array_mut().unwrap().pop()));
    let expected = "`source.0.bases.32` is a tensor of no dictionary; expected a dictionary in the metadata for each \
                    tensor";
    assert_eq!(unlisted, expected);
    let other_size = after(|parts| {
        parts.header["source.0.bases.32"]["shape"] = json!([2, 17]);
        parts.header["source.0.bases.32"]["data_offsets"] = json!([396, 396 + 2 * 17 * 4]);
        parts.data.truncate(396 + 2 * 17 * 4);
    });
    let expected = "`sources[0].dictionaries[1].components` is 2; expected 3 as in `dictionaries[0]`";
    assert_eq!(other_size, expected);
}

#[test]
fn shapes_types_and_places_that_lie_are_refused() {
    let tensor = |key: &str, value: Value| after(|parts| parts.header["source.0.bases.64"][key] = value);
    let shape =
        |found| format!("`source.0.bases.64.shape` is {found}; expected a shape of F32 that fills its 396 bytes");
    assert_eq!(tensor("shape", json!([4, 33])), shape("[4, 33]"));
    assert_eq!(tensor("shape", json!([1_u64 << 63, 33])), shape("[9223372036854775808, 33]"));
    let other = |found| format!("`source.0.bases.64` is of shape {found}; expected [K, 33] with a K of 1 to 1024");
    assert_eq!(tensor("shape", json!([33, 3])), other("[33, 3]"));
    assert_eq!(tensor("shape", json!([99])), other("[99]"));
    assert_eq!(tensor("shape", json!([3, 33, 1])), other("[3, 33, 1]"));
    let integers = "`source.0.bases.64` is of type I32; expected type F32 or F16";
    assert_eq!(tensor("dtype", json!("I32")), integers);
    let place = "`source.0.bases.64.data_offsets` is [4, 400]; expected a place that starts at 0";
    assert_eq!(tensor("data_offsets", json!([4, 400])), place);
    let far = after(|parts| {
        parts.header["source.0.bases.32"]["data_offsets"] = json!([396, u64::MAX]);
    });
    let expected =
        "`source.0.bases.32.shape` is [3, 17]; expected a shape of F32 that fills its 18446744073709551219 bytes";
    assert_eq!(far, expected);
}

#[test]
fn bases_are_finite_non_negative_and_sum_to_1() {
    let weight = |weight| after(|parts| parts.set_weight(1, 20, weight));
    let field = "sources[0].dictionaries[0].bases[1]";
    assert_eq!(weight(f32::NAN), format!("`{field}[20]` is NaN; expected a finite number"));
    assert_eq!(weight(f32::INFINITY), format!("`{field}[20]` is inf; expected a finite number"));
    assert_eq!(weight(-1e-3), format!("`{field}[20]` is -0.001; expected 0 or more"));
    assert_eq!(weight(0.25), format!("`{field}` is a spectrum that sums to 1.25; expected a sum of 1"));
    let silent = after(|parts| parts.data[33 * 4..2 * 33 * 4].fill(0));
    assert_eq!(silent, format!("`{field}` is zero in every bin; expected a spectrum that sums to 1"));
}

#[test]
fn a_sum_that_is_1_up_to_rounding_is_taken_as_it_is() {
    let mut parts = Parts::new();
    parts.set_weight(1, 20, 0.009);
    let preset = file::from_bytes(&parts.bytes(), "it").unwrap();
    assert_eq!(preset.sources[0].dictionaries()[0].basis(1)[20], 0.009);
}

#[test]
fn reconstruction_bases_are_as_many_as_the_bases_and_non_negative() {
    let with = |rows: Vec<f32>| unwritable(|preset| learned(preset).dictionaries_mut()[0].reconstruction = Some(rows));
    let field = "the preset: `sources[0].dictionaries[0].reconstruction";
    assert_eq!(with(vec![1.0; 98]), format!("{field}` is 98 numbers; expected 3 bases of 33 bins"));
    assert_eq!(with(vec![-1.0; 99]), format!("{field}[0][0]` is -1; expected 0 or more"));
    assert_eq!(with(vec![1e38; 99]), format!("{field}[0][0]` is {}; expected at most 1000000", 1e38_f32));
    let latency = unwritable(|preset| learned(preset).dictionaries_mut()[0].frame.latency = 65);
    assert_eq!(latency, "the preset: `sources[0].dictionaries[0].latency` is 65; expected 1 to 64 samples");
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let nan = unwritable(|preset| learned(preset).dictionaries_mut()[1].bases[0] = f32::NAN);
    let expected = "the preset: `sources[0].dictionaries[1].bases[0][0]` is NaN; expected a finite number";
    assert_eq!(nan, expected);
    let short = unwritable(|preset| learned(preset).dictionaries_mut()[0].bases.truncate(98));
    let expected = "the preset: `sources[0].dictionaries[0].bases` is 98 numbers; expected 3 bases of 33 bins";
    assert_eq!(short, expected);
    let bins = unwritable(|preset| learned(preset).dictionaries_mut()[0].bins = 64);
    let expected = "the preset: `sources[0].dictionaries[0].bins` is 64; expected 33, half the frame length and one";
    assert_eq!(bins, expected);
    let empty = unwritable(|preset| {
        let none = Dictionary { components: 0, bases: vec![], ..dictionary(64) };
        *learned(preset) = none.into();
    });
    assert_eq!(empty, "the preset: `sources[0].dictionaries[0].components` is 0; expected at least 1");
    let kind = unwritable(|preset| preset.sources[1].make_adaptive(0));
    assert_eq!(kind, "the preset: `sources[1].components` is 0; expected 1 to 1024");
    let foreign = unwritable(|preset| drop(preset.unknown.insert("x_tool".to_owned(), json!(3))));
    assert_eq!(foreign, "the preset: `__metadata__.x_tool` is 3; expected a text");
    let header = unwritable(|preset| learned(preset).licence = Some("x".repeat(8 << 20)));
    assert!(header.starts_with("the preset: the header takes "), "{header}");
}

#[test]
fn paths_that_lead_to_no_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sentence = |path: &Path| {
        let error = file::read(path).unwrap_err().to_string();
        error.strip_prefix(&format!("{}: ", path.display())).expect("the file is not named").to_owned()
    };
    let missing = folder.path().join("missing.unbraid.safetensors");
    assert_eq!(sentence(&missing), "there is no such file; check the path");
    let choose = "choose a file that ends in .unbraid.safetensors";
    assert_eq!(sentence(folder.path()), format!("this is a folder; {choose}"));
    #[cfg(unix)]
    assert_eq!(sentence(Path::new("/dev/zero")), format!("this is not a regular file; {choose}"));
}

#[test]
fn a_file_beyond_all_measure_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.unbraid.safetensors");
    // Sparse: it takes no room on the disk.
    fs::File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    let error = file::read(&path).unwrap_err();
    assert!(matches!(error.problem, Problem::TooLarge(134_217_729)), "{error}");
}

/// 2 kB of a file would otherwise ask for 1.3 GB of memory.
#[test]
fn more_bases_than_can_be_played_are_refused_whatever_source_has_them() {
    let written = |components| file::to_bytes(&Preset::unsupervised(8, components));
    assert!(written(512).is_ok());
    let error = written(513).unwrap_err().to_string();
    assert!(
        error.contains("`sources` is a list with 4104 bases in all; expected at most 4096 bases in all"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.unbraid.safetensors");
    fs::write(&path, fixture_bytes()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    match file::read(&path) {
        Err(error) => assert!(matches!(error.problem, Problem::Unreadable(_)), "{error}"),
        // Nothing is forbidden to the superuser.
        Ok(preset) => assert!(fs::File::open(&path).is_ok() && preset == sample()),
    }
}
