//! Sources that the source model recognises: what the engine promises holds for them too.

use super::{RATES, noise, null_depth, play, separator};
use assert_no_alloc::assert_no_alloc;
use unbraid_engine::{
    learner::adaptive::RECOGNISED_COMPONENTS,
    preset::{Preset, Role, Source},
    separator::{Controls, LatencyMode, Model, Separator},
};

/// A mixture, a kit, and a kit in a mixture.
const PRESETS: [&[Role]; 3] = [&Role::MIXTURE, &Role::KIT, &[Role::Bass, Role::Rest, Role::Kick, Role::Drums]];

fn preset_of(roles: &[Role]) -> Preset {
    let source = |(strip, role): (usize, &Role)| Source::recognised(role.name(), strip, *role, RECOGNISED_COMPONENTS);
    Preset::of(roles.iter().enumerate().map(source).collect())
}

fn preset() -> Preset {
    preset_of(&Role::MIXTURE)
}

/// Hits, a low tone and a chord, one after another and together.
fn music(rate: f64, seconds: f64) -> Vec<f32> {
    let hiss = noise(1, (rate * seconds) as usize);
    let sample = |(n, hiss): (usize, &f32)| {
        let t = n as f64 / rate;
        let since_hit = t % 0.5;
        let tone = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
        let chord = if t % 4.0 > 2.0 { 0.05 * (tone(330.0) + tone(415.0) + tone(494.0)) } else { 0.0 };
        (f64::from(*hiss) * (-30.0 * since_hit).exp() + 0.2 * tone(55.0) + chord) as f32
    };
    hiss.iter().enumerate().map(sample).collect()
}

