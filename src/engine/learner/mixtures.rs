//! Mixes recordings of several sources, to learn reconstruction bases from mixtures whose sources are known.
//!
//! Spectra add up as sounds do, so the sources are mixed frame by frame, each at its own sample rate.

use super::{framing, lesson::Lesson};
use crate::{
    decibels,
    dictionary::Dictionary,
    nmf::{
        activations::{Solver, squarem::Squarem},
        bands::Bands,
        discriminative::MixedSource,
        priors::Priors,
    },
    recording::Recording,
    stft::{Analysis, Bin, LatencyMode, Layout},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Smallest number of mixtures, each of other passages of the recordings.
const MIXTURES: usize = 4;
/// Mixtures per recording of the source that has most, and the largest number of mixtures.
const PER_RECORDING: usize = 2;
const MOST_MIXTURES: usize = 16;
/// Longest mixture, in frames.
const MOST_FRAMES: usize = 400;
/// Cycles of the solver per frame: more than in the engine, because the frames are further apart.
const CYCLES: usize = 20;
/// Distance between the frames of a mixture, in strides.
const STRIDES: usize = 2;
/// Least power of a passage, as a share of the recording's mean power, and how often one is looked for.
const HEARD_SHARE: f64 = 0.3;
const MOST_TRIES: usize = 16;
/// Sources are equally loud, up to a random gain of at most this, in dB.
const GAIN_DB: f32 = 3.0;

/// Frames of all mixtures, one after another.
pub(super) struct Mixtures {
    /// Number of bins F that all dictionaries have.
    pub(super) bins: usize,
    /// Magnitudes of the mixtures, `[T, F]`.
    pub(super) magnitudes: Vec<f32>,
    /// The sources in the mixtures.
    pub(super) sources: Vec<MixedSource>,
    /// The energy of each, whatever its phase.
    pub(super) energies: Vec<f64>,
}

/// Which mixtures are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    pub(super) seed: u64,
    /// How many; by the number of recordings if it is `None`.
    pub(super) count: Option<usize>,
}

