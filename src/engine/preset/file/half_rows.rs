//! Rows of weights in half precision: f16 times a scale of the row's own. They are rounded once, when they are new, and
//! from then on can be written in two bytes a number without another loss.
//!
//! The scale is the power of two that puts a row's largest weight between 2¹⁴ and 2¹⁵, near the top of what f16 holds.
//! So every weight down to 2⁻²⁸ of the largest is right to 2⁻¹¹ of itself, and what is smaller to 2⁻³⁹ of the largest.
//! A power of two loses nothing, which makes packing what was unpacked give the same numbers again.
//!
//! Neighbouring bins that are equal in every row are one band, whose weight is written once, where that is shorter:
//! what was learned in bands takes no more than it holds.

use crate::{dictionary::Dictionary, preset::Preset};
use half::{bf16, f16};

/// What the largest weight of a row is in f16, at least; and less than twice as much.
const TOP: f32 = 16_384.0;

/// Rows as they are written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HalfRows {
    /// What the numbers of each row are multiplied by. `[K]`
    pub(super) scales: Vec<f32>,
    /// The first bin of each band. `[B]`
    pub(super) starts: Vec<u32>,
    /// `[K, B]`, in f16, little-endian.
    pub(super) numbers: Vec<u8>,
}

/// Rounds the bases of `preset` to half precision, but for those that `played` has, which stay as they have played.
pub fn round(preset: &mut Preset, played: Option<&Preset>) {
    for source in &mut preset.sources {
        let has_played =
            |other: &Preset| other.sources.iter().any(|other| other.dictionaries() == source.dictionaries());
        if !played.is_some_and(has_played) {
            let learned = source.learned_mut().into_iter();
            learned.flat_map(|learned| learned.dictionaries_mut()).for_each(round_dictionary);
        }
    }
}

/// Rounds the numbers of a valid `dictionary` to half precision, 2⁻¹¹ of themselves away at most. What was rounded
/// stays as it is.
pub fn round_dictionary(dictionary: &mut Dictionary) {
    round_rows(&mut dictionary.bases, dictionary.bins);
    if let Some(rows) = &mut dictionary.reconstruction {
        round_rows(rows, dictionary.bins);
    }
}

/// The same for bases that were found in a mixture while it played: 2⁻⁸ of themselves away, as in bf16. They are found
/// anew every few seconds, and the bits that are left pack better.
pub fn round_found(dictionary: &mut Dictionary) {
    dictionary.bases.iter_mut().for_each(|weight| *weight = bf16::from_f32(*weight).to_f32());
    round_dictionary(dictionary);
}

fn round_rows(rows: &mut [f32], bins: usize) {
    // The rows of no valid dictionary.
    if bins == 0 || !rows.len().is_multiple_of(bins) {
        return;
    }
    for row in rows.chunks_exact_mut(bins) {
        let scale = scale(row);
        row.iter_mut().for_each(|weight| *weight = half(*weight, scale).to_f32() * scale);
    }
}

impl HalfRows {
    /// `rows` of `bins` weights each; `None` if they were not rounded.
    pub(super) fn pack(rows: &[f32], bins: usize) -> Option<Self> {
        let differs = |bin: &usize| *bin == 0 || rows.chunks_exact(bins).any(|row| row[*bin] != row[bin - 1]);
        let mut starts: Vec<usize> = (0..bins).filter(differs).collect();
        let spared = (rows.len() - rows.len() / bins * starts.len()) * size_of::<f16>();
        if spared <= starts.len() * size_of::<u32>() {
            starts = (0..bins).collect();
        }
        let scales: Vec<f32> = rows.chunks_exact(bins).map(scale).collect();
        let in_bands = rows.chunks_exact(bins).zip(&scales).flat_map(|(row, scale)| {
            let number = |start: &usize| half(row[*start], *scale).to_le_bytes();
            starts.iter().flat_map(number)
        });
        let numbers = in_bands.collect();
        let packed = Self { scales, starts: starts.into_iter().map(|start| start as u32).collect(), numbers };
        (packed.unpack(bins) == rows).then_some(packed)
    }

