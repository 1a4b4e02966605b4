//! Which estimate belongs to which source.

use pathfinding::prelude::{Matrix, kuhn_munkres};

/// Ratios beyond this, in dB, are not told apart: some are infinite.
const FAR_DB: f64 = 1e3;
/// Steps in a decibel: the search is one over whole numbers.
const STEPS_PER_DB: f64 = 1e6;

/// The estimate of each source that makes the sum of `ratios`, `[estimate][source]` in dB, the largest. NaN counts as
/// the worst ratio. This is the assignment problem, which the Hungarian algorithm solves in cubic time (Kuhn 1955,
/// Munkres 1957).
pub(super) fn best(ratios: &[Vec<f64>]) -> Vec<usize> {
    let steps = |(source, estimate): (usize, usize)| {
        let ratio = match ratios[estimate][source] {
            ratio if ratio.is_nan() => -FAR_DB,
            ratio => ratio.clamp(-FAR_DB, FAR_DB),
        };
        (ratio * STEPS_PER_DB).round() as i64
    };
    kuhn_munkres(&Matrix::from_fn(ratios.len(), ratios.len(), steps)).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn the_best_sum_counts_and_not_the_best_first_choice() {
        // By estimate: the first source would choose estimate 0, which costs the second more.
        assert_eq!(best(&[vec![10.0, 9.0], vec![8.0, -5.0]]), [1, 0]);
        let ratios = [vec![0.0, 0.0, 5.0], vec![f64::INFINITY, 1.0, 1.0], vec![f64::NAN, 2.0, 3.0]];
        assert_eq!(best(&ratios), [1, 2, 0]);
        assert_eq!(best(&[vec![f64::NEG_INFINITY]]), [0]);
    }

    /// The largest sum over all orders of the estimates that are `left`, from `source` on.
    fn largest_sum(ratios: &[Vec<f64>], source: usize, left: &[usize]) -> f64 {
        let sum = |estimate: &usize| {
            let others: Vec<usize> = left.iter().copied().filter(|other| other != estimate).collect();
            ratios[*estimate][source] + largest_sum(ratios, source + 1, &others)
        };
        left.iter().map(sum).reduce(f64::max).unwrap_or(0.0)
    }

    #[test]
    fn no_other_order_has_a_larger_sum() {
        let mut random = rand_pcg::Pcg32::seed_from_u64(1);
        for sources in 1..7 {
            let mut row = |_| (0..sources).map(|_| random.random_range(-20.0..40.0)).collect();
            let ratios: Vec<Vec<f64>> = (0..sources).map(&mut row).collect();
            let order = best(&ratios);
            let found: f64 = order.iter().enumerate().map(|(source, estimate)| ratios[*estimate][source]).sum();
            let expected = largest_sum(&ratios, 0, &(0..sources).collect::<Vec<_>>());
            assert!((found - expected).abs() < 1e-4, "{sources} sources: {found} dB, not {expected} dB");
        }
    }
}
