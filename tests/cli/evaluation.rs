//! `unbraid evaluate`: its figures, its rows, its files.

use super::*;
use std::io::Write;

/// The folder of recordings that the tests carry.
const AUDIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audio");
/// Decibels that figures may differ by from those of the reference implementations.
const TOLERANCE_DB: f64 = 0.01;
/// Beyond this, what is left of an error is rounding, which every implementation does in its own way.
const ROUNDING_DB: f64 = 90.0;

/// A sound, indexed by `[channel][sample]`.
type Sound = Vec<Vec<f32>>;

/// White noise, the same for the same seed.
fn noise(seed: u32, channels: usize, len: usize) -> Sound {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / 8_388_608.0 - 1.0) * 0.2
    };
    (0..channels).map(|_| (0..len).map(|_| next()).collect()).collect()
}

/// The sum of `parts`, each with its gain.
fn mixed(parts: &[(f32, &Sound)]) -> Sound {
    let sample = |channel: usize, n: usize| parts.iter().map(|(gain, part)| gain * part[channel][n]).sum();
    let channel = |channel: usize| (0..parts[0].1[0].len()).map(|n| sample(channel, n)).collect();
    (0..parts[0].1.len()).map(channel).collect()
}

fn changed(sound: &Sound, change: impl Fn(usize, usize, f32) -> f32) -> Sound {
    let channel =
        |(index, samples): (usize, &Vec<f32>)| samples.iter().enumerate().map(|(n, x)| change(index, n, *x)).collect();
    sound.iter().enumerate().map(channel).collect()
}

fn mono(sound: &Sound) -> Sound {
    vec![sound[0].iter().zip(sound.last().unwrap()).map(|(left, right)| (left + right) / 2.0).collect()]
}

fn recorded(name: &str) -> Sound {
    let recording = read(format!("{AUDIO}/{name}-take2.flac")).unwrap();
    recording.channels.iter().map(|channel| channel[..RATE as usize].to_vec()).collect()
}

/// References and estimates, with the frames that they are scored in.
struct Case {
    name: &'static str,
    references: Vec<Sound>,
    estimates: Vec<Sound>,
    window: usize,
    hop: usize,
    /// Whether also the figures of frames are to be compared.
    frames: bool,
}

impl Case {
    fn new(name: &'static str, references: Vec<Sound>, estimates: Vec<Sound>) -> Self {
        Self { name, references, estimates, window: 11_025, hop: 11_025, frames: true }
    }

    fn framed(self, window: usize, hop: usize) -> Self {
        Self { window, hop, ..self }
    }

    /// Filters of singular references are what rounding makes of them; over the whole signals that does not show.
    fn without_frames(self) -> Self {
        Self { frames: false, ..self }
    }

    fn write(&self, bench: &Bench) {
        fs::create_dir(bench.path(self.name)).unwrap();
        for (letter, sounds) in [("r", &self.references), ("e", &self.estimates)] {
            for (index, sound) in sounds.iter().enumerate() {
                bench.write(&format!("{}/{letter}{index}.wav", self.name), RATE, sound.clone());
            }
        }
    }

    fn arguments(&self) -> Vec<String> {
        let seconds = |samples: usize| format!("{}", samples as f64 / f64::from(RATE));
        let files = |letter: &str| {
            let file = |index| format!("{}/{letter}{index}.wav", self.name);
            (0..self.references.len()).map(file).collect::<Vec<_>>()
        };
        let mut arguments: Vec<String> = ["evaluate", "--json", "--all"].map(str::to_owned).to_vec();
        arguments.extend(["--window".to_owned(), seconds(self.window), "--hop".to_owned(), seconds(self.hop)]);
        arguments.extend(std::iter::once("--reference".to_owned()).chain(files("r")));
        arguments.extend(std::iter::once("--estimate".to_owned()).chain(files("e")));
        arguments
    }
}

