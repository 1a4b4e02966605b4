//! The bundled plugin as on stage: it plays in real time while one source is learned and another adapts.
//!
//! Blocks come as an audio interface sends them; a block is missed when it is not done one block after its end. Beside
//! the plugin runs a control, a thread that in every block adds up numbers for as long as the plugin's median block
//! takes. A block that the control misses as well was the machine's fault.

mod pace;
mod sound;
#[path = "../../tests/host/stored_state.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "made for tests, which fail by panicking")]
mod stored_state;
mod threads;

use clap_host::{Host, HostError, Instance, Separate};
use pace::{BLOCK, Block, Loop, Pace, play_control};
use std::{
    env,
    error::Error,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};
use threads::Usage;
use unbraid_benches::{Case, cases, median, quantile};
use unbraid_engine::{
    learner::adaptive,
    preset::{Preset, Source, file},
};

/// Minutes of playing while sources are learned, unless `--minutes` says otherwise.
const MINUTES: f64 = 0.5;
/// How long the plugin plays before anything is learned, in seconds.
const ALONE_SECONDS: f64 = 5.0;
/// How long an adaptive source is measured, in seconds.
const ADAPTING_SECONDS: f64 = 15.0;
/// How long an adaptive source learns fast, in seconds.
const EAGER_SECONDS: f64 = 5.0;
/// Length of a take, in seconds.
const TAKE_SECONDS: f64 = 3.0;
/// Time between the beginnings of two takes, in seconds.
const ROUND_SECONDS: f64 = 5.0;
/// Time between two actions of the main thread.
const STEP: Duration = Duration::from_millis(20);
/// Missed blocks at most this far apart are taken to have one reason.
const TOGETHER: usize = 16;
/// How often the time from a take to its sound is measured.
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(minutes) = minutes() else { return Err("--minutes takes a number above 0".into()) };
    if !bundle().exists() {
        println!("not run: there is no {}; `cargo xtask bundle` makes it", bundle().display());
        return Ok(());
    }
    let case = cases().swap_remove(0);
    let seconds = 30.0 * minutes;
    let sample_rate = f64::from(case.mixture().sample_rate);
    println!("{sample_rate} Hz, blocks of {BLOCK} samples, {:.2} ms each", 1e3 * BLOCK as f64 / sample_rate);
    println!(
        "{:38}{:>9}{:>8}{:>9}{:>8}{:>9}{:>10}{:>9}",
        "", "blocks", "missed", "control", "alone", "median", "99.99 %", "longest"
    );
    let mut is_real_time = true;
    for mode in ["Live", "Quality"] {
        is_real_time &= play_and_learn(&case, mode, seconds)?;
    }
    if !is_real_time {
        println!("without real-time priority, which audio servers have: run it with the right to it");
    }

    println!("\nworker's share of one core while a source of {} bases adapts", adaptive::COMPONENTS);
    for mode in ["Live", "Quality"] {
        let [eager, calm] = adapt(&case, mode)?;
        println!("{mode:10}{:6.1} % in the first {EAGER_SECONDS} s, {:.1} % after that", 100.0 * eager, 100.0 * calm);
    }

    println!("\nfrom the end of a take of 5 s to its sound, the latency included, in s");
    for mode in ["Live", "Quality"] {
        let instruments = [&case.training[1], &case.training[0]];
        let rounds = (0..ROUNDS).map(|_| sound::take_to_sound(mode, &instruments, &case.mixture()));
        let rounds = rounds.collect::<Result<Vec<_>, _>>()?;
        let [alone, together] = [0, 1].map(|take| median(rounds.iter().map(|times| times[take]).collect()));
        println!("{mode:10}{alone:6.2} alone, {together:.2} together with one before it");
    }
    Ok(())
}

fn minutes() -> Option<f64> {
    let mut arguments = env::args().skip_while(|argument| argument != "--minutes").skip(1);
    let given = arguments.next().map_or(Some(MINUTES), |minutes| minutes.parse().ok());
    given.filter(|minutes| *minutes > 0.0)
}

/// The built CLAP: `UNBRAID_CLAP`, or where `cargo xtask bundle` puts it, beside the folder of this program.
fn bundle() -> PathBuf {
    let own = || Some(env::current_exe().ok()?.ancestors().nth(3)?.join("bundled/Unbraid.clap"));
    env::var_os("UNBRAID_CLAP").map(PathBuf::from).or_else(own).unwrap_or_default()
}

/// A fresh instance, active in `mode`.
fn plugin(mode: &str, sample_rate: f64) -> Result<Instance, HostError> {
    let mut plugin = Host::load(bundle())?.create()?;
    plugin.activate(sample_rate, BLOCK)?;
    plugin.set("Mode", mode)?;
    plugin.play(&[vec![0.0; BLOCK], vec![0.0; BLOCK]], &[BLOCK], Separate::Missing)?;
    plugin.restart()?;
    Ok(plugin)
}

/// A fresh instance that plays `preset`.
fn plugin_with(preset: &Preset, mode: &str, sample_rate: f64) -> Result<Instance, Box<dyn Error>> {
    let mut plugin = plugin(mode, sample_rate)?;
    let packed = stored_state::pack(&file::to_bytes(preset)?);
    let state = stored_state::with_preset_file(&plugin.save()?, &packed);
    plugin.load(&state)?;
    plugin.restart()?;
    Ok(plugin)
}

