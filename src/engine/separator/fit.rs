//! How well a dictionary explains what was heard: what presets are ranked by before any of them plays.
//!
//! The loud frames of what was heard, spread evenly, become magnitudes v_t on bands, as in Quality mode. With the bases
//! W of a dictionary fixed, the activations h_t of each frame are solved for once, and the fit is
//!
//! ```text
//! fit = exp(−Σ_t D(v_t ‖ W h_t) / Σ_t Σ_f v_t(f)),
//! ```
//!
//! where D is the generalised Kullback-Leibler divergence. Divided by the sum of the magnitudes it is the mean
//! divergence of the model's spectra from those that were heard, in nats, whatever their level: 0 if they are the same.
//! So a fit is between 0 and 1, and 1 says that nothing is left unexplained.
//!
//! How to read it: what was learned from another take of the same instrument comes to 0.98, what was learned from
//! others of its kind to 0.5 to 0.8, drums' bases beside a bass or a bass's beside drums to 0.02 to 0.3, one drum's of
//! a kit to 0.4 to 0.5; one of two sources comes to 0.1 to 0.8 of their mixture, both to 0.98. It does not say how well
//! a preset's sources are told apart, and more bases explain more: many plain tones (of an electric piano, say) explain
//! much of any instrument that plays notes.

use super::preset_bases::{append_rows, nearest};
use crate::{
    learner::sounding_frames,
    nmf::{
        activations::{Solver, squarem::Squarem},
        bands::Bands,
        divergence::kullback_leibler,
        kernels::plain,
        priors::Priors,
    },
    preset::Source,
    recording::Recording,
    stft::{LatencyMode, Layout},
};

/// The mode in whose frames fits are measured.
const MODE: LatencyMode = LatencyMode::Quality;
/// Most frames that are looked at: more of ten seconds say no more.
const MOST_FRAMES: usize = 160;
/// Frames this far below the loudest one say little, as a ratio of magnitudes: -40 dB.
const LEAST_LEVEL: f32 = 1e-2;
/// Fewer frames are no sound to judge by.
const LEAST_FRAMES: usize = 8;
/// Share of the mean spectrum in every model, so that a band that no basis has costs much and not everything.
const FLOOR: f32 = 1e-3;

/// The bands that fits are measured on at a sample rate.
#[derive(Debug, Clone)]
pub struct FitBands {
    layout: Layout,
    bands: Bands,
}

impl FitBands {
    /// The bands at `sample_rate` in Hz.
    pub fn new(sample_rate: f64) -> Self {
        let layout = Layout::new(sample_rate, MODE);
        let bands = Bands::new(1..layout.bins());
        Self { layout, bands }
    }

    /// Number of bands B.
    pub fn len(&self) -> usize {
        self.bands.len()
    }

    /// Whether there is no band, which is never so.
    pub fn is_empty(&self) -> bool {
        self.bands.is_empty()
    }

    /// The sample rate in Hz whose bands they are.
    pub fn sample_rate(&self) -> u32 {
        self.layout.sample_rate.round() as u32
    }

    /// The bases of `source` on these bands, `[K, B]`. `None` if it has none of its own: it finds them while it plays.
    pub fn bases(&self, source: &Source) -> Option<Vec<f32>> {
        let dictionary = nearest(source, &self.layout).ok()?;
        let bins = self.layout.bins();
        let mut rows = Vec::with_capacity(dictionary.components * bins);
        append_rows(&dictionary.bases, dictionary, &self.layout, bins, &mut rows);
        let mut merged = vec![0.0; dictionary.components * self.len()];
        for (row, band) in rows.chunks_exact(bins).zip(merged.chunks_exact_mut(self.len())) {
            self.bands.merge(row, band);
        }
        Some(merged)
    }
}

/// What was heard, as fits are measured on it.
#[derive(Debug, Clone)]
pub struct Heard {
    bands: FitBands,
    /// `[T, B]`, the loudest frame's sum is 1.
    frames: Vec<f32>,
    /// The mean spectrum, which sums to 1. `[B]`
    mean: Vec<f32>,
}

impl Heard {
    /// What is heard in `recording`: its loud frames, spread evenly. `None` if it is too short or too quiet to say
    /// anything.
    pub fn of(recording: &Recording) -> Option<Self> {
        let all = sounding_frames(recording, MODE, 1).ok()?;
        let level = |frame: &[f32]| frame.iter().sum::<f32>();
        let loudest = all.iter().map(level).fold(0.0, f32::max);
        let loud: Vec<&[f32]> = all.iter().filter(|frame| level(frame) >= loudest * LEAST_LEVEL).collect();
        if loud.len() < LEAST_FRAMES || !loudest.is_finite() {
            return None;
        }
        let bands = FitBands::new(f64::from(recording.sample_rate));
        let count = loud.len().min(MOST_FRAMES);
        let mut frames = vec![0.0; count * bands.len()];
        for (t, frame) in frames.chunks_exact_mut(bands.len()).enumerate() {
            bands.bands.merge(loud[t * loud.len() / count], frame);
            frame.iter_mut().for_each(|v| *v /= loudest);
        }
        let mut mean = vec![0.0; bands.len()];
        frames.chunks_exact(bands.len()).for_each(|frame| plain::add_scaled(&mut mean, 1.0, frame));
        let sum: f32 = mean.iter().sum();
        mean.iter_mut().for_each(|m| *m /= sum);
        Some(Self { bands, frames, mean })
    }

    /// The bands on which bases are to be given.
    pub fn bands(&self) -> &FitBands {
        &self.bands
    }

    /// How well `bases`, `[K, B]` on [`Self::bands`], explain what was heard, 0 to 1; 0 without a basis.
    pub fn fit(&self, bases: &[f32]) -> f32 {
        let width = self.bands.len();
        if bases.len() < width {
            return 0.0;
        }
        let mut solver = Squarem::new(bases, width, self.bands.layout.cycles);
        let mut h = vec![0.0; bases.len() / width];
        let mut model = vec![0.0; width];
        let mut left = 0.0;
        for frame in self.frames.chunks_exact(width) {
            solver.solve(frame, &Priors::default(), &mut h);
            plain::weighted_sum(bases, &h, &mut model);
            let total: f32 = frame.iter().sum();
            for (model, mean) in model.iter_mut().zip(&self.mean) {
                *model = *model * (1.0 - FLOOR) + mean * total * FLOOR;
            }
            left += kullback_leibler(frame, &model);
        }
        let sum: f64 = self.frames.iter().map(|v| f64::from(*v)).sum();
        let fit = (-left / sum.max(f64::MIN_POSITIVE)).exp();
        if fit.is_finite() { fit.clamp(0.0, 1.0) as f32 } else { 0.0 }
    }
}
