//! What is asked of the system before something large begins is about what it takes.

use crate::allocations::held_by;
use unbraid_engine::{
    dictionary::{Dictionary, FrameSpec, Training},
    learner::adaptive::AdaptiveState,
    preset::{Preset, Source},
    separator::{LatencyMode, Layout, Model, Separator},
};

/// A source of `components` bases with a peak each, which is pitched.
fn pitched(components: usize) -> Source {
    let bins = 2_049;
    let frame = FrameSpec {
        sample_rate: 44_100.0,
        frame_len: 2 * (bins - 1),
        window: "hann".to_owned(),
        latency: 2 * (bins - 1),
        exponent: 1.0,
    };
    let peak = |k: usize| (0..bins).map(move |bin| if bin == 20 + 3 * k { 1.0 } else { 0.0 });
    let bases = (0..components).flat_map(peak).collect();
    let training = Training { divergence: "kl".to_owned(), seed: 0, iterations: 0 };
    Source::fixed("pitched", 0, Dictionary { frame, training, components, bins, bases, reconstruction: None })
}

#[test]
fn a_model_takes_no_more_memory_than_is_asked_for_before_it_is_built() {
    let with_copies = Preset::of([vec![pitched(32)], Preset::unsupervised(2, 32).sources].concat());
    let unsupervised = [(2, 4), (2, 32), (8, 64), (8, 512)].map(|(count, bases)| Preset::unsupervised(count, bases));
    for preset in unsupervised.into_iter().chain([Preset::of(vec![pitched(256)]), with_copies]) {
        for mode in [LatencyMode::Direct, LatencyMode::Live, LatencyMode::Quality] {
            for rate in [48_000.0, 192_000.0] {
                let (state, layout) = (AdaptiveState::default(), Layout::new(rate, mode));
                let asked = Model::memory_needed(&preset, &state, &layout).unwrap();
                let taken = held_by(|| Separator::new(Box::new(Model::new(&preset, rate, mode).unwrap()), 2));
                let bases = preset.sources.iter().map(Source::components).sum::<usize>();
                println!("{bases} {mode:?} {rate}: asked for {asked}, took {taken}");
                // Small things are asked for beside it.
                assert!(taken < asked + (4 << 20), "{bases} bases, {mode:?}, {rate} Hz: {taken} of {asked}");
                assert!(asked < 3 * taken + (16 << 20), "{bases} bases, {mode:?}, {rate} Hz: {taken} of {asked}");
            }
        }
    }
}
