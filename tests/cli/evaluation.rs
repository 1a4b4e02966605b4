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
    let energy = |samples: &[f32]| samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    // The two errors are opposite, so that the whole reference is in the estimate once.
    let expected = 10.0 * (energy(&low) / (0.01 * energy(side))).log10();
    bench.write("mono.wav", RATE, vec![low]);
    bench.write("wide.wav", RATE, vec![left, right]);
    let ran = bench.run("evaluate --reference mono.wav --estimate wide.wav --json --method v3,si-sdr").succeeded();
    assert!(ran.stderr.contains("taken as the same on both channels: mono.wav"), "{}", ran.stderr);
    let source = &ran.json()["sources"][0];
    let ratio = |key: &str| source[key].as_f64().unwrap();
    assert!((ratio("si_sdr") - expected).abs() < 0.001, "{} dB, not {expected} dB", ratio("si_sdr"));
    // Filters of the reference explain little of noise: 512 taps of 26 460 samples.
    assert!((expected..expected + 0.5).contains(&ratio("sdr")), "{} dB, {expected} dB without", ratio("sdr"));
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

/// Eight times the mean of the last four samples: at half the sample rate there is nothing left.
fn low_passed(sound: &Sound) -> Sound {
    let mean = |sound: &Sound| changed(sound, |c, n, _| sound[c][n.saturating_sub(3)..=n].iter().sum::<f32>() / 4.0);
    (0..8).fold(sound.clone(), |sound, _| mean(&sound))
}

#[test]
fn independent_references_are_not_called_dependent_for_the_highs_that_they_lack() {
    let bench = Bench::new();
    bench.write("a.wav", RATE, low_passed(&noise(1, 1, 20_000)));
    bench.write("b.wav", RATE, low_passed(&noise(2, 1, 20_000)));
    let ran = bench.run("evaluate --reference a.wav b.wav --estimate a.wav b.wav --json").succeeded();
    assert!(!ran.stderr.contains("nearly"), "{}", ran.stderr);
    assert_eq!(ran.json()["dependent_references"], serde_json::json!([]));
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
    // Seconds that have no exact binary form are no sample short of what they say.
    let times: Vec<f64> = frames("--window 0.59 --hop 0.01");
    assert_eq!(times, [0.0, 0.01]);
    bench.run(&format!("{evaluate} --window 0.7 --csv-frames f.csv")).succeeded();
    let mut table = csv::Reader::from_path(bench.path("f.csv")).unwrap();
    assert_eq!(&table.records().next().unwrap().unwrap()[2], "0.7");
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
    let tables = "--csv t.csv --csv-frames f.csv --window 0.3 --hop 0.3";
    bench.run(&format!("evaluate {files} --method v3,si-sdr {tables}")).succeeded();
    let table = fs::read_to_string(bench.path("t.csv")).unwrap();
    let mut lines = table.lines();
    let header = "source,reference,estimate,unscored,v3_sdr,v3_sir,v3_sar,v4_sdr,v4_isr,v4_sir,v4_sar,si_sdr";
    assert_eq!(lines.next(), Some(header));
    assert!(lines.next().unwrap().starts_with("\"a,b\",\"a,b.wav\",mix.wav,,"), "{table}");
    assert_eq!(lines.next(), Some("low,low.wav,silent.wav,the estimate is silent,,,,,,,,"));
    let frames = fs::read_to_string(bench.path("f.csv")).unwrap();
    assert!(frames.starts_with("source,start_s,window_s,sdr,isr,sir,sar\n\"a,b\",0,0.3,"), "{frames}");
    assert_eq!(frames.lines().count(), 3);
    for same in ["t.csv", "./t.csv", "new.csv"] {
        let other = if same == "new.csv" { "../new.csv" } else { "t.csv" };
        let other = other.replace("..", &format!("../{}", bench.folder.path().file_name().unwrap().to_string_lossy()));
        let message = format!("{same} is to be written twice");
        bench.is_misused_by(&format!("evaluate {files} --csv {other} --csv-frames {same}"), &message);
    }
    bench.fails(&format!("evaluate {files} --csv absent/t.csv"), "there is no folder absent");
}

/// A picture that was drawn.
struct Picture {
    width: usize,
    height: usize,
    /// Indexed by `[row][column]`, flat.
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn read(path: PathBuf) -> Self {
        let mut reader = png::Decoder::new(fs::File::open(path).unwrap()).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size()];
        let info = reader.next_frame(&mut bytes).unwrap();
        let pixels = bytes.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        Self { width: info.width as usize, height: info.height as usize, pixels }
    }

    /// The rows among `rows` of the pixels of `colour` in a column.
    fn rows_of(&self, colour: [u8; 3], rows: std::ops::Range<usize>, column: usize) -> Vec<usize> {
        rows.filter(|row| self.pixels[row * self.width + column] == colour).collect()
    }

    /// The pixels of a rectangle.
    fn part(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> Vec<[u8; 3]> {
        (y..y + height)
            .flat_map(|row| &self.pixels[row * self.width + x..row * self.width + x + width])
            .copied()
            .collect()
    }
}