/// The case's drums, its bass if `with_bass`, and an adaptive source.
fn sources(case: &Case, with_bass: bool) -> Preset {
    let mut sources = case.preset().sources;
    for (source, name) in sources.iter_mut().zip(["Bass", "Drums"]) {
        source.name = name.to_owned();
    }
    if !with_bass {
        sources.remove(0);
    }
    sources.push(Source::adaptive("Rest", sources.len(), adaptive::COMPONENTS));
    Preset::of(sources)
}

/// Plays for a while, then for `seconds` while two sources are learned in turns, a third adapts, and knobs move. Gives
/// whether it had real-time priority.
fn play_and_learn(case: &Case, mode: &str, seconds: f64) -> Result<bool, Box<dyn Error>> {
    let mixture = case.mixture();
    let sample_rate = f64::from(mixture.sample_rate);
    let mut plugin = plugin_with(&sources(case, true), mode, sample_rate)?;
    let pause = || thread::sleep(Duration::from_secs_f64(ALONE_SECONDS));
    let mut alone = Loop::new(mixture.channels.clone(), Pace::new(Instant::now(), sample_rate, ALONE_SECONDS));
    plugin.perform(BLOCK, &mut alone, |_| pause())?;
    report(&format!("{mode}, playing"), &alone.pace.blocks, &[]);
    let share = median(alone.pace.blocks.iter().map(|block| f64::from(block.work)).collect());

    let first = Instant::now() + Duration::from_millis(10);
    let pace = || Pace::new(first, sample_rate, seconds);
    let mut player = Loop::new(mixture.channels, pace());
    let over = AtomicBool::new(false);
    let before = plugin.requests().dirty_marks;
    let [mut worker, mut learner] = ["unbraid-worker", "unbraid-learner"].map(Usage::of);
    let control = thread::scope(|scope| {
        let control = scope.spawn(|| play_control(pace(), share, &over));
        let played = plugin.perform(BLOCK, &mut player, |plugin| {
            let begin = Instant::now();
            while begin.elapsed().as_secs_f64() < seconds {
                move_knobs(plugin, begin.elapsed().as_secs_f64())?;
                worker.look();
                learner.look();
                thread::sleep(STEP);
            }
            Ok(())
        });
        over.store(true, Relaxed);
        let control = control.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        played.and_then(|done| done).map(|()| control)
    })?;
    report(&format!("{mode}, learning and adapting"), &player.pace.blocks, &control.blocks);
    report("  the control beside it", &control.blocks, &[]);
    println!(
        "  {} models learned; the worker took {:.1} % of a core, the learner {:.1} %",
        plugin.requests().dirty_marks - before,
        100.0 * worker.seconds() / seconds,
        100.0 * learner.seconds() / seconds
    );
    Ok(control.is_real_time && player.pace.is_real_time)
}

/// Moves the knobs and clicks Learn as a player does, `time` seconds after the beginning.
fn move_knobs(plugin: &mut Instance, time: f64) -> Result<(), HostError> {
    let swing = (0.7 * time).sin();
    plugin.set_value("gain_1", 6.0 * swing - 6.0, 0)?;
    plugin.set_value("gain_2", -6.0 * swing - 6.0, BLOCK as u32 / 2)?;
    plugin.set_value("Focus", 1.5 + 0.5 * swing, 0)?;
    let (round, place) = ((time / ROUND_SECONDS) as usize, time % ROUND_SECONDS);
    let learns = place < TAKE_SECONDS;
    for strip in 0..2 {
        plugin.set_value(&format!("learn_{}", strip + 1), f64::from(learns && round % 2 == strip), 0)?;
    }
    plugin.serve_callback();
    Ok(())
}

/// The worker's share of a core while a source adapts: in the first seconds, then after that.
fn adapt(case: &Case, mode: &str) -> Result<[f64; 2], Box<dyn Error>> {
    let mixture = case.mixture();
    let sample_rate = f64::from(mixture.sample_rate);
    let mut plugin = plugin_with(&sources(case, false), mode, sample_rate)?;
    let mut player = Loop::new(mixture.channels, Pace::new(Instant::now(), sample_rate, ADAPTING_SECONDS));
    let shares = plugin.perform(BLOCK, &mut player, |_| {
        [EAGER_SECONDS, ADAPTING_SECONDS - EAGER_SECONDS].map(|seconds| {
            let mut worker = Usage::of("unbraid-worker");
            thread::sleep(Duration::from_secs_f64(seconds));
            worker.look();
            worker.seconds() / seconds
        })
    })?;
    Ok(shares)
}

/// Prints a line of the table. A block counts as missed `alone` if the control missed none near it.
fn report(name: &str, blocks: &[Block], control: &[Block]) {
    let missed = |blocks: &[Block]| blocks.iter().filter(|block| block.is_missed()).count();
    let nearby = |at: usize| {
        let last = (at + TOGETHER).min(control.len());
        control[at.saturating_sub(TOGETHER).min(last)..last].iter().any(|block| block.is_missed())
    };
    let alone = blocks.iter().enumerate().filter(|(at, block)| block.is_missed() && !nearby(*at)).count();
    let mut work: Vec<f32> = blocks.iter().map(|block| block.work).collect();
    work.sort_by(f32::total_cmp);
    let at = |share: f64| 100.0 * quantile(&work, share);
    println!(
        "{name:38}{:>9}{:>8}{:>9}{alone:>8}{:8.1}%{:9.1}%{:8.1}%",
        blocks.len(),
        missed(blocks),
        missed(control),
        at(0.5),
        at(0.9999),
        at(1.0)
    );
}
