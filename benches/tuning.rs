//! What `unbraid tune` gains over `unbraid learn`: both learn a kit and a bass from one take each, and are tried on
//! another take, which neither has heard.
//!
//! `UNBRAID_STEMS` names a folder of `NAME-kit-take1.flac`, `NAME-bass-take1.flac` and take 2 of each; otherwise
//! those that come with the tests are taken. Every kit is paired with every bass. `cargo build --release --bin unbraid`
//! builds what is measured, `--seeds N` searches N times.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};
use unbraid_benches::program;
use unbraid_engine::{
    evaluation::bss_eval_sources,
    recording::{self, Recording, SampleFormat, write_wav},
};

const SOURCES: [&str; 2] = ["drums", "bass"];
/// What `tune` is asked for.
const TRIALS: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let program = program();
    if !program.exists() {
        println!("not run: there is no {}; `cargo build --release --bin unbraid` makes it", program.display());
        return Ok(());
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/audio");
    let stems = env::var_os("UNBRAID_STEMS").map_or(own, PathBuf::from);
    let folder = program.with_file_name("tuning-bench");
    fs::create_dir_all(&folder)?;
    let search = Search { program, stems, folder };
    let (kits, basses) = (search.instruments("kit")?, search.instruments("bass")?);
    println!("mean SDR of drums and bass in take 2, in dB; {TRIALS} trials");
    println!("| | seed | learn | tune | gain | seconds |");
    println!("|---|---|---|---|---|---|");
    let mut gains = Vec::new();
    for seed in 0..seeds() {
        for (kit, bass) in kits.iter().flat_map(|kit| basses.iter().map(move |bass| (kit, bass))) {
            let [learned, tuned, seconds] = search.compare([kit, bass], seed)?;
            let gain = tuned - learned;
            println!("| {bass} + {kit} | {seed} | {learned:.2} | {tuned:.2} | {gain:+.2} | {seconds:.0} |");
            gains.push(gain);
        }
    }
    let mean = gains.iter().sum::<f64>() / gains.len().max(1) as f64;
    let [least, most] = [f64::min, f64::max].map(|pick| gains.iter().copied().reduce(pick).unwrap_or(0.0));
    println!("mean gain {mean:+.2} dB, from {least:+.2} to {most:+.2} dB");
    Ok(fs::remove_dir_all(search.folder)?)
}

/// The program that is measured, and where it finds and leaves things.
struct Search {
    program: PathBuf,
    stems: PathBuf,
    folder: PathBuf,
}

impl Search {
    /// The instruments of a kind: "standard-kit".
    fn instruments(&self, kind: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let ending = format!("-{kind}-take1.flac");
        let names = fs::read_dir(&self.stems)?
            .filter_map(|entry| Some(format!("{}-{kind}", entry.ok()?.file_name().to_str()?.strip_suffix(&ending)?)));
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }

    fn take(&self, instrument: &str, number: usize) -> PathBuf {
        self.stems.join(format!("{instrument}-take{number}.flac"))
    }

    /// The SDR after `learn` and after `tune`, and how many seconds the latter took. Drums first.
    fn compare(&self, instruments: [&str; 2], seed: usize) -> Result<[f64; 3], Box<dyn Error>> {
        let parts = instruments.map(|instrument| recording::read(self.take(instrument, 2)));
        let parts = parts.into_iter().collect::<Result<Vec<Recording>, _>>()?;
        write_wav(self.folder.join("mixture.wav"), &Recording::sum_of(&parts), SampleFormat::Float32)?;
        let given: Vec<String> = SOURCES
            .iter()
            .zip(instruments)
            .map(|(source, instrument)| format!("{source}={}", self.take(instrument, 1).display()))
            .collect();
        self.run("learn", &given, &["-o", "preset.unbraid.safetensors"])?;
        let learned = self.sdr(&parts)?;
        // What was found before would not be searched for again.
        let results = self.folder.join("tune.jsonl");
        if results.exists() {
            fs::remove_file(results)?;
        }
        let (trials, seed) = (TRIALS.to_string(), seed.to_string());
        let begun = Instant::now();
        let options = ["-o", "preset.unbraid.safetensors", "--trials", &trials, "--seed", &seed];
        self.run("tune", &given, &options)?;
        let seconds = begun.elapsed().as_secs_f64();
        Ok([learned, self.sdr(&parts)?, seconds])
    }

    /// The mean SDR of `parts` in what the preset makes of their mixture.
    fn sdr(&self, parts: &[Recording]) -> Result<f64, Box<dyn Error>> {
        self.run("separate", &["mixture.wav".to_owned()], &["-p", "preset.unbraid.safetensors", "-o", "."])?;
        let estimates = SOURCES.map(|source| recording::read(self.folder.join(format!("{source}.wav"))));
        let estimates = estimates.into_iter().collect::<Result<Vec<Recording>, _>>()?;
        let downmix = |recordings: &[Recording]| recordings.iter().map(Recording::downmix).collect::<Vec<_>>();
        let scores = bss_eval_sources(&downmix(parts), &downmix(&estimates))?;
        Ok(scores.iter().map(|score| score.sdr).sum::<f64>() / scores.len() as f64)
    }

    fn run(&self, command: &str, given: &[String], options: &[&str]) -> Result<(), Box<dyn Error>> {
        let ran =
            Command::new(&self.program).current_dir(&self.folder).arg(command).args(given).args(options).output()?;
        match ran.status.success() {
            true => Ok(()),
            false => Err(format!("unbraid {command}: {}", String::from_utf8_lossy(&ran.stderr)).into()),
        }
    }
}

/// How often each pair is searched for.
fn seeds() -> usize {
    let mut arguments = env::args().skip_while(|argument| argument != "--seeds").skip(1);
    arguments.next().and_then(|seeds| seeds.parse().ok()).unwrap_or(1)
}
