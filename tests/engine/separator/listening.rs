//! What the player sets while it plays: nothing clicks, and what is removed is what the remix leaves out.

use super::{noise, null_depth, play, separator, two_sources};
use unbraid_engine::separator::{Controls, LatencyMode};

/// Plays a tone in `mode`, with other controls in each block of 500 samples. The tone's own steepest step is 0.0071; a
/// click would be up to 0.5.
fn assert_no_clicks(mode: LatencyMode, controls: impl Fn(usize) -> Controls) {
    let mut separator = separator(&two_sources(), 44_100.0, mode, 1);
    let step = std::f32::consts::TAU * 100.0 / 44_100.0;
    let tone: Vec<f32> = (0..60_000).map(|n| 0.5 * (step * n as f32).sin()).collect();
    let (mut steepest, mut last) = (0.0_f32, 0.0);
    for (block, samples) in tone.chunks(500).enumerate() {
        separator.set_controls(&controls(block));
        let mut samples = samples.to_vec();
        separator.process(&mut [&mut samples], &mut []);
        for y in samples {
            steepest = steepest.max((y - last).abs());
            last = y;
        }
    }
    assert!(steepest < 0.02, "{mode:?}: {steepest}");
}

#[test]
fn knobs_and_bypass_move_without_clicks() {
    for mode in LatencyMode::ALL {
        assert_no_clicks(mode, |block| {
            let gains = if block % 20 < 10 { [1.0; 8] } else { [0.0; 8] };
            Controls { gains, bypass: block % 45 > 40, ..Controls::default() }
        });
    }
}

#[test]
fn listening_to_what_is_removed_begins_and_ends_without_clicks() {
    for mode in LatencyMode::ALL {
        assert_no_clicks(mode, |block| Controls {
            gains: [0.2; 8],
            mix: 0.8,
            removed: block % 20 > 9,
            without_dry: block % 20 > 12,
            ..Controls::default()
        });
    }
}

#[test]
fn with_all_gains_at_unity_nothing_is_removed() {
    for mode in LatencyMode::ALL {
        let mut separator = separator(&two_sources(), 48_000.0, mode, 1);
        separator.set_controls(&Controls { removed: true, ..Controls::default() });
        let (output, _) = play(&mut separator, &[noise(21, 12_000)], 0, || 333);
        let loudest = output[0].iter().fold(0.0_f32, |peak, y| peak.max(y.abs()));
        assert!(loudest < 1e-6, "{mode:?}: {loudest}");
    }
}

#[test]
fn the_remix_and_what_is_removed_add_up_to_the_delayed_input() {
    let input = noise(22, 20_000);
    for (mix, output) in [(1.0, 1.0), (0.4, 1.0), (1.0, 0.5)] {
        for mode in LatencyMode::ALL {
            let gains = [0.1, 1.7, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
            let [remix, removed] = [false, true].map(|removed| {
                let mut separator = separator(&two_sources(), 44_100.0, mode, 1);
                separator.set_controls(&Controls {
                    gains,
                    mix,
                    output,
                    removed,
                    without_dry: removed,
                    ..Controls::default()
                });
                let (main, sources) = play(&mut separator, std::slice::from_ref(&input), 2, || 512);
                (main, sources, separator.latency_samples())
            });
            let (latency, sum): (usize, Vec<f32>) =
                (remix.2, remix.0[0].iter().zip(&removed.0[0]).map(|(a, b)| (a + b) / output).collect());
            let depth = null_depth(&input, &sum, latency);
            assert!(depth < -120.0, "{mode:?}, mix {mix}, output {output}: {depth} dB");
            assert!(remix.0 != removed.0 && remix.1 == removed.1, "the separate outputs are untouched");
        }
    }
}
