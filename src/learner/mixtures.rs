//! Mixtures of recordings of which every part is known.
//!
//! Spectra add up like the sounds themselves, so the sources are mixed frame by frame, each at its own sample rate.

use super::{Lesson, framing};
use crate::{
    dictionary::Dictionary,
    nmf::{
        activations::{Solver, squarem::Squarem},
        bands::Bands,
        discriminative::Part,
        priors::Priors,
    },
    recording::Recording,
    stft::{Analysis, Bin, LatencyMode, Layout},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Mixtures made, each from other places of the recordings.
const MIXTURES: usize = 4;
/// Longest mixture, in frames.
const MOST_FRAMES: usize = 400;
/// Strides between the frames of a mixture.
const STRIDES: usize = 2;
/// Sources are as loud as each other, but for this much up or down, in dB.
const GAIN_DB: f32 = 3.0;

/// Frames of all mixtures, one after another.
pub(super) struct Mixtures {
    /// Number of bins F that all sources know.
    pub(super) bins: usize,
    /// Magnitudes of the mixtures, `[T, F]`.
    pub(super) magnitudes: Vec<f32>,
    /// What is known of each source.
    pub(super) parts: Vec<Part>,
}

/// Mixes the recordings of `lessons` and solves the mixtures with `dictionaries`, as the engine would.
pub(super) fn mix(mode: LatencyMode, lessons: &[Lesson<'_>], dictionaries: &[Dictionary]) -> Mixtures {
    let bins = dictionaries.iter().map(|dictionary| dictionary.bins).min().unwrap_or(0);
    let mut rng = Pcg64Mcg::seed_from_u64(lessons.first().map_or(0, |lesson| lesson.settings.seed));
    let frames = lessons.iter().map(|lesson| frames_in(lesson, mode)).max().unwrap_or(0).min(MOST_FRAMES);
    let mut solver = BandSolver::new(dictionaries, bins);
    let mut mixtures = Mixtures { bins, magnitudes: Vec::new(), parts: solver.parts(dictionaries, bins) };
    for number in 0..MIXTURES {
        let spectra: Vec<Vec<Bin>> =
            lessons.iter().map(|lesson| passage(lesson, mode, frames, number, &mut rng)).collect();
        let widths: Vec<usize> = spectra.iter().map(|spectra| spectra.len() / frames).collect();
        solver.reset();
        for t in 0..frames {
            let parts: Vec<&[Bin]> =
                spectra.iter().zip(&widths).map(|(spectra, width)| &spectra[t * width..][..bins]).collect();
            mixtures.add_frame(&parts, &mut solver);
        }
    }
    mixtures
}

impl Mixtures {
    /// Adds the frame in which `parts`, the sources' spectra, sound together.
    fn add_frame(&mut self, parts: &[&[Bin]], solver: &mut BandSolver) {
        let start = self.magnitudes.len();
        for bin in 0..self.bins {
            let sum: Bin = parts.iter().map(|part| part[bin]).sum();
            let magnitude = sum.norm();
            self.magnitudes.push(magnitude);
            for (known, part) in self.parts.iter_mut().zip(parts) {
                // The share that has the mixture's phase: more than the mixture itself, or less than nothing, no mask can give.
                let along = (part[bin] * sum.conj()).re / magnitude.max(f32::MIN_POSITIVE);
                known.target.push(along.clamp(0.0, magnitude));
            }
        }
        solver.solve(&self.magnitudes[start..]);
        let mut h = solver.h.iter().copied();
        for (part, components) in self.parts.iter_mut().zip(&solver.components) {
            part.activations.extend(h.by_ref().take(*components));
        }
    }
}

/// The engine's way from magnitudes to activations.
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
        let solver = Squarem::new(&merged, bands.len(), &[], crate::stft::CYCLES);
        Self { h: vec![0.0; solver.components()], v: band, bands, solver, components }
    }

    fn parts(&self, dictionaries: &[Dictionary], bins: usize) -> Vec<Part> {
        let known = |dictionary: &Dictionary| {
            (0..dictionary.components).flat_map(|k| &dictionary.basis(k)[..bins]).copied().collect()
        };
        dictionaries
            .iter()
            .map(|dictionary| Part { activations: Vec::new(), target: Vec::new(), bases: known(dictionary) })
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

/// How many frames of a mixture the lesson's longest recording fills.
fn frames_in(lesson: &Lesson<'_>, mode: LatencyMode) -> usize {
    let frames = |recording: &Recording| {
        let sample_rate = f64::from(recording.sample_rate);
        let frame_len = Layout::new(sample_rate, mode).windows.frame_len();
        recording.len().saturating_sub(frame_len) / (STRIDES * framing::stride(sample_rate)) + 1
    };
    lesson.recordings.iter().map(frames).max().unwrap_or(0)
}

/// Spectra, `[T, F]`, of `frames` frames of a channel of one of the recordings, from a random place on and round its end, at a
/// random level.
fn passage(lesson: &Lesson<'_>, mode: LatencyMode, frames: usize, number: usize, rng: &mut Pcg64Mcg) -> Vec<Bin> {
    let recording = &lesson.recordings[rng.random_range(0..lesson.recordings.len())];
    let channel = framing::centred(&recording.channels[number % recording.channels.len()]);
    let sample_rate = f64::from(recording.sample_rate);
    let layout = Layout::new(sample_rate, mode);
    let (frame_len, bins) = (layout.windows.frame_len(), layout.bins());
    let stride = STRIDES * framing::stride(sample_rate);
    let power: f64 = recording.channels.iter().flatten().map(|x| f64::from(x * x)).sum();
    let rms = (power / (recording.len() * recording.channels.len()) as f64).sqrt() as f32;
    let gain = 10.0_f32.powf(rng.random_range(-GAIN_DB..=GAIN_DB) / 20.0) / rms.max(f32::MIN_POSITIVE);

    let start = rng.random_range(0..channel.len());
    let mut analysis = Analysis::new(&layout.windows.analysis);
    let mut spectra = vec![Bin::default(); frames * bins];
    let mut samples = vec![0.0; frame_len];
    for (t, spectrum) in spectra.chunks_exact_mut(bins).enumerate() {
        for (n, sample) in samples.iter_mut().enumerate() {
            *sample = gain * channel[(start + t * stride + n) % channel.len()];
        }
        analysis.spectrum(&samples, spectrum);
        spectrum[0] = Bin::default();
    }
    spectra
}
