//! BSS Eval of mono signals that are too long to be kept: they are gone through twice, block by block.

use super::{
    EvaluationError, FILTER_TAPS,
    score::Score,
    streamed::{Preparation, Scoring, WantedFigures},
};

/// The first pass over mono references and estimates that are scored block by block.
///
/// [`Preparation`] does the same for stereo, and gives more figures.
pub struct FirstPass {
    preparation: Preparation,
    sources: usize,
    finite: Vec<bool>,
}

impl FirstPass {
    /// Of so many `sources`.
    pub fn new(sources: usize) -> Self {
        let preparation = Preparation::new(sources, 1, WantedFigures { filtered: true, ..WantedFigures::default() });
        Self { preparation, sources, finite: vec![true; 2 * sources] }
    }

    /// Adds the next samples of every reference and of every estimate, all as many.
    pub fn add(&mut self, references: &[impl AsRef<[f32]>], estimates: &[impl AsRef<[f32]>]) {
        let (references, estimates) = (slices(references), slices(estimates));
        for (finite, signal) in self.finite.iter_mut().zip(references.iter().chain(&estimates)) {
            *finite = *finite && signal.iter().all(|x| x.is_finite());
        }
        self.preparation.add(&references, &estimates);
    }

    /// The second pass, which is given the same again.
    ///
    /// # Errors
    /// As [`bss_eval_sources`](super::bss_eval_sources).
    pub fn finish(self) -> Result<SecondPass, EvaluationError> {
        let samples = self.preparation.samples();
        if self.sources > 0 && samples < FILTER_TAPS {
            return Err(EvaluationError::TooShort { samples });
        }
        let named = |index: usize| {
            (if index < self.sources { "reference" } else { "estimate" }, index % self.sources.max(1) + 1)
        };
        if let Some(index) = self.finite.iter().position(|finite| !finite) {
            let (signal, number) = named(index);
            return Err(EvaluationError::NotFinite { signal, number });
        }
        if let Some(index) = self.preparation.peaks().iter().position(|peak| *peak == 0.0) {
            let (signal, number) = named(index);
            return Err(EvaluationError::Silent { signal, number });
        }
        Ok(SecondPass { scoring: self.preparation.finish()? })
    }
}

/// The second pass over references and estimates that are scored block by block.
pub struct SecondPass {
    scoring: Scoring,
}

impl SecondPass {
    /// Adds the next samples of every reference and of every estimate, all as many.
    pub fn add(&mut self, references: &[impl AsRef<[f32]>], estimates: &[impl AsRef<[f32]>]) {
        self.scoring.add(&slices(references), &slices(estimates));
    }

    /// The score of every estimate.
    pub fn finish(self) -> Vec<Score> {
        self.scoring.finish().sources.iter().filter_map(|source| source.filtered).collect()
    }
}

fn slices(signals: &[impl AsRef<[f32]>]) -> Vec<&[f32]> {
    signals.iter().map(AsRef::as_ref).collect()
}
