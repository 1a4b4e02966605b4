//! The cost of the real-time engine: share of a core, evenness from block to block, memory.

use cpu_time::ThreadTime;
use std::{
    alloc::{GlobalAlloc, Layout as Block, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};
use unbraid_benches::{noise, quantile, random_dictionary, spiky_bases};
use unbraid_engine::{
    dictionary::Dictionary,
    learner::adaptive,
    preset::{Kind, LearnedBases, Preset, Role, Source},
    separator::{Controls, LatencyMode, Model, Separator},
};

/// Counts the bytes that are allocated.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, block: Block) -> *mut u8 {
        HELD.fetch_add(block.size(), Relaxed);
        // SAFETY: the caller's promises are those of `System::alloc`.
        unsafe { System.alloc(block) }
    }

    unsafe fn dealloc(&self, place: *mut u8, block: Block) {
        HELD.fetch_sub(block.size(), Relaxed);
        // SAFETY: the caller's promises are those of `System::dealloc`.
        unsafe { System.dealloc(place, block) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Host blocks, in samples.
const BLOCK: usize = 32;
/// Seconds of sound per figure.
const SECONDS: f64 = 10.0;
/// Blocks among which the longest is looked for.
const BLOCKS: usize = 1_000_000;

fn main() {
    println!("share of one core, stereo, blocks of {BLOCK} samples");
    println!("{:52}{:>9}{:>9}{:>11}{:>9}", "", "direct", "live", "balanced", "quality");
    for (name, preset, rate, all) in [
        ("drums, bass and the rest, nothing taught, 48 kHz", recognised_preset(), 48_000.0, false),
        ("2 sources x 25 bases, 48 kHz", random_preset(2, 25), 48_000.0, false),
        ("2 sources x 25 bases, 48 kHz, all outputs", random_preset(2, 25), 48_000.0, true),
        ("the same and an adaptive source", with_adaptive_source(random_preset(2, 25)), 48_000.0, true),
        ("2 sources x 100 bases, 48 kHz", random_preset(2, 100), 48_000.0, false),
        ("2 sources x 500 bases, 48 kHz", random_preset(2, 500), 48_000.0, false),
        ("8 sources x 64 bases, 96 kHz, all outputs", random_preset(8, 64), 96_000.0, true),
    ] {
        let shares = LatencyMode::ALL.map(|mode| {
            let times = play(&preset, mode, rate, all, (SECONDS * rate) as usize / BLOCK);
            100.0 * times.iter().sum::<f64>() / SECONDS
        });
        println!("{name:52}{:8.2}%{:8.2}%{:10.2}%{:8.2}%", shares[0], shares[1], shares[2], shares[3]);
    }

    println!(
        "\nlongest of {BLOCKS} blocks of {BLOCK} samples, in the thread's CPU time, share of the block's own length"
    );
    println!("{:52}{:>10}{:>10}{:>10}{:>10}{:>10}", "", "median", "99.9 %", "99.999 %", "longest", "twice so");
    for (name, sources, components, rate, all, blocks) in [
        ("2 sources x 25 bases, 48 kHz", 2, 25, 48_000.0, false, BLOCKS),
        ("8 sources x 64 bases, 96 kHz, all outputs", 8, 64, 96_000.0, true, BLOCKS / 10),
    ] {
        let preset = random_preset(sources, components);
        for mode in LatencyMode::ALL {
            let mut times = play(&preset, mode, rate, all, blocks);
            // Played twice: a block that takes long both times is the engine's doing, one that does once the machine's.
            let again = play(&preset, mode, rate, all, blocks);
            let twice = times.iter().zip(&again).map(|(first, second)| first.min(*second)).fold(0.0, f64::max);
            let twice = 100.0 * twice * rate / BLOCK as f64;
            times.sort_by(f64::total_cmp);
            let at = |share: f64| 100.0 * quantile(&times, share) * rate / BLOCK as f64;
            let name = format!("{name}, {}", mode.name());
            let (median, most, nearly_all, longest) = (at(0.5), at(0.999), at(0.99999), at(1.0));
            println!("{name:52}{median:9.1}%{most:9.1}%{nearly_all:9.1}%{longest:9.1}%{twice:9.1}%");
        }
    }

    machine();

    println!("\nmemory of the engine with its preset, 48 kHz stereo");
    for (sources, components) in [(2, 25), (8, 64)] {
        for mode in [LatencyMode::Live, LatencyMode::Quality] {
            let before = HELD.load(Relaxed);
            let preset = random_preset(sources, components);
            let separator = separator(&preset, mode, 48_000.0);
            let held = (HELD.load(Relaxed) - before) as f64 / f64::from(1 << 20);
            println!("{sources} sources x {components} bases, {:10}{held:8.1} MiB", mode.name());
            drop(separator);
        }
    }
}

/// How uneven the machine itself is: the same sum again and again, about as long as a frame in Quality.
fn machine() {
    let values: Vec<f32> = spiky_bases(1, 1, 1 << 14);
    let mut times: Vec<f64> = (0..BLOCKS)
        .map(|_| {
            let begin = ThreadTime::now();
            std::hint::black_box(values.iter().fold(0.0, |sum, value| sum + std::hint::black_box(value)));
            begin.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| 100.0 * quantile(&times, share) * 48_000.0 / BLOCK as f64;
    let name = "for comparison, always the same sum";
    println!("{name:52}{:9.1}%{:9.1}%{:9.1}%{:9.1}%", at(0.5), at(0.999), at(0.99999), at(1.0));
}

/// Random bases in the frames that presets are learned in.
fn random_preset(sources: usize, components: usize) -> Preset {
    let dictionary = |number: usize, mode: LatencyMode| {
        let dictionary = random_dictionary(2 * number as u64 + 1, components, mode);
        Dictionary { reconstruction: Some(dictionary.bases.clone()), ..dictionary }
    };
    let both = |number| {
        let dictionaries = [LatencyMode::Live, LatencyMode::Quality].map(|mode| dictionary(number, mode)).to_vec();
        LearnedBases::new(dictionaries, vec![components]).expect("two lengths of frames, as many bases in both")
    };
    Preset::of((0..sources).map(|number| Source::fixed("source", number, both(number))).collect())
}

/// The preset of the first insert.
fn recognised_preset() -> Preset {
    let source =
        |(strip, role): (usize, Role)| Source::recognised(role.name(), strip, role, adaptive::RECOGNISED_COMPONENTS);
    Preset::of(Role::MIXTURE.into_iter().enumerate().map(source).collect())
}

/// `preset` with an adaptive source, because of which the others get copies of their bases at other pitches.
fn with_adaptive_source(mut preset: Preset) -> Preset {
    preset.sources.push(Source::adaptive("rest", preset.sources.len(), adaptive::COMPONENTS));
    preset
}

fn separator(preset: &Preset, mode: LatencyMode, rate: f64) -> Separator {
    match Model::new(preset, rate, mode) {
        Ok(mut model) => {
            if preset.sources.iter().all(|source| source.kind() == Kind::Recognised) {
                // Bases are learned on another thread; here nobody learns.
                drop(model.adapt_elsewhere());
            }
            let mut separator = Separator::new(Box::new(model), 2);
            separator.set_controls(&Controls { gains: [0.5; 8], ..Controls::default() });
            separator
        }
        Err(error) => panic!("{error}"),
    }
}

/// Plays a tone with bursts of noise. Gives the thread's CPU time for each block, in seconds.
fn play(preset: &Preset, mode: LatencyMode, rate: f64, all_outputs: bool, blocks: usize) -> Vec<f64> {
    let mut separator = separator(preset, mode, rate);
    let mut noise = noise(7);
    let second: Vec<f32> = (0..rate as usize)
        .map(|n| {
            let time = n as f32 / rate as f32;
            let burst = if (4.0 * time).fract() < 0.2 { 0.2 * (noise() - 0.5) } else { 0.0 };
            0.1 * (std::f32::consts::TAU * 110.0 * time).sin() + burst
        })
        .collect();
    let mut outputs = vec![vec![vec![0.0_f32; BLOCK]; 2]; preset.sources.len()];
    let mut times = Vec::with_capacity(blocks);
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    for block in 0..blocks {
        let start = block * BLOCK % (second.len() - BLOCK);
        left.copy_from_slice(&second[start..start + BLOCK]);
        right.copy_from_slice(&second[start..start + BLOCK]);
        let mut listened: Vec<Vec<&mut [f32]>> = outputs
            .iter_mut()
            .map(|source| if all_outputs { source.iter_mut().map(Vec::as_mut_slice).collect() } else { Vec::new() })
            .collect();
        let mut listened: Vec<&mut [&mut [f32]]> = listened.iter_mut().map(Vec::as_mut_slice).collect();
        let begin = ThreadTime::now();
        separator.process(&mut [&mut left, &mut right], &mut listened);
        times.push(begin.elapsed().as_secs_f64());
    }
    times
}
