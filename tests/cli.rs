//! The command line as its users meet it: the real program, its files, its messages, its exit codes.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use serde_json::Value;
use std::{
    f64::consts::TAU,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;
use unbraid::{
    preset::{Kind, PALETTE, file},
    recording::{Recording, SampleFormat, read, write_wav},
};

const RATE: u32 = 44_100;

/// A folder of its own, in which the program is run.
struct Bench {
    folder: TempDir,
}

/// What the program left behind.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Bench {
    /// A folder with two sources played alone, `low.wav` and `high.wav`, and both together, `mix.wav`: 0.6 s, stereo.
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        let (low, high) = (notes(&[110.0, 147.0]), notes(&[1500.0, 2100.0]));
        let mix = low.iter().zip(&high).map(|(low, high)| low + high).collect();
        for (name, samples) in [("low.wav", low), ("high.wav", high), ("mix.wav", mix)] {
            bench.write(name, RATE, vec![samples, vec![0.0; 26_460]]);
        }
        bench
    }

    /// The same, with a preset `p.unbraid.safetensors` of the sources "low" and "high".
    fn with_preset() -> Self {
        let bench = Self::new();
        bench
            .run("learn low=low.wav high=high.wav -o p.unbraid.safetensors --components 4 --iterations 60")
            .succeeded();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, sample_rate: u32, channels: Vec<Vec<f32>>) {
        write_wav(self.path(name), &Recording { sample_rate, channels }, SampleFormat::Float32).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_unbraid"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("UNBRAID_PRESETS", self.path("presets"));
        command
    }

    /// Runs the program with arguments that are separated by spaces.
    fn run(&self, arguments: &str) -> Ran {
        self.run_with(&arguments.split(' ').collect::<Vec<_>>())
    }

    fn run_with(&self, arguments: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Every file below the folder, by name.
    fn files(&self) -> Vec<String> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(self.folder.path(), &mut found);
        let name = |path: &PathBuf| path.strip_prefix(self.folder.path()).unwrap().to_string_lossy().into_owned();
        let mut names: Vec<String> = found.iter().map(name).collect();
        names.sort();
        names
    }

    /// Runs what has to fail with `code` and a single message that contains `expected`, and leaves no file behind.
    fn refuses(&self, code: i32, arguments: &str, expected: &str) {
        let before = self.files();
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "{arguments}\n{}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{arguments}\n{}", ran.stderr);
        assert_eq!(ran.stderr.matches("error:").count(), 1, "{arguments}\n{}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{arguments}\n{}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments}");
        assert_eq!(self.files(), before, "{arguments}");
    }

    fn fails(&self, arguments: &str, expected: &str) {
        self.refuses(1, arguments, expected);
    }

    fn is_misused_by(&self, arguments: &str, expected: &str) {
        self.refuses(2, arguments, expected);
    }
}

impl Ran {
    fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// Plucked tones with a few harmonics, one after the other, over 0.6 s.
fn notes(hz: &[f64]) -> Vec<f32> {
    let note = |t: usize| {
        let (index, time) = (t / 6_615 % hz.len(), (t % 6_615) as f64 / f64::from(RATE));
        let tone = |harmonic: f64| (TAU * harmonic * hz[index] * time).sin() / harmonic;
        (0.2 * (tone(1.0) + tone(2.0) + tone(3.0)) * (-6.0 * time).exp()) as f32
    };
    (0..26_460).map(note).collect()
}

/// Power of a recording's first channel.
fn power(recording: &Recording) -> f64 {
    recording.channels[0].iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

/// Level of the difference between two recordings relative to the second, in dB.
fn difference_db(a: &Recording, b: &Recording) -> f64 {
    let channels = a.channels.iter().zip(&b.channels);
    let channels = channels.map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()).collect();
    10.0 * (power(&Recording { sample_rate: RATE, channels }) / power(b)).log10()
}

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
    assert_eq!(preset.sources[0].learned_from, ["high.wav", "mix.wav"]);
    assert_eq!(preset.sources[1].learned_from, ["low.wav"]);
    assert_eq!(preset.sources[0].blocks, [3]);
    assert_eq!((preset.sources[2].kind, preset.sources[3].kind), (adaptive(3), adaptive(9)));
    for (index, source) in preset.sources.iter().enumerate() {
        assert_eq!(source.colour, PALETTE[index]);
    }
    let dictionary = &preset.sources[1].dictionaries[0];
    assert_eq!((dictionary.components, dictionary.training.iterations, dictionary.training.seed), (3, 7, 5));

