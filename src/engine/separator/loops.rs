//! Loops over the bins of a spectrum, compiled for the vector instructions that the machine has.

use crate::stft::Bin;
use pulp::Arch;

/// Number of partial sums: twice the lanes of the widest register.
const LANES: usize = 32;

/// Adds a channel's magnitudes to `magnitudes`, and its power times `scale` to `power`. All `[F]`.
pub(super) fn add_magnitudes(spectrum: &[Bin], scale: f32, magnitudes: &mut [f32], power: &mut [f32]) {
    Arch::new().dispatch(|| {
        for ((bin, magnitude), power) in spectrum.iter().zip(magnitudes).zip(power) {
            let square = bin.re * bin.re + bin.im * bin.im;
            *magnitude += square.sqrt();
            *power += square * scale;
        }
    });
}

/// `sum += weight * row`. `[F]`
pub(super) fn add_scaled(sum: &mut [f32], weight: f32, row: &[f32]) {
    Arch::new().dispatch(|| {
        for (sum, value) in sum.iter_mut().zip(row) {
            *sum += weight * value;
        }
    });
}

/// `mask = scale · mask + shift`. `[F]`
pub(super) fn scale_and_shift(mask: &mut [f32], scale: f32, shift: f32) {
    Arch::new().dispatch(|| {
        for weight in mask {
            *weight = scale * *weight + shift;
        }
    });
}

/// `masked = mask · spectrum`. `[F]`
pub(super) fn apply(mask: &[f32], spectrum: &[Bin], masked: &mut [Bin]) {
    Arch::new().dispatch(|| {
        for ((masked, bin), mask) in masked.iter_mut().zip(spectrum).zip(mask) {
            *masked = Bin::new(bin.re * mask, bin.im * mask);
        }
    });
}

/// A number of bins above which all are `common`. `[F]`
pub(super) fn varying(mask: &[f32], common: f32) -> usize {
    Arch::new().dispatch(|| {
        let mut end = mask.len();
        while let Some(chunk) = mask[..end].last_chunk::<LANES>() {
            if chunk.iter().fold(false, |varies, weight| varies | (*weight != common)) {
                break;
            }
            end -= LANES;
        }
        end
    })
}

/// Real and imaginary part of `(mask − common) · spectrum`, for the bins that `mask` has.
pub(super) fn apply_apart(mask: &[f32], common: f32, spectrum: &[Bin], re: &mut [f32], im: &mut [f32]) {
    Arch::new().dispatch(|| {
        for (((mask, bin), re), im) in mask.iter().zip(spectrum).zip(re).zip(im) {
            let weight = mask - common;
            (*re, *im) = (bin.re * weight, bin.im * weight);
        }
    });
}

/// `masked = mask · (spectrum − part)`. `[F]`
pub(super) fn apply_to_difference(mask: &[f32], spectrum: &[Bin], part: &[Bin], masked: &mut [Bin]) {
    Arch::new().dispatch(|| {
        for (((masked, bin), part), mask) in masked.iter_mut().zip(spectrum).zip(part).zip(mask) {
            *masked = Bin::new((bin.re - part.re) * mask, (bin.im - part.im) * mask);
        }
    });
}

/// `row *= weight`. `[F]`
pub(super) fn scale(row: &mut [f32], weight: f32) {
    Arch::new().dispatch(|| row.iter_mut().for_each(|value| *value *= weight));
}

/// `row *= factors`. `[F]`
pub(super) fn multiply(row: &mut [f32], factors: &[f32]) {
    Arch::new().dispatch(|| row.iter_mut().zip(factors).for_each(|(value, factor)| *value *= factor));
}

/// Turns shares K into K' / K with K' = K^p / (K^p + (c (1 − K))^p), p = 1.25, c = `severity`. `[F]`
pub(super) fn cut_harder(shares: &mut [f32], severity: f32) {
    Arch::new().dispatch(|| {
        for share in shares {
            let (kept, cut) = (share.clamp(0.0, 1.0), severity * (1.0 - *share).clamp(0.0, 1.0));
            let (kept_root, cut_root) = (kept.sqrt().sqrt(), cut.sqrt().sqrt());
            *share = kept_root / (kept * kept_root + cut * cut_root);
        }
    });
}

/// Σ mask² · power, and Σ mask · power. `[F]`
pub(super) fn masked_power(mask: &[f32], power: &[f32]) -> (f32, f32) {
    Arch::new().dispatch(|| {
        let (mut squares, mut sums) = ([0.0; LANES], [0.0; LANES]);
        let (masks, mask_rest) = mask.as_chunks::<LANES>();
        let (powers, power_rest) = power.as_chunks::<LANES>();
        for (mask, power) in masks.iter().zip(powers) {
            for lane in 0..LANES {
                let share = mask[lane] * power[lane];
                sums[lane] += share;
                squares[lane] += mask[lane] * share;
            }
        }
        let (mut square, mut sum) = (squares.iter().sum::<f32>(), sums.iter().sum::<f32>());
        for (mask, power) in mask_rest.iter().zip(power_rest) {
            sum += mask * power;
            square += mask * mask * power;
        }
        (square, sum)
    })
}

/// Σ values. `[F]`
pub(super) fn sum(values: &[f32]) -> f32 {
    Arch::new().dispatch(|| {
        let mut sums = [0.0; LANES];
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for lane in 0..LANES {
                sums[lane] += chunk[lane];
            }
        }
        sums.iter().sum::<f32>() + rest.iter().sum::<f32>()
    })
}
