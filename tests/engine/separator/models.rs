//! From one model to the next while it plays.

use super::{dictionary, noise, play, separator, two_sources};
use unbraid_engine::{
    preset::{Preset, Source},
    separator::{Controls, LatencyMode, Model, Separator},
};

#[test]
fn a_model_for_another_stream_is_given_back() {
    let mut separator = separator(&two_sources(), 44_100.0, LatencyMode::Live, 1);
    for (rate, mode) in [(48_000.0, LatencyMode::Live), (44_100.0, LatencyMode::Quality)] {
        assert!(separator.offer_model(Box::new(Model::new(&two_sources(), rate, mode).unwrap())).is_err());
    }
    let model = || Box::new(Model::new(&two_sources(), 44_100.0, LatencyMode::Live).unwrap());
    assert!(separator.offer_model(model()).is_ok());
    assert!(separator.offer_model(model()).is_err(), "one fade at a time");
}

#[test]
fn a_model_fades_in_without_a_click() {
    let one = |name: &str| Preset::of(vec![Source::fixed(name, 0, dictionary(1, 2, 2058))]);
    let mut separator = separator(&one("a"), 44_100.0, LatencyMode::Live, 1);
    // The only source of the first preset is silenced; the second preset's two are not both.
    separator.set_controls(&Controls { gains: [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() });
    let step = std::f32::consts::TAU * 100.0 / 44_100.0;
    let (mut steepest, mut last, mut loudest) = (0.0_f32, 0.0_f32, 0.0_f32);
    for block in 0..200 {
        if block == 50 {
            let model = Model::new(&two_sources(), 44_100.0, LatencyMode::Live).unwrap();
            assert!(separator.offer_model(Box::new(model)).is_ok());
        }
        let mut samples: Vec<f32> = (0..200).map(|n| 0.5 * (step * (block * 200 + n) as f32).sin()).collect();
        separator.process(&mut [&mut samples], &mut []);
        for y in samples {
            steepest = steepest.max((y - last).abs());
            loudest = loudest.max(y.abs());
            last = y;
        }
    }
    assert!(steepest < 0.02, "{steepest}");
    assert!(loudest > 0.05, "the second preset is heard: {loudest}");
}

/// The knobs of sources that the new preset lacks are no longer given; the sources fade out as they were.
#[test]
fn a_silenced_source_stays_silent_while_its_preset_fades_out() {
    let three = Preset::of((0..3).map(|seed| Source::fixed("x", 0, dictionary(seed, 3, 2058))).collect());
    let mut separator = separator(&three, 44_100.0, LatencyMode::Live, 1);
    let gains = |last: f32| Controls { gains: [1.0, 1.0, last, 1.0, 1.0, 1.0, 1.0, 1.0], ..Controls::default() };
    separator.set_controls(&gains(0.0));
    play(&mut separator, &[noise(1, 10_000)], 3, || 64);
    let next = Model::new(&two_sources(), 44_100.0, LatencyMode::Live).unwrap();
    assert!(separator.offer_model(Box::new(next)).is_ok());
    separator.set_controls(&gains(1.0));
    let (_, sources) = play(&mut separator, &[noise(2, 10_000)], 3, || 64);
    assert!(sources[2][0].iter().all(|sample| *sample == 0.0));
    assert!(separator.take_retired().is_some(), "the fade ended");
}

/// A loop that is heard in the place of the stream, say.
#[test]
fn what_is_no_part_of_the_stream_is_not_learned_from() {
    let mut model = Model::new(&Preset::unsupervised(2, 4), 44_100.0, LatencyMode::Live).unwrap();
    let mut adapter = model.adapt_elsewhere().unwrap();
    let mut separator = Separator::new(Box::new(model), 1);
    let mut learns = |hold: bool| {
        let mut has_learned = false;
        for block in 0..200 {
            separator.hold_learning(hold);
            separator.process(&mut [&mut noise(block, 441)], &mut []);
            has_learned |= adapter.work().has_learned;
        }
        has_learned
    };
    assert_eq!([true, false, true].map(&mut learns), [false, true, false]);
}
