//! What the real-time engine promises, whatever the dictionary, the mode, the sample rate and the block sizes.

use assert_no_alloc::assert_no_alloc;
use proptest::{prelude::*, test_runner::FileFailurePersistence::Direct};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::ops::ControlFlow;
use unbraid_engine::{
    dictionary::{Dictionary, FrameSpec, Training},
    nmf::priors::Priors,
    preset::{Preset, Source},
    recording::Recording,
    separator::{Controls, LatencyMode, Model, Separator, offline},
};

mod analyzer;
mod audition;
mod listening;
mod models;
mod muting;
mod offset;
mod recognised;
mod streamed;
mod transients;

const RATES: [f64; 6] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0, 37_123.0];

/// Random bases of `frame_len` samples at 44.1 kHz.
fn dictionary(seed: u64, components: usize, frame_len: usize) -> Dictionary {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let bins = frame_len / 2 + 1;
    let mut bases: Vec<f32> = (0..components * bins).map(|_| rng.random::<f32>().powi(8)).collect();
    for basis in bases.chunks_exact_mut(bins) {
        let sum: f32 = basis.iter().sum();
        basis.iter_mut().for_each(|w| *w /= sum);
    }
    Dictionary {
        frame: FrameSpec {
            sample_rate: 44_100.0,
            frame_len,
            window: "hann".to_owned(),
            latency: frame_len,
            exponent: 1.0,
        },
        training: Training { divergence: "kl".to_owned(), seed, iterations: 0 },
        components,
        bins,
        bases,
        reconstruction: None,
    }
}

/// Two fixed sources of random bases.
fn two_sources() -> Preset {
    Preset::of(["bass", "drums"].map(|name| Source::fixed(name, 0, dictionary(name.len() as u64, 4, 2058))).to_vec())
}

pub(crate) fn noise(seed: u64, samples: usize) -> Vec<f32> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    (0..samples).map(|_| rng.random_range(-0.5..0.5)).collect()
}

fn separator(preset: &Preset, rate: f64, mode: LatencyMode, channels: usize) -> Separator {
    Separator::new(Box::new(Model::new(preset, rate, mode).unwrap()), channels)
}

/// Plays `input`, `[channel][sample]`, in blocks of the sizes that `blocks` gives, with all of `sources` separate
/// outputs listened to.
fn play(
    separator: &mut Separator,
    input: &[Vec<f32>],
    sources: usize,
    mut blocks: impl FnMut() -> usize,
) -> (Vec<Vec<f32>>, Vec<Vec<Vec<f32>>>) {
    let (mut main, samples) = (input.to_vec(), input[0].len());
    let mut parts = vec![vec![vec![0.0; samples]; input.len()]; sources];
    let mut start = 0;
    while start < samples {
        let block = start..(start + blocks()).min(samples);
        let mut main: Vec<&mut [f32]> = main.iter_mut().map(|channel| &mut channel[block.clone()]).collect();
        let mut parts: Vec<Vec<&mut [f32]>> =
            parts.iter_mut().map(|part| part.iter_mut().map(|channel| &mut channel[block.clone()]).collect()).collect();
        let mut parts: Vec<&mut [&mut [f32]]> = parts.iter_mut().map(Vec::as_mut_slice).collect();
        separator.process(&mut main, &mut parts);
        start = block.end;
    }
    (main, parts)
}

fn decibels(ratio: f32) -> f32 {
    20.0 * ratio.log10()
}

/// The loudest difference between `output` and `input` delayed by `latency`, in dB full scale.
fn null_depth(input: &[f32], output: &[f32], latency: usize) -> f32 {
    let worst = output[latency..].iter().zip(input).map(|(y, x)| (y - x).abs()).fold(0.0, f32::max);
    decibels(worst.max(1e-12))
}

#[test]
fn unity_gains_return_the_delayed_input() {
    for rate in RATES {
        for mode in LatencyMode::ALL {
            let mut separator = separator(&two_sources(), rate, mode, 2);
            let latency = separator.latency_samples();
            let input = [noise(1, 6 * latency + 9_000), noise(2, 6 * latency + 9_000)];
            let (output, _) = play(&mut separator, &input, 0, || 1024);
            for (x, y) in input.iter().zip(&output) {
                let depth = null_depth(x, y, latency);
                assert!(depth <= -120.0, "{mode:?} at {rate} Hz: {depth} dB");
                assert!(y[..latency].iter().all(|sample| sample.abs() < 1e-6));
            }
        }
    }
}

