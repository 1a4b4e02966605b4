//! A running factorization: passes over the frames that update H, and W where it is free.

use super::{
    frame_block::{CHUNK_FRAMES, FrameBlock, LastUpdate, PassBases},
    frames::Frames,
    momentum::{Momentum, Trajectory},
};
use rayon::prelude::*;

/// Most blocks of frames: as many cores can share the work.
const MAX_BLOCKS: usize = 32;
/// Added to the model before a division, relative to the mean of V.
const LEAST: f32 = 1e-9;
/// Rises of the cost below this share of ΣV are rounding errors.
const TOLERANCE: f64 = 1e-6;

/// A running factorization.
#[derive(Debug)]
pub(super) struct FactorizationRun<'a> {
    bins: usize,
    least: f32,
    /// W, `[K, F]`.
    pub(super) bases: Trajectory,
    /// Whether each basis stays as it is, `[K]`.
    held: Vec<bool>,
    /// H, in blocks with the frames.
    blocks: Vec<FrameBlock<'a>>,
    momentum: Momentum,
    /// Cost of the last pass that was kept, and by how much the next may be above it.
    pub(super) cost: f64,
    pub(super) tolerance: f64,
    /// ΣV, the difference between the cost and the divergence.
    pub(super) total: f64,
    /// What happens to H of the last pass, which the blocks learn with the next one: the scales of its columns and the
    /// weight of its extrapolation; `None` if the pass was dropped.
    kept: Option<(Vec<f32>, f32)>,
}

impl<'a> FactorizationRun<'a> {
    /// Starts from `bases`, `[K, F]`, each of which sums to 1. Those that are `held`, `[K]`, stay as they are.
    pub(super) fn new(v: &'a Frames, bases: Vec<f32>, held: Vec<bool>) -> Self {
        let (bins, components) = (v.bins, held.len());
        let total: f64 = v.values.iter().map(|value| f64::from(*value)).sum();
        let block_frames = v.len().div_ceil(MAX_BLOCKS).next_multiple_of(CHUNK_FRAMES);
        Self {
            bins,
            least: (total / v.values.len() as f64) as f32 * LEAST,
            bases: Trajectory::new(bases),
            held,
            blocks: v
                .values
                .chunks(block_frames * bins)
                .map(|frames| FrameBlock::new(frames, bins, components))
                .collect(),
            momentum: Momentum::new(),
            cost: f64::INFINITY,
            tolerance: TOLERANCE * total,
            total,
            kept: None,
        }
    }

    /// Updates H, then W, from the points ahead of the last pass.
    ///
    /// Multiplicative updates never raise the cost, but an extrapolation can. A pass that ends above the last one is
    /// dropped, and the next starts without momentum from the last kept point, so that costs never rise.
    pub(super) fn pass(&mut self) {
        let last_update = match &self.kept {
            Some((scales, beta)) => LastUpdate::Keep { scales, beta: *beta },
            None => LastUpdate::Drop,
        };
        let model = PassBases { bases: &self.bases.ahead, bins: self.bins, least: self.least };
        let bases_move = self.bases_move();
        self.blocks.par_iter_mut().for_each(|block| block.update(last_update, model, bases_move));

        let cost: f64 = self.blocks.iter().map(|block| block.sums.cost).sum();
        let plain = matches!(self.kept, None | Some((_, 0.0)));
        if !plain && cost > self.cost + self.tolerance {
            self.bases.drop_next();
            self.momentum = Momentum::new();
            self.kept = None;
            return;
        }
        self.cost = cost;
        let beta = self.momentum.gain();
        let scales = if bases_move { self.move_bases(beta) } else { vec![1.0; self.held.len()] };
        self.kept = Some((scales, beta));
    }

    /// Whether any basis is free.
    fn bases_move(&self) -> bool {
        self.held.contains(&false)
    }

    /// Updates W and extrapolates it with weight `beta`; gives what its bases were divided by, `[K]`.
    fn move_bases(&mut self, beta: f32) -> Vec<f32> {
        self.update_bases();
        let scales = normalize_free(&mut self.bases.next, self.bins, &self.held);
        self.bases.keep(beta);
        normalize_free(&mut self.bases.ahead, self.bins, &self.held);
        scales
    }

    /// W ← W · Hᵀ(V / WH) / Hᵀ1.
    fn update_bases(&mut self) {
        let (bins, blocks, held) = (self.bins, &self.blocks, &self.held);
        let Trajectory { ahead, next, .. } = &mut self.bases;
        next.par_chunks_exact_mut(bins).zip(ahead.par_chunks_exact(bins)).enumerate().for_each(|(k, (next, ahead))| {
            if held[k] {
                next.copy_from_slice(ahead);
                return;
            }
            next.fill(0.0);
            for block in blocks {
                let numerator = &block.sums.numerator[k * bins..][..bins];
                next.iter_mut().zip(numerator).for_each(|(sum, value)| *sum += value);
            }
            let activity: f32 = blocks.iter().map(|block| block.sums.activity[k]).sum();
            let scale = 1.0 / activity.max(f32::MIN_POSITIVE);
            next.iter_mut().zip(ahead).for_each(|(next, w)| *next *= w * scale);
        });
    }

    /// W, `[K, F]`.
    pub(super) fn into_bases(self) -> Vec<f32> {
        self.bases.now
    }

    /// W, `[K, F]`, and H, `[T, K]`.
    pub(super) fn into_factors(self) -> (Vec<f32>, Vec<f32>) {
        let kept = self.kept.map(|(scales, _)| scales);
        let activations = self.blocks.into_iter().flat_map(|block| block.into_activations(kept.as_deref())).collect();
        (self.bases.now, activations)
    }
}

/// Scales each basis to a sum of 1; one that is 0 starts again flat. Gives the former sums, `[K]`.
pub(super) fn normalize(bases: &mut [f32], bins: usize) -> Vec<f32> {
    bases.chunks_exact_mut(bins).map(normalize_one).collect()
}

/// The same for the bases that are not `held`, `[K]`; gives 1 for the others.
fn normalize_free(bases: &mut [f32], bins: usize, held: &[bool]) -> Vec<f32> {
    let scale = |(basis, held): (&mut [f32], &bool)| if *held { 1.0 } else { normalize_one(basis) };
    bases.chunks_exact_mut(bins).zip(held).map(scale).collect()
}

fn normalize_one(basis: &mut [f32]) -> f32 {
    let sum: f32 = basis.iter().sum();
    if sum > 0.0 && sum.is_finite() {
        basis.iter_mut().for_each(|w| *w /= sum);
        sum
    } else {
        basis.fill(1.0 / basis.len() as f32);
        1.0
    }
}
