//! The bases that a solver works on, and the products of an update.

use super::{LEAST_MODEL, LEAST_WEIGHT};
use crate::nmf::{
    aligned::{Aligned, padded},
    kernels::vector,
};
use pulp::Simd;

/// How likely each group of sources is in each bin: the model of a frame is Σ_g L_g · (W_g h_g).
#[derive(Debug, Clone, Copy)]
pub struct Constraint<'a> {
    /// L, `[G, F]`.
    pub likelihoods: &'a [f32],
    /// F.
    pub bins: usize,
    /// The group of each component, `[K]`.
    pub groups: &'a [u8],
}

impl Constraint<'_> {
    /// The likelihoods of the group of component `k`, `[F]`.
    fn of(&self, k: usize) -> &[f32] {
        &self.likelihoods[usize::from(self.groups[k]) * self.bins..][..self.bins]
    }
}

/// Bases on bands, in rows padded to whole registers.
#[derive(Debug, Clone)]
pub(super) struct SolverBases {
    /// `[K, width]`
    pub(super) rows: Aligned,
    pub(super) width: usize,
    /// Σ_f w of each component; 1 where that is next to nothing, and in the padding. `[K]`
    pub(super) weights: Aligned,
    /// 1 for components that can be active, 0 for the others. `[K]`
    pub(super) alive: Aligned,
    /// Coefficient of each activation in the linear part of the cost: its weight, and what block sparsity adds. `[K]`
    pub(super) linear: Aligned,
}

impl SolverBases {
    /// `bases`, `[K, F]`, with `bins` = F.
    pub(super) fn new(bases: &[f32], bins: usize) -> Self {
        let count = bases.len() / bins;
        let mut components = Self::zeros(count, padded(bins));
        components.rows = Aligned::rows(bases, bins);
        for (k, basis) in bases.chunks_exact(bins).enumerate() {
            let weight: f32 = basis.iter().sum();
            if weight >= LEAST_WEIGHT {
                (components.weights[k], components.alive[k]) = (weight, 1.0);
            }
        }
        components.linear = components.weights.clone();
        components
    }

    /// Memory for `count` components.
    pub(super) fn zeros(count: usize, width: usize) -> Self {
        let mut weights = Aligned::zeros(padded(count));
        weights.fill(1.0);
        let alive = Aligned::zeros(padded(count));
        Self { rows: Aligned::zeros(count * width), width, linear: weights.clone(), weights, alive }
    }

    /// self ← `bases` with each row times the likelihood of its source, for the components `chosen` in order.
    pub(super) fn constrain(&mut self, bases: &Self, constraint: &Constraint<'_>, chosen: impl Iterator<Item = usize>) {
        let width = self.width;
        let rows = self.rows.chunks_exact_mut(width).zip(bases.rows.chunks_exact(width));
        for (place, ((row, basis), k)) in rows.zip(chosen).enumerate() {
            let likelihood = constraint.of(k);
            row.iter_mut().zip(basis).zip(likelihood).for_each(|((row, w), likelihood)| *row = w * likelihood);
            let weight: f32 = row.iter().sum();
            let is_alive = weight >= LEAST_WEIGHT;
            self.alive[place] = if is_alive { bases.alive[place] } else { 0.0 };
            self.weights[place] = if is_alive { weight } else { 1.0 };
            self.linear[place] = self.weights[place] + (bases.linear[place] - bases.weights[place]);
        }
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
}
