//! A block of frames with their activations, the unit of work of a core.

use super::momentum::Trajectory;
use crate::nmf::{
    kernels::elementary::log2,
    matrix::{MatrixView, product},
};
use pulp::{Arch, Simd, WithSimd};
use std::f64::consts::LN_2;

/// Frames per matrix product: as many as fit into the second-level cache with their model.
pub(super) const CHUNK_FRAMES: usize = 64;
/// Number of logarithms that are summed in f32, in this many lanes, before they are added to a sum in f64.
const RUN: usize = 1024;
const LANES: usize = 16;

/// What happens to the activations of the last update.
#[derive(Debug, Clone, Copy)]
pub(super) enum LastUpdate<'a> {
    /// They are kept, multiplied by what the bases were divided by, `[K]`, and extrapolated with weight `beta`.
    Keep { scales: &'a [f32], beta: f32 },
    /// They are dropped, and the next update starts from those before.
    Drop,
}

/// The bases as one pass over the frames uses them; each sums to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct PassBases<'a> {
    /// `[K, F]`
    pub(super) bases: &'a [f32],
    /// Number of bins F.
    pub(super) bins: usize,
    /// Added to WH before a division.
    pub(super) least: f32,
}

/// A block of frames and their activations.
#[derive(Debug)]
pub(super) struct FrameBlock<'a> {
    /// `[T, F]`
    frames: &'a [f32],
    /// `[T, K]`
    activations: Trajectory,
    /// Sums for the update of W.
    pub(super) sums: Sums,
    // Memory for one chunk of frames.
    /// V / WH, `[CHUNK_FRAMES, F]`.
    ratio: Vec<f32>,
    /// (V / WH)Wᵀ, `[CHUNK_FRAMES, K]`.
    gradient: Vec<f32>,
    /// Hᵀ(V / WH), `[K, F]`.
    numerator: Vec<f32>,
}

/// Sums over frames.
#[derive(Debug)]
pub(super) struct Sums {
    /// Hᵀ(V / WH), `[K, F]`.
    pub(super) numerator: Vec<f32>,
    /// Σ_t H, `[K]`.
    pub(super) activity: Vec<f32>,
    /// Σ (V log(V / WH) + WH): the divergence without the term −ΣV.
    pub(super) cost: f64,
}

impl<'a> FrameBlock<'a> {
    /// `frames`, `[T, F]`, the sum of each shared evenly among its activations.
    pub(super) fn new(frames: &'a [f32], bins: usize, components: usize) -> Self {
        let even = |frame: &[f32]| std::iter::repeat_n(frame.iter().sum::<f32>() / components as f32, components);
        Self {
            frames,
            activations: Trajectory::new(frames.chunks_exact(bins).flat_map(even).collect()),
            sums: Sums { numerator: vec![0.0; components * bins], activity: vec![0.0; components], cost: 0.0 },
            ratio: vec![0.0; CHUNK_FRAMES * bins],
            gradient: vec![0.0; CHUNK_FRAMES * components],
            numerator: vec![0.0; components * bins],
        }
    }

    /// H ← H · (V / WH)Wᵀ from the point ahead of the last update, then the sums for the new H; those for W only if
    /// `bases_move`.
    pub(super) fn update(&mut self, last_update: LastUpdate, model: PassBases, bases_move: bool) {
        match last_update {
            LastUpdate::Keep { scales, beta } => {
                scale(&mut self.activations.next, scales);
                self.activations.keep(beta);
            }
            LastUpdate::Drop => self.activations.drop_next(),
        }
        self.sums.numerator.fill(0.0);
        self.sums.activity.fill(0.0);
        self.sums.cost = 0.0;
        let rows = CHUNK_FRAMES * self.sums.activity.len();
        let Trajectory { ahead, next, .. } = &mut self.activations;
        let chunks = self.frames.chunks(CHUNK_FRAMES * model.bins).zip(ahead.chunks(rows)).zip(next.chunks_mut(rows));
        for ((v, ahead), next) in chunks {
            let ratio = &mut self.ratio[..v.len()];
            model.update_activations(v, ahead, ratio, &mut self.gradient[..ahead.len()], next);
            let numerator = bases_move.then_some(&mut self.numerator[..]);
            model.add_up(v, next, ratio, numerator, &mut self.sums);
        }
        // Each basis sums to 1, so ΣWH = ΣH.
        self.sums.cost += self.sums.activity.iter().map(|sum| f64::from(*sum)).sum::<f64>();
    }

    /// The activations, `[T, K]`: those of the last update times `scales`, or those before it if it was dropped.
    pub(super) fn into_activations(self, scales: Option<&[f32]>) -> Vec<f32> {
        let Trajectory { now, mut next, .. } = self.activations;
        match scales {
            Some(scales) => {
                scale(&mut next, scales);
                next
            }
            None => now,
        }
    }
}

