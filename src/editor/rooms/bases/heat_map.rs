//! A dictionary as an image: one column per basis, frequency upwards on a logarithmic scale.

use super::ramp::{STEPS, ramp};
use crate::{decibels, dictionary::Dictionary};
use egui::{Color32, ColorImage};
use std::ops::RangeInclusive;

/// Rows of the image.
pub(super) const ROWS: usize = 224;
/// Most columns of the image, unless there are more bases.
const MOST_COLUMNS: usize = 2_048;
/// Most columns of one basis. A graphics driver that makes an image lower blurs it sideways too, by a column.
const MOST_COLUMNS_PER_BASIS: usize = 32;
/// Lowest and highest frequency, in Hz.
pub(super) const SPAN_HZ: (f64, f64) = (40.0, 16_000.0);
/// Range from black to the highest level of a basis, in dB.
const RANGE_DB: f32 = 54.0;
/// Frequencies with a label, in Hz.
pub(super) const LABELS: [(f64, &str); 8] =
    [(50.0, "50"), (100.0, "100"), (200.0, "200"), (500.0, "500"), (1e3, "1k"), (2e3, "2k"), (5e3, "5k"), (1e4, "10k")];

/// Where `hz` lies between bottom, 0, and top, 1.
pub(super) fn height(hz: f64) -> f32 {
    ((hz / SPAN_HZ.0).ln() / (SPAN_HZ.1 / SPAN_HZ.0).ln()) as f32
}

/// The frequency at a height between bottom, 0, and top, 1, in Hz.
fn frequency(height: f64) -> f64 {
    SPAN_HZ.0 * (SPAN_HZ.1 / SPAN_HZ.0).powf(height)
}

/// The strongest frequency of each basis, in Hz. `[K]`
pub(super) fn peaks(dictionary: &Dictionary) -> Vec<f32> {
    let spacing = dictionary.frame.bin_spacing() as f32;
    let strongest = |basis: &[f32]| {
        let bins = basis.iter().enumerate();
        bins.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0.0, |(bin, _)| bin as f32 * spacing)
    };
    dictionary.bases.chunks_exact(dictionary.bins).map(strongest).collect()
}

/// The image: in this `order`, each basis as many equal columns as any other, in shades of `colour`.
pub(super) fn image(dictionary: &Dictionary, order: &[usize], colour: Color32) -> ColorImage {
    let ramp = ramp(colour);
    let columns = (MOST_COLUMNS / order.len().max(1)).clamp(1, MOST_COLUMNS_PER_BASIS);
    let width = (order.len() * columns).max(1);
    let mut image = ColorImage::filled([width, ROWS], ramp[0]);
    let bins_of_rows: Vec<RangeInclusive<f64>> = (0..ROWS)
        .map(|row| {
            let at = |row: f64| frequency(row / ROWS as f64) / dictionary.frame.bin_spacing();
            at(row as f64)..=at(row as f64 + 1.0)
        })
        .collect();
    for (place, &k) in order.iter().enumerate() {
        let basis = &dictionary.bases[k * dictionary.bins..][..dictionary.bins];
        let levels: Vec<f32> = bins_of_rows.iter().map(|bins| level(basis, bins)).collect();
        let most = levels.iter().copied().fold(0.0, f32::max).max(f32::MIN_POSITIVE);
        for (row, level) in levels.into_iter().enumerate() {
            let share = 1.0 + decibels::of_amplitude(level / most) / RANGE_DB;
            let step = (share.clamp(0.0, 1.0) * (STEPS - 1) as f32).round() as usize;
            // The first row of an image is its top.
            let first = (ROWS - 1 - row) * width + place * columns;
            image.pixels[first..first + columns].fill(ramp[step]);
        }
    }
    image
}

/// The highest weight of `basis` from the first to the second place in `bins`, which may lie between two bins. If no
/// bin lies between the places, the weight is interpolated.
fn level(basis: &[f32], bins: &RangeInclusive<f64>) -> f32 {
    let (first, last) = (bins.start().ceil() as usize, bins.end().floor() as usize);
    if first <= last {
        return basis.iter().take(last + 1).skip(first).copied().fold(0.0, f32::max);
    }
    let middle = 0.5 * (bins.start() + bins.end());
    let (below, share) = (middle as usize, middle.fract() as f32);
    let at = |bin: usize| basis.get(bin).copied().unwrap_or(0.0);
    at(below) * (1.0 - share) + at(below + 1) * share
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{instance::LEARNED, preset::file};

    fn drums() -> Dictionary {
        let preset = file::from_bytes(LEARNED, "the learned preset").unwrap();
        preset.sources[0].dictionaries()[0].clone()
    }

    #[test]
    fn a_basis_is_brightest_at_its_strongest_frequency() {
        let mut dictionary = drums();
        let (bins, spacing) = (dictionary.bins, dictionary.frame.bin_spacing());
        for (k, hz) in [(0, 3_000.0), (1, 440.0)] {
            let basis = &mut dictionary.bases[k * bins..][..bins];
            basis.fill(1e-6);
            basis[(hz / spacing).round() as usize] = 1.0;
        }
        let image = image(&dictionary, &[1, 0], Color32::from_rgb(0xE6, 0x9F, 0x00));
        let width = image.width();
        for (column, hz) in [(0, 440.0), (width - 1, 3_000.0)] {
            let light = |row: usize| {
                image.pixels[row * width + column].to_array()[..3].iter().map(|x| u32::from(*x)).sum::<u32>()
            };
            let brightest = (0..ROWS).max_by_key(|row| light(*row)).unwrap();
            let expected = (1.0 - height(hz)) * ROWS as f32;
            assert!((brightest as f32 - expected).abs() < 4.0, "{brightest} for {expected}");
        }
        for row in image.pixels.chunks_exact(width) {
            let halves = row.split_at(width / 2);
            assert!([halves.0, halves.1].iter().all(|half| half.iter().all(|pixel| *pixel == half[0])));
        }
        assert!((f64::from(peaks(&dictionary)[1]) - 440.0).abs() < spacing);
    }
}
