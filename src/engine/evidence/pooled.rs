//! The kinds of evidence on one set of sources, each with its confidence, pooled.

use super::{
    harmonic_percussive::HarmonicPercussive,
    pool::OpinionPool,
    source_model::{SourceModel, SourceSet},
};
use crate::{nmf::bands::Bands, preset::Role, stft::Layout};

/// The confidence in the net for a mixture, in the medians, and in the net for a kit.
const NET: f32 = 0.7;
const MEDIANS: f32 = 0.5;
const KIT_NET: f32 = 0.6;

/// The evidence on one set of sources. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct PooledEvidence {
    source_model: SourceModel,
    /// `None` for a kit, whose parts it does not tell apart.
    harmonic_percussive: Option<HarmonicPercussive>,
    pool: OpinionPool,
    width: usize,
}

impl PooledEvidence {
    /// For the sources of `set`, of which those may sound that `present` says (see [`SourceModel::new`]), on the frames
    /// of `layout`, said on `width` bands.
    pub(super) fn new(set: SourceSet, layout: &Layout, present: &[bool], width: usize) -> Option<Self> {
        let source_model = SourceModel::new(set, layout, present)?;
        let bands = Bands::new(1..source_model.bins());
        let cue = |present: [bool; Role::MIXTURE.len()]| HarmonicPercussive::new(&bands, layout.bin_spacing(), present);
        let harmonic_percussive = match set {
            SourceSet::Mixture => Some(cue(present.try_into().ok()?)),
            SourceSet::Kit => None,
        };
        let pool = OpinionPool::new(set.roles().len(), bands.len());
        Some(Self { source_model, harmonic_percussive, pool, width })
    }

    /// The bands of the source model.
    pub(super) fn bands(&self) -> Bands {
        Bands::new(1..self.source_model.bins())
    }

    /// Duration between two steps of the source model, in seconds.
    pub(super) fn step_seconds(&self) -> f64 {
        self.source_model.step_seconds()
    }

    pub(super) fn reset(&mut self) {
        self.source_model.reset();
        self.harmonic_percussive.iter_mut().for_each(HarmonicPercussive::reset);
        self.pool_all();
    }

    /// Takes over the past of the stream from `other`, as far as it has looked at the same.
    pub(super) fn continue_from(&mut self, other: &Self) {
        self.source_model.continue_from(&other.source_model);
        if let (Some(own), Some(other)) = (&mut self.harmonic_percussive, &other.harmonic_percussive) {
            own.copy_from(other);
        }
        self.pool_all();
    }

    /// On the audio thread: takes the next step's `energies`, `[B]`, as mean squares. `false` if the frame is silent or
    /// faulty: then nothing changes.
    pub(super) fn hear(&mut self, energies: &[f32]) -> bool {
        let heard = self.source_model.step(energies);
        if heard {
            if let Some(cue) = &mut self.harmonic_percussive {
                cue.step(self.source_model.tonal());
            }
            self.pool_all();
        }
        heard
    }

    /// Writes how likely each band belongs to each source, `[S, width]`; sums to 1 over the sources.
    pub(super) fn write(&self, prior: &mut [f32]) {
        self.pool.write(prior, self.width);
    }

    fn pool_all(&mut self) {
        self.pool.clear();
        match &self.harmonic_percussive {
            Some(cue) => {
                self.pool.add(self.source_model.likelihoods(), NET);
                self.pool.add(cue.likelihoods(), MEDIANS);
            }
            None => self.pool.add(self.source_model.likelihoods(), KIT_NET),
        }
    }
}
