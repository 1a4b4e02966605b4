//! Learning from folders, from patterns, and from more audio than is kept in memory.

use super::*;
use unbraid::preset::Preset;

const QUICK: &str = "--components 2 --iterations 3";

impl Bench {
    fn copy(&self, from: &str, to: &str) {
        let to = self.path(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(self.path(from), to).unwrap();
    }

    fn learned(&self, name: &str) -> Preset {
        file::read(&self.path(&format!("{name}.unbraid.safetensors"))).unwrap()
    }

    /// Seconds of noise in two bands of bins, each louder in its own half, at a low rate: quick to learn from.
    fn write_long(&self, name: &str, seconds: usize, seed: u32) {
        let mut state = seed;
        let mut noise = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) - 0.5
        };
        let rate = 4_000;
        let sample = |n: usize| {
            let hz = if n < seconds * rate / 2 { 300.0 } else { 900.0 };
            (0.2 * (TAU * hz * n as f64 / rate as f64).sin() + 0.02 * noise()) as f32
        };
        self.write(name, rate as u32, vec![(0..seconds * rate).map(sample).collect()]);
    }
}

#[test]
fn a_folder_stands_for_the_recordings_in_it_and_below() {
    let bench = Bench::new();
    bench.copy("low.wav", "kits/b/low.wav");
    bench.copy("mix.wav", "kits/a.wav");
    bench.copy("high.wav", "kits/.cache/high.wav");
    bench.copy("high.wav", "kits/.hidden.wav");
    fs::write(bench.path("kits/read me.txt"), "no audio").unwrap();
    let ran = bench.run(&format!("learn kit=kits high=high.wav -o p.unbraid.safetensors {QUICK}")).succeeded();
    assert_eq!(bench.learned("p").sources[0].learned_from(), ["a.wav", "low.wav"]);
    let skipped: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("skipped")).collect();
    assert_eq!(skipped, ["kits: skipped 3 files that are hidden or no audio"]);
    // The same files one by one give the same bases.
    bench
        .run(&format!("learn kit=kits/a.wav kit=kits/b/low.wav high=high.wav -o q.unbraid.safetensors {QUICK}"))
        .succeeded();
    assert_eq!(bench.learned("p"), bench.learned("q"));
}

#[test]
fn a_pattern_stands_for_the_recordings_that_match() {
    let bench = Bench::new();
    bench.copy("low.wav", "kits/one/low.wav");
    bench.copy("low.wav", "kits/two/low 2.wav");
    fs::write(bench.path("kits/notes.txt"), "no audio").unwrap();
    let ran = bench.run(&format!("learn kit=kits/* -o p.unbraid.safetensors {QUICK}")).succeeded();
    assert_eq!(bench.learned("p").sources[0].learned_from(), ["low.wav", "low 2.wav"]);
    assert!(ran.stderr.contains("kits/*: skipped 1 file that is hidden or no audio"), "{}", ran.stderr);
    bench.run(&format!("learn kit=kits/*/*2.wav -o p.unbraid.safetensors {QUICK}")).succeeded();
    assert_eq!(bench.learned("p").sources[0].learned_from(), ["low 2.wav"]);
    // A file of that very name is meant itself.
    bench.copy("high.wav", "take [1].wav");
    bench.run_with(&["learn", "kit=take [1].wav", "-o", "p.unbraid.safetensors", "--components", "2"]).succeeded();
    assert_eq!(bench.learned("p").sources[0].learned_from(), ["take [1].wav"]);
}

#[test]
fn a_folder_without_audio_is_refused_in_a_sentence() {
    let bench = Bench::new();
    fs::create_dir(bench.path("empty")).unwrap();
    bench.fails("learn kit=empty -o x.unbraid.safetensors", "empty: there is no audio file in this folder; name one");
    bench.fails("learn kit=*.flac -o x.unbraid.safetensors", "*.flac: no audio file matches this pattern; check it");
    bench.is_misused_by("learn kit=a***b -o x.unbraid.safetensors", "is no pattern");
    // Of what is found, nothing can be used.
    fs::write(bench.path("empty/damaged.wav"), "RIFF").unwrap();
    bench.fails("learn kit=empty -o x.unbraid.safetensors", "damaged.wav");
}

#[test]
fn of_a_folder_what_cannot_be_learned_from_is_left_out() {
    let bench = Bench::new();
    bench.copy("low.wav", "kits/low.wav");
    bench.write("kits/silent.wav", RATE, vec![vec![0.0; 9_000]]);
    fs::write(bench.path("kits/damaged.wav"), "RIFF").unwrap();
    let ran = bench.run(&format!("learn kit=kits -o p.unbraid.safetensors {QUICK}")).succeeded();
    let warnings: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("warning:")).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let damaged = Path::new("kits").join("damaged.wav");
    let expected = format!("warning: kit: left out 2 of 3 files; {}: ", damaged.display());
    assert!(warnings[0].starts_with(&expected), "{warnings:?}");
    // One that is named is not.
    bench.fails("learn kit=kits/silent.wav -o x.unbraid.safetensors", "kits/silent.wav: is silent");
}

