//! Reconstruction bases: for known activations of each source in mixtures, the bases whose soft masks come closest to
//! the true sources (discriminative NMF: Weninger, Le Roux, Hershey and Watanabe 2014).
//!
//! With Y_s = L_s ⊙ (H_s W'_s), where L_s says how likely the source is, and masks M_s = Y_s^p / Σ Y^p, it minimises
//! Σ_s ‖X M_s − T_s‖² / ‖T_s‖² over W' ≥ 0, where X are the mixtures' magnitudes and T_s the source's contribution to
//! them. Gradient descent is on log W', so that bases stay positive, with the step sizes of Adam (Kingma and Ba 2015).

use super::{
    kernels::elementary::power,
    matrix::{MatrixView, product},
};
use pulp::Arch;
use rayon::prelude::*;
use std::ops::{ControlFlow, Range};

/// Exponent of the masks for which reconstruction bases are made, and with which they sound best.
pub const FOCUS: f32 = 1.5;
/// Frames per chunk, the unit of work of a core.
const CHUNK_FRAMES: usize = 64;
/// Every step uses one in this many chunks, so that all are used in as many steps.
const CHUNK_GROUPS: usize = 2;
/// Largest change of log W' per step at the start; it falls to 0.
const STEP_SIZE: f32 = 0.05;
/// Least energy that a source is weighted with, as a share of the mixtures' energy: a source that is hardly heard must
/// not dominate the others.
const LEAST_SHARE: f64 = 1e-2;
/// Number of separate sums of gradients: as many cores can share the work.
const MAX_SUMS: usize = 8;
/// Weight of the past in the running means of the gradients and of their squares.
const MOMENTUM: f32 = 0.9;
const SQUARES: f32 = 0.99;
/// Share of the largest gradient in its bin that limits a weight's step: weights in unimportant bins move little.
const SHARED: f32 = 0.05;
/// Least weight at the start, as a share of the largest in its bin.
const LEAST_WEIGHT: f32 = 1e-6;
/// Added to the explained magnitudes, relative to the mean of X: keeps them above zero.
const LEAST: f32 = 1e-6;

/// One source in the mixtures.
#[derive(Debug, Clone, Default)]
pub struct MixedSource {
    /// Its activations H_s in the mixtures, `[T, K]`.
    pub activations: Vec<f32>,
    /// Its contribution T_s to the mixtures' magnitudes, `[T, F]`.
    pub target: Vec<f32>,
    /// Bases to start from, `[K, F]`.
    pub bases: Vec<f32>,
    /// How likely it is in the mixtures, L_s, `[T, F]`; empty if nothing says so, which is 1 everywhere.
    pub likelihoods: Vec<f32>,
}

impl MixedSource {
    /// Multiplies `rows`, which stand at `place` of `[T, F]`, by its likelihoods there.
    pub fn constrain(&self, rows: &mut [f32], place: Range<usize>) {
        if !self.likelihoods.is_empty() {
            rows.iter_mut().zip(&self.likelihoods[place]).for_each(|(x, likelihood)| *x *= likelihood);
        }
    }
}

/// How to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DescentSettings {
    /// Exponent p of the masks.
    pub focus: f32,
    /// Steps of descent.
    pub steps: usize,
}

/// The bases of one source during the descent.
struct Descent {
    log: Vec<f32>,
    bases: Vec<f32>,
    gradient: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
    /// 1 / ‖T‖², limited by [`LEAST_SHARE`].
    importance: f32,
}

/// The gradients of one chunk of frames, `[K, F]` for each source.
type Gradients = Vec<Vec<f32>>;

