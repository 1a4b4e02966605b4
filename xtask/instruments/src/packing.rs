//! Bases as the factory presets store them: in bands that are narrower than what the window resolves, in half
//! precision.

use unbraid_engine::{dictionary::Dictionary, preset::file};

/// The width of a band as a share of its frequency, about a sixth of a semitone. A partial is four bins wide, whatever
/// its frequency, so below some 5 kHz of long frames bands take nothing from it.
const WIDTH_RATIO: f64 = 1.0 / 96.0;

/// Brings the bases of `dictionary` into the form in which they are stored; every basis keeps its sum.
pub(crate) fn pack(dictionary: &mut Dictionary) {
    let bins = dictionary.bins;
    for basis in dictionary.bases.chunks_exact_mut(bins) {
        // The bin at 0 Hz is part of no sound.
        let mut start = 1;
        while start < bins {
            let width = (start as f64 * WIDTH_RATIO).round().max(1.0) as usize;
            let band = &mut basis[start..(start + width).min(bins)];
            let mean = band.iter().sum::<f32>() / band.len() as f32;
            band.fill(mean);
            start += width;
        }
    }
    file::round_dictionary(dictionary);
}
