//! Samples to spectra and back: frame lengths per sample rate, windows, and the two transforms.
//!
//! A frame ends at the newest sample. Its analysis window is long, for resolution in frequency. Only its last `latency`
//! samples are resynthesised, through a synthesis window chosen so that the products of both windows, overlapped, add
//! up to exactly 1 (Mauler and Martin 2007). The stream is therefore delayed by exactly the length of the synthesis
//! window, whatever the host's block size. It cannot be less, because a sample is complete only when every frame that
//! covers it has been added. Modes that spread the work of a frame over the following hop add that hop.
//!
//! - `mode`: the latency modes.
//! - `layout`: frame, hop and latency per mode and sample rate.
//!
//! # Example
//! Turns a stream into spectra and back, frame by frame: what comes out is the delayed input.
//! ```
//! use unbraid_engine::stft::{Analysis, Bin, LatencyMode, Layout, Overlap, Synthesis};
//!
//! let layout = Layout::new(48_000.0, LatencyMode::Live);
//! let windows = &layout.windows;
//! let (frame_len, hop, latency) = (windows.frame_len(), windows.hop, windows.latency());
//! let (mut analysis, mut synthesis) = (Analysis::new(&windows.analysis), Synthesis::new(windows));
//! let (mut spectrum, mut overlap) = (vec![Bin::default(); layout.bins()], Overlap::new(windows));
//!
//! let input: Vec<f32> = (0..9_600).map(|n| (0.05 * n as f32).sin()).collect();
//! let mut output = vec![0.0; hop];
//! for end in (frame_len..input.len()).step_by(hop) {
//!     analysis.spectrum(&input[end - frame_len..end], &mut spectrum);
//!     // Here a mask would be applied to the spectrum.
//!     synthesis.add(&mut spectrum, &mut overlap);
//!     overlap.take(&mut output);
//!     // From the first full overlap on.
//!     if end >= frame_len + latency {
//!         let delayed = &input[end - latency..][..hop];
//!         assert!(output.iter().zip(delayed).all(|(out, sample)| (out - sample).abs() < 1e-5));
//!     }
//! }
//! ```

mod layout;
mod mode;

pub use layout::{Layout, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE};
pub use mode::LatencyMode;

use std::{f64::consts::PI, sync::Arc};
use unbraid_fft::{Complex, ComplexToReal, RealToComplex};

/// Bin spacing of the shorter frames, in Hz: 2058 samples at 44.1 kHz, 2240 at 48 kHz. At every usual rate it is a
/// whole number of samples that transforms fast.
pub const BIN_SPACING_HZ: f64 = 150.0 / 7.0;

/// How far rate/N may be from the wanted bin spacing, as a ratio.
const SPACING_TOLERANCE: f64 = 0.0015;

/// One bin of a spectrum.
pub type Bin = Complex<f32>;

/// The even frame length N whose transform is cheapest among those for which `sample_rate / N` is within 0.15 % of
/// `bin_spacing` in Hz. At rates too low for that tolerance, the nearest even N.
///
/// For [`BIN_SPACING_HZ`]: 2058 at 44.1 kHz, 2240 at 48 kHz.
pub fn frame_len(sample_rate: f64, bin_spacing: f64) -> usize {
    let ideal = sample_rate / bin_spacing;
    let nearest = ((ideal / 2.0).round() as usize * 2).max(4);
    let lowest = (ideal * (1.0 - SPACING_TOLERANCE)).ceil() as usize;
    let highest = (ideal * (1.0 + SPACING_TOLERANCE)).floor() as usize;
    (lowest.max(4)..=highest)
        .filter(|n| n % 2 == 0)
        .min_by_key(|&n| (transform_cost(n), n.abs_diff(nearest)))
        .unwrap_or(nearest)
}

/// Relative cost of a transform of length `n`: the sum of its prime factors, to which the work of a mixed-radix FFT is
/// proportional.
fn transform_cost(mut n: usize) -> usize {
    let mut cost = 0;
    let mut factor = 2;
    while n > 1 {
        while n.is_multiple_of(factor) {
            n /= factor;
            cost += factor;
        }
        factor += 1;
    }
    cost
}

/// The periodic Hann window of `len` samples.
pub fn hann(len: usize) -> Vec<f64> {
    (0..len).map(|n| 0.5 - 0.5 * (2.0 * PI * n as f64 / len as f64).cos()).collect()
}

/// An analysis window and the synthesis window that goes with it.
#[derive(Debug, Clone)]
pub struct WindowPair {
    /// Analysis window, `[N]`.
    pub analysis: Vec<f32>,
    /// Synthesis window, `[latency]`, for the last `latency` samples of the frame.
    pub synthesis: Vec<f32>,
    /// Distance between frames, in samples.
    pub hop: usize,
}

