//! An offset of the input (DC): it is shared equally by the sources, and nothing is heard of it coming or going.

use super::{null_depth, play, separator, two_sources};
use unbraid_engine::{
    preset::{Preset, Source},
    separator::{Controls, LatencyMode, Model},
};

const RATE: f64 = 44_100.0;
const OFFSET: f32 = 0.3;

/// A tone with beats, two seconds, with the offset.
fn input() -> Vec<f32> {
    let tone = |n: usize| 0.2 * (n as f32 * 0.03).sin() * (n as f32 * 0.0007).sin();
    (0..88_200).map(|n| tone(n) + OFFSET).collect()
}

fn controls() -> Controls {
    Controls { gains: [0.25, 1.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() }
}

#[test]
fn every_source_has_its_share_and_the_sources_add_up() {
    for mode in LatencyMode::ALL {
        let mut separator = separator(&two_sources(), RATE, mode, 1);
        separator.set_controls(&controls());
        let (main, parts) = play(&mut separator, &[input()], 2, || 256);
        let tail = 60_000..88_200;
        for (part, gain) in parts.iter().zip([0.25, 1.5]) {
            let mean = part[0][tail.clone()].iter().sum::<f32>() / tail.len() as f32;
            assert!((mean - gain * OFFSET / 2.0).abs() < 0.01, "{mode:?}: {mean}");
        }
        for n in tail {
            let sum = parts[0][0][n] + parts[1][0][n];
            assert!((sum - main[0][n]).abs() < 1e-5, "{mode:?}: {sum} and {} at {n}", main[0][n]);
        }
    }
}

#[test]
fn unity_gains_return_the_delayed_input_with_its_offset() {
    for mode in LatencyMode::ALL {
        let mut separator = separator(&two_sources(), RATE, mode, 1);
        let (main, _) = play(&mut separator, &[input()], 0, || 100);
        let depth = null_depth(&input(), &main[0], separator.latency_samples());
        assert!(depth <= -120.0, "{mode:?}: {depth} dB");
    }
}

/// The input is an offset alone, so whatever jumps is its share.
#[test]
fn the_share_moves_smoothly_to_a_model_with_more_sources_and_back() {
    let sources = |count: usize| {
        let source = |n: usize| Source::fixed(format!("source {n}"), n, super::dictionary(n as u64, 4, 2058));
        Preset::of((0..count).map(source).collect())
    };
    for mode in LatencyMode::ALL {
        for (before, after) in [(2, 3), (3, 2)] {
            let mut separator = separator(&sources(before), RATE, mode, 1);
            separator.set_controls(&controls());
            let mut played = play(&mut separator, &[vec![OFFSET; 88_200]], 2, || 256);
            let last = played.1[0][0].pop().unwrap();
            assert!(separator.offer_model(Box::new(Model::new(&sources(after), RATE, mode).unwrap())).is_ok());
            let (main, parts) = play(&mut separator, &[vec![OFFSET; 44_100]], 2, || 256);
            for signal in [&main[0], &parts[0][0], &parts[1][0]] {
                let step = signal.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
                assert!(step < 0.004, "{mode:?}, {before} to {after} sources: a step of {step}");
            }
            assert!((parts[0][0][0] - last).abs() < 0.004, "{mode:?}");
        }
    }
}

#[test]
fn nothing_is_left_of_an_offset_when_the_input_falls_silent() {
    for mode in LatencyMode::ALL {
        let mut separator = separator(&two_sources(), RATE, mode, 1);
        separator.set_controls(&controls());
        let mut sound = input();
        sound.resize(sound.len() + 20_000, 0.0);
        let (main, parts) = play(&mut separator, &[sound], 2, || 128);
        // A frame and the latency after the last sample.
        for signal in [&main[0], &parts[0][0], &parts[1][0]] {
            assert!(signal[88_200 + 9_000..].iter().all(|sample| *sample == 0.0), "{mode:?}");
        }
    }
}

#[test]
fn a_hop_of_faulty_samples_leaves_no_noise_behind() {
    for mode in LatencyMode::ALL {
        let mut separator = separator(&two_sources(), RATE, mode, 1);
        let mut sound = input();
        sound[10_000..11_000].fill(f32::MAX);
        let (main, _) = play(&mut separator, &[sound.clone()], 0, || 128);
        let latency = separator.latency_samples();
        for n in 30_000..88_200 {
            assert!((main[0][n] - sound[n - latency]).abs() < 1e-5, "{mode:?} at {n}");
        }
    }
}