/// The reconstruction bases of each source, `[K, F]`, for mixtures of the magnitudes `x`, `[T, F]` with `bins` = F.
///
/// The result does not depend on the number of cores. `progress` is called with the share done, 0 to 1; the result is
/// `None` if it breaks.
///
/// # Panics
/// If the shapes do not fit each other.
pub fn train(
    x: &[f32],
    bins: usize,
    sources: &[MixedSource],
    settings: &DescentSettings,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Option<Vec<Vec<f32>>> {
    let frames = x.len() / bins;
    for source in sources {
        assert_eq!(source.target.len(), x.len(), "a target must be as large as the mixture");
        assert_eq!(source.activations.len() * bins, source.bases.len() * frames, "activations must fit the bases");
        assert!([0, x.len()].contains(&source.likelihoods.len()), "likelihoods must be as large as the mixture");
    }
    let least = x.iter().sum::<f32>() / x.len().max(1) as f32 * LEAST + f32::MIN_POSITIVE;
    let energy: f64 = x.iter().map(|x| f64::from(x * x)).sum();
    let mut descents: Vec<Descent> =
        sources.iter().map(|source| Descent::new(source, bins, LEAST_SHARE * energy)).collect();
    let chunks = frames.div_ceil(CHUNK_FRAMES);
    let groups = CHUNK_GROUPS.min(chunks.max(1));
    for step in 0..settings.steps {
        let group: Vec<usize> = (step % groups..chunks).step_by(groups).collect();
        let gradients: Vec<Gradients> = group
            .par_chunks(group.len().div_ceil(MAX_SUMS))
            .map(|chunks| {
                let mut sums: Gradients = sources.iter().map(|source| vec![0.0; source.bases.len()]).collect();
                for chunk in chunks {
                    let gradients = chunk_gradients(x, bins, sources, &descents, settings.focus, least, *chunk);
                    for (sum, gradient) in sums.iter_mut().flatten().zip(gradients.iter().flatten()) {
                        *sum += gradient;
                    }
                }
                sums
            })
            .collect();
        let left = 1.0 - step as f32 / settings.steps as f32;
        descents.par_iter_mut().enumerate().for_each(|(s, descent)| {
            descent.gradient.fill(0.0);
            for gradients in &gradients {
                descent.gradient.iter_mut().zip(&gradients[s]).for_each(|(sum, gradient)| *sum += gradient);
            }
            descent.step(bins, step, STEP_SIZE * (3.0 * left + 0.05).min(1.0));
        });
        if progress((step + 1) as f32 / settings.steps as f32).is_break() {
            return None;
        }
    }
    Some(descents.into_iter().map(|descent| descent.bases).collect())
}

/// Gradients with respect to W', for the frames of one chunk.
fn chunk_gradients(
    x: &[f32],
    bins: usize,
    sources: &[MixedSource],
    descents: &[Descent],
    focus: f32,
    least: f32,
    chunk: usize,
) -> Gradients {
    let start = chunk * CHUNK_FRAMES * bins;
    let place = start..(start + CHUNK_FRAMES * bins).min(x.len());
    let x = &x[place.clone()];
    let activations: Vec<MatrixView> = sources
        .iter()
        .map(|source| {
            let components = source.bases.len() / bins;
            let first = start / bins * components;
            MatrixView::new(&source.activations[first..first + x.len() / bins * components], components)
        })
        .collect();
    let mut explained: Vec<Vec<f32>> = sources
        .iter()
        .zip(descents)
        .zip(&activations)
        .map(|((source, descent), h)| {
            let mut explained = vec![0.0; x.len()];
            product(*h, MatrixView::new(&descent.bases, bins), &mut explained);
            source.constrain(&mut explained, place.clone());
            explained
        })
        .collect();
    let targets: Vec<(&[f32], f32)> = sources
        .iter()
        .zip(descents)
        .map(|(source, descent)| (&source.target[place.clone()], descent.importance))
        .collect();
    Arch::new().dispatch(|| differentiate(x, &targets, focus, least, &mut explained));
    sources.iter().zip(&mut explained).for_each(|(source, slope)| source.constrain(slope, place.clone()));
    let gradient = |(h, slope): (&MatrixView, &Vec<f32>)| {
        let mut gradient = vec![0.0; h.columns() * bins];
        product(h.transposed(), MatrixView::new(slope, bins), &mut gradient);
        gradient
    };
    activations.iter().zip(&explained).map(gradient).collect()
}

/// explained ← the derivative of the loss with respect to what each source explains.
#[inline(always)]
fn differentiate(x: &[f32], targets: &[(&[f32], f32)], focus: f32, least: f32, explained: &mut [Vec<f32>]) {
    let mut powers: Vec<Vec<f32>> = vec![vec![0.0; x.len()]; targets.len()];
    let mut sum = vec![0.0; x.len()];
    for (powers, explained) in powers.iter_mut().zip(explained.iter()) {
        for ((share, explained), sum) in powers.iter_mut().zip(explained).zip(&mut sum) {
            *share = power(explained + least, focus);
            *sum += *share;
        }
    }
    // The derivatives summed over the sources, each weighted by its mask: masks sum to 1, so what one source gains the
    // others lose.
    let mut common = vec![0.0; x.len()];
    for (mask, (target, importance)) in powers.iter_mut().zip(targets) {
        let terms = mask.iter_mut().zip(&sum).zip(x).zip(*target).zip(&mut common);
        for ((((mask, sum), x), target), common) in terms {
            *mask /= sum;
            *common += importance * x * (x * *mask - target) * *mask;
        }
    }
    for ((explained, mask), (target, importance)) in explained.iter_mut().zip(&powers).zip(targets) {
        let terms = explained.iter_mut().zip(mask).zip(x).zip(*target).zip(&common);
        for ((((explained, mask), x), target), common) in terms {
            let error = importance * x * (x * mask - target);
            *explained = focus * mask * (error - common) / (*explained + least);
        }
    }
}

impl Descent {
    /// `least_energy` replaces a smaller energy of the target.
    fn new(source: &MixedSource, bins: usize, least_energy: f64) -> Self {
        let mut largest = vec![0.0_f32; bins];
        for basis in source.bases.chunks_exact(bins) {
            largest.iter_mut().zip(basis).for_each(|(largest, w)| *largest = largest.max(*w));
        }
        let floor = |w: &f32, bin: usize| w.max(largest[bin] * LEAST_WEIGHT).max(f32::MIN_POSITIVE * 1e6);
        let bases: Vec<f32> = source.bases.iter().enumerate().map(|(i, w)| floor(w, i % bins)).collect();
        let energy: f64 = source.target.iter().map(|t| f64::from(t * t)).sum();
        Self {
            log: bases.iter().map(|w| w.ln()).collect(),
            gradient: vec![0.0; bases.len()],
            mean: vec![0.0; bases.len()],
            square: vec![0.0; bases.len()],
            importance: (1.0 / energy.max(least_energy).max(f64::from(f32::MIN_POSITIVE))) as f32,
            bases,
        }
    }

    /// One step of Adam on log W', from the gradient with respect to W'.
    fn step(&mut self, bins: usize, step: usize, size: f32) {
        let settled = |memory: f32| 1.0 / (1.0 - memory.powi(step as i32 + 1));
        let (mean_scale, square_scale) = (settled(MOMENTUM), settled(SQUARES));
        let mut largest = vec![0.0_f32; bins];
        for (row, gradients) in self.gradient.chunks_exact_mut(bins).enumerate() {
            let place = row * bins..(row + 1) * bins;
            let memory = self.mean[place.clone()].iter_mut().zip(&mut self.square[place.clone()]);
            let terms = gradients.iter_mut().zip(&self.bases[place]).zip(memory).zip(&mut largest);
            for (((gradient, w), (mean, square)), largest) in terms {
                *gradient *= w;
                *mean = MOMENTUM * *mean + (1.0 - MOMENTUM) * *gradient;
                *square = SQUARES * *square + (1.0 - SQUARES) * *gradient * *gradient;
                *largest = largest.max(*square);
            }
        }
        let largest: Vec<f32> = largest.iter().map(|square| SHARED * (square * square_scale).sqrt()).collect();
        for (row, log) in self.log.chunks_exact_mut(bins).enumerate() {
            let place = row * bins..(row + 1) * bins;
            let memory = self.mean[place.clone()].iter().zip(&self.square[place.clone()]);
            for (((log, w), (mean, square)), largest) in
                log.iter_mut().zip(&mut self.bases[place]).zip(memory).zip(&largest)
            {
                let norm = (square * square_scale).sqrt() + largest + f32::MIN_POSITIVE;
                *log -= size * mean * mean_scale / norm;
                *w = log.exp();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    const FRAMES: usize = 5;
    const BINS: usize = 4;

    fn random(len: usize, rng: &mut Pcg64Mcg) -> Vec<f32> {
        (0..len).map(|_| rng.random_range(0.2..1.0)).collect()
    }

    /// Two sources with three and two bases in mixtures of `x`; the second is less likely in some places.
    fn mixed(rng: &mut Pcg64Mcg) -> (Vec<f32>, Vec<MixedSource>) {
        let all = FRAMES * BINS;
        let source = |components: usize, likelihoods: Vec<f32>, rng: &mut Pcg64Mcg| MixedSource {
            activations: random(FRAMES * components, rng),
            target: random(all, rng),
            bases: random(components * BINS, rng),
            likelihoods,
        };
        let likelihoods = random(all, rng);
        let sources = vec![source(3, Vec::new(), rng), source(2, likelihoods, rng)];
        (random(all, rng), sources)
    }

    /// Half of what is minimised, computed as it is written at the top.
    fn half_loss(x: &[f32], sources: &[MixedSource], focus: f64) -> f64 {
        let explained = |source: &MixedSource, n: usize| -> f64 {
            let (t, bin, components) = (n / BINS, n % BINS, source.bases.len() / BINS);
            let term = |k: usize| source.activations[t * components + k] * source.bases[k * BINS + bin];
            f64::from((0..components).map(term).sum::<f32>() * source.likelihoods.get(n).unwrap_or(&1.0))
        };
        let loss = |source: &MixedSource| -> f64 {
            let energy: f64 = source.target.iter().map(|t| f64::from(t * t)).sum();
            let error = |n: usize| {
                let sum: f64 = sources.iter().map(|other| explained(other, n).powf(focus)).sum();
                f64::from(x[n]) * explained(source, n).powf(focus) / sum - f64::from(source.target[n])
            };
            (0..x.len()).map(|n| error(n).powi(2)).sum::<f64>() / energy
        };
        0.5 * sources.iter().map(loss).sum::<f64>()
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss_under_likelihoods_too() {
        let (x, sources) = mixed(&mut Pcg64Mcg::seed_from_u64(1));
        let descents: Vec<Descent> = sources.iter().map(|source| Descent::new(source, BINS, 0.0)).collect();
        let gradients = chunk_gradients(&x, BINS, &sources, &descents, FOCUS, 0.0, 0);
        for (s, gradients) in gradients.iter().enumerate() {
            for (place, gradient) in gradients.iter().enumerate() {
                let moved = |by: f32| {
                    let mut sources = sources.clone();
                    sources[s].bases[place] += by;
                    half_loss(&x, &sources, f64::from(FOCUS))
                };
                let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                assert!((slope - f64::from(*gradient)).abs() < 2e-3, "{s}, {place}: {gradient}, slope {slope}");
            }
        }
    }

    #[test]
    fn what_is_learned_comes_closer_to_the_sources() {
        let (x, mut sources) = mixed(&mut Pcg64Mcg::seed_from_u64(2));
        let before = half_loss(&x, &sources, f64::from(FOCUS));
        let settings = DescentSettings { focus: FOCUS, steps: 60 };
        let learned = train(&x, BINS, &sources, &settings, &mut |_| ControlFlow::Continue(())).unwrap();
        sources.iter_mut().zip(learned).for_each(|(source, learned)| source.bases = learned);
        let after = half_loss(&x, &sources, f64::from(FOCUS));
        assert!(after < 0.9 * before, "{before}, then {after}");
    }
}
