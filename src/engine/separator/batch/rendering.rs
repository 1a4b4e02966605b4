//! Renders the sources: soft masks on the recording's spectrum, one set for all channels.

use super::spectrogram::Spectrogram;
use crate::{
    nmf::{
        bands::Bands,
        matrix::{MatrixView, product},
        soft_masks::soft_masks,
    },
    recording::Recording,
    stft::{Analysis, Bin, Overlap, Synthesis},
};
use pulp::Arch;
use rayon::prelude::*;
use std::ops::{ControlFlow, Range};

/// Frames per chunk.
const CHUNK_FRAMES: usize = 64;

/// Where the masks of a recording come from.
pub(super) trait MaskSource: Sync {
    /// Number of sources S.
    fn sources(&self) -> usize;

    /// Writes the masks of `frames` with the exponent `focus`, `[S, frames, F]`.
    fn write(&self, frames: Range<usize>, focus: f32, masks: &mut [f32]);
}

/// Masks from the bases and activations of each source, on `bins` bins.
pub(super) struct FactorMasks<'a> {
    pub(super) parts: &'a [SourceFactors],
    pub(super) bins: usize,
}

impl MaskSource for FactorMasks<'_> {
    fn sources(&self) -> usize {
        self.parts.len()
    }

    fn write(&self, frames: Range<usize>, focus: f32, masks: &mut [f32]) {
        let Self { parts, bins } = *self;
        let stride = frames.len() * bins;
        masks.par_chunks_exact_mut(stride).zip(parts).for_each(|(mask, part)| part.explain(frames.start, bins, mask));
        Arch::new().dispatch(|| {
            let mut scratch = vec![0.0; bins];
            for (n, t) in frames.enumerate() {
                let total = parts.iter().flat_map(|part| part.activations_at(t, bins)).sum();
                soft_masks(&mut masks[n * bins..], stride, focus, total, &mut scratch);
            }
        });
    }
}

/// The factors of one source.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceFactors {
    /// The bases its mask is built from, `[K, F]`.
    pub(super) bases: Vec<f32>,
    /// Their activations, `[T, K]`.
    pub(super) activations: Vec<f32>,
}

/// One channel of one source.
struct SourceChannel {
    source: usize,
    channel: usize,
    synthesis: Synthesis,
    overlap: Overlap,
    spectrum: Vec<Bin>,
    samples: Vec<f32>,
}

/// One channel of the mixture, with the spectra of a chunk, `[frames][F]`.
struct ChannelSpectra {
    analysis: Analysis,
    frame: Vec<f32>,
    spectra: Vec<Vec<Bin>>,
}

/// Renders the sources, each as long as `mixture`, through `shares` with exponent `focus` on `bins` bins.
///
/// `progress` is called with the share done, 0 to 1; the result is `None` if it breaks.
pub(super) fn render(
    mixture: &Recording,
    spectrogram: &Spectrogram,
    shares: &impl MaskSource,
    bins: usize,
    focus: f32,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Option<Vec<Recording>> {
    let (windows, all_bins) = (&spectrogram.layout.windows, spectrogram.layout.bins());
    let channels = mixture.channels.len();
    let mut streams: Vec<SourceChannel> = (0..shares.sources() * channels)
        .map(|stream| SourceChannel {
            source: stream / channels,
            channel: stream % channels,
            synthesis: Synthesis::new(windows),
            overlap: Overlap::new(windows),
            spectrum: vec![Bin::default(); all_bins],
            samples: vec![0.0; spectrogram.len() * windows.hop],
        })
        .collect();
    let input = || ChannelSpectra {
        analysis: Analysis::new(&windows.analysis),
        frame: vec![0.0; windows.frame_len()],
        spectra: vec![vec![Bin::default(); all_bins]; CHUNK_FRAMES],
    };
    let mut inputs: Vec<ChannelSpectra> = mixture.channels.iter().map(|_| input()).collect();
    // The masks of a chunk's frames, `[S, frames, F]`.
    let mut masks = vec![0.0; shares.sources() * CHUNK_FRAMES * bins];
    let top = top_band(bins);
    for first in (0..spectrogram.len()).step_by(CHUNK_FRAMES) {
        let frames = first..(first + CHUNK_FRAMES).min(spectrogram.len());
        inputs.par_iter_mut().zip(&mixture.channels).for_each(|(input, channel)| {
            for (spectrum, t) in input.spectra.iter_mut().zip(frames.clone()) {
                spectrogram.copy_frame(channel, t, &mut input.frame);
                input.analysis.spectrum(&input.frame, spectrum);
            }
        });
        let stride = frames.len() * bins;
        masks.truncate(shares.sources() * stride);
        shares.write(frames.clone(), focus, &mut masks);
        streams.par_iter_mut().for_each(|stream| {
            let spectra = inputs[stream.channel].spectra.iter();
            for ((spectrum, mask), t) in
                spectra.zip(masks[stream.source * stride..].chunks_exact(bins)).zip(frames.clone())
            {
                stream.add(spectrum, mask, top.clone(), t, windows.hop);
            }
        });
        if progress(frames.end as f32 / spectrogram.len() as f32).is_break() {
            return None;
        }
    }
    let mut sounds = streams.into_iter().map(|stream| {
        let mut samples = stream.samples;
        samples.drain(..spectrogram.before());
        samples.truncate(mixture.len());
        samples
    });
    let source = |_| Recording { sample_rate: mixture.sample_rate, channels: sounds.by_ref().take(channels).collect() };
    Some((0..shares.sources()).map(source).collect())
}

/// The bins whose mean mask continues above the known bins.
fn top_band(bins: usize) -> Range<usize> {
    let bands = Bands::new(1..bins);
    bands.bins(bands.len() - 1)
}

impl SourceFactors {
    fn components(&self, bins: usize) -> usize {
        self.bases.len() / bins
    }

    /// The activations of frame `t`, `[K]`.
    fn activations_at(&self, t: usize, bins: usize) -> &[f32] {
        let components = self.components(bins);
        &self.activations[t * components..][..components]
    }

    /// out ← H W for as many frames from `first` on as fit into `out`.
    fn explain(&self, first: usize, bins: usize, out: &mut [f32]) {
        let components = self.components(bins);
        if components == 0 {
            out.fill(0.0);
            return;
        }
        let h = &self.activations[first * components..][..out.len() / bins * components];
        product(MatrixView::new(h, components), MatrixView::new(&self.bases, bins), out);
    }
}

impl SourceChannel {
    /// Adds frame `t`, with this `spectrum` of the mixture, through `mask`.
    fn add(&mut self, spectrum: &[Bin], mask: &[f32], top: Range<usize>, t: usize, hop: usize) {
        for ((out, bin), share) in self.spectrum.iter_mut().zip(spectrum).zip(mask) {
            *out = bin * share;
        }
        // Bins that the bases do not have take the masks of their neighbours.
        self.spectrum[0] = spectrum[0] * mask[1];
        let edge = mask[top.clone()].iter().sum::<f32>() / top.len() as f32;
        for (out, bin) in self.spectrum.iter_mut().zip(spectrum).skip(mask.len()) {
            *out = bin * edge;
        }
        self.synthesis.add(&mut self.spectrum, &mut self.overlap);
        self.overlap.take(&mut self.samples[t * hop..][..hop]);
    }
}
