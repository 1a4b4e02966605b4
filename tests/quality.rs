//! How well the engine separates real sound, and that it does so at every sample rate.
//!
//! Bounds are in dB of BSS Eval for recordings that were not learned from: take 2, with take 1 learned. The batch
//! algorithm of the tutorial reaches 11.0 dB with 500 updates on the frames of the Quality mode.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{ops::ControlFlow, path::Path};
use unbraid::{
    evaluation::bss_eval_sources,
    learner::{LearnSettings, Lesson, learn},
    preset::{Kind, Knobs, PALETTE, Preset, Source, UnknownKeys},
    recording::{self, Recording},
    separator::{Controls, LatencyMode, offline::separate},
};

fn take(instrument: &str, number: usize) -> Recording {
    let name = format!("tests/audio/{instrument}-take{number}.flac");
    recording::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn go_on(_: f32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Finger bass and standard kit, learned together from take 1.
fn preset() -> Preset {
    let names = ["finger-bass", "standard-kit"];
    let recordings = names.map(|name| vec![take(name, 1)]);
    let settings = LearnSettings::default();
    let lessons = recordings.each_ref().map(|recordings| Lesson { recordings, settings, known: &[] });
    let learned = learn(&lessons, &mut go_on).unwrap();
    let source = |(name, dictionaries): (&str, _)| Source {
        name: name.to_owned(),
        colour: PALETTE[0],
        kind: Kind::Fixed,
        blocks: vec![settings.components],
        knobs: Knobs::default(),
        learned_from: Vec::new(),
        licence: None,
        dictionaries,
        unknown: UnknownKeys::default(),
    };
    Preset {
        sources: names.into_iter().zip(learned).map(source).collect(),
        written_by: String::new(),
        unknown: UnknownKeys::default(),
    }
}

fn sum(parts: &[Recording; 2]) -> Recording {
    let mut mixture = parts[0].clone();
    for (sum, channel) in mixture.channels.iter_mut().zip(&parts[1].channels) {
        sum.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += sample);
    }
    mixture
}

/// Mean SDR in dB of the two sources of `parts`' mixture.
fn mean_sdr(preset: &Preset, parts: &[Recording; 2], mode: LatencyMode) -> f64 {
    let separation = separate(preset, &sum(parts), mode, &Controls::default(), &mut go_on).unwrap();
    let downmix = |recordings: &[Recording]| recordings.iter().map(Recording::downmix).collect::<Vec<_>>();
    let scores = bss_eval_sources(&downmix(parts), &downmix(&separation.sources)).unwrap();
    scores.iter().map(|score| score.sdr).sum::<f64>() / 2.0
}

#[test]
fn unseen_takes_are_separated_well_at_every_sample_rate() {
    let preset = preset();
    let takes = ["finger-bass", "standard-kit"].map(|name| take(name, 2));
    let quality = mean_sdr(&preset, &takes, LatencyMode::Quality);
    assert!(quality >= 11.0, "Quality: {quality:.2} dB");
    for (mode, least) in [(LatencyMode::Direct, 8.8), (LatencyMode::Live, 9.3), (LatencyMode::Balanced, 10.0)] {
        let sdr = mean_sdr(&preset, &takes, mode);
        assert!(sdr >= least, "{mode:?}: {sdr:.2} dB");
    }
    for rate in [48_000, 88_200, 96_000] {
        let resampled = takes.clone().map(|take| take.resampled(rate).unwrap());
        let sdr = mean_sdr(&preset, &resampled, LatencyMode::Quality);
        assert!((sdr - quality).abs() <= 0.3, "{rate} Hz: {sdr:.2} dB, {quality:.2} dB at 44.1 kHz");
    }
}
