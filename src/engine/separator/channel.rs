//! The samples of one channel, at the input and at the output.

use super::{controls::SmoothedControls, part_synthesis::PartSynthesis};
use crate::stft::{Analysis, Bin, Layout, Overlap, Synthesis, WindowPair};

/// Samples are clamped to this (+120 dB full scale), so that no transform overflows.
const MAX_SAMPLE: f32 = 1e6;

/// Offsets are taken to be at most full scale: more is a fault in the input.
const MAX_OFFSET: f32 = 1.0;

/// Time constant with which the offset of a channel (DC) is followed: long enough to leave the lopsided waves of kicks
/// alone.
const OFFSET_SECONDS: f64 = 1.0;
/// The same at the first sample; from there it grows with the time since.
const FIRST_OFFSET_SECONDS: f64 = 0.05;

/// One input channel.
pub(super) struct InputChannel {
    /// The last N samples, oldest first.
    history: Vec<f32>,
    /// The same without the offset (DC): masks that move would modulate it.
    changing: Vec<f32>,
    /// The hop that is arriving.
    arriving: Vec<f32>,
    /// Spectrum of the last frame, `[F]`.
    pub(super) spectrum: Vec<Bin>,
    /// The offset: a mean of the samples.
    mean: f32,
    /// Weight of a new hop in the mean, at the start, and its least value.
    pace: f32,
    first_pace: f32,
    least_pace: f32,
}

impl InputChannel {
    pub(super) fn new(layout: &Layout) -> Self {
        let (windows, bins) = (&layout.windows, layout.bins());
        let hop_seconds = windows.hop as f64 / layout.sample_rate;
        let pace = |seconds: f64| (1.0 - (-hop_seconds / seconds).exp()) as f32;
        Self {
            mean: 0.0,
            pace: pace(FIRST_OFFSET_SECONDS),
            first_pace: pace(FIRST_OFFSET_SECONDS),
            least_pace: pace(OFFSET_SECONDS),
            history: vec![0.0; windows.frame_len()],
            changing: vec![0.0; windows.frame_len()],
            arriving: vec![0.0; windows.hop],
            spectrum: vec![Bin::default(); bins],
        }
    }

    pub(super) fn reset(&mut self) {
        self.history.fill(0.0);
        self.changing.fill(0.0);
        self.arriving.fill(0.0);
        self.spectrum.fill(Bin::default());
        (self.mean, self.pace) = (0.0, self.first_pace);
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
        self.changing.copy_within(self.arriving.len().., 0);
        let per_sample = 1.0 / self.arriving.len() as f32;
        let mean = (self.arriving.iter().sum::<f32>() * per_sample).clamp(-MAX_OFFSET, MAX_OFFSET);
        if self.arriving.iter().all(|sample| *sample == 0.0) {
            // Silence has no offset, and nothing is left of the one before.
            self.pace = 1.0;
        }
        let change = self.pace * (mean - self.mean);
        let step = change * per_sample;
        for (n, (changing, sample)) in self.changing[kept..].iter_mut().zip(&self.arriving).enumerate() {
            *changing = sample - (self.mean + step * (n + 1) as f32);
        }
        self.mean += change;
        self.pace = (self.pace / (1.0 + self.pace)).clamp(self.least_pace, self.first_pace);
    }

    /// Computes the spectrum of the frame.
    pub(super) fn analyse(&mut self, analysis: &mut Analysis) {
        analysis.spectrum(&self.changing, &mut self.spectrum);
    }

    /// The hop that is due when the stream is delayed by `latency` samples.
    pub(super) fn delayed(&self, latency: usize) -> &[f32] {
        let start = self.history.len() - latency;
        &self.history[start..start + self.arriving.len()]
    }

    /// The offset in the same hop.
    fn delayed_offset(&self, latency: usize) -> impl Iterator<Item = f32> {
        let start = self.history.len() - latency;
        let samples = self.history[start..].iter().zip(&self.changing[start..]);
        samples.map(|(sample, changing)| sample - changing)
    }

    /// The samples of the frame without the offset, `[N]`.
    pub(super) fn frame(&self) -> &[f32] {
        &self.changing
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
    /// Weight of the input's offset at the end of the last hop.
    offset_weight: f32,
}

impl OutputChannel {
    pub(super) fn new(windows: &WindowPair) -> Self {
        Self {
            overlap: Overlap::new(windows),
            next: vec![0.0; windows.hop],
            ready: vec![0.0; windows.hop],
            offset_weight: 0.0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.overlap.clear();
        self.next.fill(0.0);
        self.ready.fill(0.0);
        self.offset_weight = 0.0;
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

    /// Adds the frame of `input`, masked with `mask`, `[F]`, as far as it is resynthesised.
    pub(super) fn add_part(&mut self, synthesis: &mut PartSynthesis, mask: &[f32], input: &InputChannel) {
        synthesis.add(mask, &input.spectrum, &input.changing, &mut self.overlap);
    }

    /// Takes the next hop, which no later frame reaches, and adds the offset of `input` in it. Its weight changes
    /// linearly to `offset_weight`.
    pub(super) fn take(&mut self, input: &InputChannel, latency: usize, offset_weight: f32) {
        self.overlap.take(&mut self.next);
        let (before, step) = (self.offset_weight, (offset_weight - self.offset_weight) / self.next.len() as f32);
        for ((n, sample), offset) in (1..).zip(&mut self.next).zip(input.delayed_offset(latency)) {
            *sample += (before + step * n as f32) * offset;
        }
        self.offset_weight = offset_weight;
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
