//! How soon the past is forgotten: the same music sounds the same, whatever was heard before it.

use std::{ops::ControlFlow, path::Path};
use unbraid_engine::{
    learner::{LearnSettings, Lesson, learn},
    preset::{Preset, Role, Source},
    recording::{self, Recording},
    separator::{Controls, LatencyMode, offline::separate},
};

const RATE: usize = 44_100;
/// Samples of music before the burst, and of the burst.
const BEFORE: usize = 12 * RATE;
const BURST: usize = RATE / 2;

fn take(instrument: &str, number: usize) -> Recording {
    recording::read(Path::new(crate::ROOT).join(format!("tests/audio/{instrument}-take{number}.flac"))).unwrap()
}

/// Bass and kit learned from take 1, with their roles if `are_known`.
fn taught(are_known: bool) -> Preset {
    let names = [("finger-bass", Role::Bass), ("standard-kit", Role::Drums)];
    let recordings = names.map(|(name, _)| vec![take(name, 1)]);
    let settings = LearnSettings::default();
    let lessons = recordings.each_ref().map(|recordings| Lesson { recordings, settings, known: &[], role: None });
    let learned = learn(&lessons, &mut |_| ControlFlow::Continue(())).unwrap();
    let source = |(strip, ((name, role), learned)): (usize, ((&str, Role), _))| Source {
        role: are_known.then_some(role),
        ..Source::fixed(name, strip, learned)
    };
    Preset::of(names.into_iter().zip(learned).enumerate().map(source).collect())
}

/// Error in dB of the output, over all sources, in the second that begins so many `seconds` after a burst 20 dB above
/// the music: what was heard before it is the same.
fn error_after_burst(preset: &Preset, mode: LatencyMode, seconds: &[f64]) -> Vec<f64> {
    let mixture = Recording::sum_of(&["finger-bass", "standard-kit"].map(|name| take(name, 2))).downmix();
    let last = seconds.iter().copied().fold(0.0, f64::max);
    let samples = BEFORE + BURST + ((last + 1.0) * RATE as f64) as usize;
    let clean: Vec<f32> = mixture.iter().copied().cycle().take(samples).collect();
    let rms = (mixture.iter().map(|x| x * x).sum::<f32>() / mixture.len() as f32).sqrt();
    let noise = crate::separator::noise(5, BURST);
    let mut disturbed = clean.clone();
    // Noise between -0.5 and 0.5 has an RMS of √(1/12).
    let gain = 10.0 * rms * 12.0_f32.sqrt();
    disturbed[BEFORE..BEFORE + BURST].iter_mut().zip(noise).for_each(|(x, noise)| *x += gain * noise);
    let [one, other] = [clean, disturbed].map(|input| {
        let recording = Recording { channels: vec![input], sample_rate: RATE as u32 };
        separate(preset, &recording, mode, &Controls::default(), &mut |_| ControlFlow::Continue(())).unwrap().sources
    });
    let error = |seconds: &f64| {
        let start = BEFORE + BURST + (seconds * RATE as f64) as usize;
        let (mut error, mut energy) = (0.0, 0.0);
        for (one, other) in one.iter().zip(&other) {
            let (one, other) = (&one.channels[0][start..start + RATE], &other.channels[0][start..start + RATE]);
            error += one.iter().zip(other).map(|(x, y)| f64::from(x - y).powi(2)).sum::<f64>();
            energy += one.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        }
        10.0 * (error / energy).log10()
    };
    seconds.iter().map(error).collect()
}

#[test]
fn taught_sources_forget_a_burst_within_three_seconds() {
    // What the source model has heard lasts in Quality: sources with roles are not tried there.
    let cases = [(false, LatencyMode::Quality), (false, LatencyMode::Live), (true, LatencyMode::Live)];
    for (are_known, mode) in cases {
        let errors = error_after_burst(&taught(are_known), mode, &[3.0, 6.0]);
        println!("roles known {are_known}, {mode:?}: {errors:.1?} dB");
        assert!(errors[0] < -40.0 && errors[1] < -46.0, "roles known {are_known}, {mode:?}: {errors:.1?} dB");
    }
}
