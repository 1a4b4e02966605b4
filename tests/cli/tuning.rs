//! `tune` and `merge`: what a search writes, and that nothing is lost of it.

use super::*;
use std::{
    process::Child,
    thread,
    time::{Duration, Instant},
};
use unbraid::{
    preset::{PlaySettings, Preset},
    separator::LatencyMode,
};

/// Recordings, and a search over them of two brackets that takes about a second.
const SEARCH: &str = "low=long-low.wav high=long-high.wav --trials 19 --mixtures 8 --mode live --seconds 1 \
                      --vary components=1,3,6 --vary iterations=5,20 --vary focus=1,1.5,2";

impl Bench {
    /// A folder with six seconds of each of two sources, `long-low.wav` and `long-high.wav`, at 8 kHz.
    fn with_long_recordings() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        for (name, low, seed) in [("long-low.wav", 150.0, 1), ("long-high.wav", 330.0, 3)] {
            bench.write(name, 8_000, vec![melody(low, seed)]);
        }
        bench
    }

    fn tune(&self, options: &str) -> Ran {
        self.run(format!("tune {SEARCH} {options}").trim_end())
    }

    fn start(&self, options: &str) -> Child {
        let arguments = format!("tune {SEARCH} {options}");
        let mut command = self.command(&arguments.split(' ').collect::<Vec<_>>());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Waits until so many trials are in the file of results.
    fn wait_for_trials(&self, name: &str, trials: usize) {
        let began = Instant::now();
        let lines = || fs::read_to_string(self.path(name)).map_or(0, |text| text.matches('\n').count());
        while lines() <= trials {
            assert!(began.elapsed() < Duration::from_secs(120), "{name} is not written");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Six seconds of short notes at random, of seven pitches from `low` Hz on.
fn melody(low: f64, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let mut samples = Vec::new();
    while samples.len() < 48_000 {
        let hz = low * 2.0_f64.powf(f64::from(next() % 7) / 6.0);
        samples.extend((0..1_000).map(|n| {
            let time = f64::from(n) / 8_000.0;
            let tone = |harmonic: f64| (TAU * harmonic * hz * time).sin() / harmonic;
            (0.2 * (tone(1.0) + tone(2.0) + tone(3.0)) * (-8.0 * time).exp()) as f32
        }));
    }
    samples
}

/// The lines of a file of results but the first, in order.
fn sorted(results: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = results.lines().skip(1).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn tune_writes_a_table_a_plot_and_a_preset_with_the_chosen_settings() {
    let bench = Bench::with_long_recordings();
    let ran = bench.tune("-o p.unbraid.safetensors --csv t.csv --plot t.png --json").succeeded();
    let json = ran.json();
    assert_eq!(json["trials"].as_array().unwrap().len(), 19);
    let chosen = &json["chosen_settings"];
    let best = &json["trials"][0];
    assert_eq!((best["finished"].as_bool(), best["trial"].as_u64()), (Some(true), json["best"].as_u64()));
    let preset = file::read(&bench.path("p.unbraid.safetensors")).unwrap();
    for (index, name) in ["low", "high"].into_iter().enumerate() {
        assert_eq!(preset.sources[index].name, name);
        assert_eq!(preset.sources[index].components() as u64, chosen["components"][name].as_u64().unwrap());
        assert_eq!(preset.sources[index].learned_from(), [format!("long-{name}.wav")]);
        assert_eq!(preset.sources[index].dictionaries().len(), 2, "one for each frame length");
    }
    let focus = chosen["focus"].as_f64().unwrap();
    assert!(preset.about.notes.contains(&format!("--mode live --focus {focus} ")), "{}", preset.about.notes);
    let play = preset.play.unwrap();
    assert_eq!((play.mode.name(), f64::from(play.focus)), ("live", focus));
    let csv = bench.text("t.csv");
    assert!(csv.starts_with("rank,trial,finished,mixtures,sdr,"), "{csv}");
    assert!(csv.lines().next().unwrap().ends_with("sdr.low,sdr.high,components.low,components.high,iterations,focus"));
    assert_eq!(csv.lines().count(), 20);
    let png = png::Decoder::new(fs::File::open(bench.path("t.png")).unwrap()).read_info().unwrap();
    assert!(png.info().width >= 1_120 && png.info().height >= 400);
    // What is finished is not run again; the text says the same.
    let before = bench.text("tune.jsonl");
    let text = bench.tune("").succeeded();
    assert_eq!(bench.text("tune.jsonl"), before);
    assert!(text.stderr.contains("went on from tune.jsonl"), "{}", text.stderr);
    for sentence in ["The best is ", "On 8 mixtures of the last thirds, ", "It is played with --mode live --focus "] {
        assert!(text.stdout.contains(sentence), "{}", text.stdout);
    }
}

#[test]
fn the_number_of_threads_makes_no_difference() {
    let bench = Bench::with_long_recordings();
    let one = bench.tune("--results a.jsonl --csv a.csv --threads 1").succeeded();
    let three = bench.tune("--results b.jsonl --csv b.csv --threads 3").succeeded();
    assert_eq!(bench.text("a.csv"), bench.text("b.csv"));
    assert_eq!(sorted(&bench.text("a.jsonl")), sorted(&bench.text("b.jsonl")));
    assert_eq!(one.stdout, three.stdout);
    bench.tune("--results c.jsonl --csv c.csv --seed 1").succeeded();
    assert_ne!(bench.text("a.csv"), bench.text("c.csv"));
}

#[test]
fn a_worker_that_is_killed_loses_nothing_and_shards_merge_to_the_table_of_one_run() {
    let bench = Bench::with_long_recordings();
    let whole = bench.tune("--results whole.jsonl --csv whole.csv --json").succeeded();
    let mut other = bench.start("--results two.jsonl --shard 2/2 --threads 1");
    let mut killed = bench.start("--results one.jsonl --shard 1/2 --threads 1");
    bench.wait_for_trials("one.jsonl", 2);
    killed.kill().unwrap();
    assert!(!killed.wait().unwrap().success(), "it was killed before it was done");
    assert!(other.wait().unwrap().success());
    let before = bench.text("one.jsonl");
    let known = sorted(&before).len();
    assert!((2..15).contains(&known), "{known}");
    // What a kill may leave at the end.
    fs::write(bench.path("one.jsonl"), format!("{before}{{\"trial\":12,\"stage\":{{\"ru")).unwrap();
    let early = bench.run("merge one.jsonl two.jsonl");
    assert!(early.code == 2 || early.stdout.contains("brackets of trials are not finished"), "{}", early.stdout);
    let again = bench.tune("--results one.jsonl --shard 1/2").succeeded();
    assert!(again.stderr.contains("shard 1 of 2 is complete"), "{}", again.stderr);
    let after = bench.text("one.jsonl");
    assert!(after.starts_with(&before), "what was finished is kept");
    let all: Vec<String> =
        [&after, &bench.text("two.jsonl")].iter().flat_map(|text| sorted(text)).map(str::to_owned).collect();
    assert_eq!(all.len(), sorted(&bench.text("whole.jsonl")).len(), "and is not repeated");
    for files in ["one.jsonl two.jsonl", "two.jsonl one.jsonl", "two.jsonl one.jsonl two.jsonl"] {
        let merged = bench.run(&format!("merge {files} --csv merged.csv --json")).succeeded();
        assert_eq!(bench.text("merged.csv"), bench.text("whole.csv"), "{files}");
        let (merged, whole) = (merged.json(), whole.json());
        for key in ["best", "candidate", "chosen", "chosen_settings", "held_out", "trials"] {
            assert_eq!(merged[key], whole[key], "{key}");
        }
    }
    // From the recordings that the files name.
    bench.tune("--results whole.jsonl -o whole.unbraid.safetensors").succeeded();
    bench.run("merge two.jsonl one.jsonl -o merged.unbraid.safetensors").succeeded();
    let bytes = |name: &str| fs::read(bench.path(name)).unwrap();
    assert_eq!(bytes("merged.unbraid.safetensors"), bytes("whole.unbraid.safetensors"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_search_tidily_and_the_same_command_goes_on() {
    let bench = Bench::with_long_recordings();
    let running = bench.start("--results t.jsonl --threads 1 --csv t.csv");
    bench.wait_for_trials("t.jsonl", 2);
    let stopped = Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    let Output { status, stderr, .. } = running.wait_with_output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("error: stopped; what was finished is kept in t.jsonl"), "{stderr}");
    assert!(bench.text("t.jsonl").ends_with('\n'), "every line is whole");
    assert!(!bench.path("t.csv").exists());
    bench.tune("--results t.jsonl --csv t.csv").succeeded();
    bench.tune("--results whole.jsonl --csv whole.csv").succeeded();
    assert_eq!(bench.text("t.csv"), bench.text("whole.csv"));
}

#[test]
fn what_cannot_be_tuned_is_refused_before_anything_is_written() {
    let bench = Bench::with_long_recordings();
    bench.write("short.wav", 8_000, vec![melody(150.0, 1)[..20_000].to_vec()]);
    let mut half = melody(150.0, 1);
    half[32_000..].fill(0.0);
    bench.write("half.wav", 8_000, vec![half]);
    bench.fails("tune low=long-low.wav", "the number of sources is 1: give recordings of 2 to 8");
    bench.fails("tune low=short.wav high=long-high.wav", "recording 1 of \"low\" lasts 2.5 s: give at least 3 s");
    bench.fails("tune low=half.wav high=long-high.wav", "recording 1 of \"low\" is silent from 4.0 to 6.0 s");
    bench.fails("tune low=none.wav high=long-high.wav", "none.wav");
    let refuses = |options: &str, expected: &str| bench.is_misused_by(&format!("tune {SEARCH} {options}"), expected);
    refuses("--vary colour", "write NAME or NAME=VALUE,VALUE with one of components");
    refuses("--vary components.voice=3", "--vary names \"voice\"");
    refuses("--adaptive voice", "--adaptive names \"voice\", which has no recording");
    refuses("--shard 3/2", "write I/N, as in 2/5");
    refuses("--shard 1/2 --csv t.csv", "give --output, --csv and --plot to unbraid merge");
    refuses("--results t.txt", "give a name that ends in .jsonl");
    let many = SEARCH.replace("--trials 19", "--trials 10001");
    bench.is_misused_by(&format!("tune {many}"), "give a whole number from 2 to 10000");
}

#[test]
fn results_of_another_search_are_neither_added_to_nor_merged() {
    let bench = Bench::with_long_recordings();
    bench.tune("--results a.jsonl --shard 1/2").succeeded();
    bench.tune("--results b.jsonl --shard 2/2 --seed 1").succeeded();
    bench.fails(&format!("tune {SEARCH} --results a.jsonl --seed 1"), "a.jsonl: holds results of another seed");
    bench.fails("merge a.jsonl b.jsonl", "b.jsonl: is of another seed than a.jsonl");
    bench.is_misused_by("merge b.jsonl", "the default settings, with which all others are compared");
    let partial = bench.run("merge a.jsonl").succeeded();
    assert!(partial.stdout.contains("1 of 3 brackets of trials are not finished"), "{}", partial.stdout);
    bench.fails("merge long-low.wav", "is no file of results");
    fs::write(bench.path("damaged.jsonl"), bench.text("a.jsonl").replacen("{\"trial\"", "{\"tri", 1)).unwrap();
    bench.fails("merge damaged.jsonl", "damaged.jsonl: line 2 is damaged");
    // A trial that the search has not.
    fs::write(bench.path("damaged.jsonl"), bench.text("a.jsonl").replacen("{\"trial\":0", "{\"trial\":99", 1)).unwrap();
    bench.fails("merge damaged.jsonl", "is damaged");
    // A search that no `tune` begins: a million trials, a source that there is not.
    for (part, other) in [("\"trials\":19", "\"trials\":1000000"), ("{\"components\":0}", "{\"components\":7}")] {
        assert!(bench.text("a.jsonl").contains(part), "{part}");
        fs::write(bench.path("other.jsonl"), bench.text("a.jsonl").replacen(part, other, 1)).unwrap();
        bench.fails("merge other.jsonl", "other.jsonl: is no file of results");
    }
    // The recordings are no longer those that were tuned with.
    bench.write("long-low.wav", 8_000, vec![melody(155.0, 1)]);
    bench.fails("merge a.jsonl -o p.unbraid.safetensors", "long-low.wav: is not the file that was tuned with");
}

#[test]
fn a_file_that_is_no_file_of_results_stays_as_it_was() {
    let bench = Bench::with_long_recordings();
    bench.tune("--results good.jsonl --shard 1/2").succeeded();
    let first = bench.text("good.jsonl").lines().next().unwrap().to_owned();
    // Without a line, without the end of one, of another program.
    for foreign in ["my notes", "{\"unbraid_tuning\":1", "one\ntwo\nthree", &first.replace("\"seed\":0", "\"seed\":1")]
    {
        fs::write(bench.path("other.jsonl"), foreign).unwrap();
        let expected = if foreign.starts_with('{') && !foreign.contains("plan") { 0 } else { 1 };
        let ran = bench.tune("--results other.jsonl --shard 1/2");
        assert_eq!(ran.code, expected, "{foreign}: {}", ran.stderr);
        if expected == 1 {
            assert!(ran.stderr.contains("other.jsonl: is no file of results"), "{}", ran.stderr);
            assert_eq!(bench.text("other.jsonl"), foreign);
            assert!(!bench.path("other.jsonl.lock").exists());
        } else {
            // As much as was written of this search's own first line before the power went.
            assert_eq!(sorted(&bench.text("other.jsonl")), sorted(&bench.text("good.jsonl")));
            fs::remove_file(bench.path("other.jsonl.lock")).unwrap();
        }
    }
}

#[test]
fn two_runs_do_not_write_one_file_of_results() {
    let bench = Bench::with_long_recordings();
    let long = SEARCH.replace("--mixtures 8", "--mixtures 2000");
    let mut first = bench.command(&format!("tune {long} --results a.jsonl").split(' ').collect::<Vec<_>>());
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    bench.wait_for_trials("a.jsonl", 0);
    bench.fails(&format!("tune {long} --results a.jsonl"), "a.jsonl: is being written by another run; wait for it");
    first.kill().unwrap();
    first.wait().unwrap();
    // What is locked is the file beside it, so that others may read the results meanwhile, on Windows too.
    bench.tune("--results b.jsonl").succeeded();
    let beside = fs::File::options().write(true).open(bench.path("b.jsonl.lock")).unwrap();
    beside.lock().unwrap();
    bench.fails(&format!("tune {SEARCH} --results b.jsonl"), "is being written by another run");
    drop(beside);
    // Who else has locked the results does not matter. On Windows such a lock keeps everybody from reading.
    #[cfg(unix)]
    let results = fs::File::options().write(true).open(bench.path("b.jsonl")).unwrap();
    #[cfg(unix)]
    results.lock().unwrap();
    bench.tune("--results b.jsonl").succeeded();
}

#[test]
fn a_preset_is_written_though_the_table_cannot_be() {
    let bench = Bench::with_long_recordings();
    fs::create_dir(bench.path("tables")).unwrap();
    let running = bench.start("--results t.jsonl --threads 1 -o p.unbraid.safetensors --csv tables/t.csv");
    bench.wait_for_trials("t.jsonl", 2);
    // It could be written when the search began.
    fs::remove_dir(bench.path("tables")).unwrap();
    let Output { status, stderr, .. } = running.wait_with_output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("tables/t.csv: cannot be written"), "{stderr}");
    assert!(file::read(&bench.path("p.unbraid.safetensors")).is_ok());
}

#[test]
fn recordings_of_different_sample_rates_are_tuned_and_learned_from_as_learn_does() {
    let bench = Bench::with_long_recordings();
    let high = read(bench.path("long-high.wav")).unwrap().resampled(11_025).unwrap();
    bench.write("long-high.wav", 11_025, high.channels);
    bench.tune("-o tuned.unbraid.safetensors --json").succeeded();
    let tuned = file::read(&bench.path("tuned.unbraid.safetensors")).unwrap();
    let rates: Vec<f64> = tuned.sources.iter().map(|source| source.dictionaries()[0].frame.sample_rate).collect();
    assert_eq!(rates, [8_000.0, 11_025.0]);
}

#[test]
fn separate_plays_a_preset_with_the_memory_that_it_was_tuned_to() {
    let bench = Bench::with_long_recordings();
    let low = read(bench.path("long-low.wav")).unwrap().channels.remove(0);
    let high = read(bench.path("long-high.wav")).unwrap().channels.remove(0);
    bench.write("mix.wav", 8_000, vec![low.iter().zip(&high).map(|(low, high)| low + high).collect()]);
    let search = "tune low=long-low.wav high=long-high.wav --adaptive high --mixtures 8 --trials 2 --seconds 2";
    bench.run(&format!("{search} --mode live --vary memory=1,10 -o p.unbraid.safetensors")).succeeded();
    let preset = file::read(&bench.path("p.unbraid.safetensors")).unwrap();
    let play = preset.play.unwrap();
    assert!(play.memory_seconds.is_some() && preset.about.notes.contains(" and a memory of "), "{preset:?}");
    let separated = |name: &str, memory_seconds: Option<f64>, mode: LatencyMode| {
        let play = Some(PlaySettings { memory_seconds, mode, ..play });
        file::write(&Preset { play, ..preset.clone() }, &bench.path("changed.unbraid.safetensors")).unwrap();
        let ran = bench.run(&format!("separate mix.wav -p changed.unbraid.safetensors -o {name} --json")).succeeded();
        assert_eq!(ran.json()["mode"], mode.name());
        read(bench.path(&format!("{name}/high.wav"))).unwrap()
    };
    let long = separated("long", Some(10.0), LatencyMode::Live);
    assert!(separated("untuned", None, LatencyMode::Live) == long, "10 s is what is played with otherwise");
    assert!(separated("short", Some(1.0), LatencyMode::Live) != long);
    separated("mode", Some(1.0), LatencyMode::Balanced);
    let text = bench.run("inspect p.unbraid.safetensors").succeeded().stdout;
    assert!(text.contains(", memory "), "{text}");
}

#[test]
fn a_short_recording_beside_long_ones_is_tuned_with() {
    let bench = Bench::with_long_recordings();
    let long = read(bench.path("long-low.wav")).unwrap().channels.remove(0);
    bench.write("hour.wav", 8_000, vec![long.iter().copied().cycle().take(8_000 * 400).collect()]);
    bench.write("short.wav", 8_000, vec![long[..32_000].to_vec()]);
    let search = "tune low=hour.wav low=short.wav high=long-high.wav --mixtures 8 --trials 2 --seconds 1 --mode live";
    // Its share of what is used is less than two seconds.
    bench.run(&format!("{search} --vary focus=1,1.5")).succeeded();
}

#[test]
fn sources_with_roles_are_tried_with_the_weights_that_are_named() {
    let bench = Bench::with_long_recordings();
    let search = "tune low=long-low.wav high=long-high.wav --role low=bass --role high=drums --mixtures 8 --trials 9 \
                  --seconds 1 --mode live --vary evidence=off,0.2,0.7 -o p.unbraid.safetensors --json";
    let json: serde_json::Value = serde_json::from_str(&bench.run(search).succeeded().stdout).unwrap();
    let trials = json["trials"].as_array().unwrap();
    let mut weights: Vec<String> = trials.iter().map(|trial| trial["settings"]["evidence"].to_string()).collect();
    weights.sort();
    // As they were typed; what `learn` does is compared with.
    assert_eq!(weights, ["0.0", "0.2", "0.35", "0.7"]);
    let chosen = json["chosen_settings"]["evidence"].as_f64().unwrap();
    let described = bench.run("inspect p.unbraid.safetensors --json").succeeded().stdout;
    let described: serde_json::Value = serde_json::from_str(&described).unwrap();
    let source = &described["sources"][0];
    match chosen > 0.0 {
        true => assert_eq!((&source["role"], &source["evidence_weight"]), (&"bass".into(), &chosen.into())),
        false => assert!(source["role"].is_null() && source["evidence_weight"].is_null(), "{source}"),
    }
}
