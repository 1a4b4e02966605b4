//! How well the engine separates real sound, and that it does so at every sample rate.
//!
//! Bounds are in dB of BSS Eval for recordings that were not learned from: take 2, with take 1 learned. The batch
//! algorithm of the tutorial reaches 11.0 dB with 500 updates on the frames of the Quality mode.
//!
//! A bound lies 0.4 to 0.7 dB below what the README promises: machines that add in another order differ by up to 0.2
//! dB.

use std::{ops::ControlFlow, path::Path};
use unbraid_engine::{
    evaluation::bss_eval_sources,
    learner::{LearnSettings, Lesson, adaptive, learn},
    preset::{LearnedBases, Preset, Role, Source, file},
    recording::{self, Recording},
    separator::{
        Controls, LatencyMode,
        batch::{self, BatchSettings},
        offline::separate,
    },
};

fn take(instrument: &str, number: usize) -> Recording {
    let name = format!("tests/audio/{instrument}-take{number}.flac");
    recording::read(Path::new(crate::ROOT).join(name)).unwrap()
}

fn part_of_kit(name: &str) -> Recording {
    recording::read(Path::new(crate::ROOT).join(format!("tests/audio/standard-kit-{name}.flac"))).unwrap()
}

fn go_on(_: f32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Finger bass and standard kit, learned together from take 1.
fn preset() -> Preset {
    let names = ["finger-bass", "standard-kit"];
    let recordings = names.map(|name| vec![take(name, 1)]);
    let settings = LearnSettings::default();
    let lessons = recordings.each_ref().map(|recordings| Lesson { recordings, settings, known: &[], role: None });
    let learned = learn(&lessons, &mut go_on).unwrap();
    let source = |(strip, (name, learned)): (usize, (&str, _))| Source::fixed(name, strip, learned);
    Preset::of(names.into_iter().zip(learned).enumerate().map(source).collect())
}

/// Mean SDR in dB of the two sources of `parts`' mixture.
fn mean_sdr(preset: &Preset, parts: &[Recording], mode: LatencyMode) -> f64 {
    mean_sdr_after(0.0, preset, parts, mode)
}

/// The same of what comes after so many seconds.
fn mean_sdr_after(seconds: f64, preset: &Preset, parts: &[Recording], mode: LatencyMode) -> f64 {
    let separation = separate(preset, &Recording::sum_of(parts), mode, &Controls::default(), &mut go_on).unwrap();
    let start = (seconds * f64::from(parts[0].sample_rate)) as usize;
    let downmix =
        |recordings: &[Recording]| recordings.iter().map(|part| part.downmix().split_off(start)).collect::<Vec<_>>();
    let scores = bss_eval_sources(&downmix(parts), &downmix(&separation.sources)).unwrap();
    scores.iter().map(|score| score.sdr).sum::<f64>() / scores.len() as f64
}

#[test]
fn unseen_takes_are_separated_well_at_every_sample_rate() {
    let preset = preset();
    let takes = ["finger-bass", "standard-kit"].map(|name| take(name, 2));
    let quality = mean_sdr(&preset, &takes, LatencyMode::Quality);
    println!("Quality: {quality:.2} dB");
    assert!(quality >= 11.6, "Quality: {quality:.2} dB");
    for (mode, least) in [(LatencyMode::Direct, 8.8), (LatencyMode::Live, 9.3), (LatencyMode::Balanced, 10.0)] {
        let sdr = mean_sdr(&preset, &takes, mode);
        println!("{mode:?}: {sdr:.2} dB");
        assert!(sdr >= least, "{mode:?}: {sdr:.2} dB");
    }
    for rate in [48_000, 88_200, 96_000] {
        let resampled = takes.clone().map(|take| take.resampled(rate).unwrap());
        let sdr = mean_sdr(&preset, &resampled, LatencyMode::Quality);
        assert!((sdr - quality).abs() <= 0.3, "{rate} Hz: {sdr:.2} dB, {quality:.2} dB at 44.1 kHz");
    }
}

/// What the source model says counts in activations and masks, so reconstruction bases are learned under it. With a
/// weight of 0.8, at which it shows most on this pair.
#[test]
fn sources_with_roles_are_learned_under_what_the_source_model_says() {
    let recordings = ["finger-bass", "standard-kit"].map(|name| vec![take(name, 1)]);
    let settings = LearnSettings { evidence_weight: 0.8, ..LearnSettings::default() };
    let roles = [Role::Bass, Role::Drums];
    let preset = |is_under_evidence: bool| {
        let lessons: Vec<Lesson<'_>> = recordings
            .iter()
            .zip(roles)
            .map(|(recordings, role)| Lesson {
                recordings,
                settings,
                known: &[],
                role: is_under_evidence.then_some(role),
            })
            .collect();
        let learned = learn(&lessons, &mut go_on).unwrap();
        let source = |(strip, (mut learned, role)): (usize, (LearnedBases, Role))| {
            learned.evidence_weight = Some(settings.evidence_weight);
            Source { role: Some(role), ..Source::fixed(role.name(), strip, learned) }
        };
        Preset::of(learned.into_iter().zip(roles).enumerate().map(source).collect())
    };
    let takes = ["finger-bass", "standard-kit"].map(|name| take(name, 2));
    let [without, under] = [false, true].map(|is| mean_sdr(&preset(is), &takes, LatencyMode::Quality));
    println!("{without:.2} dB, learned under the evidence {under:.2} dB");
    assert!(under > without + 0.2, "{without:.2} dB, learned under the evidence {under:.2} dB");
}

/// What was learned is rounded to half precision before it plays, so that a project that is opened again plays the same
/// samples; and the rounding costs nothing that counts.
#[test]
fn a_project_that_is_opened_again_sounds_as_it_did_and_no_worse_for_rounding() {
    let exact = preset();
    let mut rounded = exact.clone();
    file::round(&mut rounded, None);
    let opened = file::from_bytes(&file::to_packed_bytes(&rounded).unwrap(), "it").unwrap();
    assert!(rounded != exact);
    let takes = ["finger-bass", "standard-kit"].map(|name| take(name, 2));
    let play =
        |preset, mode| separate(preset, &Recording::sum_of(&takes), mode, &Controls::default(), &mut go_on).unwrap();
    for mode in LatencyMode::ALL {
        let sdr = [&exact, &rounded].map(|preset| mean_sdr(preset, &takes, mode));
        println!("{mode:?}: {:.3} dB, rounded {:.3} dB", sdr[0], sdr[1]);
        assert!(sdr[1] > sdr[0] - 0.05, "{mode:?}: {:.2} dB, rounded {:.2} dB", sdr[0], sdr[1]);
        let (before, after) = (play(&rounded, mode), play(&opened, mode));
        assert!(before.sources.iter().zip(&after.sources).all(|(a, b)| a.channels == b.channels), "{mode:?}");
    }
}

/// Nobody taught anything: two adaptive sources share what they find, the percussive part first.
#[test]
fn what_nobody_taught_is_taken_apart_into_a_percussive_and_a_tonal_part() {
    let takes = ["standard-kit", "finger-bass"].map(|name| take(name, 2));
    let sdr = mean_sdr_after(5.0, &Preset::unsupervised(2, 8), &takes, LatencyMode::Quality);
    // The mixture itself has -0.1 dB.
    println!("{sdr:.2} dB");
    assert!(sdr >= 7.2, "{sdr:.2} dB");
}

/// Mean SDR after five seconds, where `fixed` is learned from the first two of take 1, and the other of bass and kit is
/// adaptive; or recognised, and both have their roles.
fn half_taught_sdr(fixed: &str, is_recognised: bool) -> f64 {
    let mut heard = take(fixed, 1);
    heard.channels.iter_mut().for_each(|channel| channel.truncate(88_200));
    let lesson = Lesson { recordings: &[heard], settings: LearnSettings::default(), known: &[], role: None };
    let learned = learn(&[lesson], &mut go_on).unwrap().remove(0);
    let names = ["finger-bass", "standard-kit"];
    let sources = [(names[0], Role::Bass), (names[1], Role::Drums)].map(|(name, role)| match name == fixed {
        true => Source { role: is_recognised.then_some(role), ..Source::fixed(name, 0, learned.clone()) },
        false if is_recognised => Source::recognised(name, 1, role, adaptive::RECOGNISED_COMPONENTS),
        false => Source::adaptive(name, 1, adaptive::COMPONENTS),
    });
    mean_sdr_after(5.0, &Preset::of(sources.into()), &names.map(|name| take(name, 2)), LatencyMode::Quality)
}

/// Drums learned from two seconds, and a bass that nobody taught: the batch algorithm of the tutorial, which sees the
/// whole mixture at once, reaches 11.6 dB.
#[test]
fn an_adaptive_source_is_learned_from_the_mixture_while_it_plays() {
    let sdr = half_taught_sdr("standard-kit", false);
    println!("{sdr:.2} dB");
    assert!(sdr >= 11.5, "{sdr:.2} dB");
}

/// The other way round, most notes of the bass are new: the batch algorithm gives them to the drums and ends at -4.1
/// dB, and without copies of the bass at other pitches it is 3.1 dB.
#[test]
fn notes_that_were_never_learned_stay_with_their_source() {
    let sdr = half_taught_sdr("finger-bass", false);
    println!("{sdr:.2} dB");
    assert!(sdr >= 7.0, "{sdr:.2} dB");
}

/// Beside a source that is recognised too: without the copies it is 7.2 dB.
#[test]
fn notes_that_were_never_learned_stay_with_their_source_beside_recognised_drums() {
    let sdr = half_taught_sdr("finger-bass", true);
    println!("{sdr:.2} dB");
    assert!(sdr >= 11.2, "{sdr:.2} dB");
}

/// The offset itself is shared by the sources, and taken out of them before they are scored.
#[test]
fn an_offset_in_the_input_costs_no_separation() {
    let preset = preset();
    let parts = ["finger-bass", "standard-kit"].map(|name| take(name, 2));
    let truths = parts.each_ref().map(|part| part.downmix().split_off(44_100));
    for mode in [LatencyMode::Live, LatencyMode::Quality] {
        let sdr = |offset: f32| {
            let mut mixture = Recording::sum_of(&parts);
            mixture.channels.iter_mut().flatten().for_each(|sample| *sample += offset);
            let separation = separate(&preset, &mixture, mode, &Controls::default(), &mut go_on).unwrap();
            let centred = |source: &Recording| {
                let mut samples = source.downmix().split_off(44_100);
                let mean = samples.iter().sum::<f32>() / samples.len() as f32;
                samples.iter_mut().for_each(|sample| *sample -= mean);
                samples
            };
            let estimates: Vec<_> = separation.sources.iter().map(centred).collect();
            let scores = bss_eval_sources(&truths, &estimates).unwrap();
            scores.iter().map(|score| score.sdr).sum::<f64>() / scores.len() as f64
        };
        let without = sdr(0.0);
        for offset in [0.1, 0.3] {
            let lost = without - sdr(offset);
            println!("{mode:?}, {offset}: {lost:.3} dB of {without:.2} dB lost");
            assert!(lost < 0.1, "{mode:?}, {offset}: {lost:.3} dB of {without:.2} dB lost");
        }
    }
}

/// Drums and bass of kits and instruments that the source model was never trained on.
fn untaught(sources: [(&str, Role); 2]) -> Preset {
    let source = |(strip, (name, role)): (usize, (&str, Role))| {
        Source::recognised(name, strip, role, adaptive::RECOGNISED_COMPONENTS)
    };
    Preset::of(sources.into_iter().enumerate().map(source).collect())
}

#[test]
fn what_nobody_taught_is_recognised_in_every_mode() {
    let takes = ["standard-kit", "finger-bass"].map(|name| take(name, 2));
    let preset = untaught([("drums", Role::Drums), ("bass", Role::Bass)]);
    for (mode, least) in UNTAUGHT_SDR {
        let sdr = mean_sdr(&preset, &takes, mode);
        println!("{mode:?}: {sdr:.2} dB");
        assert!(sdr >= least, "{mode:?}: {sdr:.2} dB");
    }
}

/// Mean SDR of the first pass, in dB.
const UNTAUGHT_SDR: [(LatencyMode, f64); 4] =
    [(LatencyMode::Direct, 6.5), (LatencyMode::Live, 7.3), (LatencyMode::Balanced, 8.6), (LatencyMode::Quality, 9.7)];

/// A loop on a kit that the source model was never trained on, as three parts and as five.
#[test]
fn a_kit_that_nobody_taught_is_taken_apart() {
    for (roles, least) in [(&Role::KIT[..3], KIT_SDR), (&Role::KIT[..], FULL_KIT_SDR)] {
        let parts: Vec<Recording> = roles.iter().map(|role| part_of_kit(role.name())).collect();
        let source = |(strip, role): (usize, &Role)| {
            Source::recognised(role.name(), strip, *role, adaptive::RECOGNISED_COMPONENTS)
        };
        let preset = Preset::of(roles.iter().enumerate().map(source).collect());
        for (mode, least) in least {
            let sdr = mean_sdr(&preset, &parts, mode);
            println!("{} parts, {mode:?}: {sdr:.2} dB", roles.len());
            assert!(sdr >= least, "{} parts, {mode:?}: {sdr:.2} dB", roles.len());
        }
    }
}

/// Mean SDR of kick, snare and hats, and with toms and cymbals, in dB.
const KIT_SDR: [(LatencyMode, f64); 3] =
    [(LatencyMode::Direct, 9.8), (LatencyMode::Live, 10.9), (LatencyMode::Quality, 13.2)];
const FULL_KIT_SDR: [(LatencyMode, f64); 3] =
    [(LatencyMode::Direct, 4.0), (LatencyMode::Live, 5.0), (LatencyMode::Quality, 6.5)];

#[test]
fn a_batch_that_has_heard_the_recording_recognises_more() {
    let takes = ["standard-kit", "finger-bass"].map(|name| take(name, 2));
    let preset = untaught([("drums", Role::Drums), ("bass", Role::Bass)]);
    let batch = batch::separate(&preset, &Recording::sum_of(&takes), &BatchSettings::default(), &mut go_on).unwrap();
    let downmix = |recordings: &[Recording]| recordings.iter().map(Recording::downmix).collect::<Vec<_>>();
    let scores = bss_eval_sources(&downmix(&takes), &downmix(&batch.separation.sources)).unwrap();
    let sdr = scores.iter().map(|score| score.sdr).sum::<f64>() / 2.0;
    let live = mean_sdr(&preset, &takes, LatencyMode::Quality);
    println!("{sdr:.2} dB, at first hearing {live:.2} dB");
    assert!(sdr > 10.1, "{sdr:.2} dB, at first hearing {live:.2} dB");
}
