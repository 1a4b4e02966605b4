//! `unbraid evaluate` beside mir_eval and museval. `UNBRAID_PYTHON` names a Python with both.

use super::{
    evaluation::{Sound, changed, mixed, noise},
    *,
};
use std::{collections::HashMap, io::Write};

/// The folder of recordings that the tests carry.
const AUDIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audio");
/// Decibels that figures may differ by from those of the reference implementations.
const TOLERANCE_DB: f64 = 0.01;
/// Beyond this, what is left of an error is rounding, which every implementation does in its own way.
const ROUNDING_DB: f64 = 90.0;

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

/// Figures of a row of CSV, where a ratio that is infinite and one that is undefined are told apart, by column.
fn rows(path: PathBuf) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn figure(row: &HashMap<String, String>, column: &str) -> f64 {
    let text = &row[column];
    if text.is_empty() { f64::NAN } else { text.parse().unwrap() }
}

/// Ratios where both are small enough to be told from rounding.
fn assert_equal(own: f64, peer: &Value, what: &str) {
    // What is undefined is null, what is infinite some 1e9.
    let peer = peer.as_f64().unwrap_or(f64::NAN);
    let are_rounding = own.min(peer) > ROUNDING_DB || own.max(peer) < -ROUNDING_DB;
    let are_equal = match (own.is_nan(), peer.is_nan()) {
        (false, false) => are_rounding || (own - peer).abs() < TOLERANCE_DB,
        (own, peer) => own == peer,
    };
    assert!(are_equal, "{what}: {own} dB, and {peer} dB by the reference implementation");
}

#[test]
fn evaluate_scores_as_mir_eval_and_museval_do() {
    let (bench, cases) = (Bench::new(), cases());
    cases.iter().for_each(|case| case.write(&bench));
    let peers = of_peers(&bench, &cases);
    for (case, peer) in cases.iter().zip(peers.as_array().unwrap()) {
        let arguments = case.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let tables = ["--csv", "t.csv", "--csv-frames", "f.csv"];
        bench.run_with(&[&arguments[..], &tables].concat()).succeeded();
        let (found, found_frames) = (rows(bench.path("t.csv")), rows(bench.path("f.csv")));
        for (source, own) in found.iter().enumerate() {
            let name = case.name;
            for (index, key) in ["sdr", "sir", "sar"].iter().enumerate() {
                let what = format!("{name}, v3, source {source}, {key}");
                assert_equal(figure(own, &format!("v3_{key}")), &peer["v3"][index][source], &what);
            }
            let frames: Vec<_> = found_frames.iter().filter(|row| row["source"] == own["source"]).collect();
            for (index, key) in ["sdr", "isr", "sir", "sar"].iter().enumerate() {
                let what = format!("{name}, images, source {source}, {key}");
                assert_equal(figure(own, &format!("images_{key}")), &peer["images"][index][source], &what);
                let theirs = peer["frames"][index][source].as_array().unwrap();
                assert_eq!(frames.len(), theirs.len(), "{what}");
                for (frame, (own, theirs)) in frames.iter().zip(theirs).enumerate().filter(|_| case.frames) {
                    let what = format!("{name}, v4, source {source}, frame {frame}, {key}");
                    assert_equal(figure(own, key), theirs, &what);
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
