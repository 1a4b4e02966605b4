//! What alone is heard while somebody holds it: the main output, against the sources' own outputs.

use super::{decibels, dictionary, noise, play, separator, two_sources};
use assert_no_alloc::assert_no_alloc;
use std::f32::consts::TAU;
use unbraid_engine::{
    preset::{Preset, Role, Source},
    separator::{Audition, Controls, LatencyMode, Model, Separator},
};

const RATE: f64 = 48_000.0;
const SAMPLES: usize = 40_000;

/// Noise with an offset and with hits, at which frames are divided.
fn mixture() -> Vec<Vec<f32>> {
    let hits = |n: usize| if n % 9_000 < 2_000 { 1.0 } else { 0.02 };
    (1..=2).map(|seed| noise(seed, SAMPLES).iter().enumerate().map(|(n, x)| 0.1 + hits(n) * x).collect()).collect()
}

/// The main output and the sources' own ones, while `audition` is held from the beginning.
fn heard(
    preset: &Preset,
    mode: LatencyMode,
    controls: &Controls,
    audition: Option<(Audition, f32)>,
) -> (Vec<Vec<f32>>, Vec<Vec<Vec<f32>>>) {
    let mut separator = separator(preset, RATE, mode, 2);
    separator.set_controls(controls);
    separator.set_audition(audition);
    play(&mut separator, &mixture(), preset.sources.len(), || 480)
}

/// Signal-to-noise ratio of `found` as an estimate of `expected`, in dB.
fn snr(expected: &[Vec<f32>], found: &[Vec<f32>]) -> f32 {
    let pairs = expected.iter().flatten().zip(found.iter().flatten());
    let noise: f32 = pairs.map(|(x, y)| (x - y).powi(2)).sum();
    0.5 * decibels(power(expected) / noise.max(1e-20))
}

fn power(channels: &[Vec<f32>]) -> f32 {
    channels.iter().flatten().map(|sample| sample * sample).sum()
}

/// Learned bases, in part recognised ones: the components have evidence, and copies at other pitches.
fn recognised() -> Preset {
    let mut drums = Source::fixed("drums", 0, dictionary(3, 4, 2058));
    drums.role = Some(Role::Drums);
    let mut rest = Source::fixed("rest", 1, dictionary(4, 3, 2058));
    rest.make_adaptive(3);
    rest.role = Some(Role::Rest);
    Preset::of(vec![drums, rest])
}

#[test]
fn an_auditioned_source_is_its_own_output_at_unity() {
    let unity = Controls::default();
    for preset in [two_sources(), recognised()] {
        for mode in LatencyMode::ALL {
            let (_, own) = heard(&preset, mode, &unity, None);
            for (source, own) in own.iter().enumerate() {
                let (main, _) = heard(&preset, mode, &unity, Some((Audition::Source(source), 1.0)));
                assert!(snr(own, &main) > 90.0, "{mode:?}, source {source}: {} dB", snr(own, &main));
            }
        }
    }
}

