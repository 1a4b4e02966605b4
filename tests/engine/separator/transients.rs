//! Hits that smear backwards, and frames that are divided at onsets against it.

use super::*;
use rand_pcg::Pcg64Mcg;

const RATE: f64 = 44_100.0;
/// The modes whose frames reach far enough back.
const MODES: [LatencyMode; 2] = [LatencyMode::Balanced, LatencyMode::Quality];
/// Where the hits are.
const HITS: [usize; 4] = [12_345, 22_222, 31_000, 41_111];
const SAMPLES: usize = 52_000;

/// A tone of 300 Hz, and short bursts of noise at [`HITS`].
fn tone_and_hits() -> [Vec<f32>; 2] {
    let angle = |n: usize| std::f64::consts::TAU * 300.0 * n as f64 / RATE;
    let tone = (0..SAMPLES).map(|n| (0.1 * angle(n).sin()) as f32).collect();
    let (mut hits, mut rng) = (vec![0.0; SAMPLES], Pcg64Mcg::seed_from_u64(1));
    for at in HITS {
        for (n, sample) in hits[at..at + 3_000].iter_mut().enumerate() {
            *sample = rng.random_range(-0.8..0.8) * (-(n as f32) / 500.0).exp();
        }
    }
    [tone, hits]
}

fn mixture() -> Vec<f32> {
    let [tone, hits] = tone_and_hits();
    tone.iter().zip(&hits).map(|(tone, hit)| tone + hit).collect()
}

/// A source with the spectrum of the tone, and one with a flat spectrum.
fn tone_and_noise() -> Preset {
    let (mut tone, mut noise) = (dictionary(1, 1, 2058), dictionary(2, 1, 2058));
    let peak = (300.0 * 2058.0 / RATE) as usize;
    tone.bases.iter_mut().enumerate().for_each(|(bin, w)| *w = (-(bin as f32 - peak as f32).abs()).exp());
    noise.bases.fill(1.0);
    for dictionary in [&mut tone, &mut noise] {
        let sum: f32 = dictionary.bases.iter().sum();
        dictionary.bases.iter_mut().for_each(|w| *w /= sum);
    }
    Preset::of(vec![Source::fixed("tone", 0, tone), Source::fixed("hits", 1, noise)])
}

fn stream(mode: LatencyMode, smears: bool) -> Separator {
    let stream = separator(&tone_and_noise(), RATE, mode, 1);
    if smears { stream.with_pre_echo() } else { stream }
}

/// Energy of the error in `tone` from 30 to 3 ms before the hits, in dB relative to the tone's.
fn error_before_hits(tone: &[f32], latency: usize) -> f32 {
    let [truth, _] = tone_and_hits();
    let before = HITS.iter().flat_map(|hit| hit - 1_323..hit - 132);
    let (error, energy) = before.fold((0.0, 0.0), |(error, energy), n| {
        (error + (tone[n + latency] - truth[n]).powi(2), energy + truth[n].powi(2))
    });
    10.0 * (error / energy).log10()
}

#[test]
fn a_tone_stays_as_it_was_until_a_hit() {
    for (mode, gain_db) in MODES.into_iter().zip([5.0, 7.0]) {
        let [smeared, divided] = [true, false].map(|smears| {
            let mut stream = stream(mode, smears);
            let latency = stream.latency_samples();
            let (_, sources) = play(&mut stream, &[mixture()], 2, || 512);
            error_before_hits(&sources[0][0], latency)
        });
        println!("{mode:?}: {divided:.1} dB, smeared {smeared:.1} dB");
        assert!(divided < smeared - gain_db, "{mode:?}: {divided:.1} dB, smeared {smeared:.1} dB");
    }
}

