//! What each command does with input that is right.

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
            "components": 9, "blocks": [],
            "knobs": { "gain_db": 0.0, "mute": false, "solo": false }, "learned_from": [], "licence": null, "dictionaries": [],
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
fn separate_writes_a_file_per_source_as_long_as_the_mixture() {
    let bench = Bench::with_preset();
    for mode in ["direct", "live", "balanced", "quality"] {
        let ran = bench.run(&format!("separate mix.wav -p p.unbraid.safetensors -o out/{mode} --mode {mode} --json"));
        let json = ran.succeeded().json();
        assert_eq!(json["mode"], mode);
        assert_eq!(json["samples"], 26_460);
        let mut sum = Recording { sample_rate: RATE, channels: vec![vec![0.0; 26_460]; 2] };
        for source in ["low", "high"] {
            let separated = read(bench.path(&format!("out/{mode}/{source}.wav"))).unwrap();
            assert_eq!((separated.sample_rate, separated.len(), separated.channels.len()), (RATE, 26_460, 2));
            let error = difference_db(&separated, &read(bench.path(&format!("{source}.wav"))).unwrap());
            assert!(error < -10.0, "{mode}, {source}: {error:.1} dB");
            for (sum, sample) in sum.channels.iter_mut().flatten().zip(separated.channels.iter().flatten()) {
                *sum += sample;
            }
        }
        let error = difference_db(&sum, &read(bench.path("mix.wav")).unwrap());
        assert!(error < -100.0, "{mode}: the sources add up to the mixture but for {error:.1} dB");
    }
}

#[test]
fn a_kit_is_taken_apart_into_a_file_per_part() {
    let bench = Bench::new();
    let parts = ["kick", "snare", "hats"]
        .map(|part| format!("{}/tests/audio/standard-kit-{part}.flac", env!("CARGO_MANIFEST_DIR")));
    let parts = parts.map(|path| read(path).unwrap());
    bench.write("kit.wav", 44_100, Recording::sum_of(&parts).channels);
    bench.run_with(&["separate", "kit.wav", "-p", "Kick + Snare + Hats", "-o", "out"]).succeeded();
    let files = ["kick", "snare", "hats"].map(|part| read(bench.path(&format!("out/{part}.wav"))).unwrap());
    for (file, part) in files.iter().zip(&parts) {
        let error = difference_db(file, part);
        assert!(error < -2.5, "{error:.1} dB");
    }
    let error = difference_db(&Recording::sum_of(&files), &Recording::sum_of(&parts));
    assert!(error < -90.0, "the parts add up to the loop but for {error:.1} dB");
}

#[test]
fn separate_goes_through_the_engine_with_its_options() {
    let bench = Bench::with_preset();
    let low = |options: &str| {
        bench.run(format!("separate mix.wav -p p.unbraid.safetensors -o out {options}").trim_end()).succeeded();
        read(bench.path("out/low.wav")).unwrap()
    };
    let plain = low("");
    assert_eq!(plain, low("--mode quality --focus 1.5 --sparsity 0 --smoothness 0"), "these are the defaults");
    for option in ["--mode live", "--focus 2", "--sparsity 1", "--smoothness 1"] {
        assert_ne!(plain, low(option), "{option} changes nothing");
    }
}

#[test]
fn a_batch_separation_writes_the_same_files_without_latency() {
    let bench = Bench::with_preset();
    let ran = bench.run("separate mix.wav -p p.unbraid.safetensors -o out --batch --json").succeeded();
    let json = ran.json();
    assert_eq!((json["mode"].as_str(), json["latency_samples"].as_u64()), (Some("batch"), Some(0)));
    assert_eq!(json["converged"], true);
    let passes = json["iterations"].as_u64().unwrap();
    assert!(ran.stderr.contains(&format!("converged after {passes} passes")), "{}", ran.stderr);
    for source in ["low", "high"] {
        let separated = read(bench.path(&format!("out/{source}.wav"))).unwrap();
        assert_eq!((separated.sample_rate, separated.len(), separated.channels.len()), (RATE, 26_460, 2));
        let error = difference_db(&separated, &read(bench.path(&format!("{source}.wav"))).unwrap());
        assert!(error < -15.0, "{source}: {error:.1} dB");
    }
    let capped = bench.run("separate mix.wav -p p.unbraid.safetensors -o out --batch --iterations 7").succeeded();
    assert!(capped.stderr.contains("stopped after 7 passes, before it converged"), "{}", capped.stderr);
}

