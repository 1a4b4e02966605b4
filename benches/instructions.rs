//! Instructions of the audio path, counted by `valgrind --tool=callgrind`, against the committed table: a change that
//! makes the path slower shows, however busy the machine is.
//!
//! `cargo bench --bench instructions` prints the table; `-- --check` fails when a figure has risen by more than
//! [`TOLERANCE`]; `-- --write` replaces the table. Counted is the AVX2 path, the widest that valgrind runs.

use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};
use unbraid_benches::{noise, random_dictionary};
use unbraid_engine::{
    learner::adaptive,
    preset::{LearnedBases, Preset, Role, Source},
    separator::{AnalyzerFrame, Controls, LatencyMode, Model, Separator, analyzer_frames},
};

/// Growth that may be chance, a compiler's other choices, and not another algorithm.
const TOLERANCE: f64 = 0.03;
/// Tells the child process what to play: preset, mode, and whether the editor is `open` or `closed`.
const CHILD: &str = "UNBRAID_COUNTED";
const RATE: f64 = 48_000.0;
/// Played before anything is counted, and while it is, in seconds.
const PLAYED: (f64, f64) = (0.2, 0.2);
/// Samples of a block.
const BLOCK: usize = 64;
/// The presets, as the table names them: two sources of 25 bases; the same and a third, adaptive source, because of
/// which the others get copies at other pitches; and three recognised sources. Nothing learns meanwhile: in a host that
/// happens on another thread.
const PRESETS: [&str; 4] = ["taught", "adaptive", "recognised", "kit-in-mixture"];