impl WindowPair {
    /// A long analysis window with a short end, and a synthesis window for part of the frame's last `latency` samples.
    ///
    /// The analysis window rises as the root of a Hann window over all but the last `fall` samples, and falls as the
    /// root of a Hann window over those. The product of both windows is a Hann window of `latency - ahead` samples and
    /// 0 over the `ahead` newest samples, which are only analysed (Mauler and Martin 2007; Wang et al. 2021, arXiv
    /// 2106.11794).
    ///
    /// # Panics
    /// If `fall` or `latency` is longer than the frame, or `ahead` is not shorter than `latency`.
    pub fn asymmetric(frame_len: usize, fall: usize, latency: usize, ahead: usize, hop: usize) -> Self {
        let rise = frame_len - fall;
        let (long, short) = (hann(2 * rise), hann(2 * fall));
        let analysis: Vec<f64> = long[..rise].iter().chain(&short[fall..]).map(|w| w.sqrt()).collect();
        let mut product = hann(latency - ahead);
        product.resize(latency, 0.0);
        Self::with_product(&analysis, product, hop)
    }

    /// A Hann window for both, for work that can wait for a whole frame.
    pub fn symmetric(frame_len: usize, hop: usize) -> Self {
        let analysis = hann(frame_len);
        let product = analysis.iter().map(|w| w * w).collect();
        Self::with_product(&analysis, product, hop)
    }

    /// The synthesis window that makes the product of both windows `product` on the frame's last `product.len()`
    /// samples, scaled sample by sample so that overlapping products add up to 1 for any `hop`.
    fn with_product(analysis: &[f64], product: Vec<f64>, hop: usize) -> Self {
        let latency = product.len();
        let tail = &analysis[analysis.len() - latency..];
        let mut overlapped = vec![0.0; hop];
        for (n, p) in product.iter().enumerate() {
            overlapped[n % hop] += p;
        }
        let synthesis = product
            .iter()
            .zip(tail)
            .enumerate()
            .map(|(n, (p, a))| if *p == 0.0 { 0.0 } else { (p / (a * overlapped[n % hop])) as f32 })
            .collect();
        Self { analysis: analysis.iter().map(|w| *w as f32).collect(), synthesis, hop }
    }

    /// Frame length N, in samples.
    pub fn frame_len(&self) -> usize {
        self.analysis.len()
    }

    /// Factor from the magnitudes of `channels` channels, added, to amplitude, which is 1 for a sine at full scale:
    /// that has half the window's sum in its bin.
    pub fn amplitude_scale(&self, channels: usize) -> f32 {
        let window: f32 = self.analysis.iter().sum();
        2.0 / (window * channels.max(1) as f32)
    }

    /// Factor from the power of `channels` channels, added, to their mean square. By Parseval's theorem: both halves of
    /// the spectrum, the transform's length, the window's power, the channels.
    pub fn power_scale(&self, channels: usize) -> f32 {
        let window_power: f32 = self.analysis.iter().map(|w| w * w).sum();
        2.0 / (self.frame_len() as f32 * window_power * channels.max(1) as f32)
    }

    /// Delay of the stream, in samples: the length of the synthesis window.
    pub fn latency(&self) -> usize {
        self.synthesis.len()
    }
}

/// Samples to spectra, for one frame length. Allocates nothing after construction.
pub struct Analysis {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    origin: usize,
    frame: Vec<f32>,
    scratch: Vec<Bin>,
}

impl Analysis {
    /// An analysis with `window`, `[N]`.
    pub fn new(window: &[f32]) -> Self {
        let fft = unbraid_fft::forward_f32(window.len());
        Self { window: window.to_vec(), origin: 0, frame: fft.make_input_vec(), scratch: fft.make_scratch_vec(), fft }
    }

    /// The same with phases that count from sample `origin` of the frame: those of the frame rotated by as much.
    #[must_use]
    pub fn with_origin(self, origin: usize) -> Self {
        Self { origin: origin % self.window.len(), ..self }
    }

    /// The spectrum, `[N / 2 + 1]`, of the windowed `samples`, `[N]`.
    ///
    /// # Panics
    /// If a length differs from N or N / 2 + 1.
    pub fn spectrum(&mut self, samples: &[f32], spectrum: &mut [Bin]) {
        let (before, after) = samples.split_at(self.origin);
        let (first, last) = self.window.split_at(self.origin);
        let (rotated, end) = self.frame.split_at_mut(after.len());
        for (frame, samples, window) in [(rotated, after, last), (end, before, first)] {
            for ((frame, sample), weight) in frame.iter_mut().zip(samples).zip(window) {
                *frame = sample * weight;
            }
        }
        let done = self.fft.process_with_scratch(&mut self.frame, spectrum, &mut self.scratch);
        debug_assert!(done.is_ok(), "lengths are those of the plan");
    }
}

/// Spectra to samples, with overlap-add. Allocates nothing after construction.
pub struct Synthesis {
    fft: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    frame: Vec<f32>,
    scratch: Vec<Bin>,
}