#[test]
fn a_batch_separation_learns_the_adaptive_sources_of_a_preset() {
    let bench = Bench::new();
    bench.run("learn low=low.wav --adaptive rest=6 -o p.unbraid.safetensors --components 4").succeeded();
    bench.run("separate mix.wav -p p.unbraid.safetensors -o out --batch").succeeded();
    let error = difference_db(&read(bench.path("out/rest.wav")).unwrap(), &read(bench.path("high.wav")).unwrap());
    // Half a second teaches little; of the mixture as it is, the error is that of a whole source, 0 dB.
    assert!(error < -3.0, "{error:.1} dB");
    let rest = |seed: u32| {
        let seed = format!("separate mix.wav -p p.unbraid.safetensors -o out --batch --seed {seed}");
        bench.run(&seed).succeeded();
        fs::read(bench.path("out/rest.wav")).unwrap()
    };
    assert_eq!(rest(3), rest(3));
    assert_ne!(rest(3), rest(4));
}

#[test]
fn sources_that_nobody_taught_are_found_in_the_mixture() {
    let bench = Bench::new();
    // A low note from the left, then a high one from the right.
    let mut sides = [110.0, 1500.0].map(|hz| notes(&[hz]));
    sides[0][13_230..].fill(0.0);
    sides[1][..13_230].fill(0.0);
    bench.write("sides.wav", RATE, sides.to_vec());
    let search = "separate sides.wav --sources 2 --by position --components 3 -o out";
    let json = bench.run(&format!("{search} --batch --json")).succeeded().json();
    for (source, side) in sides.into_iter().enumerate() {
        let file = json["sources"][source]["file"].as_str().unwrap();
        assert_eq!(json["sources"][source]["name"], format!("source {}", source + 1));
        let own = |channels: Vec<Vec<f32>>| Recording { sample_rate: RATE, channels };
        let found = read(bench.path(file)).unwrap().channels.swap_remove(source);
        let error = difference_db(&own(vec![found]), &own(vec![side]));
        assert!(error < -20.0, "{file}: {error:.1} dB");
    }
    // The same through the engine, which learns as it goes.
    let json = bench.run(&format!("{search} --json")).succeeded().json();
    assert_eq!((json["mode"].as_str(), json["sources"][1]["name"].as_str()), (Some("quality"), Some("source 2")));
}

#[test]
fn what_nobody_taught_is_named_by_how_it_was_told_apart() {
    let bench = Bench::new();
    for (options, expected) in [
        ("--sources 2", &["percussive.wav", "tonal.wav"][..]),
        ("--sources 2 --by time", &["source 1.wav", "source 2.wav"][..]),
        ("--sources 3 --by timbre", &["source 1.wav", "source 2.wav", "source 3.wav"][..]),
    ] {
        bench.run(&format!("separate mix.wav -o out --batch --iterations 3 {options}")).succeeded();
        let mut files: Vec<_> =
            fs::read_dir(bench.path("out")).unwrap().map(|file| file.unwrap().file_name()).collect();
        files.sort();
        assert_eq!(files, expected, "{options}");
        fs::remove_dir_all(bench.path("out")).unwrap();
    }
}

