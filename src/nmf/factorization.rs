//! Batch factorization: bases W and activations H from frames V, by multiplicative updates (Lee and Seung 2001).
//!
//! Frames are cut into chunks of fixed size that all cores work on. Within a chunk everything is a matrix product, and
//! what the chunks contribute to W is added up in their order: the result depends on the seed, not on the number of cores.

use super::matrix::{Rows, product};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Frames per chunk: a chunk's frames and model stay in the second-level cache.
const CHUNK_FRAMES: usize = 64;
/// Added to the model before a division, relative to the mean of V.
const LEAST: f32 = 1e-9;

/// Non-negative frames, `[T, F]`, row-major.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frames {
    /// Number of bins F.
    pub bins: usize,
    /// The values, frame after frame.
    pub values: Vec<f32>,
}

impl Frames {
    /// Number of frames T.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.bins).unwrap_or(0)
    }

    /// Whether there is no frame.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The frames, each `[F]`.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.bins.max(1))
    }
}

/// What to factorize into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factorization {
    /// Number of bases K.
    pub components: usize,
    /// Multiplicative updates of H and W.
    pub iterations: u32,
    /// Seed of the random start.
    pub seed: u64,
}

/// Why a factorization gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactorizationError {
    /// Nothing to factorize.
    #[error("there is no frame with sound to learn from")]
    Empty,
    /// No component asked for.
    #[error("a dictionary needs at least one component")]
    NoComponents,
    /// The progress callback broke off.
    #[error("learning was cancelled")]
    Cancelled,
}

/// One core's share of the work: some frames and their activations.
struct Chunk<'a> {
    frames: &'a [f32],
    activations: Vec<f32>,
    /// WH, then V / WH. `[T, F]`
    model: Vec<f32>,
    /// Hᵀ(V / WH), `[K, F]`, and the column sums of H, `[K]`.
    numerator: Vec<f32>,
    activity: Vec<f32>,
}

impl Factorization {
    /// Bases `[K, F]`, each summing to 1, that minimise D(V‖WH) from a random start.
    ///
    /// `progress` is told the share done, 0 to 1, after each update, and cancels by breaking.
    ///
    /// # Errors
    /// [`FactorizationError`]
    pub fn run(
        &self,
        v: &Frames,
        progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Vec<f32>, FactorizationError> {
        if v.is_empty() || v.values.iter().all(|value| *value == 0.0) {
            return Err(FactorizationError::Empty);
        }
        if self.components == 0 {
            return Err(FactorizationError::NoComponents);
        }
        let mut rng = Pcg64Mcg::seed_from_u64(self.seed);
        let mut bases: Vec<f32> = (0..self.components * v.bins).map(|_| 1.0 + rng.random::<f32>()).collect();
        normalize(&mut bases, v.bins);
        let mean = v.values.iter().sum::<f32>() / v.values.len() as f32;
        let mut chunks: Vec<Chunk> =
            v.values.chunks(CHUNK_FRAMES * v.bins).map(|frames| Chunk::new(frames, v.bins, self.components)).collect();
        for done in 1..=self.iterations {
            chunks.par_iter_mut().for_each(|chunk| chunk.update(&bases, v.bins, mean * LEAST));
            update_bases(&mut bases, v.bins, &chunks);
            if progress(done as f32 / self.iterations as f32).is_break() {
                return Err(FactorizationError::Cancelled);
            }
        }
        Ok(bases)
    }
}

/// W ← W · Hᵀ(V / WH) / Hᵀ1, then scaled to sums of 1.
fn update_bases(bases: &mut [f32], bins: usize, chunks: &[Chunk]) {
    bases.par_chunks_exact_mut(bins).enumerate().for_each(|(k, basis)| {
        let activity: f32 = chunks.iter().map(|chunk| chunk.activity[k]).sum();
        let scale = 1.0 / activity.max(f32::MIN_POSITIVE);
        for (f, w) in basis.iter_mut().enumerate() {
            *w *= scale * chunks.iter().map(|chunk| chunk.numerator[k * bins + f]).sum::<f32>();
        }
    });
    normalize(bases, bins);
}

/// Scales each basis to a sum of 1; one that has died starts again flat.
fn normalize(bases: &mut [f32], bins: usize) {
    for basis in bases.chunks_exact_mut(bins) {
        let sum: f32 = basis.iter().sum();
        if sum > 0.0 && sum.is_finite() {
            basis.iter_mut().for_each(|w| *w /= sum);
        } else {
            basis.fill(1.0 / bins as f32);
        }
    }
}

impl<'a> Chunk<'a> {
    fn new(frames: &'a [f32], bins: usize, components: usize) -> Self {
        let activations = frames
            .chunks_exact(bins)
            .flat_map(|frame| {
                let flat = frame.iter().sum::<f32>() / components as f32;
                std::iter::repeat_n(flat, components)
            })
            .collect();
        Self {
            frames,
            activations,
            model: vec![0.0; frames.len()],
            numerator: vec![0.0; components * bins],
            activity: vec![0.0; components],
        }
    }

