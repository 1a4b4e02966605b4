//! `separate` and `remix`: the files that they write.

use super::*;

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
