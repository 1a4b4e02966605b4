//! How far expectation maximisation, the textbook's updates and the engine's are from each other.

use crate::{
    nmf::{Change, Factors, Spectra},
    plca::{FramePriors, Latent, activations, under_evidence},
};
use unbraid::nmf::{
    activations::{Solver, multiplicative::MultiplicativeUpdate},
    constrained::{ConstrainedUpdates, FactoredFrames},
    priors::Priors,
};

/// Number of bases K.
pub(crate) const COMPONENTS: usize = 8;
/// Number of updates.
pub(crate) const UPDATES: usize = 50;
/// Weight of the Dirichlet prior, in what an average basis has.
pub(crate) const PRIOR: f64 = 0.5;
/// Priors that are compared with the engine's.
pub(crate) const FRAME_PRIORS: [FramePriors; 3] = [
    FramePriors { sparsity: 0.0, smoothness: 0.0 },
    FramePriors { sparsity: 0.3, smoothness: 0.0 },
    FramePriors { sparsity: 0.1, smoothness: 0.2 },
];

/// Divergences after each update, and how far both ways are from each other in the end.
pub(crate) struct Comparison {
    pub(crate) nmf: Vec<f64>,
    pub(crate) plca: Vec<f64>,
    pub(crate) difference: f64,
}

/// Multiplicative updates and EM from the same start. Each of `changes` is one update of both.
pub(crate) fn compare(v: &Spectra, changes: &[Change], with_prior: bool) -> Comparison {
    let mut factors = Factors::random(v, COMPONENTS, 1);
    let mut latent = Latent::of(&factors, v);
    let prior = with_prior.then(|| {
        let mass = PRIOR * v.total() / COMPONENTS as f64;
        Factors::random(v, COMPONENTS, 2).w.iter().map(|w| mass * w).collect::<Vec<_>>()
    });
    let mut found = Comparison { nmf: Vec::new(), plca: Vec::new(), difference: 0.0 };
    for _ in 0..UPDATES {
        for change in changes {
            factors.update(v, *change, prior.as_deref());
            latent.update(v, *change, prior.as_deref());
        }
        found.nmf.push(factors.divergence(v));
        found.plca.push(latent.factors(v).divergence(v));
    }
    let other = latent.factors(v);
    found.difference = distance(&factors.w, &other.w).max(distance(&factors.h, &other.h));
    found
}

/// The engine's plain updates of one frame after another and EM with the bases held, for each of [`FRAME_PRIORS`].
pub(crate) fn compare_engine(v: &Spectra) -> Vec<f64> {
    let w = bases(v);
    let single: Vec<f32> = w.iter().map(|w| *w as f32).collect();
    // As the engine has them, so that only the updates are compared.
    let w: Vec<f64> = single.iter().copied().map(f64::from).collect();
    let mut solver = MultiplicativeUpdate::new(single, v.bins, UPDATES);
    let mut compare = |priors: FramePriors| {
        let of_frame = |frame: &[f64]| {
            let (sparsity, smoothness) = (priors.sparsity as f32, priors.smoothness as f32);
            let priors_of_engine = Priors { sparsity, smoothness, ..Priors::default() };
            let mut h = vec![0.0; COMPONENTS];
            let single: Vec<f32> = frame.iter().map(|value| *value as f32).collect();
            solver.solve(&single, &priors_of_engine, &mut h);
            let h: Vec<f64> = h.into_iter().map(f64::from).collect();
            distance(&activations(frame, &w, UPDATES, priors), &h)
        };
        v.values.chunks_exact(v.bins).map(of_frame).fold(0.0, f64::max)
    };
    FRAME_PRIORS.into_iter().map(&mut compare).collect()
}

/// How many bases share a frame, in the mean over frames: e to the entropy of their shares. One for each sparsity.
pub(crate) fn sharing(v: &Spectra, sparsities: &[f32]) -> Vec<f64> {
    let single: Vec<f32> = bases(v).iter().map(|w| *w as f32).collect();
    let mut solver = MultiplicativeUpdate::new(single, v.bins, UPDATES);
    let mut mean = |sparsity: &f32| {
        let mut of_frame = |frame: &[f64]| {
            let frame: Vec<f32> = frame.iter().map(|value| *value as f32).collect();
            let mut h = vec![0.0; COMPONENTS];
            solver.solve(&frame, &Priors { sparsity: *sparsity, ..Priors::default() }, &mut h);
            let total: f32 = h.iter().sum();
            let shares = h.iter().map(|h| f64::from(h / total)).filter(|share| *share > 0.0);
            (-shares.map(|share| share * share.ln()).sum::<f64>()).exp()
        };
        v.values.chunks_exact(v.bins).map(&mut of_frame).sum::<f64>() / v.frames() as f64
    };
    sparsities.iter().map(&mut mean).collect()
}

/// The engine's updates of the activations under evidence, and EM. Half of the bases belong to a source that is the
/// more likely the lower a bin is, half to the other.
pub(crate) fn compare_evidence(v: &Spectra) -> f64 {
    let (bins, frames) = (v.bins, v.frames());
    let single: Vec<f32> = bases(v).iter().map(|w| *w as f32).collect();
    let low: Vec<f32> = (0..bins).map(|f| 0.9 - 0.8 * f as f32 / bins as f32).collect();
    let high: Vec<f32> = low.iter().map(|low| 1.0 - low).collect();
    let group = |k: usize| u8::from(k >= COMPONENTS / 2);
    let groups: Vec<u8> = (0..COMPONENTS).map(group).collect();
    let start: Vec<f64> = Factors::random(v, COMPONENTS, 4).h;
    let mut h: Vec<f32> = start.iter().map(|h| *h as f32).collect();
    let values: Vec<f32> = v.values.iter().map(|value| *value as f32).collect();
    if let Some(mut updates) = ConstrainedUpdates::new(&groups, bins, frames) {
        let said: Vec<f32> = low.iter().chain(&high).copied().collect();
        (0..frames).for_each(|t| updates.take(t, &said));
        let mut ratio = vec![0.0; values.len()];
        for _ in 0..UPDATES {
            let mut factored = FactoredFrames { v: &values, h: &mut h, ratio: &mut ratio, least: 0.0 };
            updates.update_activations(&mut factored, &single, &[1.0; COMPONENTS], 0.0);
        }
    }
    let said = |k: usize| if group(k) == 0 { &low } else { &high };
    let likely = (0..COMPONENTS)
        .flat_map(|k| (0..frames).flat_map(move |_| said(k)))
        .copied()
        .map(f64::from)
        .collect::<Vec<_>>();
    let w: Vec<f64> = single.iter().copied().map(f64::from).collect();
    let h: Vec<f64> = h.into_iter().map(f64::from).collect();
    distance(&under_evidence(v, &w, &likely, start, UPDATES), &h)
}

fn bases(v: &Spectra) -> Vec<f64> {
    let mut factors = Factors::random(v, COMPONENTS, 3);
    (0..UPDATES).for_each(|_| factors.update(v, Change::Both, None));
    factors.w
}

/// The largest difference, relative to the largest value.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let largest = a.iter().fold(f64::MIN_POSITIVE, |largest, value| value.abs().max(largest));
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest
}