fn cases() -> Vec<Case> {
    let (bass, kit) = (recorded("finger-bass"), recorded("standard-kit"));
    let len = bass[0].len();
    let hiss = [noise(8, 2, len), noise(9, 2, len)];
    let usual = |a: &Sound, b: &Sound| {
        vec![mixed(&[(1.0, a), (0.2, b), (0.02, &hiss[0])]), mixed(&[(1.0, b), (0.1, a), (0.005, &hiss[1])])]
    };
    let pair = |a: Sound, b: Sound| (usual(&a, &b), vec![a, b]);
    let case = |name, (estimates, references): (Vec<Sound>, Vec<Sound>)| Case::new(name, references, estimates);
    let clipped = |limit: f32| changed(&mixed(&[(1.0, &bass), (1.0, &kit)]), |_, _, x| x.clamp(-limit, limit));
    let (loud, quiet) = (changed(&bass, |_, _, x| 500.0 * x), changed(&kit, |_, _, x| 1e-4 * x));
    let a = noise(1, 2, len);
    let near = mixed(&[(0.9, &a), (0.05, &noise(2, 2, len))]);
    let (short, other) = (noise(3, 2, 700), noise(4, 2, 700));
    let cut = |sound: &Sound, to: usize| sound.iter().map(|channel| channel[..to].to_vec()).collect::<Sound>();
    let one = |x: &Sound, gain: f32| mixed(&[(gain, &cut(x, 1))]);
    let mono_usual: Vec<Sound> = usual(&bass, &kit).iter().map(mono).collect();
    let three: Vec<Sound> = (11..14).map(|seed| noise(seed, 2, 30_000)).collect();
    let of_three = |j: usize| mixed(&[(1.0, &three[j]), (0.1, &three[(j + 1) % 3]), (0.02, &noise(20, 2, 30_000))]);
    let gap = changed(&bass, |_, n, x| if (15_000..30_000).contains(&n) { 0.0 } else { x });
    let shorter = [cut(&short, 600), cut(&other, 600)];
    vec![
        case("recordings", pair(bass.clone(), kit.clone())),
        case("frames-that-overlap", pair(bass.clone(), kit.clone())).framed(8_820, 3_000),
        Case::new("mono", vec![mono(&bass), mono(&kit)], mono_usual.clone()),
        Case::new("mono-swapped", vec![mono(&kit), mono(&bass)], mono_usual),
        Case::new("clipping", vec![bass.clone(), kit.clone()], vec![clipped(0.05), clipped(0.02)]),
        Case::new("silence-in-frames", vec![gap.clone(), kit.clone()], {
            let estimate = mixed(&[(1.0, &gap), (0.2, &kit)]);
            let silent = changed(&estimate, |_, n, x| if n < 11_025 { 0.0 } else { x });
            vec![silent, usual(&bass, &kit).remove(1)]
        }),
        case("offset", pair(changed(&bass, |_, _, x| x + 0.3), changed(&kit, |_, _, x| x - 0.2))),
        Case::new(
            "loud-and-quiet",
            vec![loud.clone(), quiet.clone()],
            vec![mixed(&[(0.6, &loud), (1.0, &hiss[0])]), mixed(&[(1.0, &quiet), (1e-5, &hiss[1])])],
        ),
        case("one-silent-channel", pair(changed(&bass, |c, _, x| if c == 1 { 0.0 } else { x }), kit.clone())),
        case("mono-on-both-channels", pair(vec![bass[0].clone(), bass[0].clone()], kit.clone())),
        case("correlated", pair(a.clone(), near)),
        case("identical", pair(a.clone(), a.clone())),
        Case::new("perfect", vec![bass.clone(), kit.clone()], vec![bass.clone(), kit.clone()]),
        case("short", {
            let estimates = vec![mixed(&[(1.0, &short), (0.3, &other)]), mixed(&[(1.0, &other), (0.1, &short)])];
            (estimates, vec![short.clone(), other.clone()])
        })
        .without_frames(),
        case("shorter-still", (vec![mixed(&[(1.0, &shorter[0]), (0.3, &shorter[1])]); 2], shorter.to_vec()))
            .without_frames(),
        case("one-sample", (vec![one(&short, 0.5), one(&other, 0.7)], vec![one(&short, 1.0), one(&other, 1.0)])),
        case("three-sources", ((0..3).map(of_three).collect(), three.clone())),
    ]
}