#[test]
fn files_have_the_sample_format_that_is_asked_for() {
    let bench = Bench::with_preset();
    for (option, bits, sample_format) in [
        ("", 32, hound::SampleFormat::Float),
        (" --format 32f", 32, hound::SampleFormat::Float),
        (" --format 24", 24, hound::SampleFormat::Int),
        (" --format 16", 16, hound::SampleFormat::Int),
    ] {
        bench.run(&format!("separate mix.wav -p p.unbraid.safetensors -o out{option}")).succeeded();
        bench.run(&format!("remix mix.wav -p p.unbraid.safetensors -o remix.wav{option}")).succeeded();
        for name in ["out/low.wav", "remix.wav"] {
            let spec = hound::WavReader::open(bench.path(name)).unwrap().spec();
            assert_eq!((spec.bits_per_sample, spec.sample_format), (bits, sample_format), "{name}{option}");
        }
    }
}

#[test]
fn sources_with_odd_names_get_safe_files() {
    let bench = Bench::new();
    let arguments = ["learn", "..up?=low.wav", "a:b=high.wav", "A*B=mix.wav", "-o", "p.unbraid.safetensors"];
    bench.run_with(&[&arguments[..], &["--components", "2", "--iterations", "3"]].concat()).succeeded();
    let before = bench.files();
    bench.run("separate mix.wav -p p.unbraid.safetensors -o out").succeeded();
    let new: Vec<String> = bench.files().into_iter().filter(|file| !before.contains(file)).collect();
    let expected =
        ["out/A_B 2.wav", "out/a_b.wav", "out/up_.wav"].map(|name| name.replace('/', std::path::MAIN_SEPARATOR_STR));
    assert_eq!(new, expected);
}

#[test]
fn remix_at_unity_gives_back_the_mixture() {
    let bench = Bench::with_preset();
    let taught = ["", " --mode live --focus 3", " --gain low=0 --gain high=+0.0", " --batch"];
    let taught = taught.map(|options| format!("-p p.unbraid.safetensors{options}"));
    for options in taught.into_iter().chain(["--sources 3 --batch".to_owned(), "--sources 3".to_owned()]) {
        bench.run(&format!("remix mix.wav -o out.wav {options}")).succeeded();
        let out = read(bench.path("out.wav")).unwrap();
        assert_eq!(out.len(), 26_460);
        let error = difference_db(&out, &read(bench.path("mix.wav")).unwrap());
        assert!(error < -120.0, "{options}: {error:.1} dB");
    }
}

#[test]
fn remix_sets_gains_in_decibels() {
    let bench = Bench::with_preset();
    bench.run("separate mix.wav -p p.unbraid.safetensors -o out").succeeded();
    let remix = |high: &str| {
        let options = format!("-p p.unbraid.safetensors -o r.wav --gain high={high} --gain low=6 --json");
        let json = bench.run(&format!("remix mix.wav {options}")).json();
        [0, 1].map(|source| json["sources"][source]["gain"].as_f64().unwrap())
    };
    let part = |name: &str, gain: f64| {
        let mut part = read(bench.path(&format!("out/{name}.wav"))).unwrap();
        part.channels.iter_mut().flatten().for_each(|sample| *sample *= gain as f32);
        part
    };
    let [low, high] = remix("-12,0");
    assert!((low - 10_f64.powf(0.3)).abs() < 1e-6 && (high - 10_f64.powf(-0.6)).abs() < 1e-6, "{low}, {high}");
    let expected = Recording::sum_of(&[part("low", low), part("high", high)]);
    let error = difference_db(&read(bench.path("r.wav")).unwrap(), &expected);
    assert!(error < -100.0, "{error:.1} dB");

    // What is muted is cut out a little harder.
    assert_eq!(remix("-inf"), [low, 0.0]);
    let error = difference_db(&read(bench.path("r.wav")).unwrap(), &part("low", low));
    assert!((-70.0..-30.0).contains(&error), "{error:.1} dB");

    bench.run("separate mix.wav --sources 2 --batch -o out").succeeded();
    bench.run("remix mix.wav --sources 2 --batch -o r.wav --gain tonal=-inf").succeeded();
    let error = difference_db(&read(bench.path("r.wav")).unwrap(), &read(bench.path("out/percussive.wav")).unwrap());
    assert!(error < -90.0, "{error:.1} dB");
}

