//! Soft masks: each source's share of every bin, M_s = Y_s^p / Σ_r Y_r^p, where Y_s = W_s h_s is what the bases of
//! source s explain of the frame and p is the focus (p = 1 in Smaragdis, Raj and Shashanka 2007; p = 2 is the Wiener
//! filter).

use super::kernels::elementary::power;

/// Added to every Y_s, relative to the frame's mean: -120 dB. Where no basis has energy, all sources get the same
/// share.
pub const FLOOR: f32 = 1e-6;

/// Turns what the sources explain of one frame into their masks, which sum to 1 in every bin. `explained` holds one row
/// per source; rows start `stride` values apart, and their first `scratch.len()` values are the bins.
///
/// `total` is the sum of the frame, or of its activations; `scratch`, `[F]`, is overwritten. Always inlined, so that it
/// is compiled for the instructions of the [`pulp`] dispatch around it.
#[inline(always)]
pub fn soft_masks(explained: &mut [f32], stride: usize, focus: f32, total: f32, scratch: &mut [f32]) {
    let floor = total / scratch.len() as f32 * FLOOR + f32::MIN_POSITIVE;
    let scale = &mut *scratch;
    scale.fill(0.0);
    for row in explained.chunks(stride) {
        for (largest, share) in scale.iter_mut().zip(row) {
            *largest = if *share > *largest { *share } else { *largest };
        }
    }
    // Scaled by the largest, so that not all powers underflow.
    scale.iter_mut().for_each(|largest| *largest = 1.0 / (*largest + floor));
    for row in explained.chunks_mut(stride) {
        for (share, scale) in row.iter_mut().zip(scale.iter()) {
            *share = (*share + floor) * scale;
        }
        if focus != 1.0 {
            row[..scale.len()].iter_mut().for_each(|share| *share = power(*share, focus));
        }
    }
    let sum = scratch;
    sum.fill(0.0);
    for row in explained.chunks(stride) {
        sum.iter_mut().zip(row).for_each(|(sum, share)| *sum += share);
    }
    sum.iter_mut().for_each(|sum| *sum = 1.0 / *sum);
    for row in explained.chunks_mut(stride) {
        row.iter_mut().zip(sum.iter()).for_each(|(share, scale)| *share *= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masks(mut explained: Vec<f32>, stride: usize, bins: usize, focus: f32) -> Vec<f32> {
        let total = explained.iter().sum();
        soft_masks(&mut explained, stride, focus, total, &mut vec![f32::NAN; bins]);
        explained
    }

    #[test]
    fn masks_are_the_ratios_of_powers_and_leave_what_lies_between_rows() {
        for (focus, expected) in [(1.0, 0.75), (2.0, 0.9)] {
            let found = masks(vec![3.0, 0.0, 9.0, 1.0, 5.0, 9.0], 3, 2, focus);
            let expected = [expected, 0.0, 9.0, 1.0 - expected, 1.0, 9.0];
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4), "{found:?}");
        }
    }

    #[test]
    fn where_nothing_is_explained_all_sources_get_the_same() {
        for explained in [vec![0.0; 4], vec![1e9, 0.0, 1e9, 0.0], vec![1e-40; 4]] {
            let found = masks(explained, 2, 2, 1.5);
            assert!(found.iter().all(|mask| (mask - 0.5).abs() < 1e-3), "{found:?}");
        }
    }

    #[test]
    fn masks_add_up_to_one_from_the_faintest_to_the_loudest_sound() {
        for level in [1e-30, 1e-10, 1.0, 1e10, 1e20] {
            let explained: Vec<f32> = (0..300).map(|n| level * ((n * 37 % 101) as f32).powi(3)).collect();
            let found = masks(explained, 100, 100, 1.7);
            for bin in 0..100 {
                let sum = found[bin] + found[100 + bin] + found[200 + bin];
                assert!((sum - 1.0).abs() < 1e-5, "{sum} at {level}");
            }
        }
    }
}
