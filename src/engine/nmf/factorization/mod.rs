//! Batch factorization: finds bases W and activations H for frames V by multiplicative updates (Lee and Seung 2001)
//! with momentum, from a start at frames that differ. They need less than a third of the passes of plain updates.
//!
//! - [`decomposition`]: the same from given bases, some of which are held.
//! - [`run`]: the passes.
//! - [`start`]: the bases at the start.
//! - [`momentum`]: the points from which updates start.
//! - [`frame_block`]: a block of frames, the unit of work of a core.
//!
//! How frames are divided into blocks depends only on their number, and the blocks' sums for W are added in order: the
//! result depends on the seed, but not on the number of cores. Besides V it takes memory for 3 TK values for H, and for
//! at most 32 (64 F + 2 KF) values for the blocks.

mod decomposition;
mod frame_block;
mod frames;
mod momentum;
mod run;
mod start;

pub use decomposition::{Decomposed, Decomposition};
pub use frames::Frames;

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use run::FactorizationRun;
use std::ops::ControlFlow;

/// How to factorize.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factorization {
    /// Number of bases K.
    pub components: usize,
    /// Number of passes over the frames, each with an update of H and of W. 150 passes reach what takes 500 without
    /// momentum.
    pub iterations: u32,
    /// Seed of the random start.
    pub seed: u64,
}

/// Why a factorization gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactorizationError {
    /// There is no frame with sound.
    #[error("there is no frame with sound to learn from")]
    Empty,
    /// The number of components is 0.
    #[error("a dictionary needs at least one component")]
    NoComponents,
    /// The progress callback cancelled it.
    #[error("learning was cancelled")]
    Cancelled,
}

impl Factorization {
    /// Finds bases `[K, F]`, each summing to 1, that minimise D(V‖WH), from a random start.
    ///
    /// `progress` is called with the share done, 0 to 1, after each pass, and cancels by breaking.
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
        let bases = distinct_bases(v, self.components, self.seed);
        let mut run = FactorizationRun::new(v, bases, vec![false; self.components]);
        for done in 1..=self.iterations {
            run.pass();
            if progress(done as f32 / self.iterations as f32).is_break() {
                return Err(FactorizationError::Cancelled);
            }
        }
        Ok(run.into_bases())
    }
}

/// Bases to start from, `[K, F]`, each summing to 1: frames of `v` that differ from each other. `v` must hold sound.
pub fn distinct_bases(v: &Frames, components: usize, seed: u64) -> Vec<f32> {
    start::distinct_frames(v, components, &mut Pcg64Mcg::seed_from_u64(seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nmf::{
        activations::{Solver, multiplicative::MultiplicativeUpdate},
        divergence::kullback_leibler,
        factorization::run::normalize,
        kernels,
        matrix::{MatrixView, product},
        priors::Priors,
    };
    use rand::RngExt;

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

    /// 300 frames of tones with eight partials each, as they decay and mix, over some noise.
    fn tones() -> Frames {
        let mut rng = Pcg64Mcg::seed_from_u64(5);
        let bins = 120;
        let mut h = [0.0_f32; 10];
        let mut values = Vec::new();
        for _ in 0..300 {
            for h in &mut h {
                *h = if rng.random::<f32>() < 0.1 { rng.random() } else { 0.8 * *h };
            }
            for f in 0..bins {
                let partial =
                    |k: usize, n: usize| (-((f as f32 - (n * (5 + k)) as f32) / 1.2).powi(2)).exp() / n as f32;
                let tone = |k: usize| (1..=8).map(|n| partial(k, n)).sum::<f32>();
                values.push((0..10).map(|k| h[k] * tone(k)).sum::<f32>() + 0.01 * rng.random::<f32>());
            }
        }
        Frames { bins, values }
    }

    /// D(V‖WH) after `iterations` plain multiplicative updates from random W and even H, as in the textbook.
    fn divergence_of_plain_updates(v: &Frames, components: usize, iterations: u32, seed: u64) -> f64 {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut w: Vec<f32> = (0..components * v.bins).map(|_| 1.0 + rng.random::<f32>()).collect();
        normalize(&mut w, v.bins);
        let mut h = vec![1.0; v.len() * components];
        let mut ratio = vec![0.0; v.values.len()];
        let (mut gradient, mut numerator) = (vec![0.0; h.len()], vec![0.0; w.len()]);
        let divide = |w: &[f32], h: &[f32], ratio: &mut [f32]| {
            product(MatrixView::new(h, components), MatrixView::new(w, v.bins), ratio);
            ratio.iter_mut().zip(&v.values).for_each(|(ratio, v)| *ratio = v / *ratio);
        };
        for _ in 0..iterations {
            divide(&w, &h, &mut ratio);
            product(MatrixView::new(&ratio, v.bins), MatrixView::new(&w, v.bins).transposed(), &mut gradient);
            h.iter_mut().zip(&gradient).for_each(|(h, gradient)| *h *= gradient);
            divide(&w, &h, &mut ratio);
            product(MatrixView::new(&h, components).transposed(), MatrixView::new(&ratio, v.bins), &mut numerator);
            w.iter_mut().zip(&numerator).for_each(|(w, numerator)| *w *= numerator);
            // H is multiplied by what W is divided by.
            let scales = normalize(&mut w, v.bins);
            let activity: Vec<f32> = (0..components).map(|k| h[k..].iter().step_by(components).sum()).collect();
            for h in h.chunks_exact_mut(components) {
                h.iter_mut().zip(&scales).zip(&activity).for_each(|((h, scale), sum)| *h *= scale / sum);
            }
        }
        product(MatrixView::new(&h, components), MatrixView::new(&w, v.bins), &mut ratio);
        kullback_leibler(&v.values, &ratio)
    }

    fn begin(v: &Frames, components: usize, seed: u64) -> FactorizationRun<'_> {
        FactorizationRun::new(v, distinct_bases(v, components, seed), vec![false; components])
    }

    #[test]
    fn a_hundred_passes_end_below_five_hundred_plain_updates() {
        let v = tones();
        let total: f64 = v.values.iter().map(|value| f64::from(*value)).sum();
        let (mut plain, mut fast) = (0.0, 0.0);
        for seed in 0..3 {
            plain += divergence_of_plain_updates(&v, 12, 500, seed);
            let mut run = begin(&v, 12, seed);
            (0..100).for_each(|_| run.pass());
            fast += run.cost - total;
        }
        assert!(fast <= 1.001 * plain, "{fast} with momentum, {plain} without");
    }

    #[test]
    fn the_cost_never_rises() {
        let v = tones();
        for seed in 0..3 {
            let mut run = begin(&v, 6, seed);
            let mut last = f64::INFINITY;
            for pass in 0..300 {
                run.pass();
                assert!(run.cost <= last + run.tolerance, "pass {pass}: {} after {last}", run.cost);
                last = run.cost;
            }
        }
    }

    #[test]
    fn an_extrapolation_that_raises_the_cost_is_taken_back() {
        let v = tones();
        let mut run = begin(&v, 6, 0);
        (0..20).for_each(|_| run.pass());
        let (kept, cost) = (run.bases.now.clone(), run.cost);
        run.bases.ahead.reverse();
        run.pass();
        assert_eq!(run.bases.now, kept);
        run.pass();
        assert!(run.cost < cost);
    }
}
