//! Muted sources are cut out harder than their masks say; everything else stays as it is.

use super::*;

const RATE: f64 = 44_100.0;
const SAMPLES: usize = 40_000;

/// Controls with these gains of the first two sources.
fn gains(first: f32, second: f32) -> Controls {
    let mut controls = Controls::default();
    controls.gains[..2].copy_from_slice(&[first, second]);
    controls
}

/// The main output and both sources' own, of two bursts of noise.
fn remix(mode: LatencyMode, controls: &Controls, plain: bool) -> (Vec<f32>, [Vec<f32>; 2]) {
    let mut input = noise(31, SAMPLES);
    // Two hits, so that there are frames to divide.
    input.iter_mut().enumerate().for_each(|(n, x)| *x *= if n % 20_000 < 12_000 { 1e-2 } else { 1.0 });
    let stream = separator(&two_sources(), RATE, mode, 1);
    let mut stream = if plain { stream.with_plain_muting() } else { stream };
    stream.set_controls(controls);
    let (main, parts) = play(&mut stream, &[input], 2, || 1_024);
    (main[0].clone(), [parts[0][0].clone(), parts[1][0].clone()])
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn what_is_kept_is_the_same_in_its_own_output_and_in_the_main_one() {
    for mode in LatencyMode::ALL {
        let (main, parts) = remix(mode, &gains(1.0, 0.0), false);
        assert!(difference(&main, &parts[0]) < 1e-5, "{mode:?}");
        assert!(parts[1].iter().all(|sample| *sample == 0.0), "{mode:?}");
        let (plain, _) = remix(mode, &gains(1.0, 0.0), true);
        assert!(difference(&main, &plain) > 1e-2, "{mode:?}: muting changes nothing");
    }
}

#[test]
fn sources_that_are_only_quiet_are_not_cut_harder() {
    for mode in [LatencyMode::Live, LatencyMode::Quality] {
        let [harder, plain] = [false, true].map(|plain| remix(mode, &gains(1.0, 0.1), plain).0);
        assert!(harder == plain, "{mode:?}");
        // Just below, it is nearly the same: fading a source out makes no step.
        let [harder, plain] = [false, true].map(|plain| remix(mode, &gains(1.0, 0.099), plain).0);
        assert!(difference(&harder, &plain) < 2e-3, "{mode:?}: {}", difference(&harder, &plain));
    }
}

#[test]
fn with_all_sources_muted_nothing_is_heard() {
    for mode in LatencyMode::ALL {
        let (main, parts) = remix(mode, &gains(0.0, 0.0), false);
        assert!(main.iter().chain(parts.iter().flatten()).all(|sample| sample.abs() < 1e-6), "{mode:?}");
    }
}
