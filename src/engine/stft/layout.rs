//! How a latency mode frames the stream at a sample rate.

use super::{BIN_SPACING_HZ, LatencyMode, WindowPair, frame_len};

/// The sample rate at which the modes' latencies are stated, in Hz.
const REFERENCE_RATE: f64 = 44_100.0;
/// Lowest sample rate, in Hz.
pub const MIN_SAMPLE_RATE: f64 = 1_000.0;
/// Highest sample rate, in Hz: twice the highest that converters have; a host's validator tries 1,234,567.8 Hz.
pub const MAX_SAMPLE_RATE: f64 = 1_536_000.0;

/// Cycles of the solver per frame. With a warm start these separate as well as the optimum does.
const CYCLES: usize = 8;

/// The frame of a latency mode. Lengths are in samples at 44.1 kHz; at other rates a frame lasts as long.
struct Framing {
    /// Bin spacing in Hz.
    bin_spacing: f64,
    /// Distance between frames. All other lengths are whole numbers of hops.
    hop: f64,
    /// Hops over which the analysis window falls.
    fall: usize,
    /// Hops at the end of a frame that are resynthesised.
    synthesis: usize,
    /// Newest hops of a frame, which are analysed but not resynthesised.
    ahead: usize,
    /// Whether the work of a frame is spread over the following hop, which delays the stream by one hop.
    spread: bool,
}

const fn framing(mode: LatencyMode) -> Framing {
    let (short, long) = (BIN_SPACING_HZ, BIN_SPACING_HZ / 2.0);
    match mode {
        LatencyMode::Direct => {
            Framing { bin_spacing: short, hop: 32.0, fall: 2, synthesis: 2, ahead: 2, spread: false }
        }
        LatencyMode::Live => Framing { bin_spacing: short, hop: 64.0, fall: 2, synthesis: 2, ahead: 2, spread: false },
        LatencyMode::Balanced => {
            Framing { bin_spacing: short, hop: 128.0, fall: 5, synthesis: 4, ahead: 3, spread: true }
        }
        LatencyMode::Quality => {
            Framing { bin_spacing: long, hop: 512.0, fall: 3, synthesis: 4, ahead: 2, spread: true }
        }
    }
}

/// How one stream is cut into frames.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Sample rate in Hz.
    pub sample_rate: f64,
    /// Latency mode.
    pub mode: LatencyMode,
    /// Windows, hop and latency.
    pub windows: WindowPair,
    /// Cycles of the solver per frame.
    pub cycles: usize,
    /// Whether the work of a frame is spread over the following hop.
    pub spread: bool,
}

impl Layout {
    /// The layout of `mode` at `sample_rate` in Hz, which is clamped to [`MIN_SAMPLE_RATE`] and [`MAX_SAMPLE_RATE`].
    pub fn new(sample_rate: f64, mode: LatencyMode) -> Self {
        let sample_rate = sample_rate.clamp(MIN_SAMPLE_RATE, MAX_SAMPLE_RATE);
        let framing = framing(mode);
        // Rounded down, so that the latency in seconds is never above the stated one.
        let hop = ((framing.hop * sample_rate / REFERENCE_RATE) as usize).max(1);
        let frame_len = frame_len(sample_rate, framing.bin_spacing);
        let ahead = framing.ahead * hop;
        let windows =
            WindowPair::asymmetric(frame_len, framing.fall * hop, framing.synthesis * hop + ahead, ahead, hop);
        Self { sample_rate, mode, windows, cycles: CYCLES, spread: framing.spread }
    }

    /// Delay of the stream, in samples: the synthesis window with the newest hops, and the hop over which the work is
    /// spread.
    pub fn latency_samples(&self) -> usize {
        self.windows.latency() + if self.spread { self.windows.hop } else { 0 }
    }

    /// Distance between two bins, in Hz.
    pub fn bin_spacing(&self) -> f64 {
        self.sample_rate / self.windows.frame_len() as f64
    }

    /// Number of bins F of a frame's spectrum.
    pub fn bins(&self) -> usize {
        self.windows.frame_len() / 2 + 1
    }

    /// Whether both have the same sample rate and mode.
    pub fn same_as(&self, other: &Self) -> bool {
        self.sample_rate == other.sample_rate && self.mode == other.mode
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_stay_within_what_the_modes_promise() {
        for rate in [1_000.0, 8_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0, 37_123.0, 1_536_000.0] {
            for (mode, milliseconds) in LatencyMode::ALL.into_iter().zip([2.91, 5.81, 23.3, 81.4]) {
                let layout = Layout::new(rate, mode);
                let latency = 1e3 * layout.latency_samples() as f64 / rate;
                // A hop has at least one sample.
                assert!(latency <= milliseconds || layout.windows.hop == 1, "{mode:?} at {rate} Hz: {latency} ms");
                assert!(layout.windows.latency() >= layout.windows.hop);
            }
        }
        let at_44k = LatencyMode::ALL.map(|mode| Layout::new(44_100.0, mode).latency_samples());
        assert_eq!(at_44k, [128, 256, 1024, 3584]);
    }
}
