//! Cuts a whole recording into frames, with Hann windows.

use crate::{
    nmf::factorization::Frames,
    stft::{Analysis, Bin, LatencyMode, Layout, WindowPair},
};
use rayon::prelude::*;

/// Number of frames that overlap.
const OVERLAP: usize = 4;

/// The frames of a recording: as long as those of the Quality mode, so that dictionaries fit bin by bin, but with Hann
/// windows.
///
/// Frame `t` starts `t` hops after the first frame, which overlaps the recording by one hop. The last frame ends after
/// the recording.
#[derive(Debug, Clone)]
pub(super) struct Spectrogram {
    pub(super) layout: Layout,
    /// Length of the recording, in samples.
    samples: usize,
}

impl Spectrogram {
    pub(super) fn new(sample_rate: f64, samples: usize) -> Self {
        let quality = Layout::new(sample_rate, LatencyMode::Quality);
        let frame_len = quality.windows.frame_len();
        let windows = WindowPair::symmetric(frame_len, (frame_len / OVERLAP).max(1));
        Self { layout: Layout { windows, spread: false, ..quality }, samples }
    }

    /// Number of frames T.
    pub(super) fn len(&self) -> usize {
        (self.samples + self.before()).div_ceil(self.layout.windows.hop)
    }

    /// Number of samples of the first frame before the recording.
    pub(super) fn before(&self) -> usize {
        self.layout.windows.frame_len() - self.layout.windows.hop
    }

    /// Copies the samples of frame `t` of `channel` to `frame`, `[N]`, with silence around the recording.
    pub(super) fn copy_frame(&self, channel: &[f32], t: usize, frame: &mut [f32]) {
        let first = t * self.layout.windows.hop;
        for (n, sample) in frame.iter_mut().enumerate() {
            let place = (first + n).checked_sub(self.before());
            *sample = place.and_then(|place| channel.get(place)).copied().unwrap_or(0.0);
        }
    }

    /// Magnitudes of the lowest `bins` bins, the channels added, 0 at 0 Hz.
    pub(super) fn magnitudes(&self, channels: &[Vec<f32>], bins: usize) -> Frames {
        let mut values = self.sums(channels, bins, |bin| bin.norm());
        values.iter_mut().step_by(bins).for_each(|offset| *offset = 0.0);
        Frames { bins, values }
    }

    /// The power of all bins as mean squares, the channels averaged, `[T, F]`.
    pub(super) fn power(&self, channels: &[Vec<f32>]) -> Vec<f32> {
        let scale = self.layout.windows.power_scale(channels.len());
        self.sums(channels, self.layout.bins(), |bin| scale * bin.norm_sqr())
    }

    /// `value` of the lowest `bins` bins, added over the channels, `[T, bins]`.
    fn sums(&self, channels: &[Vec<f32>], bins: usize, value: impl Fn(&Bin) -> f32 + Sync) -> Vec<f32> {
        let windows = &self.layout.windows;
        let tools = || {
            let analysis = Analysis::new(&windows.analysis);
            (analysis, vec![0.0; windows.frame_len()], vec![Bin::default(); self.layout.bins()])
        };
        let mut sums = vec![0.0; self.len() * bins];
        sums.par_chunks_exact_mut(bins).enumerate().for_each_init(tools, |(analysis, frame, spectrum), (t, sums)| {
            for channel in channels {
                self.copy_frame(channel, t, frame);
                analysis.spectrum(frame, spectrum);
                sums.iter_mut().zip(spectrum.iter()).for_each(|(sum, bin)| *sum += value(bin));
            }
        });
        sums
    }
}
