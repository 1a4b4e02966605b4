//! The mask of one basis: its part of its source's mask, M_k = M_s W_k h_k / Σ_{j of s} W_j h_j.
//!
//! It is computed only while a basis is auditioned, in memory that the masks of sources are made with.

use super::Model;
use crate::nmf::{aligned::padded, kernels::vector, soft_masks::FLOOR};
use pulp::{Simd, WithSimd};

/// The least that is added, in silence: far above what the processor takes for 0.
const LEAST_FLOOR: f32 = 1e-30;

impl Model {
    /// Whether `component`, counted over all sources, is a basis of `source`.
    pub(in crate::separator) fn has_basis(&self, source: usize, component: usize) -> bool {
        self.owners.get(component).is_some_and(|owner| usize::from(*owner) == source)
    }

    /// Number of bases of `source`, copies at other pitches included.
    pub(in crate::separator) fn bases_of(&self, source: usize) -> usize {
        self.owners.iter().filter(|owner| usize::from(**owner) == source).count()
    }

    /// The activations of this frame count for what lies before an onset, from now on.
    pub(in crate::separator) fn keep_activations(&mut self) {
        self.h_before.copy_from_slice(&self.h);
    }

    /// Adds `weight` times the mask of the basis `component` of `source` to `sum`, `[F]`; nothing if there is no such
    /// basis. With `kept`, `[F]`, as the mask of its source, and the kept activations, if it is for what lies before an
    /// onset.
    pub(in crate::separator) fn add_basis(
        &mut self,
        (source, component): (usize, usize),
        kept: Option<&[f32]>,
        weight: f32,
        sum: &mut [f32],
    ) {
        struct Add<'a>(&'a mut Model, (usize, usize), Option<&'a [f32]>, f32, &'a mut [f32]);
        impl WithSimd for Add<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) {
                let Self(model, (source, component), kept, weight, sum) = self;
                let Model { owners, bases, sounding, masks, norm, bands, layout, .. } = model;
                let h = if kept.is_some() { &model.h_before } else { &model.h };
                let top = bands.bins(bands.len() - 1);
                let (known, width, bins) = (top.end, norm.len(), layout.bins());
                sounding.clear();
                let own = owners.iter().zip(h).enumerate().filter(|(_, (owner, _))| usize::from(**owner) == source);
                sounding.extend(own.map(|(k, (_, h))| (k, *h)));
                let explained = &mut norm[..padded(known)];
                vector::weighted_sum_of(simd, bases, sounding, explained);

                let floor = h.iter().sum::<f32>() / known as f32 * FLOOR + LEAST_FLOOR;
                let least = floor / sounding.len().max(1) as f32;
                let (row, h) = (&bases[component * padded(known)..][..known], h[component]);
                for (explained, basis) in explained.iter_mut().zip(row) {
                    *explained = (h * basis + least) / (*explained + floor);
                }
                // The other bins take the shares of their neighbours, as in the masks of sources.
                let shares = explained;
                shares[0] = shares[1];
                let edge = shares[top.clone()].iter().sum::<f32>() / top.len() as f32;
                let mask = kept.unwrap_or(&masks[source * width..][..bins]);
                for ((sum, mask), share) in sum.iter_mut().zip(mask).zip(&shares[..known]) {
                    *sum += weight * share * mask;
                }
                for (sum, mask) in sum.iter_mut().zip(mask).skip(known) {
                    *sum += weight * edge * mask;
                }
            }
        }
        if self.has_basis(source, component) {
            self.arch.dispatch(Add(self, (source, component), kept, weight, sum));
        }
    }
}
