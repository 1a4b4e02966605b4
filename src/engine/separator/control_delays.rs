//! How long a host's automation is held back, so that it is heard where it was drawn.
//!
//! A frame ends at the newest sample, but what its masks and gains act on lies earlier: half the synthesis window and
//! the newest hops for the masks, all of both for what is done to the hop that is played. Smoothing comes later than it
//! is asked. The delay is the difference, in the time of the input; the stream's latency is added for both alike.

use super::controls;
use crate::stft::Layout;

/// How long automated controls are held back, in samples of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ControlDelays {
    /// For gains, for what shapes the masks and for listening to what is removed.
    pub masks: usize,
    /// For mix, its dry share, output gain and bypass, which act on the hop that is played.
    pub mix: usize,
}

impl ControlDelays {
    /// The delays in `layout`.
    pub fn of(layout: &Layout) -> Self {
        let windows = &layout.windows;
        let hop = windows.hop as f64;
        let lateness = hop * hops_to_half(controls::pace(windows.hop, layout.sample_rate).into());
        let samples = |reach: f64| (reach - lateness).max(0.0).round() as usize;
        Self { masks: samples(centre_before_end(layout)), mix: samples(windows.latency() as f64 - hop) }
    }
}

/// How far before a frame's end the centre of what its masks act on lies: the centroid of both windows' product, in
/// samples.
fn centre_before_end(layout: &Layout) -> f64 {
    let windows = &layout.windows;
    let first = windows.frame_len() - windows.synthesis.len();
    let products = windows.analysis[first..].iter().zip(&windows.synthesis).map(|(a, s)| f64::from(a * s));
    let (weighted, total) = (0..windows.synthesis.len())
        .rev()
        .zip(products)
        .fold((0.0, 0.0), |(weighted, total), (n, product)| (weighted + product * (n as f64 + 0.5), total + product));
    weighted / total
}

/// Hops after which a step that lies at the beginning of a hop is half done, if each hop covers `pace` of what is left
/// and values are joined by straight lines.
fn hops_to_half(pace: f64) -> f64 {
    let (mut hops, mut left) = (0.0, 1.0);
    while left * (1.0 - pace) > 0.5 {
        left *= 1.0 - pace;
        hops += 1.0;
    }
    hops + (left - 0.5) / (left * pace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stft::LatencyMode;

    #[test]
    fn steps_are_half_done_where_an_exponential_is() {
        assert!((hops_to_half(1.0) - 0.5).abs() < 1e-12);
        // Many small hops: ln 2 time constants.
        let pace = 1.0 - (-0.001_f64).exp();
        assert!((hops_to_half(pace) * 0.001 - std::f64::consts::LN_2).abs() < 1e-3);
    }

    #[test]
    fn no_delay_is_longer_than_the_latency() {
        for rate in [8_000.0, 44_100.0, 48_000.0, 192_000.0] {
            for mode in LatencyMode::ALL {
                let layout = Layout::new(rate, mode);
                let ControlDelays { masks, mix } = ControlDelays::of(&layout);
                assert!(masks <= mix && mix <= layout.latency_samples(), "{mode:?} at {rate} Hz: {masks}, {mix}");
            }
        }
        let quality = ControlDelays::of(&Layout::new(44_100.0, LatencyMode::Quality));
        // The window's middle is 2,048 samples before its end, the lateness 284.
        assert_eq!(quality, ControlDelays { masks: 1_764, mix: 2_276 });
    }
}
