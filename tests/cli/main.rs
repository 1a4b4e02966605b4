//! The command line as its users meet it: the real program, its files, its messages, its exit codes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod evaluation;
mod exchange;
mod failures;
mod learn;
mod marks;
mod much_audio;
mod peers;
mod presets;
mod separation;
mod streams;
mod tuning;

use serde_json::Value;
use std::{
    f64::consts::TAU,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;
use unbraid::{
    preset::{Kind, PALETTE, SourceBases, file},
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