    let json = ran.json();
    assert_eq!(json["preset"], "p.unbraid.safetensors");
    assert_eq!(
        json["sources"][3],
        serde_json::json!({
            "name": "voice", "colour": PALETTE[3].to_string(), "kind": "adaptive", "components": 9, "blocks": [],
            "knobs": { "gain_db": 0.0, "mute": false, "solo": false }, "learned_from": [], "licence": null, "dictionaries": [],
        })
    );
}

fn adaptive(components: usize) -> Kind {
    Kind::Adaptive { components }
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
    for mode in ["live", "balanced", "quality"] {
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
fn separate_goes_through_the_engine_with_its_options() {
    let bench = Bench::with_preset();
    let low = |options: &str| {
        bench.run(format!("separate mix.wav -p p.unbraid.safetensors -o out {options}").trim_end()).succeeded();
        read(bench.path("out/low.wav")).unwrap()
    };
    let plain = low("");
    assert_eq!(plain, low("--mode quality --focus 1 --sparsity 0 --smoothness 0"), "these are the defaults");
    for option in ["--mode live", "--focus 2", "--sparsity 1", "--smoothness 1"] {
        assert_ne!(plain, low(option), "{option} changes nothing");
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
    for options in ["", " --mode live --focus 3", " --gain low=0 --gain high=+0.0"] {
        bench.run(&format!("remix mix.wav -p p.unbraid.safetensors -o out.wav{options}")).succeeded();
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
    let json = bench.run("remix mix.wav -p p.unbraid.safetensors -o r.wav --gain high=-inf --gain low=6 --json").json();
    let gain = json["sources"][0]["gain"].as_f64().unwrap();
    assert!((gain - 10_f64.powf(0.3)).abs() < 1e-6, "{gain}");
    assert_eq!(json["sources"][1], serde_json::json!({ "name": "high", "gain": 0.0 }));

    let mut expected = read(bench.path("out/low.wav")).unwrap();
    expected.channels.iter_mut().flatten().for_each(|sample| *sample *= gain as f32);
    let error = difference_db(&read(bench.path("r.wav")).unwrap(), &expected);
    assert!(error < -100.0, "{error:.1} dB");
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
        "frames of 2048 samples at 44100 Hz",
        "KL divergence, 9 iterations, seed 3",
        "learned from low.wav",
        "2. rest  adaptive, 7 bases learned while it plays",
    ] {
        assert!(text.contains(expected), "no {expected:?} in\n{text}");
    }
    let json = bench.run("inspect p.unbraid.safetensors --json").succeeded().json();
    assert_eq!(json["sources"][0]["dictionaries"][0]["frame"]["frame_len"], 2048);
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
        dictionary: source.dictionaries.first(),
    });
    let figure = SeparationFigure { title: "low and high", mixture: &mixture, sources: sources.collect() };
    separation(&bench.path("sheet.png"), &figure).unwrap();
    let png = fs::read(bench.path("sheet.png")).unwrap();
    assert_eq!(png[16..24], [1600_u32.to_be_bytes(), 1000_u32.to_be_bytes()].concat());

    let error = separation(&bench.path("absent/sheet.png"), &figure).unwrap_err().to_string();
    assert!(error.contains("create it first"), "{error}");
}

#[test]
fn presets_lists_the_factory_and_the_users_own() {
    let bench = Bench::with_preset();
    fs::create_dir(bench.path("presets")).unwrap();
    fs::copy(bench.path("p.unbraid.safetensors"), bench.path("presets/Mine.unbraid.safetensors")).unwrap();
    let text = bench.run("presets").succeeded().stdout;
    assert!(text.contains("Drums + Bass  (factory)"), "{text}");
    assert!(text.contains(&bench.path("presets").display().to_string()), "{text}");

    let json = bench.run("presets --json").succeeded().json();
    let presets = json["presets"].as_array().unwrap();
    let mine = presets.iter().find(|preset| preset["name"] == "Mine").unwrap();
    assert!(mine["path"].as_str().unwrap().ends_with("Mine.unbraid.safetensors"));
    assert!(presets.iter().any(|preset| preset["name"] == "Drums + Bass" && preset["factory"] == true));
}

#[test]
fn a_preset_can_be_called_by_name() {
    let bench = Bench::with_preset();
    fs::create_dir(bench.path("presets")).unwrap();
    fs::rename(bench.path("p.unbraid.safetensors"), bench.path("presets/Mine.unbraid.safetensors")).unwrap();
    bench.run("separate mix.wav -p Mine -o out").succeeded();
    assert!(bench.path("out/low.wav").exists());
    let inspected = bench.run_with(&["inspect", "Drums + Bass", "--json"]).succeeded().json();
    assert_eq!(inspected["sources"].as_array().unwrap().len(), 2);
    bench.fails(
        "separate mix.wav -p Nobody -o out2",
        "no preset is called \"Nobody\"; there are \"Drums + Bass\", \"Mine\"",
    );
}

#[test]
fn arguments_that_make_no_sense_are_usage_errors() {
    let bench = Bench::with_preset();
    bench.is_misused_by("learn", "required");
    bench.is_misused_by("learn low.wav -o x.unbraid.safetensors", "write SOURCE=FILE");
    bench.is_misused_by("learn =low.wav -o x.unbraid.safetensors", "write SOURCE=FILE");
    bench.is_misused_by("learn low=low.wav -o x.safetensors", "as in x.unbraid.safetensors");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --components 0", "from 1 to 1024");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --components 1025", "from 1 to 1024");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --iterations 0", "0 is not in");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --adaptive rest=0", "from 1 to 1024");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --adaptive Low", "have the same name");
    bench.is_misused_by("learn low=low.wav -o x.unbraid.safetensors --adaptive r --adaptive r=2", "have the same name");
    bench.is_misused_by("learn low=low.wav LOW=mix.wav -o x.unbraid.safetensors", "have the same name");
    bench.is_misused_by("learn ../up=low.wav -o x.unbraid.safetensors", "a text without slashes");
    let nine = (0..9).map(|i| format!("s{i}=low.wav")).collect::<Vec<_>>().join(" ");
    bench.is_misused_by(
        &format!("learn {nine} -o x.unbraid.safetensors"),
        "9 sources are named; a preset holds at most 8",
    );

    let separate = "separate mix.wav -p p.unbraid.safetensors -o out";
    bench.is_misused_by("separate mix.wav -o out", "--preset");
    bench.is_misused_by(&format!("{separate} --mode fast"), "quality");
    for (option, expected) in [
        ("--focus 0.4", "0.5 to 4"),
        ("--focus 4.1", "0.5 to 4"),
        ("--focus nan", "0.5 to 4"),
        ("--sparsity 1.1", "0 to 1"),
        ("--sparsity=-0.1", "0 to 1"),
        ("--smoothness 2", "0 to 1"),
        ("--format 8", "32f"),
        ("--batch", "unexpected argument"),
    ] {
        bench.is_misused_by(&format!("{separate} {option}"), expected);
    }

    let remix = "remix mix.wav -p p.unbraid.safetensors -o r.wav";
    for gain in ["low", "=3", "low=loud", "low=12.1", "low=-60.1", "low=inf", "low=nan"] {
        bench.is_misused_by(&format!("{remix} --gain {gain}"), "--gain <SOURCE=DB>");
    }
    bench.is_misused_by(&format!("{remix} --gain low=1 --gain low=2"), "names source \"low\" twice");
    bench.is_misused_by("remix mix.wav -p p.unbraid.safetensors -o r.mp3", ".wav");

    bench.is_misused_by("evaluate --reference low.wav", "--estimate");
    bench.is_misused_by("evaluate --reference low.wav high.wav --estimate low.wav", "2 references and 1 estimates");
    bench.is_misused_by("inspect p.unbraid.safetensors --plot bases.jpg", ".png");
    bench.is_misused_by("unravel", "unrecognized subcommand");
}

