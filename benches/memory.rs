//! How long the past is heard: the same music is played twice, after different pasts, and what comes out is compared.
//!
//! `UNBRAID_STEMS` names a folder of more recordings than the tests carry.

use std::ops::ControlFlow;
use unbraid_benches::{Case, cases, noise};
use unbraid_engine::{
    preset::{Preset, Role, Source, file, library},
    recording::Recording,
    separator::{Controls, LatencyMode, offline::separate},
};

const RATE: usize = 44_100;
/// Music before the burst, and after what differs, in seconds.
const BEFORE: usize = 12;
const AFTER: usize = 30;
/// Half a second of noise, and how much louder it is than the music, in dB.
const BURST_SAMPLES: usize = RATE / 2;
const BURST_DB: f32 = 20.0;
/// How much earlier the other run starts, in samples: 10 s in whole frames of every mode.
const HEAD_START: usize = 430 * 1024;
/// The error from which on both sound the same, in dB of the output, in windows of a second every half second.
const SAME_DB: f64 = -40.0;

/// Two inputs that are the same from `start` on.
struct Pasts {
    inputs: [Vec<f32>; 2],
    start: usize,
}

fn main() {
    let columns = [LatencyMode::Quality, LatencyMode::Live];
    println!("seconds until two pasts give the same sound to {SAME_DB} dB; '>' is never within {AFTER} s");
    println!("after a burst {BURST_DB} dB above the music | after 10 s of music against silence, quality and live");
    for case in cases() {
        println!("{}", case.name);
        let mixture = case.mixture().downmix();
        for (name, preset) in presets(&case) {
            let mut line = format!("    {name:36}");
            for pasts in [burst(&mixture), head_start(&mixture)] {
                for mode in columns {
                    let seconds = seconds_to_agree(&preset, &pasts, mode);
                    line += &seconds.map_or("       >".into(), |seconds| format!("{seconds:8.1}"));
                }
                line += "  |";
            }
            println!("{}", line.trim_end_matches('|'));
        }
    }
}

/// Every kind of source: taught, taught with what the source model says, adaptive, recognised.
fn presets(case: &Case) -> Vec<(&'static str, Preset)> {
    let taught = case.preset();
    let mut known = taught.clone();
    for (source, role) in known.sources.iter_mut().zip([Role::Bass, Role::Drums]) {
        source.role = Some(role);
    }
    let mut adaptive = taught.clone();
    adaptive.sources.push(Source::adaptive("rest", 2, unbraid_engine::learner::adaptive::COMPONENTS));
    let factory = |name: &str| match library::factory_bytes(name).map(|bytes| file::from_bytes(bytes, name)) {
        Some(Ok(preset)) => preset,
        _ => panic!("the factory preset {name} is damaged"),
    };
    vec![
        ("taught", taught),
        ("taught, with their roles", known),
        ("taught, with an adaptive source", adaptive),
        ("drums and bass recognised", factory("Drums + Bass")),
        ("drums, bass and the rest recognised", factory("Drums + Bass + Rest")),
    ]
}

fn looped(mixture: &[f32], samples: usize) -> Vec<f32> {
    mixture.iter().copied().cycle().take(samples).collect()
}

/// Noise in the one, none in the other.
fn burst(mixture: &[f32]) -> Pasts {
    let start = BEFORE * RATE + BURST_SAMPLES;
    let clean = looped(mixture, start + AFTER * RATE);
    let rms = (mixture.iter().map(|x| x * x).sum::<f32>() / mixture.len() as f32).sqrt();
    let gain = rms * 10.0_f32.powf(BURST_DB / 20.0) * 12.0_f32.sqrt();
    let mut noise = noise(5);
    let mut disturbed = clean.clone();
    disturbed[BEFORE * RATE..start].iter_mut().for_each(|x| *x += gain * (noise() - 0.5));
    Pasts { inputs: [clean, disturbed], start }
}

/// One starts with the music, the other hears silence first.
fn head_start(mixture: &[f32]) -> Pasts {
    let earlier = looped(mixture, HEAD_START + AFTER * RATE);
    let mut later = earlier.clone();
    later[..HEAD_START].fill(0.0);
    Pasts { inputs: [earlier, later], start: HEAD_START }
}

/// Seconds until the sources of both runs stay the same; `None` if they do not until the end.
fn seconds_to_agree(preset: &Preset, pasts: &Pasts, mode: LatencyMode) -> Option<f64> {
    let [one, other] = pasts.inputs.each_ref().map(|input| {
        let recording = Recording { channels: vec![input.clone()], sample_rate: RATE as u32 };
        match separate(preset, &recording, mode, &Controls::default(), &mut |_| ControlFlow::Continue(())) {
            Ok(separation) => separation.sources,
            Err(error) => panic!("{error}"),
        }
    });
    let end = pasts.inputs[0].len();
    let differs = |start: usize| {
        let (mut error, mut energy) = (0.0, f64::MIN_POSITIVE);
        for (one, other) in one.iter().zip(&other) {
            let samples = one.channels[0][start..start + RATE].iter().zip(&other.channels[0][start..start + RATE]);
            for (x, y) in samples {
                error += f64::from(x - y).powi(2);
                energy += f64::from(*x).powi(2);
            }
        }
        10.0 * (error / energy).log10() >= SAME_DB
    };
    let windows: Vec<usize> = (pasts.start..=end - RATE).step_by(RATE / 2).collect();
    match windows.iter().rposition(|start| differs(*start)) {
        None => Some(0.0),
        Some(last) if last + 1 == windows.len() => None,
        Some(last) => Some((last + 1) as f64 / 2.0),
    }
}
