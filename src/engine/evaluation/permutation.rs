//! Which estimate belongs to which source.

/// Most sources whose order is searched for: the memory of the search doubles with each.
pub const MOST_PERMUTED: usize = 16;
/// Ratios beyond this, in dB, are not told apart: some are infinite.
const FAR_DB: f64 = 1e3;

/// The estimate of each source that makes the sum of `ratios`, `[estimate][source]` in dB, the largest. NaN counts as
/// the worst ratio. Dynamic programming over the sets of estimates that are taken (Held and Karp 1962).
pub(super) fn best(ratios: &[Vec<f64>]) -> Vec<usize> {
    let sources = ratios.len();
    let value = |estimate: usize, source: usize| match ratios[estimate][source] {
        ratio if ratio.is_nan() => -FAR_DB,
        ratio => ratio.clamp(-FAR_DB, FAR_DB),
    };
    // The best sum of the first sources with each set of estimates, and the estimate that the last of them got.
    let mut sums = vec![(f64::NEG_INFINITY, 0); 1 << sources];
    sums[0].0 = 0.0;
    for taken in 0_usize..1 << sources {
        let source = taken.count_ones() as usize;
        for estimate in (0..sources).filter(|estimate| taken & (1 << estimate) == 0) {
            let sum = sums[taken].0 + value(estimate, source);
            let with = &mut sums[taken | (1 << estimate)];
            if sum > with.0 {
                *with = (sum, estimate);
            }
        }
    }
    let mut taken = (1 << sources) - 1;
    let mut order = vec![0; sources];
    for source in order.iter_mut().rev() {
        *source = sums[taken].1;
        taken &= !(1 << *source);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_sum_counts_and_not_the_best_first_choice() {
        // By estimate: the first source would choose estimate 0, which costs the second more.
        assert_eq!(best(&[vec![10.0, 9.0], vec![8.0, -5.0]]), [1, 0]);
        let ratios = [vec![0.0, 0.0, 5.0], vec![f64::INFINITY, 1.0, 1.0], vec![f64::NAN, 2.0, 3.0]];
        assert_eq!(best(&ratios), [1, 2, 0]);
        assert_eq!(best(&[vec![f64::NEG_INFINITY]]), [0]);
    }
}
