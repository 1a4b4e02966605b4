//! `unbraid evaluate` beside mir_eval and museval: time, processor time, peak memory, and how far the figures differ.
//!
//! `UNBRAID_PYTHON` names a Python with both (that of `cargo xtask test` is `target/venv/bin/python`), and
//! `cargo build --release --bin unbraid` builds what is measured. `--seconds N` takes shorter sounds than three
//! minutes; both peers take minutes for those.

mod process;

use process::ProcessUsage;
use serde_json::Value;
use std::{env, error::Error, fs, path::Path, process::Command};
use unbraid_benches::{noise, program};
use unbraid_engine::recording::{Recording, SampleFormat, write_wav};

const RATE: u32 = 44_100;
const SOURCES: usize = 4;
/// Length of the sounds, unless `--seconds` says otherwise.
const SECONDS: usize = 180;
/// How often the quick one is measured.
const ROUNDS: usize = 3;
/// The figures, in the order in which the peers give them.
const FIGURES: [&str; 4] = ["sdr", "isr", "sir", "sar"];

fn main() -> Result<(), Box<dyn Error>> {
    let Some(python) = env::var_os("UNBRAID_PYTHON") else {
        println!("not run: UNBRAID_PYTHON names no Python with mir_eval and museval");
        return Ok(());
    };
    let program = program();
    if !program.exists() {
        println!("not run: there is no {}; `cargo build --release --bin unbraid` makes it", program.display());
        return Ok(());
    }
    let folder = program.with_file_name("evaluation-bench");
    fs::create_dir_all(&folder)?;
    let seconds = seconds();
    write_sounds(&folder, seconds)?;
    println!("{SOURCES} stereo sources of {seconds} s at {RATE} Hz");
    println!("| | wall | processor | peak memory | largest difference |");
    println!("|---|---|---|---|---|");
    for (peer, method, called) in
        [("museval", "v4", "museval, frames of 1 s"), ("mir_eval", "images", "mir_eval, bss_eval_images")]
    {
        let mut own: Vec<(ProcessUsage, String)> = Vec::new();
        for _ in 0..ROUNDS {
            own.push(process::measure(&mut evaluate(&program, &folder, method))?);
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/evaluation/peer.py");
        let mut command = Command::new(&python);
        command.arg(script).arg(peer).arg(&folder).args([SOURCES.to_string(), RATE.to_string()]);
        let (usage, figures) = process::measure(&mut command)?;
        own.sort_by(|a, b| a.0.wall.total_cmp(&b.0.wall));
        let (own, own_figures) = &own[ROUNDS / 2];
        let difference = difference(&serde_json::from_str(own_figures)?, &serde_json::from_str(&figures)?, method);
        println!("| unbraid --method {method} | {own} | {difference:.5} dB |");
        println!("| {called} | {usage} | |");
        println!(
            "| ratio | {:.1} | {:.1} | {:.1} | |",
            usage.wall / own.wall,
            usage.processor / own.processor,
            usage.megabytes / own.megabytes
        );
    }
    let (all, _) = process::measure(evaluate(&program, &folder, "v3").arg("--permute"))?;
    println!("| unbraid --method v3 --permute | {all} | |");
    write_sounds(&folder, seconds * 2)?;
    let (long, _) = process::measure(&mut evaluate(&program, &folder, "v4"))?;
    println!("| unbraid --method v4, twice as long | {long} | |");
    Ok(fs::remove_dir_all(folder)?)
}

fn seconds() -> usize {
    let mut arguments = env::args().skip_while(|argument| argument != "--seconds").skip(1);
    arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(SECONDS)
}

fn evaluate(program: &Path, folder: &Path, method: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["evaluate", "--json", "--method", method]);
    for (flag, letter) in [("--reference", 'r'), ("--estimate", 'e')] {
        command.arg(flag).args((0..SOURCES).map(|source| folder.join(format!("{letter}{source}.wav"))));
    }
    command
}

/// Noises of several timbres that come and go, and estimates with some of each other and some other noise in them.
fn write_sounds(folder: &Path, seconds: usize) -> Result<(), Box<dyn Error>> {
    let len = seconds * RATE as usize;
    let timbre = |source: usize, channel: usize| {
        let mut random = noise(1 + (2 * source + channel) as u64);
        let (mut low, pole) = (0.0, 0.3 + 0.2 * source as f32);
        let sample = move |n: usize| {
            let swell = (std::f32::consts::TAU * (0.3 + source as f32) * n as f32 / RATE as f32).sin();
            low = pole * low + (random() - 0.5) * (1.0 - pole);
            low * (1.0 + 0.9 * swell)
        };
        (0..len).map(sample).collect::<Vec<f32>>()
    };
    let references: Vec<Vec<Vec<f32>>> =
        (0..SOURCES).map(|source| (0..2).map(|channel| timbre(source, channel)).collect()).collect();
    for (source, reference) in references.iter().enumerate() {
        let estimate = |channel: usize| {
            let mut random = noise(100 + (2 * source + channel) as u64);
            let mixed = |n: usize| {
                let others: f32 = references.iter().map(|other| other[channel][n]).sum();
                0.85 * reference[channel][n] + 0.15 * others + 0.01 * (random() - 0.5)
            };
            (0..len).map(mixed).collect::<Vec<f32>>()
        };
        let estimate = (0..2).map(estimate).collect();
        for (letter, channels) in [('r', reference.clone()), ('e', estimate)] {
            let recording = Recording { sample_rate: RATE, channels };
            write_wav(folder.join(format!("{letter}{source}.wav")), &recording, SampleFormat::Float32)?;
        }
    }
    Ok(())
}

/// The largest difference between a figure of `own` and of the peer, in dB.
fn difference(own: &Value, peer: &Value, method: &str) -> f64 {
    let figures =
        FIGURES.iter().enumerate().flat_map(|(figure, key)| (0..SOURCES).map(move |source| (figure, *key, source)));
    let distance = |(figure, key, source): (usize, &str, usize)| {
        let (own, peer) = (own["sources"][source][method][key].as_f64(), peer[figure][source].as_f64());
        own.zip(peer).map_or(f64::INFINITY, |(own, peer)| (own - peer).abs())
    };
    figures.map(distance).fold(0.0, f64::max)
}
