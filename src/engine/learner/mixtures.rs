//! Mixes recordings of several sources, to learn reconstruction bases from mixtures whose sources are known.
//!
//! Spectra add up as sounds do, so the sources are mixed frame by frame, each at its own sample rate.

use super::{
    evidence_on_mixtures::EvidenceOnMixtures,
    framing,
    lesson::Lesson,
    passage::{Extent, Passage, channels},
};
use crate::{
    dictionary::Dictionary,
    nmf::{
        activations::{Constraint, Solver, squarem::Squarem},
        bands::Bands,
        discriminative::MixedSource,
        priors::Priors,
    },
    recording::Recording,
    stft::{Bin, LatencyMode, Layout},
};
use rand::SeedableRng;
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
/// would: under the evidence, where one of them has a role. `None` if `goes_on` gives `false`.
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
    let mut evidence = EvidenceOnMixtures::of(lessons, mode, bins, solver.bands.len());
    // The evidence hears all frames; those to learn from are further apart.
    let every = if evidence.is_some() { STRIDES } else { 1 };
    let extent = Extent { frames: every * frames, strides: STRIDES / every };
    let (sources, energies) = (solver.sources(dictionaries, bins), vec![0.0; dictionaries.len()]);
    let mut mixtures = Mixtures { bins, magnitudes: Vec::new(), sources, energies };
    let recordings = lessons.iter().map(|lesson| lesson.recordings.len()).max().unwrap_or(0);
    for _ in 0..draw.count.unwrap_or((PER_RECORDING * recordings).clamp(MIXTURES, MOST_MIXTURES)) {
        let passages: Vec<Passage> =
            lessons.iter().map(|lesson| Passage::new(lesson, mode, extent, &mut rng)).collect();
        solver.reset();
        evidence.iter_mut().for_each(EvidenceOnMixtures::reset);
        for t in 0..extent.frames {
            evidence.iter_mut().for_each(|evidence| evidence.hear(&passages, t));
            if t % every == 0 {
                mixtures.add_frame(&passages, t, &mut solver, evidence.as_ref());
            }
        }
        if !goes_on() {
            return None;
        }
    }
    Some(mixtures)
}

impl Mixtures {
    /// Adds frame `t` of all `passages` together. As in the engine, the magnitudes of the channels are added.
    fn add_frame(
        &mut self,
        passages: &[Passage],
        t: usize,
        solver: &mut BandSolver,
        evidence: Option<&EvidenceOnMixtures>,
    ) {
        let start = self.magnitudes.len();
        let end = start + self.bins;
        self.magnitudes.resize(end, 0.0);
        self.sources.iter_mut().for_each(|source| source.target.resize(end, 0.0));
        let channels = channels(passages);
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
        solver.solve(&self.magnitudes[start..], evidence);
        if let Some(evidence) = evidence {
            for (s, source) in self.sources.iter_mut().enumerate() {
                source.likelihoods.resize(end, 1.0);
                let likelihoods = &mut source.likelihoods[start..];
                for (b, likelihood) in evidence.of_source(s).iter().enumerate() {
                    likelihoods[solver.bands.bins(b)].fill(*likelihood);
                }
            }
        }
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
    /// The source of each component, `[K]`.
    owners: Vec<u8>,
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
        let owners = components.iter().enumerate().flat_map(|(s, count)| vec![s as u8; *count]).collect();
        let solver = Squarem::new(&merged, bands.len(), CYCLES).with_constraint();
        Self { h: vec![0.0; solver.components()], v: band, bands, solver, components, owners }
    }

    fn sources(&self, dictionaries: &[Dictionary], bins: usize) -> Vec<MixedSource> {
        let known = |dictionary: &Dictionary| {
            (0..dictionary.components).flat_map(|k| &dictionary.basis(k)[..bins]).copied().collect()
        };
        dictionaries
            .iter()
            .map(|dictionary| MixedSource { bases: known(dictionary), ..MixedSource::default() })
            .collect()
    }

    fn reset(&mut self) {
        self.h.fill(0.0);
    }

    fn solve(&mut self, magnitudes: &[f32], evidence: Option<&EvidenceOnMixtures>) {
        self.bands.merge(magnitudes, &mut self.v);
        let (v, priors, h) = (&self.v, &Priors::default(), &mut self.h);
        let Some(evidence) = evidence else { return self.solver.solve(v, priors, h) };
        let constraint = Constraint { likelihoods: evidence.all(), bins: self.bands.len(), groups: &self.owners };
        self.solver.solve_under(&constraint, v, priors, h);
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