/// The controls of a remix in which every source has a gain of its own.
fn remix() -> Controls {
    Controls { gains: [0.3, 1.7, 0.6, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() }
}

#[test]
fn unity_gains_return_the_delayed_input() {
    for rate in RATES {
        for mode in LatencyMode::ALL {
            let mut separator = separator(&preset(), rate, mode, 1);
            let latency = separator.latency_samples();
            let input = music(rate, 1.5);
            let (output, _) = play(&mut separator, std::slice::from_ref(&input), 0, || 1024);
            let depth = null_depth(&input, &output[0], latency);
            assert!(depth <= -120.0, "{mode:?} at {rate} Hz: {depth} dB");
        }
    }
}

#[test]
fn masks_sum_to_one_before_and_after_bases_were_learned() {
    for roles in PRESETS {
        for mode in [LatencyMode::Live, LatencyMode::Quality] {
            let mut separator = separator(&preset_of(roles), 44_100.0, mode, 1);
            separator.set_controls(&Controls { gains: [1.0; 8], ..Controls::default() });
            let input = music(44_100.0, 4.0);
            let latency = separator.latency_samples();
            let (_, parts) = play(&mut separator, std::slice::from_ref(&input), roles.len(), || 512);
            for n in latency..input.len() {
                let sum: f32 = parts.iter().map(|part| part[0][n]).sum();
                assert!((sum - input[n - latency]).abs() < 1e-4, "{roles:?} {mode:?}: {sum} at {n}");
            }
        }
    }
}

#[test]
fn other_block_cuts_and_a_second_render_give_the_same_bits() {
    let settings = [(44_100.0, LatencyMode::Quality), (48_000.0, LatencyMode::Live), (96_000.0, LatencyMode::Direct)];
    for ((rate, mode), roles) in settings.into_iter().flat_map(|setting| PRESETS.map(|roles| (setting, roles))) {
        let preset = preset_of(roles);
        let input = [music(rate, 2.5), music(rate, 2.5)];
        let mut first = separator(&preset, rate, mode, 2);
        first.set_controls(&remix());
        let whole = play(&mut first, &input, roles.len(), || 100_000);
        for size in [37, 64, 8192] {
            let mut again = separator(&preset, rate, mode, 2);
            again.set_controls(&remix());
            assert!(play(&mut again, &input, roles.len(), || size) == whole, "{roles:?} {mode:?} in blocks of {size}");
        }
        first.reset();
        let latency = first.latency_samples();
        assert!(
            play(&mut first, &input, roles.len(), || 512).0[0][latency..] == whole.0[0][latency..],
            "{roles:?} {mode:?} after a reset"
        );
    }
}

#[test]
fn any_input_gives_finite_output() {
    let silence = vec![0.0; 40_000];
    let mut broken = music(44_100.0, 1.0);
    (broken[5_000], broken[9_000], broken[9_001]) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
    let clipped: Vec<f32> = music(44_100.0, 1.0).iter().map(|x| (1000.0 * x).clamp(-1.0, 1.0)).collect();
    let offset: Vec<f32> = music(44_100.0, 1.0).iter().map(|x| x + 0.5).collect();
    let quiet: Vec<f32> = music(44_100.0, 1.0).iter().map(|x| 1e-6 * x).collect();
    let loud: Vec<f32> = music(44_100.0, 1.0).iter().map(|x| 1e5 * x).collect();
    for mode in LatencyMode::ALL {
        for rate in [1_000.0, 8_000.0, 44_100.0, 192_000.0, 1_536_000.0] {
            let mut separator = separator(&preset(), rate, mode, 1);
            separator.set_controls(&remix());
            for input in [&silence, &broken, &clipped, &offset, &quiet, &silence, &loud, &quiet] {
                let (main, parts) = play(&mut separator, std::slice::from_ref(input), 3, || 700);
                let samples = main.iter().chain(parts.iter().flatten()).flatten();
                assert!(samples.clone().all(|sample| sample.is_finite()), "{mode:?} at {rate} Hz");
            }
        }
    }
}

#[test]
fn an_offset_in_the_input_hardly_changes_what_is_heard() {
    for mode in [LatencyMode::Live, LatencyMode::Quality] {
        for preset in [super::two_sources(), preset()] {
            let render = |offset: f32| {
                let mut separator = separator(&preset, 44_100.0, mode, 1);
                separator
                    .set_controls(&Controls { gains: [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() });
                let input: Vec<f32> = music(44_100.0, 6.0).iter().map(|x| x + offset).collect();
                play(&mut separator, &[input], 0, || 512).0.swap_remove(0)
            };
            let (plain, shifted) = (render(0.0), render(0.3));
            // After the offset was found; a high pass takes away the offset itself.
            let level = |samples: &[f32]| {
                let (mut before, mut held, mut sum) = (0.0, 0.0, 0.0);
                for x in samples {
                    (held, before) = (0.99 * (held + x - before), *x);
                    sum += f64::from(held * held);
                }
                10.0 * sum.log10()
            };
            let tail = 3 * 44_100;
            let change = level(&shifted[tail..]) - level(&plain[tail..]);
            assert!(change.abs() < 0.5, "{mode:?}, {} sources: {change:.2} dB", preset.sources.len());
        }
    }
}

/// A taught bass whose dictionary knows less of the spectrum, recognised drums, and what is neither.
fn mixed() -> Preset {
    let mut bass = Source::fixed("bass", 1, super::dictionary(3, 24, 1024));
    bass.role = Some(Role::Bass);
    let drums = Source::recognised("drums", 0, Role::Drums, RECOGNISED_COMPONENTS);
    Preset::of(vec![drums, bass, Source::adaptive("rest", 2, 5)])
}

#[test]
fn the_audio_path_does_not_allocate() {
    for (mode, preset) in LatencyMode::ALL.into_iter().flat_map(|mode| [(mode, preset()), (mode, mixed())]) {
        // Bases are learned on another thread, as in a host that plays live.
        let model = || {
            let mut model = Model::new(&preset, 48_000.0, mode).unwrap();
            let adapter = model.adapt_elsewhere();
            (Box::new(model), adapter)
        };
        let ((first, adapter), (other, mut other_adapter)) = (model(), model());
        let mut separator = Separator::new(first, 2);
        let mut spare = Some(other);
        let input = music(48_000.0, 3.0);
        let mut has_learned = false;
        for chunk in input.chunks(480) {
            assert_no_alloc(|| {
                let (mut left, mut right) = ([0.0; 480], [0.0; 480]);
                left[..chunk.len()].copy_from_slice(chunk);
                right[..chunk.len()].copy_from_slice(chunk);
                separator.process(&mut [&mut left[..], &mut right[..]], &mut []);
                if let Some(model) = spare.take() {
                    spare = separator.offer_model(model).err();
                }
            });
            has_learned |= other_adapter.as_mut().is_some_and(|adapter| adapter.work().has_learned);
        }
        assert!(has_learned, "bases have come from the other thread");
        std::mem::drop((spare, separator, adapter, other_adapter));
    }
}

#[test]
fn what_was_heard_counts_where_nothing_better_was_learned_from_it() {
    let mut model = Model::new(&preset(), 48_000.0, LatencyMode::Live).unwrap();
    let mut adapter = model.adapt_elsewhere().unwrap();
    let mut separator = Separator::new(Box::new(model), 1);
    let once = music(48_000.0, 2.0);
    let mut kept = 0;
    for chunk in (0..20).flat_map(|_| once.chunks(480)) {
        separator.process(&mut [&mut chunk.to_vec()], &mut []);
        let work = adapter.work();
        assert!(work.has_heard || !work.has_learned);
        kept += usize::from(work.has_heard && !work.has_learned);
    }
    assert!(kept > 0 && adapter.adaptation().heard_seconds() > 20.0, "{kept} times");
}

#[test]
fn taught_recognised_and_adaptive_sources_mix() {
    for mode in LatencyMode::ALL {
        for rate in [11_025.0, 44_100.0, 96_000.0] {
            let mut separator = separator(&mixed(), rate, mode, 1);
            separator.set_controls(&Controls { gains: [1.0; 8], ..Controls::default() });
            let latency = separator.latency_samples();
            let input = music(rate, 3.0);
            let (_, parts) = play(&mut separator, std::slice::from_ref(&input), 3, || 333);
            for n in latency..input.len() {
                let sum: f32 = parts.iter().map(|part| part[0][n]).sum();
                assert!((sum - input[n - latency]).abs() < 1e-4, "{mode:?} at {rate} Hz: {sum} at {n}");
            }
        }
    }
}
