//! `learn`: what is in the presets that it writes.

use super::*;

#[test]
fn learn_writes_the_sources_in_the_order_they_are_named() {
    let bench = Bench::new();
    let ran = bench
        .run(
            "learn high=high.wav low=low.wav high=mix.wav -o p.unbraid.safetensors --components 3 --iterations 7 \
             --seed 5 --adaptive rest --adaptive voice=9 --json",
        )
        .succeeded();
    let preset = file::read(&bench.path("p.unbraid.safetensors")).unwrap();
    let names: Vec<&str> = preset.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["high", "low", "rest", "voice"]);
    assert_eq!(preset.sources[0].learned_from(), ["high.wav", "mix.wav"]);
    assert_eq!(preset.sources[1].learned_from(), ["low.wav"]);
    assert_eq!(preset.sources[0].learned().unwrap().blocks(), [3]);
    let adaptive = |components| SourceBases::Adaptive { components };
    assert_eq!([&preset.sources[2].bases, &preset.sources[3].bases], [&adaptive(10), &adaptive(9)]);
    for (index, source) in preset.sources.iter().enumerate() {
        assert_eq!(source.colour, PALETTE[index]);
    }
    let dictionary = &preset.sources[1].dictionaries()[0];
    assert_eq!((dictionary.components, dictionary.training.iterations, dictionary.training.seed), (3, 7, 5));

    let json = ran.json();
    assert_eq!(json["preset"], "p.unbraid.safetensors");
    assert_eq!(
        json["sources"][3],
        serde_json::json!({
            "name": "voice", "colour": PALETTE[3].to_string(), "kind": "adaptive", "role": null, "drift": false,
            "components": 9, "blocks": [], "evidence_weight": null,
            "knobs": { "gain_db": 0.0, "mute": false }, "learned_from": [],
            "licence": null, "dictionaries": [],
        })
    );
}

#[test]
fn a_universal_dictionary_has_a_block_for_every_recording() {
    let bench = Bench::new();
    bench
        .run("learn a=high.wav a=low.wav b=low.wav -o p.unbraid.safetensors --components 3 --iterations 7 --universal")
        .succeeded();
    let preset = file::read(&bench.path("p.unbraid.safetensors")).unwrap();
    assert_eq!(preset.sources[0].learned().unwrap().blocks(), [3, 3]);
    assert_eq!(preset.sources[1].learned().unwrap().blocks(), [3]);
    // Each block knows its own recording: notes above 1 kHz, and below.
    let dictionary = &preset.sources[0].dictionaries()[0];
    let above = |k: usize| dictionary.basis(k)[47..].iter().sum::<f32>();
    (0..3).for_each(|k| assert!(above(k) > 0.8, "{k}: {}", above(k)));
    (3..6).for_each(|k| assert!(above(k) < 0.2, "{k}: {}", above(k)));
}

#[test]
fn a_source_that_may_drift_is_told_apart() {
    let bench = Bench::new();
    let ran = bench.run("learn a=low.wav b=high.wav -o p.unbraid.safetensors --components 2 --iterations 5 --drift b");
    ran.succeeded();
    let preset = file::read(&bench.path("p.unbraid.safetensors")).unwrap();
    assert_eq!((preset.sources[0].kind(), preset.sources[1].kind()), (Kind::Fixed, Kind::Drifting));
    assert!(bench.run("inspect p.unbraid.safetensors").succeeded().stdout.contains("in 1 block, may drift"));
    bench.is_misused_by("learn a=low.wav -o x.unbraid.safetensors --drift b", "which has no recording");
}

#[test]
fn learning_twice_gives_the_same_file() {
    let bench = Bench::new();
    for name in ["a", "b"] {
        bench
            .run(&format!("learn low=low.wav -o {name}.unbraid.safetensors --components 2 --iterations 5"))
            .succeeded();
    }
    let bytes = |name: &str| fs::read(bench.path(&format!("{name}.unbraid.safetensors"))).unwrap();
    assert_eq!(bytes("a"), bytes("b"));
}

#[test]
fn a_role_makes_a_source_without_a_file_recognised_and_is_told_of_one_with_files() {
    let bench = Bench::with_preset();
    bench.run("learn low=low.wav --role low=bass --role kit=drums -o mixed.unbraid.safetensors").succeeded();
    let inspected = bench.run("inspect mixed.unbraid.safetensors --json").succeeded().json();
    let told = |source: usize, key: &str| inspected["sources"][source][key].as_str().unwrap().to_owned();
    assert_eq!((told(0, "kind"), told(0, "role")), ("fixed".to_owned(), "bass".to_owned()));
    assert_eq!((told(1, "kind"), told(1, "role")), ("recognised".to_owned(), "drums".to_owned()));
    bench.run("separate mix.wav -p mixed.unbraid.safetensors -o out").succeeded();
    assert!(bench.path("out/kit.wav").exists());
    let heard_twice = bench.run("separate mix.wav -p mixed.unbraid.safetensors -o out --batch").succeeded();
    assert!(heard_twice.stderr.contains("heard twice"), "{}", heard_twice.stderr);
}

#[test]
fn sources_that_all_have_roles_are_learned_under_the_evidence_and_names_of_roles_are_noticed() {
    let bench = Bench::with_preset();
    let learn = "learn drums=low.wav bass=high.wav -o it.unbraid.safetensors";
    let hint = "it helps to tell them apart with --role drums=drums --role bass=bass";
    assert!(bench.run(learn).succeeded().stderr.contains(hint));
    let weights = |options: &str| {
        let learned = bench.run(&format!("{learn} {options} --json")).succeeded();
        assert!(!learned.stderr.contains(hint), "{}", learned.stderr);
        let sources = learned.json()["sources"].as_array().unwrap().clone();
        sources.into_iter().map(|source| source["evidence_weight"].as_f64()).collect::<Vec<_>>()
    };
    assert_eq!(weights("--role drums=drums --role bass=bass"), [Some(0.35); 2]);
    assert_eq!(weights("--role drums=drums"), [Some(0.35); 2], "the other is taken for the rest");
    // What is found while the mixture plays is not in the mixtures that are learned from.
    assert_eq!(weights("--role drums=drums --role rest=rest"), [None; 3]);
    assert_eq!(weights("--adaptive voice"), [None; 3]);
}
