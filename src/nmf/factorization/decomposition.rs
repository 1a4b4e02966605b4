//! What frames are made of, with some bases known: H, and W where it is not known, by the same passes until little changes.
//!
//! With all bases held this is supervised separation, with some held semi-supervised, with none unsupervised (Smaragdis, Raj and
//! Shashanka 2007; Bryan and Sun 2013).

use super::{FactorizationError, Frames, learning::Learning};
use std::ops::ControlFlow;

/// Passes over which the change of the divergence is measured: momentum makes single ones uneven.
const SPAN: u32 = 10;

/// From where, and how far.
#[derive(Debug, Clone, Copy)]
pub struct Decomposition<'a> {
    /// Bases to start from, `[K, F]`, each summing to 1; a held one may be 0 throughout and is then never heard.
    pub bases: &'a [f32],
    /// Whether each basis stays as it is, `[K]`.
    pub held: &'a [bool],
    /// Most passes over the frames.
    pub iterations: u32,
    /// It has converged when ten passes lower the divergence by less than this share of it.
    pub tolerance: f64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposed {
    /// W, `[K, F]`, each basis summing to 1.
    pub bases: Vec<f32>,
    /// H, `[T, K]`.
    pub activations: Vec<f32>,
    /// Passes that it took.
    pub iterations: u32,
    /// Whether it ended because little changed.
    pub converged: bool,
}

impl Decomposition<'_> {
    /// Decomposes `v`. `progress` is told the share of the passes done, 0 to 1, and cancels by breaking.
    ///
    /// # Errors
    /// [`FactorizationError`]
    ///
    /// # Panics
    /// If the shapes do not fit each other.
    pub fn run(
        &self,
        v: &Frames,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Decomposed, FactorizationError> {
        if v.is_empty() || v.values.iter().all(|value| *value == 0.0) {
            return Err(FactorizationError::Empty);
        }
        if self.held.is_empty() {
            return Err(FactorizationError::NoComponents);
        }
        assert_eq!(self.bases.len(), self.held.len() * v.bins, "bases must have the bins of the frames");
        let mut learning = Learning::new(v, self.bases.to_vec(), self.held.to_vec());
        let (mut iterations, mut converged, mut before) = (0, false, f64::INFINITY);
        while iterations < self.iterations && !converged {
            learning.pass();
            iterations += 1;
            if iterations.is_multiple_of(SPAN) {
                let divergence = learning.cost - learning.total;
                converged = before - divergence <= (self.tolerance * divergence).max(learning.tolerance);
                before = divergence;
            }
            if progress(iterations as f32 / self.iterations as f32).is_break() {
                return Err(FactorizationError::Cancelled);
            }
        }
        let (bases, activations) = learning.into_factors();
        Ok(Decomposed { bases, activations, iterations, converged })
    }
}
