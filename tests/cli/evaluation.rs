//! `unbraid evaluate`: its figures, its rows, its files.

use super::*;

/// A sound, indexed by `[channel][sample]`.
pub(super) type Sound = Vec<Vec<f32>>;

/// White noise, the same for the same seed.
pub(super) fn noise(seed: u32, channels: usize, len: usize) -> Sound {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / 8_388_608.0 - 1.0) * 0.2
    };
    (0..channels).map(|_| (0..len).map(|_| next()).collect()).collect()
}

/// The sum of `parts`, each with its gain.
pub(super) fn mixed(parts: &[(f32, &Sound)]) -> Sound {
    let sample = |channel: usize, n: usize| parts.iter().map(|(gain, part)| gain * part[channel][n]).sum();
    let channel = |channel: usize| (0..parts[0].1[0].len()).map(|n| sample(channel, n)).collect();
    (0..parts[0].1.len()).map(channel).collect()
}

pub(super) fn changed(sound: &Sound, change: impl Fn(usize, usize, f32) -> f32) -> Sound {
    let channel =
        |(index, samples): (usize, &Vec<f32>)| samples.iter().enumerate().map(|(n, x)| change(index, n, *x)).collect();
    sound.iter().enumerate().map(channel).collect()
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
