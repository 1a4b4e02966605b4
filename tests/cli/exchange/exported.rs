//! What `export` writes of presets that are out of the ordinary.

use super::*;
use unbraid::{
    dictionary::{FrameSpec, Training},
    preset::Source,
    stft::{LatencyMode, Layout},
};

/// A source with one basis that is a peak at `hz`, for the frames of `mode` at `sample_rate`.
fn source(name: &str, strip: usize, hz: f64, sample_rate: f64, mode: LatencyMode) -> Source {
    let frame = FrameSpec::of(&Layout::new(sample_rate, mode));
    let mut bases = peak(hz, frame.bin_spacing(), frame.bins());
    let sum: f32 = bases.iter().sum();
    bases.iter_mut().for_each(|weight| *weight /= sum);
    let training = Training { divergence: "kl".to_owned(), seed: 0, iterations: 1 };
    let bins = frame.bins();
    let dictionary = Dictionary { frame, training, components: 1, bins, bases, reconstruction: None };
    Source::fixed(name, strip, dictionary)
}

impl Bench {
    /// A preset `p.unbraid.safetensors` of `sources`.
    fn of_sources(sources: Vec<Source>) -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        file::write(&Preset::of(sources), &bench.path("p.unbraid.safetensors")).unwrap();
        bench
    }
}

#[test]
fn sources_of_different_sample_rates_are_not_written_into_one_file_as_if_they_had_one() {
    let quality = LatencyMode::Quality;
    let bench = Bench::of_sources(vec![
        source("low", 0, 500.0, 22_050.0, quality),
        source("high", 1, 3_000.0, 48_000.0, quality),
    ]);
    for file in ["x.npz", "x.wav", "x.csv", "x.npz --frame 4096"] {
        bench.fails(
            &format!("export p.unbraid.safetensors --to {file}"),
            "different sample rates, \"low\" at 22050 Hz and \"high\" at 48000 Hz",
        );
    }
    bench.run("export p.unbraid.safetensors --to parts").succeeded();
    for (source, rate, hz) in [("low", 22_050, 500.0), ("high", 48_000, 3_000.0)] {
        bench.run(&format!("import parts/{source}.wav --rate {rate} -o back.unbraid.safetensors")).succeeded();
        let back = bench.preset("back.unbraid.safetensors");
        let found = &back.sources[0].dictionaries().last().unwrap();
        assert_eq!(found.frame.sample_rate, f64::from(rate));
        assert!((peak_hz(found, 0) - hz).abs() <= found.frame.bin_spacing(), "{source}");
    }
    bench.run("export p.unbraid.safetensors --to x.csv --frame 4096 --rate 48000").succeeded();
    bench.run("import x.csv --source low=1 --source high=2 -o back.unbraid.safetensors").succeeded();
    let back = bench.preset("back.unbraid.safetensors");
    for (index, hz) in [500.0, 3_000.0].into_iter().enumerate() {
        let found = back.sources[index].dictionaries().last().unwrap();
        assert!((peak_hz(found, 0) - hz).abs() <= found.frame.bin_spacing(), "{hz} Hz");
    }
}

#[test]
fn the_finest_bins_of_all_sources_are_those_of_the_file() {
    let bench = Bench::of_sources(vec![
        source("short", 0, 500.0, 44_100.0, LatencyMode::Live),
        source("long", 1, 3_000.0, 44_100.0, LatencyMode::Quality),
    ]);
    bench.run("export p.unbraid.safetensors --to x.npz").succeeded();
    bench.run("import x.npz -o back.unbraid.safetensors").succeeded();
    let [before, after] = ["p", "back"].map(|name| bench.preset(&format!("{name}.unbraid.safetensors")));
    assert_eq!(dictionary(&before, 0, true).bases, dictionary(&after, 0, true).bases);
    assert_eq!(dictionary(&before, 1, false).bases, dictionary(&after, 1, false).bases);
    bench.run("export p.unbraid.safetensors --to x.csv").succeeded();
    let lines = fs::read_to_string(bench.path("x.csv")).unwrap().lines().count();
    assert_eq!(lines, 2_060, "names, and 2059 bins");
}

#[test]
fn an_adaptive_source_that_is_asked_for_is_refused_by_name() {
    let bench = Bench::of_sources(vec![
        source("low", 0, 500.0, 44_100.0, LatencyMode::Quality),
        Source::adaptive("rest", 1, 10),
    ]);
    for sources in ["--source rest", "--source low --source rest"] {
        bench.fails(
            &format!("export p.unbraid.safetensors --to x.npz {sources}"),
            "\"rest\" has no bases in it, for it finds them while the mixture plays; leave it out",
        );
    }
    bench.run("export p.unbraid.safetensors --to x.npz --source low --source low").succeeded();
}

#[test]
fn names_of_sources_make_files_that_every_system_can_have() {
    let quality = LatencyMode::Quality;
    let names = ["what?", "what*", "nul", "..."];
    let sources = names.iter().enumerate().map(|(strip, name)| source(name, strip, 500.0, 44_100.0, quality));
    let bench = Bench::of_sources(sources.collect());
    let ran = bench.run("export p.unbraid.safetensors --to parts --json").succeeded();
    let expected = ["what_.wav", "what_ 2.wav", "_nul.wav", "source.wav"].map(|name| Path::new("parts").join(name));
    assert_eq!(ran.json()["written"], serde_json::json!(expected));
    for file in expected {
        assert!(bench.path(file.to_str().unwrap()).exists());
    }
    fs::write(bench.path("taken"), "a file").unwrap();
    bench.fails("export p.unbraid.safetensors --to taken", "this is a file; name a folder");
}

#[test]
fn names_that_would_be_read_as_something_else_are_refused() {
    let quality = LatencyMode::Quality;
    for other in ["n_fft", "low.reconstruction", "low.2058"] {
        let bench = Bench::of_sources(vec![
            source("low", 0, 500.0, 44_100.0, quality),
            source(other, 1, 500.0, 44_100.0, quality),
        ]);
        bench.fails("export p.unbraid.safetensors --to x.npz", &format!("a source is called {other:?}"));
    }
}
