//! Probabilistic latent component analysis (Smaragdis, Raj and Shashanka 2006) by expectation maximisation, as the
//! tutorial of Bryan and Sun (2013) has it: p(f, t) = Σ_z p(z) p(f|z) p(t|z).

use crate::nmf::{Change, Factors, Spectra, normalize};

/// The distributions of the model.
#[derive(Debug, Clone)]
pub(crate) struct Latent {
    /// p(z), `[K]`.
    p_z: Vec<f64>,
    /// p(f|z), `[K, F]`.
    p_f: Vec<f64>,
    /// p(t|z), `[K, T]`.
    p_t: Vec<f64>,
}

/// What the E-step expects of each latent component: V p(z|f, t), summed over what is not asked for.
struct Counts {
    /// Summed over t, `[K, F]`.
    by_bin: Vec<f64>,
    /// Summed over f, `[K, T]`.
    by_frame: Vec<f64>,
}

impl Latent {
    /// The distributions that WH is made of.
    pub(crate) fn of(factors: &Factors, v: &Spectra) -> Self {
        let (components, frames) = (factors.components(v), v.frames());
        let mut p_t: Vec<f64> =
            (0..components * frames).map(|place| factors.h[place % frames * components + place / frames]).collect();
        let mut p_z: Vec<f64> = p_t.chunks_exact(frames).map(|row| row.iter().sum()).collect();
        p_t.chunks_exact_mut(frames).for_each(normalize);
        normalize(&mut p_z);
        Self { p_z, p_f: factors.w.clone(), p_t }
    }

    /// W = p(f|z) and H = ΣV p(z) p(t|z).
    pub(crate) fn factors(&self, v: &Spectra) -> Factors {
        let (components, frames, total) = (self.p_z.len(), v.frames(), v.total());
        let h = |place: usize| {
            let (t, z) = (place / components, place % components);
            total * self.p_z[z] * self.p_t[z * frames + t]
        };
        Factors { w: self.p_f.clone(), h: (0..frames * components).map(h).collect() }
    }

    /// E-step, then M-step. `prior`, `[K, F]`, is α − 1 of a Dirichlet distribution of each p(f|z).
    pub(crate) fn update(&mut self, v: &Spectra, change: Change, prior: Option<&[f64]>) {
        let Counts { mut by_bin, mut by_frame } = self.expect(v);
        if change != Change::Activations {
            by_bin.iter_mut().zip(prior.unwrap_or_default()).for_each(|(count, prior)| *count += prior);
            by_bin.chunks_exact_mut(v.bins).for_each(normalize);
            self.p_f = by_bin;
        }
        if change != Change::Bases {
            self.p_z = by_frame.chunks_exact(v.frames()).map(|row| row.iter().sum()).collect();
            normalize(&mut self.p_z);
            by_frame.chunks_exact_mut(v.frames()).for_each(normalize);
            self.p_t = by_frame;
        }
    }

    /// The E-step: p(z|f, t) of every bin of every frame.
    fn expect(&self, v: &Spectra) -> Counts {
        let (components, bins, frames) = (self.p_z.len(), v.bins, v.frames());
        let mut counts = Counts { by_bin: vec![0.0; components * bins], by_frame: vec![0.0; components * frames] };
        let mut posterior = vec![0.0; components];
        for t in 0..frames {
            for f in 0..bins {
                for (z, p) in posterior.iter_mut().enumerate() {
                    *p = self.p_z[z] * self.p_f[z * bins + f] * self.p_t[z * frames + t];
                }
                normalize(&mut posterior);
                for (z, p) in posterior.iter().enumerate() {
                    let expected = v.values[t * bins + f] * p;
                    counts.by_bin[z * bins + f] += expected;
                    counts.by_frame[z * frames + t] += expected;
                }
            }
        }
        counts
    }
}

/// Priors on the activations of a frame.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FramePriors {
    pub(crate) sparsity: f64,
    pub(crate) smoothness: f64,
}

/// The activations of frame `v`, `[F]`, with the bases `w`, `[K, F]`, held, after `updates` from a flat start. The
/// M-step looks for the activation that makes the expected log posterior largest, by halving an interval: no closed
/// form of anybody's is used. The frame before was silent.
pub(crate) fn activations(v: &[f64], w: &[f64], updates: usize, priors: FramePriors) -> Vec<f64> {
    let (bins, total) = (v.len(), v.iter().sum::<f64>());
    let components = w.len() / bins;
    let mean = total / components as f64;
    let mut h = vec![mean; components];
    for _ in 0..updates {
        let mut counts = vec![0.0; components];
        for f in 0..bins {
            let all: f64 = (0..components).map(|z| w[z * bins + f] * h[z]).sum();
            (0..components).for_each(|z| counts[z] += v[f] * w[z * bins + f] * h[z] / all);
        }
        for (h, count) in h.iter_mut().zip(&counts) {
            // What Σ √h is bounded by rises so steeply.
            let tangent = priors.sparsity * (mean / h.max(mean * 1e-6)).sqrt();
            let slope = |h: f64| count / h - 1.0 - tangent - 2.0 * priors.smoothness / mean * h;
            *h = root(slope, total);
        }
    }
    h
}

/// Where a falling function is 0, between 0 and `most`.
fn root(slope: impl Fn(f64) -> f64, most: f64) -> f64 {
    let (mut low, mut high) = (0.0, most);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// H, `[T, K]`, after `updates` from `h` with the bases `w`, `[K, F]`, held, where `likely`, `[K, T, F]`, says how
/// likely each component is in each bin: the counts that the E-step expects, over the share of each basis that is let
/// through.
pub(crate) fn under_evidence(v: &Spectra, w: &[f64], likely: &[f64], mut h: Vec<f64>, updates: usize) -> Vec<f64> {
    let (bins, frames, components) = (v.bins, v.frames(), w.len() / v.bins);
    let said = |z: usize, t: usize, f: usize| likely[(z * frames + t) * bins + f];
    for _ in 0..updates {
        for t in 0..frames {
            let (mut counts, mut shares) = (vec![0.0; components], vec![0.0; components]);
            for f in 0..bins {
                let mut posterior: Vec<f64> =
                    (0..components).map(|z| said(z, t, f) * w[z * bins + f] * h[t * components + z]).collect();
                normalize(&mut posterior);
                for z in 0..components {
                    counts[z] += v.values[t * bins + f] * posterior[z];
                    shares[z] += said(z, t, f) * w[z * bins + f];
                }
            }
            (0..components).for_each(|z| h[t * components + z] = counts[z] / shares[z]);
        }
    }
    h
}