#[test]
fn help_is_no_error() {
    let bench = Bench::new();
    for arguments in ["--help", "--version", "learn --help", "separate -h"] {
        let ran = bench.run(arguments).succeeded();
        assert!(!ran.stdout.is_empty() && ran.stderr.is_empty(), "{arguments}");
    }
    let help = bench.run("--help").stdout;
    for later in ["tune", "export", "import"] {
        assert!(!help.contains(later), "{later} is listed but not there");
    }
}

#[test]
fn recordings_that_cannot_be_used_are_named_in_a_sentence() {
    let bench = Bench::with_preset();
    fs::create_dir(bench.path("folder")).unwrap();
    fs::write(bench.path("words.wav"), b"These are words and no sound, however long one listens.").unwrap();
    bench.write("three.wav", RATE, vec![vec![0.1; 9_000]; 3]);
    bench.write("empty.wav", RATE, vec![vec![]]);
    bench.write("silent.wav", RATE, vec![vec![0.0; 9_000]]);
    bench.write("short.wav", RATE, vec![notes(&[200.0])[..2_000].to_vec()]);
    bench.write("nan.wav", RATE, vec![vec![f32::NAN; 9_000]]);
    bench.write("slow.wav", 800, vec![vec![0.1; 9_000]]);
    for (file, expected) in [
        ("nowhere.wav", "there is no such file"),
        ("folder", "this is not a file"),
        ("words.wav", "unknown format"),
        ("three.wav", "has 3 channels"),
        ("empty.wav", "is empty"),
        ("silent.wav", "is silent"),
        ("short.wav", "lasts 45 ms, less than one frame of 46 ms"),
        ("nan.wav", "sample 0 of channel 1 is not a finite number"),
        ("slow.wav", "its sample rate is 800 Hz"),
    ] {
        let message = format!("error: {file}: {expected}");
        bench.fails(
            &format!("learn low=low.wav x={file} -o x.unbraid.safetensors --components 2 --iterations 2"),
            &message,
        );
        bench.fails(&format!("separate {file} -p p.unbraid.safetensors -o out"), &message);
        bench.fails(&format!("remix {file} -p p.unbraid.safetensors -o r.wav"), &message);
        if file != "short.wav" {
            bench.fails(&format!("evaluate --reference low.wav --estimate {file}"), &message);
        }
    }
    assert!(!bench.path("out").exists(), "not even a folder is left");
}

