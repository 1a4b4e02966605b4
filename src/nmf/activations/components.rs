//! The components that a solver works on, and what it asks of them.

use super::{LEAST_MODEL, LEAST_WEIGHT};
use crate::nmf::{
    aligned::{Aligned, padded},
    kernels::{elementary::log2, vector},
    priors::{BLOCK_FLOOR, Priors},
};
use pulp::Simd;
use std::f32::consts::LN_2;

/// Components on their bands, padded to whole registers.
#[derive(Debug, Clone)]
pub(super) struct Components {
    /// `[K, width]`
    pub(super) rows: Aligned,
    pub(super) width: usize,
    /// Σ_f w of each component; 1 where there is next to nothing, and behind the last component. `[K]`
    pub(super) weights: Aligned,
    /// 1 for components that may sound, 0 for the others. `[K]`
    pub(super) alive: Aligned,
    /// The block of each component, `[K]`; empty where there is only one.
    pub(super) blocks: Vec<usize>,
}

impl Components {
    /// `bases`, `[K, F]`, and the sizes of their blocks.
    pub(super) fn new(bases: &[f32], bins: usize, blocks: &[usize]) -> Self {
        let count = bases.len() / bins;
        let mut components = Self::zeros(count, padded(bins), blocks.len() > 1);
        components.rows = Aligned::rows(bases, bins);
        for (k, basis) in bases.chunks_exact(bins).enumerate() {
            let weight: f32 = basis.iter().sum();
            if weight >= LEAST_WEIGHT {
                (components.weights[k], components.alive[k]) = (weight, 1.0);
            }
        }
        if blocks.len() > 1 {
            assert_eq!(blocks.iter().sum::<usize>(), count, "blocks must add up to the components");
            components.blocks = blocks.iter().enumerate().flat_map(|(b, &size)| std::iter::repeat_n(b, size)).collect();
        }
        components
    }

    /// Room for `count` components.
    pub(super) fn zeros(count: usize, width: usize, in_blocks: bool) -> Self {
        let mut weights = Aligned::zeros(padded(count));
        weights.fill(1.0);
        let alive = Aligned::zeros(padded(count));
        let blocks = if in_blocks { vec![0; count] } else { Vec::new() };
        Self { rows: Aligned::zeros(count * width), width, weights, alive, blocks }
    }
    /// model ← Wh, ratio ← v / Wh, gradient ← Wᵀ(v / Wh).
    #[inline(always)]
    pub(super) fn evaluate<S: Simd>(
        &self,
        simd: S,
        v: &[f32],
        h: &[f32],
        model: &mut [f32],
        ratio: &mut [f32],
        gradient: &mut [f32],
    ) {
        vector::weighted_sum(simd, &self.rows, h, model);
        for ((ratio, v), model) in ratio.iter_mut().zip(v).zip(model.iter()) {
            *ratio = v / (model + LEAST_MODEL);
        }
        let count = self.rows.len() / self.width;
        vector::products(simd, &self.rows, ratio, &mut gradient[..count]);
    }

    /// linear ← what is linear in h: Σ_f w, and the tangent of block sparsity at `h`. `sums` has a place for each block.
    #[inline(always)]
    pub(super) fn linearize(&self, priors: &Priors, h: &[f32], sums: &mut [f32], linear: &mut [f32]) {
        linear.copy_from_slice(&self.weights);
        if priors.block_sparsity == 0.0 || self.blocks.is_empty() {
            return;
        }
        sums.fill(0.0);
        for (block, h) in self.blocks.iter().zip(h) {
            sums[*block] += h;
        }
        for (linear, block) in linear.iter_mut().zip(&self.blocks) {
            *linear += priors.block_sparsity / (BLOCK_FLOOR + sums[*block]);
        }
    }

    /// What block sparsity costs at `h`. The components of a block stand together.
    #[inline(always)]
    pub(super) fn block_cost(&self, priors: &Priors, h: &[f32]) -> f32 {
        if priors.block_sparsity == 0.0 {
            return 0.0;
        }
        let blocks = self.blocks.chunk_by(|a, b| a == b);
        let (mut cost, mut start) = (0.0, 0);
        for block in blocks {
            cost += log2(BLOCK_FLOOR + h[start..start + block.len()].iter().sum::<f32>());
            start += block.len();
        }
        priors.block_sparsity * LN_2 * cost
    }
}
