//! Decomposes frames with some bases known: finds H, and the bases that are not known, by the same passes until little
//! changes.
//!
//! With all bases held this is supervised separation, with some held semi-supervised, with none held unsupervised
//! (Smaragdis, Raj and Shashanka 2007; Bryan and Sun 2013).

use super::{FactorizationError, Frames, run::FactorizationRun};
use std::ops::ControlFlow;

/// Number of passes over which the change of the divergence is measured: with momentum, single passes are uneven.
const SPAN: u32 = 10;

/// Where a decomposition starts, and how long it runs.
#[derive(Debug, Clone, Copy)]
pub struct Decomposition<'a> {
    /// Bases to start from, `[K, F]`, each summing to 1. A held basis may be all 0; it is then never active.
    pub bases: &'a [f32],
    /// Whether each basis stays as it is, `[K]`.
    pub held: &'a [bool],
    /// Largest number of passes over the frames.
    pub iterations: u32,
    /// It has converged when ten passes lower the divergence by less than this share of it.
    pub tolerance: f64,
}

/// The result of a decomposition.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposed {
    /// W, `[K, F]`, each basis summing to 1.
    pub bases: Vec<f32>,
    /// H, `[T, K]`.
    pub activations: Vec<f32>,
    /// Number of passes.
    pub iterations: u32,
    /// Whether it ended because little changed any more.
    pub converged: bool,
}

impl Decomposition<'_> {
    /// Decomposes `v`. `progress` is called with the share of the passes done, 0 to 1, and cancels by breaking.
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
        let mut run = FactorizationRun::new(v, self.bases.to_vec(), self.held.to_vec());
        let (mut iterations, mut converged, mut before) = (0, false, f64::INFINITY);
        while iterations < self.iterations && !converged {
            run.pass();
            iterations += 1;
            if iterations.is_multiple_of(SPAN) {
                let divergence = run.cost - run.total;
                converged = before - divergence <= (self.tolerance * divergence).max(run.tolerance);
                before = divergence;
            }
            if progress(iterations as f32 / self.iterations as f32).is_break() {
                return Err(FactorizationError::Cancelled);
            }
        }
        let (bases, activations) = run.into_factors();
        Ok(Decomposed { bases, activations, iterations, converged })
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

    const BINS: usize = 30;

    /// A spectrum that rises over ten bins, and is next to nothing elsewhere.
    fn spectrum(block: usize) -> Vec<f32> {
        let mut basis: Vec<f32> =
            (0..BINS).map(|f| if f / 10 == block { 1.0 + (f % 10) as f32 } else { 1e-3 }).collect();
        let sum: f32 = basis.iter().sum();
        basis.iter_mut().for_each(|w| *w /= sum);
        basis
    }

    /// Frames of three spectra, each louder and softer in its own time, and some noise.
    fn frames() -> Frames {
        let loudness = |t: usize, block: usize| 1.1 + (0.1 * (block + 1) as f32 * t as f32).sin();
        let values = (0..150).flat_map(|t| {
            let sounds = (0..3).map(|block| (loudness(t, block), spectrum(block))).collect::<Vec<_>>();
            (0..BINS).map(move |f| {
                let noise = 1e-3 * ((t * 31 + f * 17) % 13) as f32;
                noise + sounds.iter().map(|(h, w)| h * w[f]).sum::<f32>()
            })
        });
        Frames { bins: BINS, values: values.collect() }
    }

    fn decompose(bases: &[f32], held: &[bool], iterations: u32) -> Decomposed {
        let decomposition = Decomposition { bases, held, iterations, tolerance: 1e-3 };
        decomposition.run(&frames(), &mut |_| ControlFlow::Continue(())).unwrap()
    }

    fn divergence(v: &Frames, found: &Decomposed) -> f64 {
        let components = found.bases.len() / v.bins;
        let mut model = vec![0.0; v.bins];
        let frames = v.iter().zip(found.activations.chunks_exact(components));
        frames
            .map(|(frame, h)| {
                kernels::plain::weighted_sum(&found.bases, h, &mut model);
                kullback_leibler(frame, &model)
            })
            .sum()
    }

    #[test]
    fn with_all_bases_held_the_activations_are_those_of_a_thousand_plain_updates() {
        let (v, bases) = (frames(), (0..3).flat_map(spectrum).collect::<Vec<_>>());
        let found = decompose(&bases, &[true; 3], 500);
        assert!(found.converged && found.iterations < 500);
        assert_eq!(found.bases, bases);
        let mut solver = MultiplicativeUpdate::new(bases.clone(), BINS, 1000);
        for (frame, h) in v.iter().zip(found.activations.chunks_exact(3)) {
            let mut expected = vec![1.0; 3];
            solver.solve(frame, &Priors::default(), &mut expected);
            for (h, expected) in h.iter().zip(&expected) {
                assert!((h - expected).abs() < 0.01 * expected.max(0.1), "{h}, expected {expected}");
            }
        }
    }

    #[test]
    fn free_bases_find_what_the_held_ones_leave() {
        let v = frames();
        // Each a little nearer to another of the two spectra that are left.
        let start = |k: usize| (0..BINS).map(move |f| if f / 10 == 2 * k { 1.5 / 35.0 } else { 1.0 / 35.0 });
        let bases: Vec<f32> = spectrum(1).into_iter().chain(start(0)).chain(start(1)).collect();
        let found = decompose(&bases, &[true, false, false], 500);
        assert_eq!(found.bases[..BINS], bases[..BINS], "what is held stays");
        let mut peaks: Vec<usize> = found.bases[BINS..]
            .chunks_exact(BINS)
            .map(|basis| basis.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0)
            .collect();
        peaks.sort_unstable();
        assert_eq!(peaks, [9, 29]);
        let total: f32 = v.values.iter().sum();
        let left = divergence(&v, &found) / f64::from(total);
        assert!(left < 5e-3, "{left} of the sound is not explained");
    }

    #[test]
    fn activations_belong_to_the_bases_whether_the_last_pass_was_kept_or_not() {
        let v = frames();
        let bases: Vec<f32> = (0..3).flat_map(spectrum).map(|w| 0.5 * w + 0.5 / BINS as f32).collect();
        let mut last = f64::INFINITY;
        for iterations in 1..120 {
            let now = divergence(&v, &decompose(&bases, &[false; 3], iterations));
            assert!(now <= last * 1.001 + 1e-3, "{now} after {iterations} passes, {last} before");
            last = last.min(now);
        }
    }

    #[test]
    fn a_held_basis_of_zeros_is_never_heard() {
        let bases: Vec<f32> = spectrum(0).into_iter().chain([0.0; BINS]).chain(spectrum(1)).collect();
        let found = decompose(&bases, &[true, true, false], 50);
        assert!(found.activations.chunks_exact(3).all(|h| h[1] == 0.0 && h[0] > 0.0));
        assert!(found.bases.iter().chain(&found.activations).all(|x| x.is_finite()));
    }

    #[test]
    fn it_stops_where_it_is_told_to() {
        let bases: Vec<f32> = (0..3).flat_map(spectrum).collect();
        let found = decompose(&bases, &[true; 3], 7);
        assert_eq!((found.iterations, found.converged), (7, false));
        let decomposition = Decomposition { bases: &bases, held: &[true; 3], iterations: 9, tolerance: 0.0 };
        let mut told = 0;
        let mut stop = |_| {
            told += 1;
            if told == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        assert_eq!(decomposition.run(&frames(), &mut stop), Err(FactorizationError::Cancelled));
        assert_eq!(told, 3);
    }
}