#[test]
fn other_block_cuts_give_bit_identical_output() {
    for rate in RATES {
        for mode in LatencyMode::ALL {
            let controls =
                Controls { gains: [0.3, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], mix: 0.8, ..Controls::default() };
            let input = [noise(3, 9_000), noise(4, 9_000)];
            let run = |sizes: &mut dyn FnMut() -> usize| {
                let mut separator = separator(&two_sources(), rate, mode, 2);
                separator.set_controls(&controls);
                play(&mut separator, &input, 2, sizes)
            };
            let whole = run(&mut || 9_000);
            let mut rng = Pcg64Mcg::seed_from_u64(5);
            for size in [1, 37, 64, 1024] {
                assert!(run(&mut || size) == whole, "{mode:?} at {rate} Hz in blocks of {size}");
            }
            assert!(run(&mut || rng.random_range(1..3_000)) == whole, "{mode:?} at {rate} Hz in random blocks");
        }
    }
}

/// An adaptive source learns in step with the stream, so what it learns depends on the stream alone.
#[test]
fn an_adaptive_source_sounds_the_same_in_every_render() {
    let adaptive = Preset::of(vec![Source::fixed("bass", 0, dictionary(1, 4, 2058)), Source::adaptive("rest", 2, 5)]);
    for mode in [LatencyMode::Live, LatencyMode::Quality] {
        let input = [noise(3, 60_000), noise(4, 60_000)];
        let mut stream = separator(&adaptive, 44_100.0, mode, 2);
        stream.set_controls(&Controls { gains: [0.3; 8], ..Controls::default() });
        let whole = play(&mut stream, &input, 2, &mut || 60_000);
        stream.reset();
        assert!(play(&mut stream, &input, 2, &mut || 60_000) == whole, "{mode:?}: a second time");
        let mut cut = separator(&adaptive, 44_100.0, mode, 2);
        cut.set_controls(&Controls { gains: [0.3; 8], ..Controls::default() });
        assert!(play(&mut cut, &input, 2, &mut || 37) == whole, "{mode:?}: in blocks of 37");
        // Left to a thread that never comes to it, the bases stay as they were: the test sees the learning.
        let mut model = Model::new(&adaptive, 44_100.0, mode).unwrap();
        let _adapter = model.adapt_elsewhere().unwrap();
        let mut idle = Separator::new(Box::new(model), 2);
        idle.set_controls(&Controls { gains: [0.3, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() });
        let mut own = separator(&adaptive, 44_100.0, mode, 2);
        own.set_controls(&Controls { gains: [0.3, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() });
        assert!(play(&mut idle, &input, 2, &mut || 512) != play(&mut own, &input, 2, &mut || 512), "{mode:?}");
    }
}

#[test]
fn an_impulse_measures_the_reported_latency() {
    for rate in [1_000.0, 8_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0, 1_536_000.0] {
        for mode in LatencyMode::ALL {
            let mut separator = separator(&two_sources(), rate, mode, 1);
            let latency = separator.latency_samples();
            let mut input = vec![0.0; 3 * latency + 100];
            input[50] = 1.0;
            let (output, _) = play(&mut separator, &[input], 0, || 64);
            let peak = output[0].iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).unwrap();
            assert_eq!(peak.0, 50 + latency, "{mode:?} at {rate} Hz");
            assert!((peak.1 - 1.0).abs() < 1e-5);
        }
    }
}

#[test]
fn the_sources_add_up_to_the_main_output() {
    let mut separator = separator(&two_sources(), 48_000.0, LatencyMode::Balanced, 2);
    separator.set_controls(&Controls { gains: [0.25, 1.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() });
    let (main, sources) = play(&mut separator, &[noise(6, 20_000), noise(7, 20_000)], 2, || 512);
    for c in 0..2 {
        let worst = (0..20_000).map(|n| (main[c][n] - sources[0][c][n] - sources[1][c][n]).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5, "{worst}");
    }
}

#[test]
fn a_source_alone_is_left_and_the_other_removed() {
    // Two dictionaries that share no bin: separation is exact up to leakage.
    let (mut low, mut high) = (dictionary(1, 3, 2058), dictionary(2, 3, 2058));
    for k in 0..3 {
        low.bases[k * 1025 + 200..(k + 1) * 1025].fill(0.0);
        high.bases[k * 1025..k * 1025 + 200].fill(0.0);
    }
    for dictionary in [&mut low, &mut high] {
        for basis in dictionary.bases.chunks_exact_mut(1025) {
            let sum: f32 = basis.iter().sum();
            basis.iter_mut().for_each(|w| *w /= sum);
        }
    }
    let preset = Preset::of(vec![Source::fixed("low", 0, low), Source::fixed("high", 0, high)]);
    let tone = |hz: f64| -> Vec<f32> {
        (0..30_000).map(|n| (0.4 * (std::f64::consts::TAU * hz * f64::from(n) / 44_100.0).sin()) as f32).collect()
    };
    let (low, high) = (tone(500.0), tone(9_000.0));
    let mixture: Vec<f32> = low.iter().zip(&high).map(|(a, b)| a + b).collect();
    for mode in LatencyMode::ALL {
        let mut separator = separator(&preset, 44_100.0, mode, 1);
        let latency = separator.latency_samples();
        let (_, sources) = play(&mut separator, std::slice::from_ref(&mixture), 2, || 256);
        for (expected, source) in [&low, &high].into_iter().zip(&sources) {
            let error = |n: usize| source[0][n + latency] - expected[n];
            let power: f32 = (5_000..20_000).map(|n| error(n).powi(2)).sum::<f32>() / 15_000.0;
            let depth = decibels(power.sqrt() / 0.28);
            assert!(depth < -35.0, "{mode:?}: {depth} dB");
        }
    }
}

#[test]
fn stereo_image_stands_still() {
    let mut separator = separator(&two_sources(), 44_100.0, LatencyMode::Quality, 2);
    separator.set_controls(&Controls { gains: [0.1, 1.7, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() });
    let left = noise(8, 30_000);
    let right: Vec<f32> = left.iter().map(|x| x * 0.5).collect();
    let (main, _) = play(&mut separator, &[left, right], 0, || 480);
    let worst = main[0].iter().zip(&main[1]).map(|(l, r)| (0.5 * l - r).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "{worst}");
}

#[test]
fn bypass_and_dry_mix_are_the_delayed_input_bit_for_bit() {
    for controls in [Controls { bypass: true, ..Controls::default() }, Controls { mix: 0.0, ..Controls::default() }] {
        for mode in LatencyMode::ALL {
            let mut separator = separator(&two_sources(), 48_000.0, mode, 1);
            separator.set_controls(&Controls { gains: [0.0; 8], ..controls });
            let latency = separator.latency_samples();
            let input = noise(9, 12_000);
            let (output, _) = play(&mut separator, std::slice::from_ref(&input), 0, || 100);
            assert!(output[0][latency..] == input[..12_000 - latency], "{mode:?}");
        }
    }
}

#[test]
fn any_input_gives_finite_output_and_is_forgotten_within_a_frame() {
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e-42, -0.0];
    for mode in LatencyMode::ALL {
        let mut separator = separator(&two_sources(), 44_100.0, mode, 1);
        let latency = separator.latency_samples();
        let clean = noise(10, 20_000);
        let mut input = clean.clone();
        for (n, value) in bad.iter().enumerate() {
            input[5_000 + 7 * n] = *value;
        }
        let (output, _) = play(&mut separator, &[input], 0, || 333);
        assert!(output[0].iter().all(|y| y.is_finite()), "{mode:?}");
        let right_again = 5_000 + 7 * bad.len() + latency + separator.layout().windows.frame_len();
        for n in right_again..20_000 {
            assert!((output[0][n] - clean[n - latency]).abs() < 1e-5, "{mode:?}: sample {n}");
        }
    }
}

#[test]
fn silence_stays_silence() {
    for mode in LatencyMode::ALL {
        let mut separator = separator(&two_sources(), 48_000.0, mode, 2);
        separator.set_controls(&Controls { gains: [4.0; 8], ..Controls::default() });
        let (main, sources) = play(&mut separator, &[vec![0.0; 9_000], vec![0.0; 9_000]], 2, || 128);
        assert!(main.iter().chain(sources.iter().flatten()).flatten().all(|y| *y == 0.0));
    }
}

#[test]
fn the_audio_path_does_not_allocate() {
    for mode in LatencyMode::ALL {
        let three = Preset::of(vec![
            Source::fixed("kick", 0, dictionary(1, 3, 2058)),
            Source::fixed("snare", 0, dictionary(2, 3, 2058)),
            Source::adaptive("rest", 2, 5),
        ]);
        let mut separator = separator(&two_sources(), 44_100.0, mode, 2);
        let mut model = Model::new(&three, 44_100.0, mode).unwrap();
        let mut adapter = model.adapt_elsewhere().unwrap();
        let mut next = Some(Box::new(model));
        let (mut left, mut right) = (noise(11, 64), noise(12, 64));
        let mut part = [vec![0.0; 64], vec![0.0; 64]];
        let mut retired = None;
        for block in 0..2_000 {
            let controls = Controls {
                gains: [(block % 7) as f32 / 3.0; 8],
                focus: 1.0 + (block % 3) as f32,
                sparsity: (block % 2) as f32,
                smoothness: (block % 5) as f32 * 0.1,
                bypass: block % 100 > 90,
                removed: block % 30 > 20,
                without_dry: block % 30 > 20,
                ..Controls::default()
            };
            assert_no_alloc(|| {
                separator.set_controls(&controls);
                if block > 500
                    && let Some(model) = next.take()
                {
                    next = separator.offer_model(model).err();
                }
                let [a, b] = &mut part;
                let mut part = [a.as_mut_slice(), b.as_mut_slice()];
                let parts: &mut [&mut [&mut [f32]]] = if block % 11 < 5 { &mut [&mut part] } else { &mut [&mut []] };
                separator.process(&mut [&mut left, &mut right], parts);
                if retired.is_none() {
                    retired = separator.take_retired();
                }
            });
            // New bases come while it plays.
            assert!(!adapter.work().is_gone);
        }
        assert!(next.is_none() && retired.is_some(), "the fade to the second model ended");
    }
}

#[test]
fn the_offline_engine_aligns_its_output_with_the_input() {
    let mixture = Recording { sample_rate: 48_000, channels: vec![noise(13, 10_001), noise(14, 10_001)] };
    for mode in LatencyMode::ALL {
        let separation =
            offline::separate(&two_sources(), &mixture, mode, &Controls::default(), &mut |_| ControlFlow::Continue(()))
                .unwrap();
        assert_eq!(separation.sources.len(), 2);
        for c in 0..2 {
            assert!(null_depth(&mixture.channels[c], &separation.main.channels[c], 0) < -120.0);
            assert_eq!(separation.sources[1].channels[c].len(), 10_001);
        }
    }
}

/// What has failed once.
const REGRESSIONS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/engine/separator/masks.proptest-regressions");

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: Some(Box::new(Direct(REGRESSIONS))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn masks_share_out_every_bin(seed in 0_u64..1_000, focus in 0.5_f32..4.0, sparsity in 0.0_f32..1.0, level in -120_f32..40.0) {
        let mut model = Model::new(&two_sources(), 44_100.0, LatencyMode::Quality).unwrap();
        let scale = 10_f32.powf(level / 20.0);
        let magnitudes: Vec<f32> = noise(seed, model.layout().bins()).iter().map(|x| x.abs() * scale).collect();
        model.solve(&magnitudes, &Priors { sparsity: 0.05 * sparsity * sparsity, ..Priors::default() });
        model.mask_sources(&magnitudes, focus);
        for bin in 0..magnitudes.len() {
            let masks = [model.mask(0)[bin], model.mask(1)[bin]];
            prop_assert!(masks.iter().all(|m| (0.0..=1.0).contains(m)));
            prop_assert!((masks.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}
