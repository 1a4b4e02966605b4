//! Evidence: what says, per source, band and frame, how likely that source is, before any bases are looked at.
//!
//! Several kinds of evidence may say so, each with its confidence c. Their likelihoods are pooled as products of powers
//! (the logarithmic opinion pool: Genest and Zidek 1986),
//!
//! ```text
//! prior(s, b) ∝ Π_i p_i(s, b)^(c_i),   which sums to 1 over the sources s
//! ```
//!
//! and the pooled prior constrains the model of the mixture, R = Σ_s L_s · (W_s h_s) with L_s = prior_s^α (posterior
//! regularisation: Ganchev et al. 2010; for NMF Bryan and Mysore 2013).
//!
//! - `source_model`: a trained net. `harmonic_percussive`: a cue that needs no training.
//! - `pool`: the product. `medians`: running medians.

mod harmonic_percussive;
mod medians;
mod pool;
mod source_model;

use crate::{nmf::bands::Bands, preset::Role, stft::Layout};
use harmonic_percussive::HarmonicPercussive;
use pool::OpinionPool;
use source_model::SourceModel;

/// The confidence in the net, and in the medians.
const CONFIDENCES: (f32, f32) = (0.7, 0.5);

/// The evidence on one stream. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub struct Evidence {
    source_model: SourceModel,
    harmonic_percussive: HarmonicPercussive,
    /// The bands of the source model, on the stream's bins as far as it has them, and the frame's energy in each. `[B]`
    bands: Bands,
    energies: Vec<f32>,
    pool: OpinionPool,
    /// Frames between two that it looks at, and frames since the last of those.
    stride: usize,
    since_seen: usize,
    /// What is said last, on the bands of the one who asks, `[3, width]`.
    prior: Vec<f32>,
    width: usize,
}

impl Evidence {
    /// The evidence on the frames of `layout` for the sources of `roles`, said on `width` bands: those of
    /// [`Bands::new`] from bin 1 up. `None` only if the binary was built with damaged weights.
    pub fn new(layout: &Layout, roles: impl Iterator<Item = Role>, width: usize) -> Option<Self> {
        let mut present = [false; Role::COUNT];
        roles.for_each(|role| present[role as usize] = true);
        let source_model = SourceModel::new(layout, present)?;
        let bands = Bands::new(1..source_model.bins());
        let step_samples = source_model.step_seconds() * layout.sample_rate;
        let mut evidence = Self {
            harmonic_percussive: HarmonicPercussive::new(&bands, layout.bin_spacing(), present),
            energies: vec![0.0; bands.len()],
            pool: OpinionPool::new(bands.len()),
            stride: (step_samples / layout.windows.hop as f64).round().max(1.0) as usize,
            since_seen: 0,
            prior: vec![0.0; Role::COUNT * width],
            width,
            bands,
            source_model,
        };
        evidence.reset();
        Some(evidence)
    }

    /// Forgets the past of the stream.
    pub fn reset(&mut self) {
        self.source_model.reset();
        self.harmonic_percussive.reset();
        self.since_seen = 0;
        self.conclude();
    }

    /// Takes over the past of the stream from `other`, as far as it has looked at the same.
    pub fn continue_from(&mut self, other: &Self) {
        self.source_model.continue_from(&other.source_model);
        self.harmonic_percussive.copy_from(&other.harmonic_percussive);
        self.since_seen = other.since_seen;
        self.conclude();
    }

    /// On the audio thread, once a frame: hears the frame's `power`, `[F]`, as mean squares.
    pub fn hear(&mut self, power: &[f32]) {
        if self.since_seen == 0 {
            self.bands.merge(power, &mut self.energies);
            if self.source_model.step(&self.energies) {
                self.harmonic_percussive.step(self.source_model.tonal());
                self.conclude();
            }
        }
        self.since_seen = (self.since_seen + 1) % self.stride;
    }

    /// How likely each band belongs to `role`, `[width]`; sums to 1 over the roles.
    pub fn prior(&self, role: Role) -> &[f32] {
        &self.prior[role as usize * self.width..][..self.width]
    }

    /// Pools what is said.
    fn conclude(&mut self) {
        self.pool.clear();
        self.pool.add(self.source_model.likelihoods(), CONFIDENCES.0);
        self.pool.add(self.harmonic_percussive.likelihoods(), CONFIDENCES.1);
        self.pool.write(&mut self.prior, self.width);
    }
}
