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
        let mut values = vec![0.0; self.len() * bins];
        values.par_chunks_exact_mut(bins).enumerate().for_each_init(
            || self.tools(),
            |tools, (t, sums)| {
                for channel in channels {
                    let spectrum = self.spectrum(tools, channel, t);
                    sums.iter_mut().zip(spectrum).skip(1).for_each(|(sum, bin)| *sum += bin.norm());
                }
            },
        );
        Frames { bins, values }
    }

    /// The power of all bins as mean squares, the channels averaged, `[T, F]`.
    pub(super) fn power(&self, channels: &[Vec<f32>]) -> Vec<f32> {
        let windows = &self.layout.windows;
        let window_power: f32 = windows.analysis.iter().map(|w| w * w).sum();
        // Parseval's theorem: both halves of the spectrum, the transform's length, the window's power, the channels.
        let scale = 2.0 / (windows.frame_len() as f32 * window_power * channels.len().max(1) as f32);
        let bins = self.layout.bins();
        let mut values = vec![0.0; self.len() * bins];
        values.par_chunks_exact_mut(bins).enumerate().for_each_init(
            || self.tools(),
            |tools, (t, sums)| {
                for channel in channels {
                    let spectrum = self.spectrum(tools, channel, t);
                    sums.iter_mut().zip(spectrum).for_each(|(sum, bin)| *sum += scale * bin.norm_sqr());
                }
            },
        );
        values
    }

    /// The spectrum of frame `t` of `channel`.
    fn spectrum<'a>(&self, tools: &'a mut FrameTools, channel: &[f32], t: usize) -> &'a [Bin] {
        self.copy_frame(channel, t, &mut tools.frame);
        tools.analysis.spectrum(&tools.frame, &mut tools.spectrum);
        &tools.spectrum
    }

    fn tools(&self) -> FrameTools {
        let windows = &self.layout.windows;
        FrameTools {
            analysis: Analysis::new(&windows.analysis),
            frame: vec![0.0; windows.frame_len()],
            spectrum: vec![Bin::default(); self.layout.bins()],
        }
    }
}

/// What it takes to compute spectra.
struct FrameTools {
    analysis: Analysis,
    frame: Vec<f32>,
    spectrum: Vec<Bin>,
}
