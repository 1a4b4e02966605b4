//! Plain multiplicative updates: the reference for all other solvers.

use super::{FLOOR, LEAST_MODEL, LEAST_WEIGHT, SILENCE, Solver};
use crate::nmf::{kernels::plain as kernels, priors::Priors};

/// Multiplicative updates (Lee and Seung 2001): h ← h · Wᵀ(v / Wh) / Wᵀ1, a fixed number of them.
///
/// The cost never rises. An activation that is exactly 0 would stay 0, so a warm start is blended with a flat one.
#[derive(Debug, Clone)]
pub struct MultiplicativeUpdate {
    bases: Vec<f32>,
    bins: usize,
    weights: Vec<f32>,
    iterations: usize,
    last: Vec<f32>,
    ratio: Vec<f32>,
}

impl MultiplicativeUpdate {
    /// A solver for `bases`, `[K, F]` with `bins` = F, that runs `iterations` updates a frame.
    ///
    /// # Panics
    /// If there is no basis or no bin.
    pub fn new(bases: Vec<f32>, bins: usize, iterations: usize) -> Self {
        assert!(bins > 0 && bases.len() >= bins, "a solver needs at least one basis");
        let weights: Vec<f32> = bases.chunks_exact(bins).map(|basis| basis.iter().sum()).collect();
        Self { last: vec![0.0; weights.len()], ratio: vec![0.0; bins], bases, bins, weights, iterations }
    }

    /// Number of components K.
    pub fn components(&self) -> usize {
        self.weights.len()
    }

    /// Scales `h` to the frame's `total` and blends it with a flat start.
    fn warm_start(&self, total: f32, h: &mut [f32]) {
        let explained = kernels::dot(h, &self.weights);
        let scale = if explained > SILENCE { (1.0 - FLOOR) * total / explained } else { 0.0 };
        let flat = if scale > 0.0 { FLOOR } else { 1.0 } * total / h.len() as f32;
        for (h, weight) in h.iter_mut().zip(&self.weights) {
            *h = if *weight < LEAST_WEIGHT { 0.0 } else { *h * scale + flat };
        }
    }

    /// ratio ← v / Wh.
    fn divide(&mut self, v: &[f32], total: f32, h: &[f32]) {
        kernels::weighted_sum(&self.bases, h, &mut self.ratio);
        let least = total * LEAST_MODEL;
        for (ratio, v) in self.ratio.iter_mut().zip(v) {
            *ratio = v / (*ratio + least);
        }
    }
}