#[test]
fn a_long_recording_is_learned_from_as_a_whole() {
    let bench = Bench::new();
    bench.write_long("long.wav", 90, 1);
    let learn = |more: &str, name: &str| {
        bench.run(&format!("learn a=long.wav -o {name}.unbraid.safetensors {QUICK}{more}")).succeeded()
    };
    assert!(learn("", "all").stderr.contains("learned a from all of 1.5 min"));
    learn(" --frames 300", "few");
    learn(" --frames 300", "again");
    learn(" --frames 300 --seed 1", "other");
    assert_eq!(bench.learned("few"), bench.learned("again"));
    let bases = |name: &str| bench.learned(name).sources[0].dictionaries().to_vec();
    assert!(bases("all") != bases("few") && bases("few") != bases("other"));
    // The second half sounds at 900 Hz alone, and is known: 42 bins of 21.5 Hz.
    for name in ["all", "few"] {
        let dictionary = &bases(name)[0];
        let highest = (0..2).map(|k| dictionary.basis(k)[41..=43].iter().sum::<f32>()).fold(0.0, f32::max);
        assert!(highest > 0.3, "{highest} of a basis at 900 Hz");
    }
    let tally = |name: &str| bench.learned(name).sources[0].learned().unwrap().tally.clone();
    assert_eq!((tally("all").unwrap().seconds, tally("few").unwrap().seconds), (90.0, 90.0));
    // What is short is learned from in memory.
    let ran = bench.run(&format!("learn a=low.wav -o short.unbraid.safetensors {QUICK}")).succeeded();
    assert!(!ran.stderr.contains("from all of"), "{}", ran.stderr);
    assert_eq!(tally("short"), None);
    bench.is_misused_by("learn a=low.wav --frames 5 -o x.unbraid.safetensors", "a whole number from 100 to 10000000");
}

#[test]
fn what_machines_hear_apart_is_merged_in_any_order() {
    let bench = Bench::with_preset();
    for (name, seed) in [("one.wav", 1), ("two.wav", 2), ("three.wav", 3)] {
        bench.write_long(name, 10, seed);
    }
    bench.run(&format!("learn a=one.wav -o start.unbraid.safetensors {QUICK}")).succeeded();
    // The parts have heard no more than the start's sample, and are moved all the same.
    for name in ["two", "three"] {
        let arguments = format!("learn a={name}.wav --start start.unbraid.safetensors -o {name}.unbraid.safetensors");
        assert!(bench.run(&arguments).succeeded().stderr.contains("learned a from all of 0.2 min"));
    }
    let merge = |order: &str, name: &str| bench.run(&format!("merge {order} -o {name}.unbraid.safetensors"));
    let ran = merge("two.unbraid.safetensors three.unbraid.safetensors", "x").succeeded();
    assert!(ran.stderr.contains("a has heard 0.3 min"), "{}", ran.stderr);
    merge("three.unbraid.safetensors two.unbraid.safetensors", "y").succeeded();
    let bytes = |name: &str| fs::read(bench.path(&format!("{name}.unbraid.safetensors"))).unwrap();
    assert_eq!(bytes("x"), bytes("y"));
    let merged = bench.learned("x");
    let bases = |name: &str| bench.learned(name).sources[0].dictionaries()[0].bases.clone();
    assert!(bases("start") != bases("two") && bases("two") != bases("x") && bases("three") != bases("x"));
    assert_eq!(merged.sources[0].learned().unwrap().tally.as_ref().unwrap().seconds, 20.0);
    let mut from = merged.sources[0].learned_from().to_vec();
    from.sort();
    assert_eq!(from, ["three.wav", "two.wav"]);
    bench.refuses(
        1,
        "merge two.unbraid.safetensors start.unbraid.safetensors -o z.unbraid.safetensors",
        "start.unbraid.safetensors: does not say how much its source \"a\" has heard",
    );
    bench.is_misused_by("merge two.unbraid.safetensors --csv t.csv", "presets are merged into one");
}

#[test]
fn a_start_that_does_not_fit_is_refused_in_a_sentence() {
    let bench = Bench::with_preset();
    bench.write_long("slow.wav", 2, 1);
    let start = "--start p.unbraid.safetensors -o x.unbraid.safetensors";
    bench.fails(&format!("learn drums=low.wav {start}"), "has no source \"drums\"");
    bench.fails(&format!("learn low=slow.wav {start}"), "at the sample rate of these or below");
    bench.is_misused_by(&format!("learn low=low.wav --components 3 {start}"), "cannot be used with");
}

#[cfg(target_os = "linux")]
#[test]
fn hours_are_learned_from_in_the_memory_of_minutes() {
    let bench = Bench::new();
    let peak = |seconds: usize| {
        bench.write_long("long.wav", seconds, 1);
        peak_memory(&bench, &format!("learn a=long.wav -o p.unbraid.safetensors {QUICK}"))
    };
    let (short, long) = (peak(120), peak(1_200));
    // Eighteen minutes are 17 MB of samples, and 300 MB of frames.
    assert!(long < short + 6_000, "{short} kB for two minutes, {long} kB for twenty");
}
