//! Passages of recordings, as spectra, to mix.

use super::{framing, lesson::Lesson};
use crate::{
    decibels,
    stft::{Analysis, Bin, LatencyMode, Layout},
};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// Least power of a passage, as a share of the recording's mean power, and how often one is looked for.
const HEARD_SHARE: f64 = 0.3;
const MOST_TRIES: usize = 16;
/// Sources are equally loud, up to a random gain of at most this, in dB.
const GAIN_DB: f32 = 3.0;

/// How many frames a passage has, and how far they are apart, in strides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) frames: usize,
    pub(super) strides: usize,
}

/// Some frames of a recording.
pub(super) struct Passage {
    /// Spectra of each channel, `[T, F]`.
    channels: Vec<Vec<Bin>>,
    bins: usize,
}

impl Passage {
    /// The frames of one of the lesson's recordings, from a random place on, continuing at its beginning, at a
    /// random level.
    pub(super) fn new(lesson: &Lesson<'_>, mode: LatencyMode, extent: Extent, rng: &mut Pcg64Mcg) -> Self {
        let Extent { frames, strides } = extent;
        let recording = &lesson.recordings[rng.random_range(0..lesson.recordings.len())];
        let sample_rate = f64::from(recording.sample_rate);
        let layout = Layout::new(sample_rate, mode);
        let (frame_len, bins) = (layout.windows.frame_len(), layout.bins());
        let stride = strides * framing::stride(sample_rate);
        let channels: Vec<Vec<f32>> = recording.channels.iter().map(|channel| framing::centred(channel)).collect();
        let rms = power(&channels, 0, recording.len()).sqrt() as f32;
        // Magnitudes are proportional to the frame's length.
        let level = decibels::to_gain(rng.random_range(-GAIN_DB..=GAIN_DB));
        let gain = level / (rms * frame_len as f32).max(f32::MIN_POSITIVE);
        let start = sounding_start(&channels, frames * stride, rng);

        let mut analysis = Analysis::new(&layout.windows.analysis);
        let mut samples = vec![0.0; frame_len];
        let mut spectra = |channel: &Vec<f32>| {
            let mut spectra = vec![Bin::default(); frames * bins];
            for (t, spectrum) in spectra.chunks_exact_mut(bins).enumerate() {
                for (n, sample) in samples.iter_mut().enumerate() {
                    *sample = gain * channel[(start + t * stride + n) % channel.len()];
                }
                analysis.spectrum(&samples, spectrum);
                spectrum[0] = Bin::default();
            }
            spectra
        };
        Self { channels: channels.iter().map(&mut spectra).collect(), bins }
    }

    /// The spectrum, `[F]`, of `channel` in frame `t`. A mono recording is in every channel.
    pub(super) fn spectrum(&self, channel: usize, t: usize) -> &[Bin] {
        let spectra = self.channels.get(channel).unwrap_or(&self.channels[0]);
        &spectra[t * self.bins..(t + 1) * self.bins]
    }
}

/// The channels that a mixture of `passages` has.
pub(super) fn channels(passages: &[Passage]) -> usize {
    passages.iter().map(|passage| passage.channels.len()).max().unwrap_or(0)
}

/// Mean square of `len` samples from `start` on, continuing at the beginning.
fn power(channels: &[Vec<f32>], start: usize, len: usize) -> f64 {
    let square = |channel: &Vec<f32>| -> f64 {
        let passage = channel.iter().cycle().skip(start).take(len);
        passage.map(|x| f64::from(x * x)).sum()
    };
    channels.iter().map(square).sum::<f64>() / (len * channels.len()).max(1) as f64
}

/// A random start of `len` samples in which the source is loud enough, if one is found.
fn sounding_start(channels: &[Vec<f32>], len: usize, rng: &mut Pcg64Mcg) -> usize {
    let samples = channels.first().map_or(0, Vec::len);
    let wanted = HEARD_SHARE * power(channels, 0, samples);
    let starts: Vec<usize> = (0..MOST_TRIES).map(|_| rng.random_range(0..samples.max(1))).collect();
    let heard = |start: &&usize| power(channels, **start, len.min(samples)) >= wanted;
    starts.iter().find(heard).or(starts.first()).copied().unwrap_or(0)
}
