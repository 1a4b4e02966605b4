//! Multiplicative updates for the generalised Kullback-Leibler divergence (Lee and Seung 2001), as the textbook has
//! them.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Frames V, `[T, F]`.
#[derive(Debug, Clone)]
pub(crate) struct Spectra {
    pub(crate) bins: usize,
    pub(crate) values: Vec<f64>,
}

/// V ≈ WH. Each basis sums to 1.
#[derive(Debug, Clone)]
pub(crate) struct Factors {
    /// W, `[K, F]`.
    pub(crate) w: Vec<f64>,
    /// H, `[T, K]`.
    pub(crate) h: Vec<f64>,
}

/// Which factors an update changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Both,
    Bases,
    Activations,
}

impl Spectra {
    pub(crate) fn frames(&self) -> usize {
        self.values.len() / self.bins
    }

    /// ΣV.
    pub(crate) fn total(&self) -> f64 {
        self.values.iter().sum()
    }
}

impl Factors {
    /// A random start of `components` bases, and activations that share each frame's sum.
    pub(crate) fn random(v: &Spectra, components: usize, seed: u64) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut w: Vec<f64> = (0..components * v.bins).map(|_| 0.5 + random.random::<f64>()).collect();
        w.chunks_exact_mut(v.bins).for_each(normalize);
        let share = |frame: &[f64]| vec![frame.iter().sum::<f64>() / components as f64; components];
        Self { w, h: v.values.chunks_exact(v.bins).flat_map(share).collect() }
    }

    pub(crate) fn components(&self, v: &Spectra) -> usize {
        self.w.len() / v.bins
    }

    /// (WH) of frame `t` in bin `f`.
    pub(crate) fn model(&self, v: &Spectra, t: usize, f: usize) -> f64 {
        let components = self.components(v);
        (0..components).map(|k| self.w[k * v.bins + f] * self.h[t * components + k]).sum()
    }

    /// D(V‖WH).
    pub(crate) fn divergence(&self, v: &Spectra) -> f64 {
        let term = |(place, value): (usize, &f64)| {
            let model = self.model(v, place / v.bins, place % v.bins);
            if *value > 0.0 { value * (value / model).ln() - value + model } else { model }
        };
        v.values.iter().enumerate().map(term).sum()
    }

    /// W ← W · (V / WH)Hᵀ, H ← H · Wᵀ(V / WH), both from the same quotient; then each basis is scaled to sum to 1. The
    /// denominators are 1Hᵀ, which the scaling takes care of, and Wᵀ1 = 1. What is in `pseudo`, `[K, F]`, is added to
    /// what W becomes before it is scaled.
    pub(crate) fn update(&mut self, v: &Spectra, change: Change, pseudo: Option<&[f64]>) {
        let (bins, components) = (v.bins, self.components(v));
        let ratio: Vec<f64> =
            (0..v.values.len()).map(|place| v.values[place] / self.model(v, place / bins, place % bins)).collect();
        let mut w = vec![0.0; self.w.len()];
        let mut h = vec![0.0; self.h.len()];
        for t in 0..v.frames() {
            for k in 0..components {
                let frame = &ratio[t * bins..][..bins];
                let (basis, own) = (&self.w[k * bins..][..bins], self.h[t * components + k]);
                h[t * components + k] = own * basis.iter().zip(frame).map(|(w, q)| w * q).sum::<f64>();
                for (sum, q) in w[k * bins..][..bins].iter_mut().zip(frame) {
                    *sum += q * own;
                }
            }
        }
        if change != Change::Activations {
            self.w.iter_mut().zip(&w).for_each(|(w, factor)| *w *= factor);
            self.w.iter_mut().zip(pseudo.unwrap_or_default()).for_each(|(w, pseudo)| *w += pseudo);
            self.w.chunks_exact_mut(bins).for_each(normalize);
        }
        if change != Change::Bases {
            self.h = h;
        }
    }
}

/// Scales to a sum of 1.
pub(crate) fn normalize(values: &mut [f64]) {
    let sum: f64 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
}