/// Mixes the recordings of `lessons`, and finds the activations of the mixtures with `dictionaries` as the engine
/// would. `None` if `goes_on` gives `false`.
pub(super) fn mix(
    mode: LatencyMode,
    lessons: &[Lesson<'_>],
    dictionaries: &[Dictionary],
    draw: Draw,
    mut goes_on: impl FnMut() -> bool,
) -> Option<Mixtures> {
    let bins = dictionaries.iter().map(|dictionary| dictionary.bins).min().unwrap_or(0);
    let mut rng = Pcg64Mcg::seed_from_u64(draw.seed);
    let frames = lessons.iter().map(|lesson| frames_in(lesson, mode)).max().unwrap_or(0).min(MOST_FRAMES);
    let mut solver = BandSolver::new(dictionaries, bins);
    let (sources, energies) = (solver.sources(dictionaries, bins), vec![0.0; dictionaries.len()]);
    let mut mixtures = Mixtures { bins, magnitudes: Vec::new(), sources, energies };
    let recordings = lessons.iter().map(|lesson| lesson.recordings.len()).max().unwrap_or(0);
    for _ in 0..draw.count.unwrap_or((PER_RECORDING * recordings).clamp(MIXTURES, MOST_MIXTURES)) {
        let passages: Vec<Passage> =
            lessons.iter().map(|lesson| Passage::new(lesson, mode, frames, &mut rng)).collect();
        solver.reset();
        for t in 0..frames {
            mixtures.add_frame(&passages, t, &mut solver);
        }
        if !goes_on() {
            return None;
        }
    }
    Some(mixtures)
}

impl Mixtures {
    /// Adds frame `t` of all `passages` together. As in the engine, the magnitudes of the channels are added.
    fn add_frame(&mut self, passages: &[Passage], t: usize, solver: &mut BandSolver) {
        let start = self.magnitudes.len();
        let end = start + self.bins;
        self.magnitudes.resize(end, 0.0);
        self.sources.iter_mut().for_each(|source| source.target.resize(end, 0.0));
        let channels = passages.iter().map(|passage| passage.channels.len()).max().unwrap_or(0);
        for (passage, energy) in passages.iter().zip(&mut self.energies) {
            let magnitude = |bin: usize| -> f32 { (0..channels).map(|c| passage.spectrum(c, t)[bin].norm()).sum() };
            *energy += (0..self.bins).map(|bin| f64::from(magnitude(bin)).powi(2)).sum::<f64>();
        }
        for channel in 0..channels {
            let spectra: Vec<&[Bin]> = passages.iter().map(|passage| passage.spectrum(channel, t)).collect();
            for bin in 0..self.bins {
                let sum: Bin = spectra.iter().map(|spectrum| spectrum[bin]).sum();
                let magnitude = sum.norm();
                self.magnitudes[start + bin] += magnitude;
                for (source, spectrum) in self.sources.iter_mut().zip(&spectra) {
                    // The part with the mixture's phase. A mask can give neither more than the mixture nor less than
                    // nothing.
                    let along = (spectrum[bin] * sum.conj()).re / magnitude.max(f32::MIN_POSITIVE);
                    source.target[start + bin] += along.clamp(0.0, magnitude);
                }
            }
        }
        solver.solve(&self.magnitudes[start..]);
        let mut h = solver.h.iter().copied();
        for (source, components) in self.sources.iter_mut().zip(&solver.components) {
            source.activations.extend(h.by_ref().take(*components));
        }
    }
}

/// Finds activations from magnitudes as the engine does.
struct BandSolver {
    bands: Bands,
    solver: Squarem,
    components: Vec<usize>,
    v: Vec<f32>,
    h: Vec<f32>,
}

impl BandSolver {
    fn new(dictionaries: &[Dictionary], bins: usize) -> Self {
        let bands = Bands::new(1..bins);
        let mut merged = Vec::new();
        let mut band = vec![0.0; bands.len()];
        for dictionary in dictionaries {
            for k in 0..dictionary.components {
                bands.merge(&dictionary.basis(k)[..bins], &mut band);
                merged.extend_from_slice(&band);
            }
        }
        let components: Vec<usize> = dictionaries.iter().map(|dictionary| dictionary.components).collect();
        let solver = Squarem::new(&merged, bands.len(), CYCLES);
        Self { h: vec![0.0; solver.components()], v: band, bands, solver, components }
    }

    fn sources(&self, dictionaries: &[Dictionary], bins: usize) -> Vec<MixedSource> {
        let known = |dictionary: &Dictionary| {
            (0..dictionary.components).flat_map(|k| &dictionary.basis(k)[..bins]).copied().collect()
        };
        dictionaries
            .iter()
            .map(|dictionary| MixedSource { activations: Vec::new(), target: Vec::new(), bases: known(dictionary) })
            .collect()
    }

    fn reset(&mut self) {
        self.h.fill(0.0);
    }

    fn solve(&mut self, magnitudes: &[f32]) {
        self.bands.merge(magnitudes, &mut self.v);
        self.solver.solve(&self.v, &Priors::default(), &mut self.h);
    }
}

/// Number of frames of a mixture that the lesson's longest recording fills.
fn frames_in(lesson: &Lesson<'_>, mode: LatencyMode) -> usize {
    let frames = |recording: &Recording| {
        let sample_rate = f64::from(recording.sample_rate);
        let frame_len = Layout::new(sample_rate, mode).windows.frame_len();
        recording.len().saturating_sub(frame_len) / (STRIDES * framing::stride(sample_rate)) + 1
    };
    lesson.recordings.iter().map(frames).max().unwrap_or(0)
}

/// Some frames of a recording.
struct Passage {
    /// Spectra of each channel, `[T, F]`.
    channels: Vec<Vec<Bin>>,
    bins: usize,
}

impl Passage {
    /// `frames` frames of one of the lesson's recordings, from a random place on, continuing at its beginning, at a
    /// random level.
    fn new(lesson: &Lesson<'_>, mode: LatencyMode, frames: usize, rng: &mut Pcg64Mcg) -> Self {
        let recording = &lesson.recordings[rng.random_range(0..lesson.recordings.len())];
        let sample_rate = f64::from(recording.sample_rate);
        let layout = Layout::new(sample_rate, mode);
        let (frame_len, bins) = (layout.windows.frame_len(), layout.bins());
        let stride = STRIDES * framing::stride(sample_rate);
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
    fn spectrum(&self, channel: usize, t: usize) -> &[Bin] {
        let spectra = self.channels.get(channel).unwrap_or(&self.channels[0]);
        &spectra[t * self.bins..(t + 1) * self.bins]
    }
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
