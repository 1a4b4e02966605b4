//! What an editor sees of a frame.

use super::{dictionary, noise, play, separator, two_sources};
use unbraid_engine::{
    preset::{Preset, Source},
    separator::{
        AnalyzerFrame, AnalyzerReceiver, AnalyzerSender, Controls, LatencyMode, Layout, Model, MusicalTime,
        analyzer_frames,
    },
};

/// An open link on which so many frames can wait.
fn open(places: usize) -> (AnalyzerSender, AnalyzerReceiver) {
    let (sender, mut receiver) = analyzer_frames(places);
    receiver.open(|| AnalyzerFrame::with_room(2_300));
    (sender, receiver)
}

fn seen(mut receiver: AnalyzerReceiver) -> Vec<AnalyzerFrame> {
    let mut seen = Vec::new();
    receiver.each(|frame| seen.push(frame.clone()));
    seen
}

/// A window that rested for a while sees what came last.
#[test]
fn the_oldest_frames_give_way_to_new_ones() {
    let (sender, receiver) = open(5);
    let mut separator = separator(&two_sources(), 44_100.0, LatencyMode::Live, 1).with_analyzer(sender);
    play(&mut separator, &[noise(1, 60_000)], 0, || 64);
    let frames = seen(receiver);
    assert_eq!(frames.len(), 5);
    assert!(frames.windows(2).all(|two| two[1].position == two[0].position + two[0].step as u64));
    let last = frames.last().unwrap();
    assert!(last.position + last.step as u64 > 60_000 - 256, "up to {} of 60 000 samples", last.position);
}

#[test]
fn an_open_editor_does_not_change_the_sound() {
    for mode in LatencyMode::ALL {
        let input = [noise(5, 30_000), noise(6, 30_000)];
        let controls = Controls { gains: [0.3; 8], mix: 0.9, ..Controls::default() };
        let run = |analyzer: Option<AnalyzerSender>, blocks: usize| {
            let mut separator = separator(&two_sources(), 44_100.0, mode, 2);
            separator.set_analyzer(analyzer);
            separator.set_controls(&controls);
            play(&mut separator, &input, 2, || blocks)
        };
        let (sender, receiver) = open(100);
        assert!(run(None, 512) == run(Some(sender), 37), "{mode:?}");
        assert!(receiver.sent() > 20, "{mode:?}: {} frames", receiver.sent());
    }
}

#[test]
fn what_is_shown_of_a_frame_is_what_was_played() {
    let rate = 48_000.0;
    for mode in LatencyMode::ALL {
        let hz = 20.0 * Layout::new(rate, mode).bin_spacing();
        let tone: Vec<f32> = (0..96_000).map(|n| (std::f64::consts::TAU * hz * n as f64 / rate).sin() as f32).collect();
        let (sender, receiver) = open(200);
        let mut separator = separator(&two_sources(), rate, mode, 2).with_analyzer(sender);
        let mut gains = [1.0; 8];
        gains[..2].copy_from_slice(&[0.25, 2.0]);
        separator.set_controls(&Controls { gains, mix: 0.5, output: 0.5, ..Controls::default() });
        play(&mut separator, &[tone.clone(), tone], 0, || 500);
        let frames = seen(receiver);
        assert!((80..=100).contains(&(frames.len() / 2)), "{mode:?}: {} frames a second", frames.len() / 2);
        assert!(frames.windows(2).all(|two| two[1].position == two[0].position + two[0].step as u64));
        let last = frames.last().unwrap();
        assert_eq!((last.wet, last.dry), (0.25, 0.25));
        assert_eq!(last.gains[..2], [0.3125, 0.75], "what is left of each source in the output");
        let loudest = last.magnitudes().iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        assert_eq!(loudest.0, 20);
        assert!((last.scale * loudest.1 - 1.0).abs() < 0.02, "{mode:?}: {}", last.scale * loudest.1);
        for bin in 0..last.magnitudes().len() {
            let masks = [last.mask(0)[bin], last.mask(1)[bin]];
            assert!((masks[0] + masks[1] - 1.0).abs() < 1e-5);
            assert!((last.weights()[bin] - 0.25 * masks[0] - 2.0 * masks[1]).abs() < 1e-5);
        }
        assert_eq!((last.sources(), last.activations().len()), (2, 8));
        assert!(last.activations().iter().any(|h| *h > 0.0));
    }
}

/// An impulse on a beat is in the frames around that beat, in every mode.
#[test]
fn a_frame_tells_where_in_the_hosts_music_its_middle_is() {
    for mode in LatencyMode::ALL {
        let (rate, beat_sample) = (48_000.0, 24_000);
        let (sender, receiver) = open(200);
        let mut separator = separator(&two_sources(), rate, mode, 1).with_analyzer(sender);
        let start =
            MusicalTime { beats: 3.0, tempo: 120.0, bar_start: 0.0, bar: 0, beats_per_bar: 4, beat_length: 1.0 };
        let mut input = vec![0.0; 48_000];
        input[beat_sample] = 1.0;
        for (block, samples) in input.chunks_mut(480).enumerate() {
            separator.set_musical_time(Some(start.later(block as f64 * 480.0 / rate)));
            separator.process(&mut [samples], &mut []);
        }
        let frames = seen(receiver);
        let energy = |frame: &AnalyzerFrame| frame.magnitudes().iter().map(|value| value * value).sum::<f32>();
        let loudest = frames.iter().max_by(|a, b| energy(a).total_cmp(&energy(b))).unwrap();
        let away = (loudest.musical_time.unwrap().beats - 4.0) / 2.0;
        assert!(away.abs() < 0.015, "{mode:?}: {away} s from the beat");
        assert!(loudest.middle.abs_diff(beat_sample as u64) < 720, "{mode:?}: {}", loudest.middle);
    }
}

#[test]
fn masks_are_shown_as_they_fade() {
    let (mode, rate) = (LatencyMode::Live, 44_100.0);
    let (sender, receiver) = open(100);
    let mut separator = separator(&two_sources(), rate, mode, 1).with_analyzer(sender);
    play(&mut separator, &[noise(1, 4_000)], 0, || 64);
    let three = Preset::of(
        ["a", "bc", "def"].map(|name| Source::fixed(name, 0, dictionary(9 + name.len() as u64, 4, 2058))).to_vec(),
    );
    assert!(separator.offer_model(Box::new(Model::new(&three, rate, mode).unwrap())).is_ok());
    play(&mut separator, &[noise(2, 8_000)], 0, || 64);
    let frames = seen(receiver);
    let third = |frame: &AnalyzerFrame| (0..frame.sources()).skip(2).map(|s| frame.mask(s)[300]).sum::<f32>();
    assert_eq!(frames.first().unwrap().sources(), 2);
    assert!(frames.iter().any(|frame| (0.01..0.2).contains(&third(frame))), "a fade is seen half way");
    for frame in &frames {
        let sum: f32 = (0..frame.sources()).map(|source| frame.mask(source)[300]).sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }
    assert_eq!(frames.last().unwrap().sources(), 3);
}