#[test]
fn it_is_heard_at_its_gain_and_the_output_gain_whatever_else_is_set() {
    let set = Controls {
        gains: [0.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        mix: 0.3,
        output: 0.5,
        bypass: true,
        removed: true,
        without_dry: true,
        ..Controls::default()
    };
    for mode in [LatencyMode::Live, LatencyMode::Quality] {
        let (_, own) = heard(&two_sources(), mode, &Controls::default(), None);
        let (main, _) = heard(&two_sources(), mode, &set, Some((Audition::Source(0), 0.8)));
        let expected: Vec<Vec<f32>> =
            own[0].iter().map(|channel| channel.iter().map(|x| 0.5 * 0.8 * x).collect()).collect();
        assert!(snr(&expected, &main) > 90.0, "{mode:?}: {} dB", snr(&expected, &main));
    }
}

#[test]
fn the_sources_own_outputs_stay_as_they_are() {
    let controls = Controls { gains: [0.5; 8], ..Controls::default() };
    for mode in [LatencyMode::Direct, LatencyMode::Quality] {
        let (_, own) = heard(&two_sources(), mode, &controls, None);
        for audition in [Audition::Source(1), Audition::Basis { source: 0, component: 2 }, Audition::Band { hz: 500.0 }]
        {
            assert!(heard(&two_sources(), mode, &controls, Some((audition, 1.0))).1 == own, "{audition:?}");
        }
    }
}

#[test]
fn the_bases_of_a_source_add_up_to_it() {
    for preset in [two_sources(), recognised()] {
        for mode in LatencyMode::ALL {
            let hear = |audition| heard(&preset, mode, &Controls::default(), Some((audition, 1.0))).0;
            let whole = hear(Audition::Source(0));
            let unheard = hear(Audition::Source(usize::MAX));
            let (mut sum, mut loudest) = (vec![vec![0.0; SAMPLES]; 2], 0.0_f32);
            // Those of the preset come first, then copies at other pitches.
            for component in 0..Model::new(&preset, RATE, mode).unwrap().activations().len() {
                let basis = hear(Audition::Basis { source: 0, component });
                if basis == unheard {
                    // It belongs to the other source.
                    continue;
                }
                loudest = loudest.max(power(&basis));
                sum.iter_mut().flatten().zip(basis.iter().flatten()).for_each(|(sum, basis)| *sum += basis);
            }
            assert!(snr(&whole, &sum) > 80.0, "{mode:?}: {} dB", snr(&whole, &sum));
            assert!(loudest > 0.0 && loudest < 0.9 * power(&whole), "no basis is all of it");
        }
    }
}

/// Root mean square of a tone at `hz` behind a band around 1 kHz, after the beginning.
fn tone_level(mode: LatencyMode, controls: &Controls, hz: f32) -> f32 {
    let tone: Vec<f32> = (0..SAMPLES).map(|n| (TAU * hz * n as f32 / RATE as f32).sin()).collect();
    let mut separator = separator(&two_sources(), RATE, mode, 1);
    separator.set_controls(controls);
    separator.set_audition(Some((Audition::Band { hz: 1_000.0 }, 1.0)));
    let (main, _) = play(&mut separator, &[tone], 0, || 480);
    let settled = &main[0][SAMPLES / 2..];
    (settled.iter().map(|x| x * x).sum::<f32>() / settled.len() as f32).sqrt()
}

#[test]
fn a_band_passes_a_tone_inside_it_and_attenuates_one_an_octave_away() {
    let full = 0.5_f32.sqrt();
    for mode in LatencyMode::ALL {
        for (what, controls) in [
            ("remix", Controls::default()),
            ("dry", Controls { mix: 0.0, gains: [0.0; 8], ..Controls::default() }),
            ("bypass", Controls { bypass: true, gains: [0.0; 8], ..Controls::default() }),
            ("removed", Controls { removed: true, gains: [0.0; 8], ..Controls::default() }),
        ] {
            let inside = decibels(tone_level(mode, &controls, 1_000.0) / full);
            assert!(inside.abs() < 0.5, "{mode:?}, {what}: {inside} dB inside");
            for hz in [500.0, 2_000.0] {
                let outside = decibels(tone_level(mode, &controls, hz) / full);
                assert!(outside < -20.0, "{mode:?}, {what}: {outside} dB at {hz} Hz");
            }
        }
    }
}

/// Highest absolute second difference of the samples, which a click raises.
fn roughness(samples: &[f32]) -> f32 {
    samples.windows(3).map(|x| (x[2] - 2.0 * x[1] + x[0]).abs()).fold(0.0, f32::max)
}

#[test]
fn pressing_changing_and_releasing_make_no_click() {
    let hz = 100.0;
    let tone: Vec<f32> = (0..96_000).map(|n| 0.5 * (TAU * hz * n as f32 / RATE as f32).sin()).collect();
    let holds = [
        None,
        Some((Audition::Source(0), 1.0)),
        Some((Audition::Band { hz: 1_000.0 }, 1.0)),
        Some((Audition::Basis { source: 1, component: 5 }, 4.0)),
        Some((Audition::Band { hz: 100.0 }, 1.0)),
        None,
    ];
    for mode in LatencyMode::ALL {
        // The same by hand: soloing, which is smoothed in 5 ms, is the measure.
        let mut by_solo = separator(&two_sources(), RATE, mode, 1);
        let mut held = separator(&two_sources(), RATE, mode, 1);
        let mut outputs = [tone.clone(), tone.clone()];
        let block = 480;
        for n in 0..tone.len() / block {
            let turn = n * block * holds.len() / tone.len();
            held.set_audition(holds[turn]);
            let gains = if turn % 2 == 1 { [0.0; 8] } else { [1.0; 8] };
            by_solo.set_controls(&Controls { gains, ..Controls::default() });
            for (separator, output) in [&mut by_solo, &mut held].into_iter().zip(&mut outputs) {
                separator.process(&mut [&mut output[n * block..][..block]], &mut []);
            }
        }
        let start = held.latency_samples() + 4_800;
        let [solo, audition] = outputs.map(|output| roughness(&output[start..]));
        assert!(audition < 2.0 * solo + 1e-4, "{mode:?}: {audition}, {solo} by muting");
    }
}

#[test]
fn what_does_not_exist_changes_nothing_and_what_was_heard_before_comes_back_to_the_bit() {
    let input = mixture();
    for mode in LatencyMode::ALL {
        let controls = Controls { gains: [0.3, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], mix: 0.8, ..Controls::default() };
        let (plain, _) = heard(&two_sources(), mode, &controls, None);
        for audition in [
            Audition::Source(2),
            Audition::Source(usize::MAX),
            Audition::Basis { source: 0, component: 4 },
            Audition::Basis { source: 1, component: 0 },
            Audition::Basis { source: usize::MAX, component: usize::MAX },
            Audition::Band { hz: 0.0 },
            Audition::Band { hz: -1.0 },
            Audition::Band { hz: 40_000.0 },
            Audition::Band { hz: f32::NAN },
            Audition::Band { hz: f32::INFINITY },
        ] {
            assert!(heard(&two_sources(), mode, &controls, Some((audition, 1.0))).0 == plain, "{mode:?}: {audition:?}");
        }
        let mut separator = separator(&two_sources(), RATE, mode, 2);
        separator.set_controls(&controls);
        let held = [Audition::Source(0), Audition::Basis { source: 1, component: 6 }, Audition::Band { hz: 300.0 }];
        let mut main = input.clone();
        for (blocks, start) in (0..SAMPLES).step_by(400).enumerate() {
            let audition = held.get(blocks / 4).map(|audition| (*audition, f32::NAN));
            separator.set_audition(audition.filter(|_| blocks < 12));
            let mut main: Vec<&mut [f32]> = main.iter_mut().map(|channel| &mut channel[start..start + 400]).collect();
            separator.process(&mut main, &mut []);
        }
        let settled = 4_800 + 2 * separator.latency_samples() + 12_000;
        for (plain, main) in plain.iter().zip(&main) {
            assert!(plain[2_000..4_000] != main[2_000..4_000] && plain[settled..] == main[settled..], "{mode:?}");
        }
    }
}

#[test]
fn it_is_held_through_a_fade_to_another_model_and_allocates_nothing() {
    for mode in LatencyMode::ALL {
        let mut separator = separator(&recognised(), RATE, mode, 2);
        let model = Box::new(Model::new(&two_sources(), RATE, mode).unwrap());
        let mut input = mixture();
        let (mut model, mut blocks) = (Some(model), 0);
        for start in (0..SAMPLES).step_by(400) {
            let mut main: Vec<&mut [f32]> = input.iter_mut().map(|channel| &mut channel[start..start + 400]).collect();
            let audition = match blocks % 5 {
                0 => Audition::Source(1),
                1 => Audition::Band { hz: 20.0 + 100.0 * blocks as f32 },
                n => Audition::Basis { source: 0, component: n },
            };
            assert_no_alloc(|| {
                separator.set_audition((blocks % 7 > 0).then_some((audition, 1.0)));
                if blocks > 20
                    && let Some(model) = model.take()
                {
                    assert!(separator.offer_model(model).is_ok());
                }
                separator.process(&mut main, &mut []);
            });
            blocks += 1;
        }
        assert!(input.iter().flatten().all(|sample| sample.is_finite() && sample.abs() < 8.0), "{mode:?}");
        drop::<Separator>(separator);
    }
}