#[test]
fn the_main_output_is_as_free_of_pre_echo_as_the_separate_ones() {
    let gains = Controls { gains: [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() };
    for removed in [false, true] {
        let mut stream = stream(LatencyMode::Quality, false);
        let latency = stream.latency_samples();
        stream.set_controls(&Controls { removed, ..gains });
        let (main, sources) = play(&mut stream, &[mixture()], 2, || 512);
        // The hits are what the remix lacks.
        let input = mixture();
        let tone: Vec<f32> = match removed {
            false => main[0].clone(),
            true => main[0].iter().enumerate().map(|(n, y)| input[n.saturating_sub(latency)] - y).collect(),
        };
        let worst = (latency..SAMPLES).map(|n| (tone[n] - sources[0][0][n]).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5, "removed {removed}: {worst}");
    }
}

#[test]
fn divided_frames_still_add_up_to_the_delayed_input() {
    for rate in RATES {
        for mode in MODES {
            let mut stream = separator(&two_sources(), rate, mode, 2);
            let latency = stream.latency_samples();
            let mut input = [noise(21, SAMPLES), noise(22, SAMPLES)];
            // A second of bursts, ever nearer to each other.
            for (n, sample) in input.iter_mut().flat_map(|channel| channel.iter_mut().enumerate()) {
                *sample *= if (n * n / 40_000_000) % 2 == 0 { 1e-3 } else { 1.0 };
            }
            let (output, _) = play(&mut stream, &input, 0, || 1_024);
            for (x, y) in input.iter().zip(&output) {
                let depth = null_depth(x, y, latency);
                assert!(depth <= -120.0, "{mode:?} at {rate} Hz: {depth} dB");
            }
            let mut stream = separator(&two_sources(), rate, mode, 2);
            stream.set_controls(&Controls { gains: [0.25, 1.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() });
            let (main, parts) = play(&mut stream, &input, 2, || 1_024);
            for c in 0..2 {
                let differences = (0..SAMPLES).map(|n| (main[c][n] - parts[0][c][n] - parts[1][c][n]).abs());
                let worst = differences.fold(0.0, f32::max);
                assert!(worst < 1e-5, "{mode:?} at {rate} Hz: {worst}");
            }
        }
    }
}

#[test]
fn other_block_cuts_and_a_second_time_give_the_same_bits_at_onsets() {
    for mode in MODES {
        let controls = Controls { gains: [0.3, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() };
        let mut whole = stream(mode, false);
        whole.set_controls(&controls);
        let expected = play(&mut whole, &[mixture()], 2, || SAMPLES);
        whole.reset();
        assert!(play(&mut whole, &[mixture()], 2, || SAMPLES) == expected, "{mode:?}: a second time");
        for size in [1, 37, 1_000] {
            let mut cut = stream(mode, false);
            cut.set_controls(&controls);
            assert!(play(&mut cut, &[mixture()], 2, || size) == expected, "{mode:?} in blocks of {size}");
        }
        let mut smeared = stream(mode, true);
        smeared.set_controls(&controls);
        assert!(play(&mut smeared, &[mixture()], 2, || SAMPLES) != expected, "{mode:?}: no frame was divided");
    }
}

#[test]
fn dividing_a_frame_does_not_allocate_and_outlasts_a_change_of_the_model() {
    for mode in MODES {
        let mut stream = separator(&two_sources(), RATE, mode, 1);
        let one = Preset::of(vec![Source::fixed("bass", 0, dictionary(1, 4, 2058))]);
        let mut next = Some(Box::new(Model::new(&one, RATE, mode).unwrap()));
        stream.set_controls(&Controls { gains: [0.25, 1.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() });
        let (mut main, mut parts) = (mixture(), [vec![0.0; 100], vec![0.0; 100]]);
        for (n, block) in main.chunks_exact_mut(100).enumerate() {
            // The fade begins with the first hit.
            let offered = (n * 100 > HITS[0]).then(|| next.take()).flatten();
            assert_no_alloc(|| {
                if let Some(model) = offered {
                    next = stream.offer_model(model).err();
                }
                let [first, second] = &mut parts;
                stream.process(&mut [&mut *block], &mut [&mut [first], &mut [second]]);
            });
            for (place, main) in block.iter().enumerate() {
                let sum = parts[0][place] + parts[1][place];
                assert!((sum - main).abs() < 1e-4, "{mode:?}: the sources give {sum}, not {main} in block {n}");
            }
        }
    }
}
