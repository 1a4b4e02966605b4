//! Copies of a fixed source's bases at other pitches.
//!
//! Two seconds of a bass hold a few of its notes. In a mixture, sources that find their bases would learn its other
//! notes, and then take over the learned ones as well. An instrument sounds much alike from one note to the next, so
//! copies of its pitched bases, moved by semitones, explain the notes that were never heard (a shift-invariant
//! dictionary; Fitzgerald, Cranitch and Coyle 2005).

use crate::{dictionary::interpolate, stft::BIN_SPACING_HZ};

/// Largest transposition, up and down, in semitones.
const FARTHEST_SEMITONES: i32 = 8;
/// A basis is pitched if its overlap with itself, transposed by [`PITCHED_SEMITONES`], is at most this. The overlap is
/// 0.5 to 0.65 on average for drum kits, and mostly 0.15 to 0.4 for basses, guitars, keys and winds.
const MOST_IN_COMMON: f32 = 0.4;
/// Two semitones at a bin spacing of 10.7 Hz, and proportionally more at wider spacings, where peaks are wider.
const PITCHED_SEMITONES: f64 = 2.0;
/// Most copies in a preset. If there would be more, all bases get their nearest transpositions.
const MOST_COPIES: usize = 512;

/// A copy to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Copy {
    /// The component to copy.
    pub(super) component: usize,
    /// The transposition, in semitones; positive is up.
    pub(super) semitones: i32,
}

/// How many copies [`copies`] makes of `candidates` bases at most.
pub(super) fn most_copies(candidates: usize) -> usize {
    MOST_COPIES.min(2 * FARTHEST_SEMITONES as usize * candidates)
}

/// The copies of those `candidates` among `bases`, `[K, F]` with `bins` = F, that are pitched.
pub(super) fn copies(
    bases: &[f32],
    bins: usize,
    bin_spacing_hz: f64,
    candidates: impl Iterator<Item = usize>,
) -> Vec<Copy> {
    let pitched: Vec<usize> = candidates.filter(|k| is_pitched(&bases[k * bins..][..bins], bin_spacing_hz)).collect();
    let distances =
        (1..=FARTHEST_SEMITONES).take_while(|distance| 2 * *distance as usize * pitched.len() <= MOST_COPIES);
    distances
        .flat_map(|distance| [-distance, distance])
        .flat_map(|semitones| pitched.iter().map(move |&component| Copy { component, semitones }))
        .collect()
}

/// `basis`, `[F]`, moved up by `semitones`. Its weights are not scaled, so its sum may change.
pub(super) fn transposed(basis: &[f32], semitones: i32) -> impl Iterator<Item = f32> {
    moved(basis, f64::from(semitones))
}

/// Whether a basis has peaks that move to other bins when it is transposed by a tone.
fn is_pitched(basis: &[f32], bin_spacing_hz: f64) -> bool {
    let semitones = PITCHED_SEMITONES * 2.0 * bin_spacing_hz / BIN_SPACING_HZ;
    let sum: f32 = basis.iter().sum();
    let in_common = |semitones: f64| -> f32 {
        let density = (-semitones / 12.0).exp2() as f32;
        basis.iter().zip(moved(basis, semitones)).map(|(w, moved)| w.min(moved * density)).sum()
    };
    0.5 * (in_common(semitones) + in_common(-semitones)) <= MOST_IN_COMMON * sum
}

fn moved(basis: &[f32], semitones: f64) -> impl Iterator<Item = f32> {
    let ratio = (-semitones / 12.0).exp2();
    (0..basis.len()).map(move |bin| interpolate(basis, bin as f64 * ratio))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BINS: usize = 1025;
    const SPACING_HZ: f64 = BIN_SPACING_HZ / 2.0;

    /// Partials of `fundamental`, in bins, as a window of four bins shows them.
    fn note(fundamental: f64) -> Vec<f32> {
        let partials = (1..20).map(|partial| f64::from(partial) * fundamental);
        let mut basis = vec![1e-4; BINS];
        for partial in partials {
            for (bin, w) in basis.iter_mut().enumerate() {
                let distance = (bin as f64 - partial).abs() / 2.0;
                *w += ((1.0 - distance).max(0.0) / partial) as f32;
            }
        }
        basis
    }

    fn noise() -> Vec<f32> {
        (0..BINS).map(|bin| 1.0 / (10.0 + bin as f32)).collect()
    }

    #[test]
    fn only_pitched_bases_are_copied_and_each_to_every_semitone() {
        let bases = [note(11.0), noise(), note(17.0)].concat();
        let made = copies(&bases, BINS, SPACING_HZ, 0..3);
        assert_eq!(made.len(), 2 * 2 * FARTHEST_SEMITONES as usize);
        assert!(made.iter().all(|copy| copy.component != 1 && copy.semitones != 0));
        assert_eq!(made[0], Copy { component: 0, semitones: -1 });
        assert!(copies(&bases, BINS, SPACING_HZ, 1..2).is_empty());
    }

    #[test]
    fn a_copy_is_the_note_at_the_other_pitch() {
        for semitones in [-8, -1, 3, 8] {
            let copy: Vec<f32> = transposed(&note(20.0), semitones).collect();
            let expected = note(20.0 * (f64::from(semitones) / 12.0).exp2());
            let products = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let alike = |a: &[f32], b: &[f32]| products(a, b) / (products(a, a) * products(b, b)).sqrt();
            // In a note the peaks keep their width in bins, in a copy they do not; the similarity falls with the
            // distance.
            let (moved, unmoved) = (alike(&copy, &expected), alike(&note(20.0), &expected));
            assert!(moved > 0.93 && unmoved < moved - 0.2, "{semitones}: {moved}, unmoved {unmoved}");
        }
    }

    #[test]
    fn many_bases_are_copied_to_the_nearest_pitches() {
        let bases = note(13.0).repeat(60);
        let made = copies(&bases, BINS, SPACING_HZ, 0..60);
        assert_eq!(made.len(), 480);
        assert!(made.iter().all(|copy| copy.semitones.abs() <= 4));
        assert!(copies(&note(13.0).repeat(300), BINS, SPACING_HZ, 0..300).is_empty());
    }

    #[test]
    fn silence_and_a_single_bin_are_moved_without_fault() {
        for basis in [vec![0.0; BINS], vec![1.0], vec![0.0, 1.0]] {
            assert!(transposed(&basis, 5).all(|w| w.is_finite()));
            is_pitched(&basis, SPACING_HZ);
        }
    }
}