    /// H ← H · (V / WH)Wᵀ, then what W's update needs of the new H. Bases sum to 1, so H has no denominator.
    fn update(&mut self, bases: &[f32], bins: usize, least: f32) {
        let components = self.activity.len();
        self.divide(bases, bins, least);
        let mut gradient = vec![0.0; self.activations.len()];
        product(Rows::new(&self.model, bins), Rows::new(bases, bins).transposed(), &mut gradient);
        for (h, gradient) in self.activations.iter_mut().zip(&gradient) {
            *h *= gradient;
        }

        self.divide(bases, bins, least);
        let h = Rows::new(&self.activations, components);
        product(h.transposed(), Rows::new(&self.model, bins), &mut self.numerator);
        self.activity.fill(0.0);
        for frame in self.activations.chunks_exact(components) {
            for (sum, h) in self.activity.iter_mut().zip(frame) {
                *sum += h;
            }
        }
    }

    /// model ← V / WH.
    fn divide(&mut self, bases: &[f32], bins: usize, least: f32) {
        let h = Rows::new(&self.activations, self.activity.len());
        product(h, Rows::new(bases, bins), &mut self.model);
        for (model, v) in self.model.iter_mut().zip(self.frames) {
            *model = v / (*model + least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nmf::{
        activations::{Solver, multiplicative::MultiplicativeUpdate},
        divergence::kullback_leibler,
        kernels,
        priors::Priors,
    };

    /// Three spectra that do not overlap, in every mixture.
    fn blocks() -> Frames {
        let mut rng = Pcg64Mcg::seed_from_u64(7);
        let bins = 30;
        let values = (0..200)
            .flat_map(|_| {
                let h: [f32; 3] = rng.random();
                (0..bins).map(move |f| h[f / 10].powi(3) * (1.0 + (f % 10) as f32))
            })
            .collect();
        Frames { bins, values }
    }

    fn run(v: &Frames, iterations: u32, seed: u64) -> Vec<f32> {
        Factorization { components: 3, iterations, seed }.run(v, &mut |_| ControlFlow::Continue(())).unwrap()
    }

    #[test]
    fn spectra_that_do_not_overlap_are_found_exactly() {
        let bases = run(&blocks(), 500, 0);
        for basis in bases.chunks_exact(30) {
            let block = basis.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0 / 10;
            for (f, w) in basis.iter().enumerate() {
                let expected = if f / 10 == block { (1 + f % 10) as f32 / 55.0 } else { 0.0 };
                assert!((w - expected).abs() < 1e-3, "bin {f}: {w}, expected {expected}");
            }
        }
    }

    #[test]
    fn the_divergence_falls_with_iterations() {
        let v = blocks();
        let cost = |iterations| {
            let mut solver = MultiplicativeUpdate::new(run(&v, iterations, 1), v.bins, 500);
            let bases = run(&v, iterations, 1);
            let mut model = vec![0.0; v.bins];
            v.iter()
                .map(|frame| {
                    let mut h = vec![0.0; 3];
                    solver.solve(frame, &Priors::default(), &mut h);
                    kernels::plain::weighted_sum(&bases, &h, &mut model);
                    kullback_leibler(frame, &model)
                })
                .sum::<f64>()
        };
        let costs: Vec<f64> = [1, 10, 100].map(cost).to_vec();
        assert!(costs[1] < 0.9 * costs[0] && costs[2] < 0.9 * costs[1], "{costs:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bases_on_any_number_of_cores() {
        let v = blocks();
        let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let alone = single.install(|| run(&v, 20, 3));
        assert_eq!(alone, run(&v, 20, 3));
        assert_ne!(alone, run(&v, 20, 4));
    }

    #[test]
    fn progress_is_reported_and_cancels() {
        let mut told = Vec::new();
        let result = Factorization { components: 2, iterations: 10, seed: 0 }.run(&blocks(), &mut |share| {
            told.push(share);
            if told.len() == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(result, Err(FactorizationError::Cancelled));
        assert_eq!(told, [0.1, 0.2, 0.3, 0.4]);
    }

    #[test]
    fn silence_is_an_error() {
        let silent = Frames { bins: 4, values: vec![0.0; 40] };
        let result =
            Factorization { components: 2, iterations: 1, seed: 0 }.run(&silent, &mut |_| ControlFlow::Continue(()));
        assert_eq!(result, Err(FactorizationError::Empty));
    }
}