impl Synthesis {
    /// A synthesis with the windows of `pair`.
    pub fn new(pair: &WindowPair) -> Self {
        let frame_len = pair.frame_len();
        let fft = unbraid_fft::inverse_f32(frame_len);
        // The inverse transform is unscaled: 1/N goes into the window.
        let window = pair.synthesis.iter().map(|w| w / frame_len as f32).collect();
        Self { window, frame: fft.make_output_vec(), scratch: fft.make_scratch_vec(), fft }
    }

    /// Adds the frame with this `spectrum`, `[N / 2 + 1]`, which is overwritten, to `overlap`.
    ///
    /// # Panics
    /// If the spectrum's length is not N / 2 + 1.
    pub fn add(&mut self, spectrum: &mut [Bin], overlap: &mut Overlap) {
        overlap.add(self.transform(spectrum));
    }

    /// The same, with the samples weighted by `gate`, `[latency]`.
    ///
    /// # Panics
    /// If the spectrum's length is not N / 2 + 1.
    pub fn add_gated(&mut self, spectrum: &mut [Bin], gate: &[f32], overlap: &mut Overlap) {
        overlap.add(self.transform(spectrum).zip(gate).map(|(sample, weight)| sample * weight));
    }

    /// The samples of the frame with this `spectrum`, through the synthesis window.
    fn transform(&mut self, spectrum: &mut [Bin]) -> impl Iterator<Item = f32> {
        // A real signal has no imaginary part at 0 Hz and at Nyquist.
        spectrum[0].im = 0.0;
        let last = spectrum.len() - 1;
        spectrum[last].im = 0.0;
        let done = self.fft.process_with_scratch(spectrum, &mut self.frame, &mut self.scratch);
        debug_assert!(done.is_ok(), "lengths are those of the plan");
        let tail = &self.frame[self.frame.len() - self.window.len()..];
        tail.iter().zip(&self.window).map(|(sample, weight)| sample * weight)
    }
}

/// The samples of one output stream to which later frames will still be added.
#[derive(Debug, Clone)]
pub struct Overlap {
    sum: Vec<f32>,
}

impl Overlap {
    /// Silence, for streams with the windows of `pair`.
    pub fn new(pair: &WindowPair) -> Self {
        Self { sum: vec![0.0; pair.latency()] }
    }

    /// Adds the `samples` of a frame, through the synthesis window, `[latency]`; those that are missing are 0.
    pub fn add(&mut self, samples: impl Iterator<Item = f32>) {
        self.sum.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += sample);
    }

    /// Moves the `out.len()` oldest samples into `out`. If that is one hop, no later frame reaches them.
    pub fn take(&mut self, out: &mut [f32]) {
        let (hop, len) = (out.len(), self.sum.len());
        out.copy_from_slice(&self.sum[..hop]);
        self.sum.copy_within(hop.., 0);
        self.sum[len - hop..].fill(0.0);
    }

    /// Back to silence.
    pub fn clear(&mut self) {
        self.sum.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_lengths_keep_the_bin_spacing_and_factor_well() {
        for (rate, n) in [(44_100.0, 2058), (48_000.0, 2240), (88_200.0, 4116), (96_000.0, 4480), (192_000.0, 8960)] {
            assert_eq!(frame_len(rate, BIN_SPACING_HZ), n);
        }
        for rate in [8_000.0, 22_050.0, 37_123.0, 88_200.0, 96_000.0, 192_000.0, 1_536_000.0] {
            let n = frame_len(rate, BIN_SPACING_HZ);
            // At low rates no length is within the tolerance, and the nearest even one is taken.
            let tolerance = SPACING_TOLERANCE.max(BIN_SPACING_HZ / rate);
            assert!((rate / n as f64 / BIN_SPACING_HZ - 1.0).abs() <= tolerance, "{rate} Hz: {n}");
            assert!(transform_cost(n) < n / 4, "{rate} Hz: {n} is close to prime");
        }
        assert_eq!(frame_len(1_000.0, BIN_SPACING_HZ), 46);
    }

    #[test]
    fn overlapping_products_add_up_to_one() {
        for pair in [
            WindowPair::asymmetric(2048, 1024, 2048, 0, 512),
            WindowPair::asymmetric(2058, 64, 128, 0, 64),
            WindowPair::asymmetric(2240, 139, 276, 138, 69),
            WindowPair::asymmetric(46, 2, 4, 1, 1),
            WindowPair::symmetric(4116, 1029),
            WindowPair::symmetric(92, 22),
        ] {
            let tail = &pair.analysis[pair.frame_len() - pair.latency()..];
            let mut sums = vec![0.0_f32; pair.hop];
            for (n, (a, s)) in tail.iter().zip(&pair.synthesis).enumerate() {
                sums[n % pair.hop] += a * s;
            }
            assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-6), "hop {}: {sums:?}", pair.hop);
            assert!(pair.synthesis.iter().all(|s| s.is_finite()));
        }
    }
}