/// Two noises, one of them estimated with an error at -20 dB, the other at -6.02 dB.
fn with_known_errors(bench: &Bench) -> &'static str {
    for (seed, name, gain) in [(1, "a", 0.9), (2, "b", 0.5)] {
        let sound = noise(seed, 1, 26_460);
        bench.write(&format!("{name}.wav"), RATE, sound.clone());
        bench.write(&format!("{name}-estimate.wav"), RATE, changed(&sound, |_, _, x| gain * x));
    }
    "--reference a.wav b.wav --estimate a-estimate.wav b-estimate.wav"
}

#[test]
fn bars_are_as_high_as_their_figures() {
    let bench = Bench::new();
    let files = with_known_errors(&bench);
    let ran = bench.run(&format!("evaluate {files} --method snr --plot b.png")).succeeded();
    assert!(ran.stderr.contains("wrote b.png"), "{}", ran.stderr);
    let picture = Picture::read(bench.path("b.png"));
    // The colours of the three bands; below the legend.
    for colour in [PALETTE[1], PALETTE[5], PALETTE[0]] {
        let height = |column| picture.rows_of(colour.0, 130..picture.height, column).len();
        let mut heights: Vec<usize> = (0..picture.width).map(height).filter(|height| *height > 0).collect();
        heights.dedup();
        assert_eq!(heights.len(), 2, "{heights:?}");
        let ratio = heights[0] as f64 / heights[1] as f64;
        assert!((ratio - 20.0 / 6.0206).abs() < 0.1, "{ratio}, of {heights:?}");
    }
    bench.is_misused_by(&format!("evaluate {files} --plot b.jpg"), ".png");
}

#[test]
fn curves_lie_where_their_figures_are() {
    let bench = Bench::new();
    let files = with_known_errors(&bench);
    bench.run(&format!("evaluate {files} --plot-frames c.png --window 0.1 --hop 0.05")).succeeded();
    let picture = Picture::read(bench.path("c.png"));
    // The first chart: SDR, from 8 % below the lower to as much above the upper curve.
    let (top, height, range) = (110.0, 190.0, 20.0 - 6.0206);
    for (source, db) in [(0, 20.0), (1, 6.0206)] {
        let rows = |column| picture.rows_of(PALETTE[source].0, 105..310, column);
        let rows: Vec<usize> = (0..picture.width).flat_map(rows).collect();
        let mean = rows.iter().sum::<usize>() as f64 / rows.len() as f64;
        let expected = top + height * (20.0 + 0.08 * range - db) / (1.16 * range);
        assert!(rows.len() > 500 && (mean - expected).abs() < 2.0, "{} pixels, row {mean}, not {expected}", rows.len());
    }
}

#[test]
fn masks_show_who_is_where() {
    let bench = Bench::new();
    let masks = |estimates: &str| {
        let files = format!("--reference low.wav high.wav --estimate {estimates}");
        bench.run(&format!("evaluate {files} --plot-masks m.png")).succeeded();
        let picture = Picture::read(bench.path("m.png"));
        // Ideal masks on the left, those of the estimates on the right; a row per source.
        let at = |x, y| picture.part((x, y), (640, 220));
        ([at(104, 118), at(104, 384)], [at(832, 118), at(832, 384)])
    };
    let (ideal, found) = masks("low.wav high.wav");
    assert_eq!(ideal, found);
    assert_ne!(ideal[0], ideal[1]);
    let (ideal, found) = masks("high.wav low.wav");
    assert_eq!((&ideal[0], &ideal[1]), (&found[1], &found[0]));
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

#[test]
fn evaluate_scores_each_source() {
    let bench = Bench::with_preset();
    bench.run("separate mix.wav -p p.unbraid.safetensors -o out").succeeded();
    let good = "evaluate --reference low.wav high.wav --estimate out/low.wav out/high.wav";
    let text = bench.run(good).succeeded().stdout;
    let header = "source   SDR dB   SIR dB   SAR dB";
    assert!(text.starts_with(header) && text.contains("\nlow ") && text.contains("\nmean "), "{text}");

    let json = bench.run(&format!("{good} --json")).succeeded().json();
    for source in [0, 1] {
        assert!(json["sources"][source]["sdr"].as_f64().unwrap() > 8.0, "{json}");
    }
    let swapped = bench.run("evaluate --reference low.wav high.wav --estimate out/high.wav out/low.wav --json").json();
    assert!(swapped["mean"]["sir"].as_f64().unwrap() < 0.0, "{swapped}");
}

#[test]
fn evaluate_cuts_to_the_shortest_and_mixes_down() {
    let bench = Bench::new();
    let mono: Vec<f32> = read(bench.path("low.wav")).unwrap().downmix()[..20_000].to_vec();
    bench.write("short-mono.wav", RATE, vec![mono]);
    let json = bench.run("evaluate --reference low.wav --estimate short-mono.wav --json").succeeded().json();
    let sdr = &json["sources"][0]["sdr"];
    assert!(sdr.is_null() || sdr.as_f64().unwrap() > 60.0, "{json}");
}
