//! BSS Eval on recordings, against figures from mir_eval 0.8.2 on the mono downmix.

use unbraid_engine::{
    evaluation::{Score, bss_eval_sources},
    recording,
};

/// Decibels that the figures may differ by.
const TOLERANCE_DB: f64 = 0.05;

fn take2(instrument: &str) -> Vec<f32> {
    recording::read(format!("{}/tests/audio/{instrument}-take2.flac", crate::ROOT)).unwrap().downmix()
}

fn mix(bass: f32, drums: f32) -> Vec<f32> {
    take2("finger-bass").iter().zip(take2("standard-kit")).map(|(b, d)| bass * b + drums * d).collect()
}

/// The mean of the last `len` samples, at every sample: a low-pass filter that anyone can write again.
fn moving_average(samples: &[f32], len: usize) -> Vec<f32> {
    let mut sum = 0.0;
    let average = |(n, x): (usize, &f32)| {
        sum += f64::from(*x) - if n >= len { f64::from(samples[n - len]) } else { 0.0 };
        (sum / len as f64) as f32
    };
    samples.iter().enumerate().map(average).collect()
}

fn scores(estimates: [Vec<f32>; 2]) -> Vec<Score> {
    bss_eval_sources(&[take2("finger-bass"), take2("standard-kit")], &estimates).unwrap()
}

fn assert_ratios(score: Score, sdr: f64, sir: f64, sar: Option<f64>) {
    assert!((score.sdr - sdr).abs() < TOLERANCE_DB, "{score:?}, SDR {sdr}");
    assert!((score.sir - sir).abs() < TOLERANCE_DB, "{score:?}, SIR {sir}");
    // Without artifacts the ratio is what rounding left of them.
    match sar {
        Some(sar) => assert!((score.sar - sar).abs() < TOLERANCE_DB, "{score:?}, SAR {sar}"),
        None => assert!(score.sar > 90.0, "{score:?}, no artifacts"),
    }
}

#[test]
fn a_mixture_scores_as_mir_eval_scores_it() {
    let scores = scores([mix(1.0, 1.0), mix(1.0, 1.0)]);
    assert_ratios(scores[0], -0.06, -0.06, None);
    assert_ratios(scores[1], -0.07, -0.07, None);
}

#[test]
fn filters_within_512_taps_are_no_artifacts() {
    let mixture = mix(1.0, 1.0);
    let low = moving_average(&mixture, 64);
    let high = mixture.iter().zip(&low).map(|(x, low)| x - low).collect();
    let scores = scores([low, high]);
    assert_ratios(scores[0], -0.024, -0.024, None);
    assert_ratios(scores[1], -1.438, -1.438, None);
}

#[test]
fn clipping_and_crosstalk_score_as_mir_eval_scores_them() {
    let clip = |samples: Vec<f32>| samples.iter().map(|x| x.clamp(-0.08, 0.08)).collect();
    let scores = scores([clip(mix(1.0, 0.2)), clip(mix(0.05, 1.0))]);
    assert_ratios(scores[0], 9.337, 12.977, Some(12.011));
    assert_ratios(scores[1], 6.616, 20.640, Some(6.829));
}