    /// The rows of `bins` weights each; bins outside the bands are 0.
    pub(super) fn unpack(&self, bins: usize) -> Vec<f32> {
        let mut rows = vec![0.0; self.scales.len() * bins];
        let (numbers, _) = self.numbers.as_chunks();
        let ends = || self.starts.iter().skip(1).map(|start| *start as usize).chain([bins]);
        let halves = numbers.chunks_exact(self.starts.len().max(1));
        for ((row, halves), scale) in rows.chunks_exact_mut(bins).zip(halves).zip(&self.scales) {
            for ((start, end), bytes) in self.starts.iter().zip(ends()).zip(halves) {
                row[*start as usize..end].fill(f16::from_le_bytes(*bytes).to_f32() * scale);
            }
        }
        rows
    }
}

fn half(weight: f32, scale: f32) -> f16 {
    f16::from_f32(if scale > 0.0 { weight / scale } else { 0.0 })
}

/// 0 for a row of zeros, and for one so small that its scale would have lost its precision.
fn scale(row: &[f32]) -> f32 {
    let scale_of = |largest: f32| {
        let exponent_alone = f32::from_bits(largest.to_bits() & f32::INFINITY.to_bits());
        let scale = exponent_alone / TOP;
        if scale.is_normal() { scale } else { 0.0 }
    };
    let largest = row.iter().fold(0.0_f32, |largest, weight| largest.max(*weight));
    let scale = scale_of(largest);
    // It may be rounded up to the next power of two.
    scale_of(half(largest, scale).to_f32() * scale)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    /// Weights from the largest down, each a little less than half the one before.
    fn falling(largest: f32, bins: usize) -> Vec<f32> {
        std::iter::successors(Some(largest), |weight| Some(weight * 0.487)).take(bins).collect()
    }

    fn rounded(mut rows: Vec<f32>, bins: usize) -> Vec<f32> {
        round_rows(&mut rows, bins);
        rows
    }

    #[test]
    fn a_weight_keeps_eleven_bits_down_to_a_billionth_of_the_largest() {
        let rows = [falling(0.3, 40), falling(2.7e-3, 40), falling(9.9e5, 40)].concat();
        let back = rounded(rows.clone(), 40);
        for (before, after) in rows.chunks_exact(40).zip(back.chunks_exact(40)) {
            for (weight, back) in before.iter().zip(after) {
                let error = (back - weight).abs();
                let allowed = if *weight > before[0] * 4e-9 { weight / 2048.0 } else { before[0] * 2e-12 };
                assert!(error <= allowed, "{weight} of {}: {error}", before[0]);
            }
        }
    }

    #[test]
    fn what_was_rounded_once_is_packed_without_loss() {
        let rows = [falling(0.123_456_79, 60), falling(1e-30, 60), vec![0.0; 60], falling(1e-42, 60)].concat();
        let rows = [rows, falling(0.499_999, 60)].concat();
        assert_eq!(HalfRows::pack(&rows, 60), None);
        let once = rounded(rows, 60);
        let packed = HalfRows::pack(&once, 60).unwrap();
        assert_eq!((&packed.scales[2..4], once[4 * 60]), (&[0.0, 0.0][..], 0.5));
        assert_eq!(packed.unpack(60), once);
        assert_eq!(rounded(once.clone(), 60), once);
    }

    #[test]
    fn bins_that_are_equal_in_every_row_are_written_once_where_that_is_shorter() {
        let band = |weight| vec![weight; 9];
        let rows = [vec![0.0], band(0.2), vec![0.2, 0.4], vec![0.1], band(0.3), vec![0.1, 0.1]].concat();
        let packed = HalfRows::pack(&rounded(rows.clone(), 12), 12).unwrap();
        assert_eq!((&packed.starts[..], packed.numbers.len()), (&[0, 1, 10, 11][..], 2 * 4 * 2));
        assert_eq!(packed.unpack(12), rounded(rows, 12));
        let rows = rounded(vec![0.1, 0.1, 0.3, 0.3, 0.1], 5);
        assert_eq!(HalfRows::pack(&rows, 5).unwrap().starts, [0, 1, 2, 3, 4]);
    }
}
