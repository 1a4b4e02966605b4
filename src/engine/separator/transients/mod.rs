//! Keeps hits from smearing backwards (pre-echo), by window switching (Edler 1989).
//!
//! A frame that contains an onset has one mask, which is applied to what sounded before the onset too: the hit is
//! heard, or leaves a gap, up to a frame before it comes. So such a frame is divided at the onset, at the newest one if
//! there are several. What lies before it, x p, is masked with the masks of the last frame that had not seen the onset,
//! what lies after it, x (1 − p), with the frame's own. Each part is resynthesised on its own side of the onset: masks
//! ring, by up to a frame, to both sides.
//!
//! The gates of both sides are 1 wherever their part is not 0. So the parts still add up to the whole frame, and the
//! sources to the mixture. The input's newest samples decide whether there is an onset, so nothing comes later for it.
//!
//! - `onsets`: where the onsets are.

mod onsets;

use super::channel::{InputChannel, OutputChannel};
use super::{Layout, fade::Fade, loops};
use crate::{
    preset::MAX_SOURCES,
    stft::{Analysis, Bin, Synthesis},
};
use onsets::OnsetDetector;

/// Duration of the crossfade between both parts, which is centred on the onset, in milliseconds.
const CROSSFADE_MS: f64 = 2.9;

/// A frame that contains an onset, divided there.
pub(super) struct Transients {
    detector: OnsetDetector,
    frame_len: usize,
    latency: usize,
    /// Number of the frame's newest samples that are not resynthesised yet.
    ahead: usize,
    bins: usize,
    /// Rises from 0 to 1 as a raised cosine, over the crossfade.
    ramp: Vec<f32>,
    /// Masks of the last frame that had not seen the onset, `[MAX_SOURCES, F]`.
    masks: Vec<f32>,
    /// Samples before the onset, `[N]`.
    samples: Vec<f32>,
    /// Spectra of the samples before the onset, `[channel][F]`.
    spectra: Vec<Vec<Bin>>,
    /// Weights of the resynthesised samples of each part, `[latency]`.
    gate_before: Vec<f32>,
    gate_after: Vec<f32>,
}

/// What there is to do for an onset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Division {
    /// The frame is not divided.
    Whole,
    /// The frame is divided at an onset that an earlier frame had already.
    Divided,
    /// The frame is the first one with this onset: the masks are still those of the frame before it.
    First,
}

impl Transients {
    /// For `channels` channels of `layout`; `None` in the modes with little latency: they resynthesise no more than
    /// some milliseconds before an onset, and have no time for more transforms in one block.
    pub(super) fn new(layout: &Layout, channels: usize) -> Option<Self> {
        let (windows, bins) = (&layout.windows, layout.bins());
        let (frame_len, latency) = (windows.frame_len(), windows.latency());
        let crossfade = ((layout.sample_rate * CROSSFADE_MS * 1e-3) as usize).max(1);
        let angle = |n: usize| std::f32::consts::FRAC_PI_2 * (n as f32 + 0.5) / crossfade as f32;
        layout.spread.then(|| Self {
            detector: OnsetDetector::new(layout.sample_rate, windows.hop, channels),
            frame_len,
            latency,
            ahead: windows.synthesis.iter().rev().take_while(|weight| **weight == 0.0).count(),
            bins,
            ramp: (0..crossfade).map(|n| angle(n).sin().powi(2)).collect(),
            masks: vec![0.0; MAX_SOURCES * bins],
            samples: vec![0.0; frame_len],
            spectra: vec![vec![Bin::default(); bins]; channels],
            gate_before: vec![0.0; latency],
            gate_after: vec![0.0; latency],
        })
    }

    /// Forgets the past of the stream.
    pub(super) fn reset(&mut self) {
        self.detector.reset();
    }

    /// Looks for an onset in the newest hop of `inputs`.
    pub(super) fn look_for_onset(&mut self, inputs: &[InputChannel]) -> Division {
        let found = self.detector.detect(inputs.iter().map(InputChannel::newest));
        match (self.detector.age < self.latency, found) {
            (false, _) => Division::Whole,
            (true, false) => Division::Divided,
            (true, true) => Division::First,
        }
    }

    /// Keeps the masks of the frame before.
    pub(super) fn keep_masks(&mut self, models: &Fade) {
        for (source, kept) in self.masks.chunks_exact_mut(self.bins).enumerate() {
            kept.fill(0.0);
            for (mask, share) in models.masks(source) {
                loops::add_scaled(kept, share, mask);
            }
        }
    }

    /// The kept mask of `source`, `[F]`.
    pub(super) fn mask(&self, source: usize) -> &[f32] {
        &self.masks[source * self.bins..][..self.bins]
    }

    /// Computes the spectrum of what lies before the onset, for one channel.
    pub(super) fn analyse(&mut self, channel: usize, input: &InputChannel, analysis: &mut Analysis) {
        let (start, end) = self.crossfade();
        if channel == 0 {
            let first = (self.frame_len - self.latency) as isize;
            let falling = |past: isize| match usize::try_from(past) {
                // Half as long as the crossfade.
                Ok(past) => 1.0 - self.ramp.get(2 * past).copied().unwrap_or(1.0),
                Err(_) => 1.0,
            };
            for (n, (before, after)) in (first..).zip(self.gate_before.iter_mut().zip(&mut self.gate_after)) {
                (*before, *after) = (falling(n - end), falling(start - 1 - n));
            }
        }
        for (n, (cut, sample)) in (0..).zip(self.samples.iter_mut().zip(input.frame())) {
            *cut = match usize::try_from(n - start) {
                Ok(past) => (1.0 - self.ramp.get(past).copied().unwrap_or(1.0)) * sample,
                Err(_) => *sample,
            };
        }
        analysis.spectrum(&self.samples, &mut self.spectra[channel]);
    }

    /// Where the crossfade starts and ends in the frame, in samples.
    fn crossfade(&self) -> (isize, isize) {
        let start = self.frame_len as isize - self.detector.age as isize - self.ramp.len() as isize / 2;
        (start, start + self.ramp.len() as isize)
    }

    /// Whether any of what lies after the onset is resynthesised in this frame.
    fn reaches_output(&self) -> bool {
        let (start, _) = self.crossfade();
        let reach = self.ramp.len().div_ceil(2) as isize;
        start - reach < (self.frame_len - self.ahead) as isize
    }

    /// Adds what lies before the onset to `output`, masked with `mask`, `[F]`; `masked`, `[F]`, is overwritten.
    pub(super) fn add_before(
        &self,
        channel: usize,
        mask: &[f32],
        masked: &mut [Bin],
        synthesis: &mut Synthesis,
        output: &mut OutputChannel,
    ) {
        loops::apply(mask, &self.spectra[channel], masked);
        output.add_gated(synthesis, masked, &self.gate_before);
    }

    /// Adds what lies after the onset in the frame with this `spectrum`, `[F]`.
    pub(super) fn add_after(
        &self,
        (channel, spectrum): (usize, &[Bin]),
        mask: &[f32],
        masked: &mut [Bin],
        synthesis: &mut Synthesis,
        output: &mut OutputChannel,
    ) {
        if self.reaches_output() {
            loops::apply_to_difference(mask, spectrum, &self.spectra[channel], masked);
            output.add_gated(synthesis, masked, &self.gate_after);
        }
    }
}
