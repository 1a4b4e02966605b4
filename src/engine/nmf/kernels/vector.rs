//! The inner loops on vector registers, with the crate `pulp`, which detects the machine's instructions at run time:
//! AVX-512, AVX2 with FMA, NEON, or none.
//!
//! Rows are [`Aligned`](crate::nmf::aligned::Aligned) and padded to whole cache lines, so that no row ends within a
//! register. Functions called inside [`pulp::WithSimd`] are always inlined; otherwise they would be compiled without
//! the instructions.

use super::elementary::log2;
use crate::nmf::aligned::LINE;
use pulp::Simd;

/// Number of accumulators: enough to hide the latency of a multiply-add, and few enough for sixteen registers.
const BLOCK: usize = 8;

/// `out = Σ_k weights[k] * rows[k]`: rows `[K, width]`, weights `[K]`, out `[width]`.
#[inline(always)]
pub fn weighted_sum<S: Simd>(simd: S, rows: &[f32], weights: &[f32], out: &mut [f32]) {
    let width = out.len() / S::F32_LANES;
    let rows = S::as_simd_f32s(rows).0.chunks_exact(width);
    sum_in_blocks(simd, rows.zip(weights.iter().copied()), out);
}

/// The weighted sum of some rows only: `picks` holds their indices and weights. For a dictionary with few active bases.
#[inline(always)]
pub fn weighted_sum_of<S: Simd>(simd: S, rows: &[f32], picks: &[(usize, f32)], out: &mut [f32]) {
    let width = out.len() / S::F32_LANES;
    let rows = S::as_simd_f32s(rows).0;
    sum_in_blocks(simd, picks.iter().map(|&(k, weight)| (&rows[k * width..][..width], weight)), out);
}

/// Goes through the columns, so that the sums stay in registers while all rows pass.
#[inline(always)]
fn sum_in_blocks<'a, S: Simd>(simd: S, rows: impl Iterator<Item = (&'a [S::f32s], f32)> + Clone, out: &mut [f32]) {
    let out = S::as_mut_simd_f32s(out).0;
    let whole = out.len() / BLOCK * BLOCK;
    let (blocks, rest) = out.split_at_mut(whole);
    for (b, block) in blocks.chunks_exact_mut(BLOCK).enumerate() {
        sum_block::<S, BLOCK>(simd, rows.clone(), b * BLOCK, block);
    }
    for (b, block) in rest.chunks_exact_mut(1).enumerate() {
        sum_block::<S, 1>(simd, rows.clone(), whole + b, block);
    }
}

#[inline(always)]
fn sum_block<'a, S: Simd, const N: usize>(
    simd: S,
    rows: impl Iterator<Item = (&'a [S::f32s], f32)>,
    start: usize,
    out: &mut [S::f32s],
) {
    let mut sums = [simd.splat_f32s(0.0); N];
    for (row, weight) in rows {
        let weight = simd.splat_f32s(weight);
        for (sum, value) in sums.iter_mut().zip(&row[start..start + N]) {
            *sum = simd.mul_add_e_f32s(weight, *value, *sum);
        }
    }
    out.copy_from_slice(&sums);
}

/// `out[k] = rows[k] · row`: rows `[K, width]`, row `[width]`, out `[K]`.
#[inline(always)]
pub fn products<S: Simd>(simd: S, rows: &[f32], row: &[f32], out: &mut [f32]) {
    let rows = S::as_simd_f32s(rows).0;
    let row = S::as_simd_f32s(row).0;
    let whole = out.len() / BLOCK * BLOCK;
    let (blocks, rest) = out.split_at_mut(whole);
    for (rows, out) in rows.chunks_exact(BLOCK * row.len()).zip(blocks.chunks_exact_mut(BLOCK)) {
        products_block::<S, BLOCK>(simd, rows, row, out);
    }
    for (rows, out) in rows[whole * row.len()..].chunks_exact(row.len()).zip(rest.chunks_exact_mut(1)) {
        products_block::<S, 1>(simd, rows, row, out);
    }
}

