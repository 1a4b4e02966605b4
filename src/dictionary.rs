//! One source's bases: spectral templates `[K, F]`, and how they were made.

use serde::{Deserialize, Serialize};

/// The analysis that a dictionary's magnitudes were measured with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameSpec {
    /// Sample rate of the recording, in Hz.
    pub sample_rate: f64,
    /// Frame length N, in samples. Bins are `sample_rate / N` Hz apart.
    pub frame_len: usize,
    /// Name of the analysis window; `"hann"` is the periodic Hann window of length N.
    pub window: String,
    /// Exponent of the magnitude: 1 for |X|, 2 for power.
    pub exponent: f32,
}

impl FrameSpec {
    /// Number of bins F of a whole spectrum: `N / 2 + 1`.
    pub fn bins(&self) -> usize {
        self.frame_len / 2 + 1
    }

    /// Distance between two bins, in Hz.
    pub fn bin_spacing(&self) -> f64 {
        self.sample_rate / self.frame_len as f64
    }
}

/// How a dictionary was factorized; kept so that it can be told and done again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Name of the divergence that was minimised; `"kl"` is the generalised Kullback-Leibler divergence.
    pub divergence: String,
    /// Seed of the random start.
    pub seed: u64,
    /// Multiplicative updates that were run.
    pub iterations: u32,
}

/// One source's bases at one frame length.
#[derive(Debug, Clone, PartialEq)]
pub struct Dictionary {
    /// The analysis behind the magnitudes.
    pub frame: FrameSpec,
    /// How the bases were learned.
    pub training: Training,
    /// Number of bases K.
    pub components: usize,
    /// Number of bins F of each basis; `frame.bins()`.
    pub bins: usize,
    /// The bases, `[K, F]`, row-major. Non-negative; each row sums to 1, p(f given z).
    pub bases: Vec<f32>,
}

impl Dictionary {
    /// Basis `k`, `[F]`.
    ///
    /// # Panics
    /// If `k >= components`.
    pub fn basis(&self, k: usize) -> &[f32] {
        &self.bases[k * self.bins..(k + 1) * self.bins]
    }
}
