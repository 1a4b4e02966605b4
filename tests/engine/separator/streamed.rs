//! The engine over a recording that comes block by block.

use super::{noise, two_sources};
use std::{convert::Infallible, ops::ControlFlow};
use unbraid_engine::{
    recording::Recording,
    separator::{
        Controls, LatencyMode,
        offline::{OfflineSeparator, SeparatedBlock, separate},
    },
};

#[test]
fn a_recording_that_comes_block_by_block_is_separated_to_the_same_bits() {
    let (preset, controls) = (two_sources(), Controls { gains: [0.25; 8], ..Controls::default() });
    let mixture = Recording { sample_rate: 44_100, channels: vec![noise(1, 30_000), noise(2, 30_000)] };
    for mode in LatencyMode::ALL {
        let whole = separate(&preset, &mixture, mode, &controls, &mut |_| ControlFlow::Continue(())).unwrap();
        for needs_sources in [true, false] {
            let mut separator = OfflineSeparator::new(&preset, 44_100, 2, mode, &controls).unwrap();
            if !needs_sources {
                separator = separator.without_sources();
            }
            assert_eq!(separator.latency_samples(), whole.latency_samples);
            let mut given = vec![vec![Vec::new(); 2]; if needs_sources { 3 } else { 1 }];
            let mut give = |block: &SeparatedBlock<'_>| -> Result<(), Infallible> {
                for (given, block) in given.iter_mut().zip([&block.main].into_iter().chain(&block.sources)) {
                    given.iter_mut().zip(block).for_each(|(given, samples)| given.extend_from_slice(samples));
                }
                Ok(())
            };
            let mut start = 0;
            for len in [1, 1_152, 4_096, 10_000, 14_751] {
                let block: Vec<&[f32]> = mixture.channels.iter().map(|channel| &channel[start..start + len]).collect();
                let Ok(()) = separator.play(&block, &mut give);
                start += len;
            }
            let Ok(()) = separator.finish(&mut give);
            let expected = [&whole.main].into_iter().chain(&whole.sources);
            for (given, expected) in given.iter().zip(expected) {
                assert_eq!(given, &expected.channels, "{mode:?}");
            }
        }
    }
}
