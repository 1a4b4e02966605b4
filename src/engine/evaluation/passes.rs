//! BSS Eval of signals that are too long to be kept: they are gone through twice, block by block.

use super::{
    EvaluationError, FILTER_TAPS,
    delays::{Correlations, Transform, blocks},
    energies::{Delays, Energies, Projectors, SILENCE},
    score::Score,
};
use rayon::prelude::*;

/// The first pass over references and estimates that are scored block by block.
pub struct FirstPass {
    transform: Transform,
    correlations: Correlations,
    sources: usize,
    samples: usize,
    /// Whether each reference, and then each estimate, has sounded, and held only finite samples.
    sounds: Vec<bool>,
    finite: Vec<bool>,
}

impl FirstPass {
    /// Of so many `sources`.
    pub fn new(sources: usize) -> Self {
        let transform = Transform::new();
        let correlations = Correlations::new(&transform, 2 * sources, sources);
        let (sounds, finite) = (vec![false; 2 * sources], vec![true; 2 * sources]);
        Self { transform, correlations, sources, samples: 0, sounds, finite }
    }

    /// Adds the next samples of every reference and of every estimate, all as many.
    pub fn add(&mut self, references: &[impl AsRef<[f32]>], estimates: &[impl AsRef<[f32]>]) {
        let signals = references.iter().map(AsRef::as_ref).chain(estimates.iter().map(AsRef::as_ref));
        for (index, signal) in signals.enumerate() {
            self.sounds[index] |= signal.iter().any(|x| *x != 0.0);
            self.finite[index] &= signal.iter().all(|x| x.is_finite());
        }
        for (references, estimates) in blocks(references).zip(blocks(estimates)) {
            self.samples += references[0].len();
            let rows: Vec<&[f32]> = references.iter().chain(&estimates).copied().collect();
            self.correlations.add(&rows, &references);
        }
    }

    /// The second pass, which is given the same again.
    ///
    /// # Errors
    /// As [`bss_eval_sources`](super::bss_eval_sources).
    pub fn finish(self) -> Result<SecondPass, EvaluationError> {
        let Self { transform, correlations, sources, samples, sounds, finite } = self;
        if sources == 0 {
            return Err(EvaluationError::NoSources);
        }
        if samples < FILTER_TAPS {
            return Err(EvaluationError::TooShort { samples });
        }
        for (index, (sounds, finite)) in sounds.into_iter().zip(finite).enumerate() {
            let (signal, number) = (if index < sources { "reference" } else { "estimate" }, index % sources + 1);
            match (finite, sounds) {
                (false, _) => return Err(EvaluationError::NotFinite { signal, number }),
                (true, false) => return Err(EvaluationError::Silent { signal, number }),
                (true, true) => {}
            }
        }
        let mut lags = correlations.finish();
        let products = lags.split_off(sources);
        let projectors = Projectors::new(&lags);
        let energies =
            |(source, products): (usize, &Vec<Vec<f64>>)| Energies::new(&transform, &projectors, source, products);
        let energies = products.par_iter().enumerate().map(energies).collect();
        Ok(SecondPass { delays: Delays::new(&transform, sources), energies, transform })
    }
}

/// The second pass over references and estimates that are scored block by block.
pub struct SecondPass {
    transform: Transform,
    delays: Delays,
    energies: Vec<Energies>,
}

impl SecondPass {
    /// Adds the next samples of every reference and of every estimate, all as many.
    pub fn add(&mut self, references: &[impl AsRef<[f32]>], estimates: &[impl AsRef<[f32]>]) {
        for (references, estimates) in blocks(references).zip(blocks(estimates)) {
            let delayed = self.delays.next(&references);
            self.energies
                .par_iter_mut()
                .zip(estimates)
                .for_each(|(energies, estimate)| energies.add(&self.transform, &delayed, estimate));
        }
    }

    /// The score of every estimate.
    pub fn finish(mut self) -> Vec<Score> {
        let delayed = self.delays.tail();
        self.energies.iter_mut().for_each(|energies| energies.add(&self.transform, &delayed, &SILENCE));
        self.energies.iter().map(Energies::score).collect()
    }
}
