//! `presets` and `inspect`: what they tell of presets, and what `presets tag` notes in them.

use super::*;

#[test]
fn inspect_tells_what_is_in_a_preset() {
    let bench = Bench::new();
    bench
        .run("learn low=low.wav -o p.unbraid.safetensors --components 4 --iterations 9 --seed 3 --adaptive rest=7")
        .succeeded();
    let text = bench.run("inspect p.unbraid.safetensors").succeeded().stdout;
    for expected in [
        "2 sources written by Unbraid",
        "1. low  fixed, 4 bases in 1 block",
        "frames of 2058 samples at 44100 Hz",
        "KL divergence, 9 iterations, seed 3",
        "learned from low.wav",
        "2. rest  adaptive, 7 bases learned while it plays",
    ] {
        assert!(text.contains(expected), "no {expected:?} in\n{text}");
    }
    let json = bench.run("inspect p.unbraid.safetensors --json").succeeded().json();
    assert_eq!(json["sources"][0]["dictionaries"][0]["frame"]["frame_len"], 2058);
    assert_eq!(json["sources"][1]["kind"], "adaptive");
}

#[test]
fn inspect_draws_the_bases() {
    let bench = Bench::with_preset();
    bench.run("inspect p.unbraid.safetensors --plot bases.png").succeeded();
    let png = fs::read(bench.path("bases.png")).unwrap();
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    let side = |offset: usize| u32::from_be_bytes(png[offset..offset + 4].try_into().unwrap());
    assert!(side(16) >= 1000 && side(20) >= 600, "{} x {}", side(16), side(20));
    assert!(png.len() > 10_000, "there is little on it: {} bytes", png.len());
}

#[test]
fn presets_lists_the_factory_and_the_users_own() {
    let bench = Bench::with_preset();
    fs::create_dir(bench.path("presets")).unwrap();
    fs::copy(bench.path("p.unbraid.safetensors"), bench.path("presets/Mine.unbraid.safetensors")).unwrap();
    let text = bench.run("presets").succeeded().stdout;
    let says = |name: &str| {
        text.lines()
            .any(|line| line.split_once("  ").is_some_and(|(start, end)| start == name && end.trim() == "(factory)"))
    };
    assert!(["Drums + Bass + Rest", "Kick + Snare + Hats + Toms + Cymbals"].into_iter().all(says), "{text}");
    assert!(text.contains(&bench.path("presets").display().to_string()), "{text}");

    let json = bench.run("presets --json").succeeded().json();
    let presets = json["presets"].as_array().unwrap();
    let mine = presets.iter().find(|preset| preset["name"] == "Mine").unwrap();
    assert!(mine["path"].as_str().unwrap().ends_with("Mine.unbraid.safetensors"));
    let factory = |name: &str, instrument: bool| {
        let is_it = |preset: &&serde_json::Value| preset["name"] == name && preset["factory"] == true;
        presets.iter().find(is_it).is_some_and(|preset| preset["instrument"] == instrument)
    };
    assert!(factory("Drums + Bass", false) && factory("Upright bass", true));
}

#[test]
fn an_instrument_of_the_factory_is_inspected_and_separates() {
    let bench = Bench::with_preset();
    let said = bench.run("inspect Piano --json").succeeded().json();
    assert_eq!((&said["about"]["author"], &said["about"]["tags"][0]), (&"Unbraid".into(), &"keys".into()));
    bench.run("separate mix.wav -p Piano -o out").succeeded();
    assert!(bench.path("out/piano.wav").exists());
    // One's own preset of that name comes first.
    fs::create_dir(bench.path("presets")).unwrap();
    fs::copy(bench.path("p.unbraid.safetensors"), bench.path("presets/Piano.unbraid.safetensors")).unwrap();
    let own = bench.run("inspect Piano --json").succeeded().json();
    assert_ne!(own["about"]["author"], "Unbraid");
}

#[test]
fn tags_author_and_notes_are_noted_in_a_presets_file() {
    let bench = Bench::with_preset();
    let before = bench.run("inspect p.unbraid.safetensors --json").succeeded().json();
    assert_eq!(before["about"], serde_json::json!({ "tags": [], "author": "", "notes": "" }));
    let file = "p.unbraid.safetensors";
    bench.run_with(&["presets", "tag", file, "--tags", "slap, Live take,slap", "--author", "Carol"]).succeeded();
    bench.run_with(&["presets", "tag", file, "--notes", "Played\nwith a pick."]).succeeded();
    let text = bench.run("inspect p.unbraid.safetensors").succeeded().stdout;
    for line in ["author: Carol\n", "tags: slap, Live take\n", "notes: Played\n   with a pick.\n"] {
        assert!(text.contains(line), "{text}");
    }
    let tagged = bench.run("inspect p.unbraid.safetensors --json").succeeded().json();
    assert_eq!(tagged["sources"], before["sources"], "nothing else is changed");
    // By name, among the user's own.
    fs::create_dir(bench.path("presets")).unwrap();
    fs::rename(bench.path(file), bench.path("presets/Mine.unbraid.safetensors")).unwrap();
    let json = bench.run_with(&["presets", "tag", "Mine", "--author", "", "--json"]).succeeded().json();
    assert_eq!(json["about"]["author"], "");
    assert_eq!(json["about"]["tags"], serde_json::json!(["slap", "Live take"]));
}

#[test]
fn a_preset_can_be_called_by_name() {
    let bench = Bench::with_preset();
    fs::create_dir(bench.path("presets")).unwrap();
    fs::rename(bench.path("p.unbraid.safetensors"), bench.path("presets/Mine.unbraid.safetensors")).unwrap();
    bench.run("separate mix.wav -p Mine -o out").succeeded();
    assert!(bench.path("out/low.wav").exists());
    let inspected = bench.run_with(&["inspect", "Drums + Bass", "--json"]).succeeded().json();
    let sources = inspected["sources"].as_array().unwrap();
    let recognised: Vec<_> = sources.iter().map(|source| (&source["kind"], &source["role"])).collect();
    let kind = &serde_json::json!("recognised");
    assert_eq!(recognised, [(kind, &serde_json::json!("drums")), (kind, &serde_json::json!("bass"))]);
    let text = bench.run_with(&["inspect", "Drums + Bass"]).succeeded().stdout;
    assert!(text.contains("2. bass  recognised as bass, "), "{text}");
    bench.fails(
        "separate mix.wav -p Nobody -o out2",
        "no preset is called \"Nobody\"; there are \"Drums + Bass + Rest\", \"Drums + Bass\", \"Kick + Snare + Hats\", \
         \"Kick + Snare + Hats + Toms + Cymbals\", \"Bass + Rest + Kick + Snare + Hats\", \"Mine\"",
    );
}