impl Solver for MultiplicativeUpdate {
    fn solve(&mut self, v: &[f32], priors: &Priors, h: &mut [f32]) {
        let total: f32 = v.iter().sum();
        if total <= SILENCE {
            return;
        }
        self.last.copy_from_slice(h);
        self.warm_start(total, h);
        let mean = total / h.len() as f32;
        for _ in 0..self.iterations {
            self.divide(v, total, h);
            let rows = self.bases.chunks_exact(self.bins).zip(&self.weights).zip(&self.last);
            for (h, ((basis, weight), last)) in h.iter_mut().zip(rows) {
                if *weight >= LEAST_WEIGHT {
                    let numerator = *h * kernels::dot(basis, &self.ratio);
                    *h = priors.update(numerator, *weight, *h, *last, mean);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nmf::divergence::kullback_leibler;
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    const BINS: usize = 60;
    const COMPONENTS: usize = 12;

    fn random(seed: u64, len: usize) -> Vec<f32> {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        (0..len).map(|_| rng.random::<f32>().powi(4)).collect()
    }

    fn bases() -> Vec<f32> {
        let mut bases = random(1, BINS * COMPONENTS);
        for basis in bases.chunks_exact_mut(BINS) {
            let sum: f32 = basis.iter().sum();
            basis.iter_mut().for_each(|w| *w /= sum);
        }
        bases
    }

    fn divergence(h: &[f32], v: &[f32]) -> f64 {
        let mut model = vec![0.0; BINS];
        kernels::weighted_sum(&bases(), h, &mut model);
        kullback_leibler(v, &model)
    }

    #[test]
    fn the_divergence_never_rises_with_more_updates() {
        let v = random(2, BINS);
        let mut last = f64::INFINITY;
        for iterations in [0, 1, 2, 4, 8, 16, 64, 256] {
            let mut h = vec![0.0; COMPONENTS];
            MultiplicativeUpdate::new(bases(), BINS, iterations).solve(&v, &Priors::default(), &mut h);
            let now = divergence(&h, &v);
            assert!(now <= last * (1.0 + 1e-6), "{iterations} updates: {now} after {last}");
            last = now;
        }
    }

    /// At the optimum Σ_f w v / (Wh) is Σ_f w where h > 0, and not above it elsewhere.
    #[test]
    fn many_updates_meet_the_optimality_conditions() {
        let v = random(3, BINS);
        let mut h = vec![0.0; COMPONENTS];
        MultiplicativeUpdate::new(bases(), BINS, 20_000).solve(&v, &Priors::default(), &mut h);
        let mut model = vec![0.0; BINS];
        kernels::weighted_sum(&bases(), &h, &mut model);
        let ratio: Vec<f32> = v.iter().zip(&model).map(|(v, m)| v / m).collect();
        for (basis, h) in bases().chunks_exact(BINS).zip(&h) {
            let gradient = kernels::dot(basis, &ratio);
            assert!(gradient < 1.003, "{gradient} at {h}");
            assert!(*h < 1e-3 || (gradient - 1.0).abs() < 0.003, "{gradient} at {h}");
        }
    }

    /// Expectation-maximisation of PLCA (Smaragdis, Raj and Shashanka 2006): v is a histogram over bins, each basis a
    /// p(f given z). In f64, with the posteriors p(z given f) written out.
    #[test]
    fn updates_are_the_expectation_maximisation_of_plca() {
        let (bases, v) = (bases(), random(5, BINS));
        let total: f64 = v.iter().map(|v| f64::from(*v)).sum();
        let mut weights = [1.0 / COMPONENTS as f64; COMPONENTS];
        for _ in 0..30 {
            let mut next = [0.0; COMPONENTS];
            for (f, v) in v.iter().enumerate() {
                let joint: Vec<f64> =
                    weights.iter().enumerate().map(|(z, p)| p * f64::from(bases[z * BINS + f])).collect();
                let sum: f64 = joint.iter().sum();
                next.iter_mut().zip(&joint).for_each(|(next, joint)| *next += f64::from(*v) * joint / sum);
            }
            weights = next.map(|next| next / total);
        }
        let mut h = vec![0.0; COMPONENTS];
        MultiplicativeUpdate::new(bases, BINS, 30).solve(&v, &Priors::default(), &mut h);
        for (h, weight) in h.iter().zip(&weights) {
            let expected = weight * total;
            assert!((f64::from(*h) - expected).abs() < 1e-5 * total, "{h}, expected {expected}");
        }
    }

    #[test]
    fn a_component_that_was_silent_comes_back() {
        let only = bases()[..BINS].to_vec();
        let mut h = vec![0.0; COMPONENTS];
        h[5] = 1.0;
        MultiplicativeUpdate::new(bases(), BINS, 500).solve(&only, &Priors::default(), &mut h);
        assert!(h[0] > 0.95, "{h:?}");
    }

    #[test]
    fn activations_scale_with_the_level() {
        let v = random(4, BINS);
        let solve = |scale: f32| {
            let scaled: Vec<f32> = v.iter().map(|v| v * scale).collect();
            let mut h = vec![0.0; COMPONENTS];
            let priors = Priors { sparsity: 0.3, smoothness: 0.2, ..Priors::default() };
            MultiplicativeUpdate::new(bases(), BINS, 50).solve(&scaled, &priors, &mut h);
            h
        };
        let (quiet, loud) = (solve(1e-3), solve(1e3));
        for (quiet, loud) in quiet.iter().zip(&loud) {
            assert!((quiet * 1e6 - loud).abs() <= loud * 1e-3, "{quiet} and {loud}");
        }
    }
}
