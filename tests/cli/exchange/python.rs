//! The scripts in `docs/python`, with the packages that `UNBRAID_PYTHON` has: what they find is separated with.

use super::*;
use std::{env, iter};

/// Runs a script of `docs/python` in the folder of `bench`.
fn run_script(bench: &Bench, script: &str, arguments: &[&str]) {
    let Some(python) = env::var_os("UNBRAID_PYTHON") else {
        panic!(
            "UNBRAID_PYTHON names no Python with what `xtask/hosts.txt` lists: `cargo xtask test` makes one, sets it"
        );
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/python").join(script);
    let run = Command::new(python).arg(script).args(arguments).current_dir(bench.folder.path()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// A folder with the first takes of a bass and a kit, and the second ones in a mixture.
fn takes() -> Bench {
    let bench = Bench { folder: tempfile::tempdir().unwrap() };
    let take = |name: &str, number: u32| {
        read(format!("{}/tests/audio/{name}-take{number}.flac", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    for (source, name) in [("drums", "standard-kit"), ("bass", "finger-bass")] {
        for number in [1, 2] {
            let Recording { channels, .. } = take(name, number);
            bench.write(&format!("{source}{number}.wav"), RATE, channels);
        }
    }
    let mixture = Recording::sum_of(&[take("standard-kit", 2), take("finger-bass", 2)]);
    bench.write("mixture.wav", RATE, mixture.channels);
    bench
}

/// Mean SDR of drums and bass in dB, separated with a preset.
fn mean_sdr(bench: &Bench, preset: &str, mode: &str) -> f64 {
    bench.run(&format!("separate mixture.wav -p {preset} -o out --mode {mode}")).succeeded();
    let ran = bench.run("evaluate --reference drums2.wav bass2.wav --estimate out/drums.wav out/bass.wav --json");
    let json = ran.succeeded().json();
    json["mean"]["sdr"].as_f64().unwrap()
}

/// The figure of `unbraid learn` without reconstruction bases: each source learned by itself, at most some dB better.
fn compare(bench: &Bench, preset: &str) {
    for (source, other) in [("drums", "bass"), ("bass", "drums")] {
        let learned = format!("learn {source}={source}1.wav --adaptive {other} -o {source}.unbraid.safetensors");
        bench.run(&learned).succeeded();
        bench.run(&format!("export {source}.unbraid.safetensors --to {source}.npz")).succeeded();
    }
    bench.run("import drums.npz bass.npz -o ours.unbraid.safetensors").succeeded();
    for mode in ["quality", "live"] {
        let [ours, theirs] = ["ours.unbraid.safetensors", preset].map(|preset| mean_sdr(bench, preset, mode));
        println!("{preset}, {mode}: {theirs:.1} dB, ours {ours:.1} dB");
        assert!(theirs > ours - 1.5, "{preset}, {mode}: {theirs:.1} dB, ours {ours:.1} dB");
    }
}

const PAIRS: [&str; 2] = ["drums=drums1.wav", "bass=bass1.wav"];

#[test]
fn a_preset_that_numpy_wrote_separates_as_well_as_ours() {
    let bench = takes();
    let arguments: Vec<&str> = iter::once("numpy.unbraid.safetensors").chain(PAIRS).collect();
    run_script(&bench, "with_numpy.py", &arguments);
    compare(&bench, "numpy.unbraid.safetensors");
}

#[test]
fn bases_of_scikit_learn_separate_as_well_as_ours() {
    let bench = takes();
    run_script(&bench, "with_scikit_learn.py", &["sklearn.npz", PAIRS[0], PAIRS[1]]);
    bench.run("import sklearn.npz -o sklearn.unbraid.safetensors").succeeded();
    compare(&bench, "sklearn.unbraid.safetensors");
}

#[test]
fn bases_of_librosa_separate_as_well_as_ours() {
    let bench = takes();
    run_script(&bench, "with_librosa.py", &["librosa.npz", PAIRS[0], PAIRS[1]]);
    bench.run("import librosa.npz -o librosa.unbraid.safetensors").succeeded();
    compare(&bench, "librosa.unbraid.safetensors");
}