/// Figures of `cases` by the reference implementations.
fn of_peers(bench: &Bench, cases: &[Case]) -> Value {
    let Some(python) = std::env::var_os("UNBRAID_PYTHON") else {
        panic!("UNBRAID_PYTHON names no Python with mir_eval and museval: `cargo xtask test` makes one and sets it");
    };
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/peers.py")).current_dir(bench.folder.path());
    // Threads that wait for each other take far longer where other tests run beside.
    command.env("OPENBLAS_NUM_THREADS", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for Case { name, references, window, hop, .. } in cases {
        writeln!(stdin, "{name} {} {window} {hop}", references.len()).unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Ratios where both are small enough to be told from rounding.
fn assert_equal(own: &Value, peer: &Value, what: &str) {
    match (own.as_f64(), peer.as_f64()) {
        // JSON has neither infinity nor NaN.
        (None, None) => {}
        (None, Some(one)) | (Some(one), None) if one.abs() > ROUNDING_DB => {}
        (Some(own), Some(peer)) if own.min(peer) > ROUNDING_DB || own.max(peer) < -ROUNDING_DB => {}
        (Some(own), Some(peer)) if (own - peer).abs() < TOLERANCE_DB => {}
        _ => panic!("{what}: {own} dB, and {peer} dB by the reference implementation"),
    }
}

#[test]
fn evaluate_scores_as_mir_eval_and_museval_do() {
    let (bench, cases) = (Bench::new(), cases());
    cases.iter().for_each(|case| case.write(&bench));
    let peers = of_peers(&bench, &cases);
    for (case, peer) in cases.iter().zip(peers.as_array().unwrap()) {
        let arguments = case.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let found = bench.run_with(&arguments).succeeded().json();
        for source in 0..case.references.len() {
            let (own, name) = (&found["sources"][source], case.name);
            for (figure, key) in ["sdr", "sir", "sar"].iter().enumerate() {
                assert_equal(&own[key], &peer["v3"][figure][source], &format!("{name}, v3, source {source}, {key}"));
            }
            for (figure, key) in ["sdr", "isr", "sir", "sar"].iter().enumerate() {
                let what = format!("{name}, images, source {source}, {key}");
                assert_equal(&own["images"][key], &peer["images"][figure][source], &what);
                let (frames, theirs) = (&own["frames"], &peer["frames"][figure][source]);
                assert_eq!(frames.as_array().unwrap().len(), theirs.as_array().unwrap().len(), "{what}");
                for frame in 0..if case.frames { theirs.as_array().unwrap().len() } else { 0 } {
                    let what = format!("{name}, v4, source {source}, frame {frame}, {key}");
                    assert_equal(&frames[frame][key], &theirs[frame], &what);
                }
            }
        }
        if let Some(order) = peer["order"].as_array() {
            let arguments: Vec<&str> = arguments.iter().copied().chain(["--permute"]).collect();
            let found = bench.run_with(&arguments).succeeded().json();
            for (source, estimate) in order.iter().enumerate() {
                let expected = format!("{}/e{estimate}.wav", case.name);
                assert_eq!(found["sources"][source]["estimate"], expected, "{}", case.name);
            }
        }
    }
}

#[test]
fn what_is_only_between_the_channels_is_an_error() {
    let bench = Bench::new();
    let low = read(bench.path("low.wav")).unwrap().channels[0].clone();
    let side = &noise(5, 1, low.len())[0];
    let left: Vec<f32> = low.iter().zip(side).map(|(x, side)| x + 0.1 * side).collect();
    let right: Vec<f32> = low.iter().zip(side).map(|(x, side)| x - 0.1 * side).collect();
    bench.write("mono.wav", RATE, vec![low]);
    bench.write("wide.wav", RATE, vec![left, right]);
    let ran = bench.run("evaluate --reference mono.wav --estimate wide.wav --json --method v3,si-sdr").succeeded();
    assert!(ran.stderr.contains("taken as the same on both channels: mono.wav"), "{}", ran.stderr);
    let source = &ran.json()["sources"][0];
    for key in ["sdr", "si_sdr"] {
        let ratio = source[key].as_f64().unwrap();
        assert!((5.0..30.0).contains(&ratio), "{key}: {ratio} dB");
    }
}

#[test]
fn a_silent_source_has_a_row_with_its_reason_and_the_others_are_scored() {
    let bench = Bench::new();
    bench.write("silent.wav", RATE, vec![vec![0.0; 26_460]]);
    let quiet = changed(&noise(6, 2, 26_460), |_, _, x| 1e-5 * x);
    bench.write("quiet.wav", RATE, quiet);
    let files = "--reference low.wav high.wav quiet.wav silent.wav --estimate low.wav silent.wav quiet.wav high.wav";
    let ran = bench.run(&format!("evaluate {files}")).succeeded();
    let row = |name: &str| ran.stdout.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(row("high").ends_with("-        -        -  the estimate is silent"), "{}", ran.stdout);
    assert!(row("silent").ends_with("the reference is silent"), "{}", ran.stdout);
    assert!(row("quiet").ends_with("  the reference is very quiet; the estimate is very quiet"), "{}", ran.stdout);
    let sources = &bench.run(&format!("evaluate {files} --json --all")).succeeded().json()["sources"];
    assert!(sources[0]["sdr"].as_f64().is_none_or(|sdr| sdr > 100.0), "{sources}");
    assert_eq!(sources[1]["unscored"], "the estimate is silent");
    assert!(sources[1]["sdr"].is_null() && sources[1]["v4"]["sdr"].is_null(), "{sources}");
    assert!(sources[0]["unscored"].is_null(), "{sources}");
    bench.fails("evaluate --reference low.wav silent.wav --estimate silent.wav low.wav", "silent.wav: is silent");
}

#[test]
fn the_best_order_of_estimates_is_found_on_request() {
    let bench = Bench::new();
    bench.write("silent.wav", RATE, vec![vec![0.0; 26_460]]);
    let files = "evaluate --reference low.wav silent.wav high.wav --estimate high.wav low.wav silent.wav";
    let ran = bench.run(&format!("{files} --permute")).succeeded();
    for (name, estimate) in [("low", "is low.wav"), ("high", "is high.wav"), ("silent", "is silent.wav; reference and")]
    {
        let row = ran.stdout.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(row.contains(estimate), "{}", ran.stdout);
    }
    let many = |flag: &str| format!("{flag}{}", " low.wav".repeat(17));
    let many = format!("evaluate --permute {} {}", many("--reference"), many("--estimate"));
    bench.is_misused_by(&many, "--permute orders up to 16 estimates");
}

#[test]
fn references_that_depend_on_each_other_are_named() {
    let bench = Bench::new();
    let (a, b) = (noise(1, 1, 20_000), noise(2, 1, 20_000));
    let filtered: Vec<f32> =
        (0..20_000).map(|n| 0.5 * a[0][n] - if n > 40 { 0.3 * a[0][n - 40] } else { 0.0 }).collect();
    bench.write("a.wav", RATE, a.clone());
    bench.write("b.wav", RATE, b.clone());
    bench.write("filtered.wav", RATE, vec![filtered]);
    bench.write("sum.wav", RATE, mixed(&[(1.0, &a), (0.5, &b)]));
    let warned =
        |files: &str| bench.run(&format!("evaluate --reference {files} --estimate {files}")).succeeded().stderr;
    let says = |said: &str, name: &str| said.contains(&format!("warning: {name} is nearly a filtered copy"));
    let said = warned("a.wav filtered.wav b.wav");
    assert!(says(&said, "a.wav") && says(&said, "filtered.wav") && !says(&said, "b.wav"), "{said}");
    let said = warned("a.wav b.wav sum.wav");
    assert!(says(&said, "a.wav") && says(&said, "b.wav") && says(&said, "sum.wav"), "{said}");
    let said = warned("a.wav b.wav");
    assert!(!said.contains("nearly"), "{said}");
}

#[test]
fn frames_are_as_long_and_as_far_apart_as_is_asked() {
    let bench = Bench::new();
    let evaluate = "evaluate --reference low.wav high.wav --estimate high.wav low.wav --method v4 --json";
    let frames = |options: &str| {
        let json = bench.run(format!("{evaluate} {options}").trim()).succeeded().json();
        json["sources"][0]["frames"]
            .as_array()
            .unwrap()
            .iter()
            .map(|frame| frame["seconds"].as_f64().unwrap())
            .collect()
    };
    // 0.6 s: less than a frame of a second is one frame; what is left at the end is none.
    let (whole, parts): (Vec<f64>, Vec<f64>) = (frames(""), frames("--window 0.2 --hop 0.1"));
    assert_eq!(whole, [0.0]);
    assert_eq!(parts, [0.0, 0.1, 0.2, 0.3, 0.4]);
    bench.is_misused_by(&format!("{evaluate} --hop 0"), "give a number from 0.001");
}

#[test]
fn projections_without_a_filter_are_those_of_the_inner_products() {
    let bench = Bench::new();
    // Orthogonal by their supports: target 1, interference 0.5, artifacts 0.1 times the reference's own energy.
    let at = |place: usize| {
        let mut samples = vec![0.0; 4_000];
        samples[place] = 0.5;
        vec![samples]
    };
    let (a, b, c) = (at(100), at(2_000), at(3_000));
    bench.write("a.wav", RATE, a.clone());
    bench.write("b.wav", RATE, b.clone());
    bench.write("estimate.wav", RATE, mixed(&[(2.0, &a), (1.0, &b), (0.2, &c)]));
    let files = "--reference a.wav b.wav --estimate estimate.wav b.wav";
    let json = bench.run(&format!("evaluate {files} --json --method projections,si-sdr,snr")).succeeded().json();
    let assert_near = |found: &Value, expected: f64| {
        let found = found.as_f64().unwrap();
        assert!((found - expected).abs() < 1e-4, "{found} dB, not {expected} dB");
    };
    let source = &json["sources"][0];
    let db = |ratio: f64| 10.0 * ratio.log10();
    assert_near(&source["projections"]["sdr"], db(4.0 / 1.04));
    assert_near(&source["projections"]["sir"], db(4.0));
    assert_near(&source["projections"]["sar"], db(5.0 / 0.04));
    assert_near(&source["si_sdr"], db(4.0 / 1.04));
    // Clicks are alike in all bands: an error of energy 1 + 1 + 0.04 to 1, but for how the clicks' spectra beat.
    assert!((source["snr"]["above_2_khz"].as_f64().unwrap() - db(1.0 / 2.04)).abs() < 0.3, "{source}");
}

#[test]
fn tables_are_written_as_csv() {
    let bench = Bench::new();
    bench.write("a,b.wav", RATE, read(bench.path("high.wav")).unwrap().channels);
    bench.write("silent.wav", RATE, vec![vec![0.0; 26_460]]);
    let files = "--reference a,b.wav low.wav --estimate mix.wav silent.wav";
    bench.run(&format!("evaluate {files} --csv t.csv --csv-frames f.csv --window 0.3 --hop 0.3")).succeeded();
    let table = fs::read_to_string(bench.path("t.csv")).unwrap();
    let mut lines = table.lines();
    let header = "source,reference,estimate,unscored,v3_sdr,v3_sir,v3_sar,v4_sdr,v4_isr,v4_sir,v4_sar";
    assert_eq!(lines.next(), Some(header));
    assert!(lines.next().unwrap().starts_with("\"a,b\",\"a,b.wav\",mix.wav,,"), "{table}");
    assert_eq!(lines.next(), Some("low,low.wav,silent.wav,the estimate is silent,,,,,,,"));
    let frames = fs::read_to_string(bench.path("f.csv")).unwrap();
    assert!(frames.starts_with("source,start_s,window_s,sdr,isr,sir,sar\n\"a,b\",0,0.3,"), "{frames}");
    assert_eq!(frames.lines().count(), 3);
    bench.is_misused_by(&format!("evaluate {files} --csv t.csv --csv-frames t.csv"), "t.csv is to be written twice");
    bench.fails(&format!("evaluate {files} --csv absent/t.csv"), "there is no folder absent");
}

#[test]
fn bars_curves_and_masks_are_drawn() {
    let bench = Bench::new();
    let files = "--reference low.wav high.wav --estimate mix.wav high.wav";
    let plots = "--plot b.png --plot-frames c.png --plot-masks m.png --window 0.1 --hop 0.05";
    let ran = bench.run(&format!("evaluate {files} --all {plots}")).succeeded();
    for name in ["b.png", "c.png", "m.png"] {
        assert!(ran.stderr.contains(&format!("wrote {name}")), "{}", ran.stderr);
        let decoder = png::Decoder::new(fs::File::open(bench.path(name)).unwrap());
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut pixels).unwrap();
        let colours: std::collections::HashSet<_> = pixels.chunks(3).collect();
        assert!(colours.len() > 50, "{name} shows something: {} colours", colours.len());
    }
    bench.is_misused_by(&format!("evaluate {files} --plot b.jpg"), ".png");
}

#[test]
fn files_of_unequal_length_are_cut_and_that_is_said() {
    let bench = Bench::new();
    let long: Vec<f32> = notes(&[110.0, 147.0]).repeat(2);
    bench.write("long.wav", RATE, vec![long.clone(), long]);
    bench.write("both.wav", RATE, vec![notes(&[110.0, 147.0]); 2]);
    let ran = bench.run("evaluate --reference both.wav --estimate long.wav").succeeded();
    assert!(
        ran.stderr.contains("all files are cut to the shortest, 0.600 s; long.wav lasts 1.200 s"),
        "{}",
        ran.stderr
    );
    let sdr = &bench.run("evaluate --reference both.wav --estimate long.wav --json").json()["sources"][0]["sdr"];
    assert!(sdr.as_f64().is_none_or(|sdr| sdr > 100.0), "{sdr}");
}

/// Most memory that was resident while a command ran, in kB.
#[cfg(target_os = "linux")]
fn peak_memory(bench: &Bench, arguments: &str) -> u64 {
    let mut command = bench.command(&arguments.split(' ').collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let resident =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(resident.unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn long_recordings_are_evaluated_in_the_memory_of_short_ones() {
    let bench = Bench::new();
    let peak = |seconds: usize| {
        let sound = noise(7, 1, seconds * 8_000);
        bench.write("reference.wav", 8_000, sound.clone());
        bench.write("estimate.wav", 8_000, changed(&sound, |_, n, x| if n % 7 == 0 { 0.9 * x } else { x }));
        peak_memory(&bench, "evaluate --reference reference.wav --estimate estimate.wav --all")
    };
    let (short, long) = (peak(60), peak(600));
    // A minute of both files is 4 MB.
    assert!(long < short + 4_000, "{short} kB for a minute, {long} kB for ten");
}