#[inline(always)]
fn products_block<S: Simd, const N: usize>(simd: S, rows: &[S::f32s], row: &[S::f32s], out: &mut [f32]) {
    let rows: [&[S::f32s]; N] = std::array::from_fn(|n| &rows[n * row.len()..][..row.len()]);
    let mut sums = [simd.splat_f32s(0.0); N];
    for (f, value) in row.iter().enumerate() {
        for (sum, row) in sums.iter_mut().zip(&rows) {
            *sum = simd.mul_add_e_f32s(row[f], *value, *sum);
        }
    }
    for (out, sum) in out.iter_mut().zip(sums) {
        *out = simd.reduce_sum_f32s(sum);
    }
}

/// The inner product of two rows of whole registers.
#[inline(always)]
pub fn dot<S: Simd>(simd: S, a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (S::as_simd_f32s(a).0, S::as_simd_f32s(b).0);
    let sum = a.iter().zip(b).fold(simd.splat_f32s(0.0), |sum, (a, b)| simd.mul_add_e_f32s(*a, *b, sum));
    simd.reduce_sum_f32s(sum)
}

/// Σ a · log₂(b + least) over two rows of whole cache lines, in as many partial sums as a line has values.
#[inline(always)]
pub fn sum_of_logs(a: &[f32], b: &[f32], least: f32) -> f32 {
    let mut sums = [0.0; LINE];
    for (a, b) in a.as_chunks::<LINE>().0.iter().zip(b.as_chunks::<LINE>().0) {
        for lane in 0..LINE {
            sums[lane] += a[lane] * log2(b[lane] + least);
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nmf::{aligned::Aligned, kernels::plain};
    use pulp::{Arch, WithSimd};

    struct Both<'a> {
        rows: &'a [f32],
        weights: &'a [f32],
        picks: &'a [(usize, f32)],
        sum: &'a mut [f32],
        picked: &'a mut [f32],
        products: &'a mut [f32],
    }

    impl WithSimd for Both<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            weighted_sum(simd, self.rows, self.weights, self.sum);
            weighted_sum_of(simd, self.rows, self.picks, self.picked);
            products(simd, self.rows, self.sum, self.products);
        }
    }

    /// With the machine's instructions and without any, for all lengths around the block size.
    #[test]
    fn vector_loops_agree_with_the_plain_ones() {
        for (count, columns) in [(1, 1), (3, 16), (8, 123), (25, 128), (50, 130), (67, 300)] {
            let values: Vec<f32> = (0..count * columns).map(|x| (x * 37 % 101) as f32 / 101.0).collect();
            let rows = Aligned::rows(&values, columns);
            let width = rows.len() / count;
            let weights: Vec<f32> = (0..count).map(|k| (k * 13 % 7) as f32).collect();
            let picks: Vec<(usize, f32)> = weights.iter().copied().enumerate().filter(|(_, w)| *w > 3.0).collect();
            let few: Vec<f32> = weights.iter().map(|w| if *w > 3.0 { *w } else { 0.0 }).collect();
            let mut expected = vec![0.0; width];
            for arch in [Arch::new(), Arch::Scalar] {
                let mut out = [Aligned::zeros(width), Aligned::zeros(width), Aligned::zeros(count)];
                let [sum, picked, products] = &mut out;
                arch.dispatch(Both { rows: &rows, weights: &weights, picks: &picks, sum, picked, products });
                let near = |a: f32, b: f32| (a - b).abs() <= 1e-5 * b.abs().max(1.0);
                plain::weighted_sum(&rows, &few, &mut expected);
                assert!(picked.iter().zip(&expected).all(|(a, b)| near(*a, *b)), "{arch:?} [{count}, {columns}]");
                plain::weighted_sum(&rows, &weights, &mut expected);
                assert!(sum.iter().zip(&expected).all(|(a, b)| near(*a, *b)), "{arch:?} [{count}, {columns}]");
                for (product, row) in products.iter().zip(rows.chunks_exact(width)) {
                    assert!(near(*product, plain::dot(row, &expected)), "{arch:?} [{count}, {columns}]");
                }
            }
        }
    }
}
