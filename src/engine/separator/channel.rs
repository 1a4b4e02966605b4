//! The samples of one channel, at the input and at the output.

use super::controls::SmoothedControls;
use crate::stft::{Analysis, Bin, Layout, Overlap, Synthesis, WindowPair};

/// Samples are clamped to this (+120 dB full scale), so that no transform overflows.
const MAX_SAMPLE: f32 = 1e6;

/// Time constant with which the offset of a channel (DC) is followed: long enough to leave a bass alone.
const OFFSET_SECONDS: f64 = 0.3;

/// One input channel.
pub(super) struct InputChannel {
    /// The last N samples, oldest first.
    history: Vec<f32>,
    /// The hop that is arriving.
    arriving: Vec<f32>,
    /// Spectrum of the last frame, `[F]`.
    pub(super) spectrum: Vec<Bin>,
    /// Mean of the samples over [`OFFSET_SECONDS`], and the weight of a new hop in it.
    mean: f32,
    mean_pace: f32,
}

impl InputChannel {
    pub(super) fn new(layout: &Layout) -> Self {
        let (windows, bins) = (&layout.windows, layout.bins());
        let hop_seconds = windows.hop as f64 / layout.sample_rate;
        Self {
            mean: 0.0,
            mean_pace: (1.0 - (-hop_seconds / OFFSET_SECONDS).exp()) as f32,
            history: vec![0.0; windows.frame_len()],
            arriving: vec![0.0; windows.hop],
            spectrum: vec![Bin::default(); bins],
        }
    }

    pub(super) fn reset(&mut self) {
        self.history.fill(0.0);
        self.arriving.fill(0.0);
        self.spectrum.fill(Bin::default());
        self.mean = 0.0;
    }

    /// Takes `samples` as part of the arriving hop, from `start` on. A sample that is not finite counts as 0.
    pub(super) fn take(&mut self, samples: &[f32], start: usize) {
        for (held, sample) in self.arriving[start..].iter_mut().zip(samples) {
            *held = if sample.is_finite() { sample.clamp(-MAX_SAMPLE, MAX_SAMPLE) } else { 0.0 };
        }
    }

    /// Appends the hop, which is complete, to the frame.
    pub(super) fn shift(&mut self) {
        let kept = self.history.len() - self.arriving.len();
        self.history.copy_within(self.arriving.len().., 0);
        self.history[kept..].copy_from_slice(&self.arriving);
        let mean = self.arriving.iter().sum::<f32>() / self.arriving.len() as f32;
        self.mean += self.mean_pace * (mean - self.mean);
    }

    /// Computes the spectrum of the frame.
    pub(super) fn analyse(&mut self, analysis: &mut Analysis) {
        analysis.spectrum(&self.history, &mut self.spectrum);
    }

    /// The constant part of the last frame (DC), for an analysis window with the spectrum `window`, `[F]`: the mean of
    /// the samples, as far as it is in the frame.
    pub(super) fn offset(&self, window: &[Bin]) -> f32 {
        let here = self.spectrum[0].re / window[0].re.max(f32::MIN_POSITIVE);
        self.mean.clamp(here.min(0.0), here.max(0.0))
    }

    /// The hop that is due when the stream is delayed by `latency` samples.
    pub(super) fn delayed(&self, latency: usize) -> &[f32] {
        let start = self.history.len() - latency;
        &self.history[start..start + self.arriving.len()]
    }

    /// The samples of the frame, `[N]`.
    pub(super) fn frame(&self) -> &[f32] {
        &self.history
    }

    /// The frame's newest hop.
    pub(super) fn newest(&self) -> &[f32] {
        &self.history[self.history.len() - self.arriving.len()..]
    }

    /// Highest absolute sample of the frame's newest hop.
    pub(super) fn peak(&self) -> f32 {
        self.newest().iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }
}

/// One output channel.
pub(super) struct OutputChannel {
    overlap: Overlap,
    /// The hop that is being computed.
    next: Vec<f32>,
    /// The hop that is played now.
    pub(super) ready: Vec<f32>,
}

impl OutputChannel {
    pub(super) fn new(windows: &WindowPair) -> Self {
        Self { overlap: Overlap::new(windows), next: vec![0.0; windows.hop], ready: vec![0.0; windows.hop] }
    }

    pub(super) fn reset(&mut self) {
        self.overlap.clear();
        self.next.fill(0.0);
        self.ready.fill(0.0);
    }

    /// Makes the computed hop the one that is played.
    pub(super) fn publish(&mut self) {
        std::mem::swap(&mut self.next, &mut self.ready);
    }

    /// Adds a frame's spectrum, which is overwritten.
    pub(super) fn add(&mut self, synthesis: &mut Synthesis, spectrum: &mut [Bin]) {
        synthesis.add(spectrum, &mut self.overlap);
    }

    /// The same, with the samples weighted by `gate`, `[latency]`.
    pub(super) fn add_gated(&mut self, synthesis: &mut Synthesis, spectrum: &mut [Bin], gate: &[f32]) {
        synthesis.add_gated(spectrum, gate, &mut self.overlap);
    }

    /// Takes the next hop, which no later frame reaches.
    pub(super) fn take(&mut self) {
        self.overlap.take(&mut self.next);
    }

    /// Scales the hop by a gain that changes linearly from `from` to `to`.
    pub(super) fn scale(&mut self, from: f32, to: f32) {
        if from == 1.0 && to == 1.0 {
            return;
        }
        let step = (to - from) / self.next.len() as f32;
        for (n, sample) in self.next.iter_mut().enumerate() {
            *sample *= from + step * (n + 1) as f32;
        }
    }

    /// Blends the hop with the `dry` one: mix, output gain and bypass, each changing linearly from `before` to `now`.
    pub(super) fn blend(&mut self, dry: &[f32], before: &SmoothedControls, now: &SmoothedControls) {
        let ((wet, dry_weight), (wet_end, dry_end)) = (before.wet_and_dry(), now.wet_and_dry());
        let per_sample = 1.0 / self.next.len() as f32;
        let (wet_step, dry_step) = ((wet_end - wet) * per_sample, (dry_end - dry_weight) * per_sample);
        for (n, (sample, dry)) in self.next.iter_mut().zip(dry).enumerate() {
            let n = (n + 1) as f32;
            *sample = (wet + wet_step * n) * *sample + (dry_weight + dry_step * n) * dry;
        }
    }

    /// Highest absolute sample of the hop.
    pub(super) fn peak(&self) -> f32 {
        self.next.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }
    /// Mean square of the hop.
    pub(super) fn mean_square(&self) -> f32 {
        self.next.iter().map(|sample| sample * sample).sum::<f32>() / self.next.len() as f32
    }
}