#[test]
fn presets_that_cannot_be_used_are_named_in_a_sentence() {
    let bench = Bench::with_preset();
    let whole = fs::read(bench.path("p.unbraid.safetensors")).unwrap();
    fs::write(bench.path("cut.unbraid.safetensors"), &whole[..whole.len() / 2]).unwrap();
    for (preset, expected) in [
        ("nowhere.unbraid.safetensors", "no such file"),
        ("cut.unbraid.safetensors", "cut off"),
        ("low.wav", "low.wav:"),
    ] {
        bench.fails(&format!("separate mix.wav -p {preset} -o out"), expected);
        bench.fails(&format!("remix mix.wav -p {preset} -o r.wav"), expected);
        bench.fails(&format!("inspect {preset} --plot b.png"), expected);
    }
}

#[test]
fn a_source_that_the_preset_lacks_is_a_failure_that_lists_those_it_has() {
    let bench = Bench::with_preset();
    let expected = "p.unbraid.safetensors has no source \"middle\"; it has \"low\", \"high\"";
    bench.fails("remix mix.wav -p p.unbraid.safetensors -o r.wav --gain middle=-3", expected);
}

#[test]
fn files_at_different_sample_rates_cannot_be_scored_together() {
    let bench = Bench::new();
    bench.write("other.wav", 48_000, vec![notes(&[110.0])]);
    let expected = "other.wav: its sample rate is 48000 Hz, that of low.wav is 44100 Hz";
    bench.fails("evaluate --reference low.wav --estimate other.wav", expected);
}