#[test]
fn remix_starts_from_the_knobs_that_the_preset_brings() {
    let bench = Bench::with_preset();
    let path = bench.path("p.unbraid.safetensors");
    let mut preset = file::read(&path).unwrap();
    preset.sources[0].knobs.gain_db = Some(-20.0);
    preset.sources[1].knobs.mute = true;
    file::write(&preset, &path).unwrap();
    let gains = |options: &str| {
        let json = bench.run(&format!("remix mix.wav -p p.unbraid.safetensors -o r.wav --json{options}")).json();
        [0, 1].map(|source| (json["sources"][source]["gain"].as_f64().unwrap() * 1e4).round() / 1e4)
    };
    assert_eq!(gains(""), [0.1, 0.0]);
    assert_eq!(gains(" --gain high=0"), [0.1, 1.0]);
}

#[test]
fn evaluate_scores_each_source() {
    let bench = Bench::with_preset();
    bench.run("separate mix.wav -p p.unbraid.safetensors -o out").succeeded();
    let good = "evaluate --reference low.wav high.wav --estimate out/low.wav out/high.wav";
    let text = bench.run(good).succeeded().stdout;
    let header = "source   SDR dB   SIR dB   SAR dB";
    assert!(text.starts_with(header) && text.contains("\nlow ") && text.contains("\nmean "), "{text}");

    let json = bench.run(&format!("{good} --json")).succeeded().json();
    for source in [0, 1] {
        assert!(json["sources"][source]["sdr"].as_f64().unwrap() > 8.0, "{json}");
    }
    let swapped = bench.run("evaluate --reference low.wav high.wav --estimate out/high.wav out/low.wav --json").json();
    assert!(swapped["mean"]["sir"].as_f64().unwrap() < 0.0, "{swapped}");
}

#[test]
fn evaluate_cuts_to_the_shortest_and_mixes_down() {
    let bench = Bench::new();
    let mono: Vec<f32> = read(bench.path("low.wav")).unwrap().downmix()[..20_000].to_vec();
    bench.write("short-mono.wav", RATE, vec![mono]);
    let json = bench.run("evaluate --reference low.wav --estimate short-mono.wav --json").succeeded().json();
    let sdr = &json["sources"][0]["sdr"];
    assert!(sdr.is_null() || sdr.as_f64().unwrap() > 60.0, "{json}");
}

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
fn a_separation_is_drawn_on_one_sheet() {
    use unbraid::cli::plot::{SeparationFigure, SourceFigure, separation};
    let bench = Bench::with_preset();
    let preset = file::read(&bench.path("p.unbraid.safetensors")).unwrap();
    let mixture = read(bench.path("mix.wav")).unwrap();
    let sounds = ["low.wav", "high.wav"].map(|name| read(bench.path(name)).unwrap());
    let sources = preset.sources.iter().zip(&sounds).map(|(source, sound)| SourceFigure {
        name: &source.name,
        colour: source.colour,
        sound,
        dictionary: source.dictionaries().first(),
    });
    let figure = SeparationFigure { title: "low and high", mixture: &mixture, sources: sources.collect() };
    separation(&bench.path("sheet.png"), &figure).unwrap();
    let png = fs::read(bench.path("sheet.png")).unwrap();
    assert_eq!(png[16..24], [1600_u32.to_be_bytes(), 1000_u32.to_be_bytes()].concat());

    let error = separation(&bench.path("absent/sheet.png"), &figure).unwrap_err().to_string();
    assert!(error.contains("create it first"), "{error}");
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
