//! How a latency mode frames the stream at a sample rate.

use super::LatencyMode;
use crate::stft::{self, BIN_SPACING_HZ, WindowPair};

/// The sample rate that the modes' latencies are stated at, Hz.
const REFERENCE_RATE: f64 = 44_100.0;
/// Lowest sample rate, Hz.
pub const MIN_SAMPLE_RATE: f64 = 1_000.0;
/// Highest sample rate, Hz.
pub const MAX_SAMPLE_RATE: f64 = 768_000.0;

/// A latency mode's frame at 44.1 kHz; at other rates it lasts as long.
struct Framing {
    /// Bin spacing in Hz.
    bin_spacing: f64,
    /// Synthesis window in samples at 44.1 kHz; `None` for the whole frame.
    synthesis: Option<f64>,
    /// Hops per synthesis window.
    overlap: usize,
    /// Multiplicative updates per frame: fewer where frames follow each other closely and the warm start is near.
    iterations: usize,
}

const fn framing(mode: LatencyMode) -> Framing {
    match mode {
        LatencyMode::Live => {
            Framing { bin_spacing: BIN_SPACING_HZ, synthesis: Some(256.0), overlap: 2, iterations: 40 }
        }
        LatencyMode::Balanced => {
            Framing { bin_spacing: BIN_SPACING_HZ, synthesis: Some(1024.0), overlap: 4, iterations: 60 }
        }
        LatencyMode::Quality => Framing { bin_spacing: BIN_SPACING_HZ, synthesis: None, overlap: 4, iterations: 80 },
    }
}

/// The framing of one stream.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Sample rate in Hz.
    pub sample_rate: f64,
    /// Latency mode.
    pub mode: LatencyMode,
    /// Windows, hop and latency.
    pub windows: WindowPair,
    /// Multiplicative updates per frame.
    pub iterations: usize,
}

impl Layout {
    /// The framing of `mode` at `sample_rate`, in Hz, held within [`MIN_SAMPLE_RATE`] and [`MAX_SAMPLE_RATE`].
    pub fn new(sample_rate: f64, mode: LatencyMode) -> Self {
        let sample_rate = sample_rate.clamp(MIN_SAMPLE_RATE, MAX_SAMPLE_RATE);
        let Framing { bin_spacing, synthesis, overlap, iterations } = framing(mode);
        let frame_len = stft::frame_len(sample_rate, bin_spacing);
        let windows = match synthesis {
            None => WindowPair::symmetric(frame_len, frame_len / overlap),
            Some(samples) => {
                // Rounded down, so that the latency in seconds is never above the one stated.
                let hop = ((samples * sample_rate / REFERENCE_RATE) as usize / overlap).max(1);
                WindowPair::asymmetric(frame_len, hop * overlap, hop)
            }
        };
        Self { sample_rate, mode, windows, iterations }
    }

    /// Distance between two bins, in Hz.
    pub fn bin_spacing(&self) -> f64 {
        self.sample_rate / self.windows.frame_len() as f64
    }

    /// Number of bins F of a frame's spectrum.
    pub fn bins(&self) -> usize {
        self.windows.frame_len() / 2 + 1
    }

    /// Whether two streams are framed alike.
    pub fn same_as(&self, other: &Self) -> bool {
        self.sample_rate == other.sample_rate && self.mode == other.mode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_stay_within_what_the_modes_promise() {
        for rate in [1_000.0, 8_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0, 37_123.0, 768_000.0] {
            for (mode, milliseconds) in LatencyMode::ALL.into_iter().zip([5.81, 23.3, 92.9]) {
                let windows = Layout::new(rate, mode).windows;
                let latency = 1e3 * windows.latency() as f64 / rate;
                assert!(latency <= milliseconds, "{mode:?} at {rate} Hz: {latency} ms");
                assert!(windows.latency() >= windows.hop);
            }
        }
        let at_44k = LatencyMode::ALL.map(|mode| Layout::new(44_100.0, mode).windows.latency());
        assert_eq!(at_44k, [256, 1024, 2048]);
    }
}