#[test]
fn mono_and_other_sample_rates_are_learned_and_separated_as_they_are() {
    let bench = Bench::new();
    bench.write("mono.wav", RATE, vec![read(bench.path("high.wav")).unwrap().channels[0].clone()]);
    let mix = read(bench.path("mix.wav")).unwrap().resampled(48_000).unwrap();
    bench.write("mix48.wav", 48_000, mix.channels.clone());
    bench
        .run("learn low=low.wav low=mix48.wav high=mono.wav -o p.unbraid.safetensors --components 3 --iterations 20")
        .succeeded();
    bench.run("separate mix48.wav -p p.unbraid.safetensors -o out").succeeded();
    let separated = read(bench.path("out/high.wav")).unwrap();
    assert_eq!((separated.sample_rate, separated.len()), (48_000, mix.len()));
}

#[test]
fn what_cannot_be_written_is_told_before_the_work_begins() {
    let bench = Bench::with_preset();
    bench.fails("learn low=low.wav -o absent/x.unbraid.safetensors", "there is no folder absent; create it first");
    bench.fails("remix mix.wav -p p.unbraid.safetensors -o absent/r.wav", "there is no folder absent; create it first");
    bench.fails("separate mix.wav -p p.unbraid.safetensors -o low.wav", "this is a file; name a folder");
    bench.fails("inspect p.unbraid.safetensors --plot absent/b.png", "there is no folder absent; create it first");
    fs::create_dir(bench.path("taken.wav")).unwrap();
    bench.fails("remix mix.wav -p p.unbraid.safetensors -o taken.wav", "this is not a file");
}

#[test]
fn the_mixture_itself_is_never_overwritten() {
    let bench = Bench::with_preset();
    let before = fs::read(bench.path("mix.wav")).unwrap();
    bench.fails("remix mix.wav -p p.unbraid.safetensors -o ./mix.wav", "would be overwritten");
    bench.fails("separate low.wav -p p.unbraid.safetensors -o .", "would be overwritten");
    assert_eq!(fs::read(bench.path("mix.wav")).unwrap(), before);
}

#[test]
fn progress_is_plain_lines_where_there_is_no_terminal() {
    let bench = Bench::with_preset();
    let ran = bench.run("separate mix.wav -p p.unbraid.safetensors -o out").succeeded();
    assert_eq!(ran.stdout, "");
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!((lines[0], lines.contains(&"separating mix.wav: 100 %")), ("separating mix.wav: 0 %", true));
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains('\r'), "{:?}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader};
    let bench = Bench::new();
    let before = bench.files();
    let arguments =
        ["learn", "low=low.wav", "-o", "x.unbraid.safetensors", "--components", "64", "--iterations", "1000000"];
    let mut child = bench.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "learning low: 0 %");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(lines.map(Result::unwrap).any(|line| line == "error: stopped; nothing was written"));
    assert_eq!(bench.files(), before);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = Bench::new();
    let mut child = bench.command(&["presets"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert!(status.success() && stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
}
