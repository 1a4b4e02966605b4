//! The reference: a weighted sum of bases, and a product with a basis.
//!
//! The loops run over a fixed number of lanes, so that the compiler turns them into vector instructions and the order
//! of additions does not depend on the machine.

const LANES: usize = 8;

/// `sum += weight * row`, elementwise.
pub fn add_scaled(sum: &mut [f32], weight: f32, row: &[f32]) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += weight * value;
    }
}

/// The inner product of two rows of equal length.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// `out = Σ_k weights[k] * bases[k]`: bases `[K, F]`, weights `[K]`, out `[F]`.
pub fn weighted_sum(bases: &[f32], weights: &[f32], out: &mut [f32]) {
    out.fill(0.0);
    for (basis, weight) in bases.chunks_exact(out.len()).zip(weights) {
        add_scaled(out, *weight, basis);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_takes_every_element_of_odd_lengths() {
        for len in [0, 1, 7, 8, 9, 31, 100] {
            let a: Vec<f32> = (1..=len).map(|x| x as f32).collect();
            let expected = (len * (len + 1) * (2 * len + 1) / 6) as f32;
            assert!((dot(&a, &a) - expected).abs() <= expected * 1e-6, "{len}");
        }
    }
}