fn main() -> ExitCode {
    if let Ok(what) = std::env::var(CHILD) {
        play(&what);
        return ExitCode::SUCCESS;
    }
    if !is_counted_here() {
        println!("the counts are those of an x86-64 with AVX2; this machine is another, and nothing is compared");
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> = std::env::args().collect();
    let asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    match compare(asked("--check"), asked("--write")) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn is_counted_here() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn is_counted_here() -> bool {
    false
}

fn compare(check: bool, write: bool) -> Result<bool, String> {
    let compiler = compiler()?;
    let table = table_path();
    let (committed_compiler, committed) = read(&fs::read_to_string(&table).unwrap_or_default());
    println!("million instructions of the audio thread per second of stereo sound at 48 kHz ({compiler})");
    println!(
        "{:24}{:>12}{:>12}{:>10}{}",
        "",
        "committed",
        "now",
        "change",
        if check { "" } else { "       editor open" }
    );
    let rows = PRESETS.into_iter().flat_map(|preset| LatencyMode::ALL.map(|mode| format!("{preset} {}", mode.name())));
    let counted = |row: String| {
        let now = count(&row, "closed")?;
        let open = if check { None } else { Some(count(&row, "open")?) };
        Ok((row, now, open))
    };
    let counts: Vec<_> = rows.collect::<Vec<_>>().into_par_iter().map(counted).collect::<Result<_, String>>()?;
    let (mut lines, mut even) = (format!("{compiler}\n"), true);
    for (row, now, open) in counts {
        let before = committed.get(&row).copied();
        let change = before.map_or(0.0, |before| now / before - 1.0);
        let shown = before.map_or("-".to_owned(), |before| format!("{before:.1}"));
        print!("{row:24}{shown:>12}{now:12.1}{:>9.1}%", 100.0 * change);
        match open {
            Some(open) => println!("{open:11.1} {:+5.2}%", 100.0 * (open / now - 1.0)),
            None => println!(),
        }
        lines += &format!("{row} {now:.1}\n");
        if before.is_none() && check {
            eprintln!("the table has no row \"{row}\": write it anew with `-- --write`");
        }
        even &= before.is_some() && change <= TOLERANCE;
    }
    if write {
        fs::write(&table, lines).map_err(|error| format!("cannot write {}: {error}", table.display()))?;
        println!("wrote {}", table.display());
        return Ok(true);
    }
    if committed_compiler != compiler {
        println!(
            "skipped: instructions of the audio path: the table is {committed_compiler}'s, so they are shown, not checked; \
             `-- --write` takes over what was counted"
        );
        return Ok(true);
    }
    if check && !even {
        eprintln!(
            "the audio path takes over {:.0} % more instructions than {} says: make it as fast again, or write the new \
             table with `cargo bench --bench instructions -- --write` and say why",
            100.0 * TOLERANCE,
            table.display()
        );
    }
    Ok(even || !check)
}

fn table_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt")
}

/// The compiler of a table, and its figures by preset and mode.
fn read(text: &str) -> (String, BTreeMap<String, f64>) {
    let mut lines = text.lines();
    let compiler = lines.next().unwrap_or_default().to_owned();
    let figure =
        |line: &str| line.rsplit_once(' ').and_then(|(row, figure)| Some((row.to_owned(), figure.parse().ok()?)));
    (compiler, lines.filter_map(figure).collect())
}

fn compiler() -> Result<String, String> {
    let said = Command::new("rustc").arg("--version").output().map_err(|error| format!("cannot run rustc: {error}"))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    Ok(said.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

/// Million instructions of the audio thread for one second of a `row` of the table, with the `editor` open or closed.
fn count(row: &str, editor: &str) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*play_counted*"])
        .arg(program)
        .env(CHILD, format!("{row} {editor}"))
        .output()
        .map_err(|error| format!("cannot run valgrind ({error}): install it with `apt-get install valgrind`"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let counted: Option<f64> = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    match counted {
        Some(counted) if counted > 0.0 => Ok(counted / PLAYED.1 / 1e6),
        _ => Err(format!("valgrind counted nothing:\n{said}")),
    }
}

/// Plays what it is told to, counted from the moment when nothing is done any more that is done only once.
fn play(what: &str) {
    let mut words = what.split(' ');
    let preset = preset(words.next().unwrap_or_default());
    let mode = LatencyMode::named(words.next().unwrap_or_default()).unwrap_or_default();
    let Ok(mut model) = Model::new(&preset, RATE, mode) else { return };
    drop(model.adapt_elsewhere());
    // An open editor takes each frame at once.
    let (sender, mut receiver) = analyzer_frames(24);
    let open = words.next() == Some("open");
    if open {
        receiver.open(|| AnalyzerFrame::with_room(2_300));
    }
    let mut separator = Separator::new(Box::new(model), 2).with_analyzer(sender);
    separator.set_controls(&Controls { gains: [0.5; 8], ..Controls::default() });
    let mut noise = noise(3);
    let blocks = |seconds: f64| (seconds * RATE) as usize / BLOCK;
    let mut play = |blocks: Range<usize>| {
        for block in blocks {
            let mut left = tone_with_bursts(block, &mut noise);
            let mut right = left;
            separator.process(&mut [&mut left, &mut right], &mut []);
            if open {
                receiver.each(|_| {});
            }
        }
    };
    let before = blocks(PLAYED.0);
    play(0..before);
    play_counted(|| play(before..before + blocks(PLAYED.1)));
}

/// What valgrind counts; it goes by the name.
#[inline(never)]
fn play_counted(play: impl FnOnce()) {
    play();
}

/// The `block`th block of a tone with bursts of noise.
fn tone_with_bursts(block: usize, noise: &mut impl FnMut() -> f32) -> [f32; BLOCK] {
    std::array::from_fn(|n| {
        let time = (block * BLOCK + n) as f32 / RATE as f32;
        let burst = if (8.0 * time).fract() < 0.3 { 0.2 * (noise() - 0.5) } else { 0.0 };
        0.1 * (std::f32::consts::TAU * 110.0 * time).sin() + burst
    })
}

/// The preset that the table calls `name`.
fn preset(name: &str) -> Preset {
    let roles: &[Role] = match name {
        "recognised" => &Role::MIXTURE,
        "kit-in-mixture" => &[Role::Bass, Role::Rest, Role::Kick, Role::Snare, Role::Hats],
        _ => &[],
    };
    if !roles.is_empty() {
        let source = |(strip, role): (usize, &Role)| {
            Source::recognised(role.name(), strip, *role, adaptive::RECOGNISED_COMPONENTS)
        };
        return Preset::of(roles.iter().enumerate().map(source).collect());
    }
    let bases = |seed: u64| {
        let dictionaries = [LatencyMode::Live, LatencyMode::Quality].map(|mode| random_dictionary(seed, 25, mode));
        LearnedBases::new(dictionaries.to_vec(), vec![25]).expect("two lengths of frames, as many bases in both")
    };
    let mut sources = [("bass", 1), ("drums", 2)].map(|(name, number)| Source::fixed(name, 0, bases(number))).to_vec();
    if name == "adaptive" {
        sources.push(Source::adaptive("rest", 2, adaptive::COMPONENTS));
    }
    Preset::of(sources)
}