/// Scales the columns of `activations`, `[T, K]`.
fn scale(activations: &mut [f32], scales: &[f32]) {
    for h in activations.chunks_exact_mut(scales.len()) {
        h.iter_mut().zip(scales).for_each(|(h, scale)| *h *= scale);
    }
}

impl PassBases<'_> {
    /// `next` = H · (V / WH)Wᵀ with H = `ahead`. There is no denominator, because each basis sums to 1.
    fn update_activations(&self, v: &[f32], ahead: &[f32], ratio: &mut [f32], gradient: &mut [f32], next: &mut [f32]) {
        self.divide(v, ahead, ratio);
        product(MatrixView::new(ratio, self.bins), MatrixView::new(self.bases, self.bins).transposed(), gradient);
        for ((next, h), gradient) in next.iter_mut().zip(ahead).zip(gradient) {
            *next = h * *gradient;
        }
    }

    /// Adds a chunk with activations `h` to `sums`, without the part of the cost that is linear in `h`.
    fn add_up(&self, v: &[f32], h: &[f32], ratio: &mut [f32], numerator: Option<&mut [f32]>, sums: &mut Sums) {
        let components = sums.activity.len();
        self.divide(v, h, ratio);
        if let Some(numerator) = numerator {
            product(MatrixView::new(h, components).transposed(), MatrixView::new(ratio, self.bins), numerator);
            sums.numerator.iter_mut().zip(numerator).for_each(|(sum, value)| *sum += *value);
        }
        for h in h.chunks_exact(components) {
            sums.activity.iter_mut().zip(h).for_each(|(sum, h)| *sum += h);
        }
        sums.cost += LN_2 * Arch::new().dispatch(SumOfLogs { v, ratio });
    }

    /// ratio ← V / WH: h `[T, K]`, v and ratio `[T, F]`.
    fn divide(&self, v: &[f32], h: &[f32], ratio: &mut [f32]) {
        let components = self.bases.len() / self.bins;
        product(MatrixView::new(h, components), MatrixView::new(self.bases, self.bins), ratio);
        Arch::new().dispatch(Quotient { v, model: ratio, least: self.least });
    }
}

/// model ← v / model.
struct Quotient<'a> {
    v: &'a [f32],
    model: &'a mut [f32],
    least: f32,
}

impl WithSimd for Quotient<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (model, v) in self.model.iter_mut().zip(self.v) {
            *model = v / (*model + self.least);
        }
    }
}

/// Σ v log₂(ratio), with 0 where v is 0.
struct SumOfLogs<'a> {
    v: &'a [f32],
    ratio: &'a [f32],
}

impl WithSimd for SumOfLogs<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let octaves = |v: f32, ratio: f32| v * log2(ratio.max(f32::MIN_POSITIVE));
        let mut total = 0.0;
        for (v, ratio) in self.v.chunks(RUN).zip(self.ratio.chunks(RUN)) {
            let ((v, v_rest), (ratio, ratio_rest)) = (v.as_chunks::<LANES>(), ratio.as_chunks::<LANES>());
            let mut sums = [0.0; LANES];
            for (v, ratio) in v.iter().zip(ratio) {
                for lane in 0..LANES {
                    sums[lane] += octaves(v[lane], ratio[lane]);
                }
            }
            let rest: f32 = v_rest.iter().zip(ratio_rest).map(|(v, ratio)| octaves(*v, *ratio)).sum();
            total += f64::from(sums.iter().sum::<f32>() + rest);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nmf::divergence::kullback_leibler;

    #[test]
    fn the_cost_is_the_divergence_but_for_the_sum_of_the_frames() {
        let (bins, count) = (50, CHUNK_FRAMES + 9);
        let frames: Vec<f32> = (0..bins * count).map(|x| (x * 37 % 101) as f32).collect();
        let basis = |f: usize| (f + 1) as f32 / (bins * (bins + 1) / 2) as f32;
        let bases: Vec<f32> = (0..bins).map(basis).collect();
        let mut block = FrameBlock::new(&frames, bins, 1);
        block.update(LastUpdate::Drop, PassBases { bases: &bases, bins, least: 0.0 }, true);
        // A single basis that sums to 1 gets each frame's sum.
        let expected: f64 = frames
            .chunks(bins)
            .map(|v| {
                let sum: f32 = v.iter().sum();
                let u: Vec<f32> = bases.iter().map(|w| sum * w).collect();
                kullback_leibler(v, &u) + f64::from(sum)
            })
            .sum();
        assert!((block.sums.cost / expected - 1.0).abs() < 1e-5, "{}, expected {expected}", block.sums.cost);
    }
}
