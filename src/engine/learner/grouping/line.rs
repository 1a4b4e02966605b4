//! Groups points on a line.
//!
//! The groups are the intervals with the least weighted sum of squared distances from their means, found exactly by
//! dynamic programming (Fisher 1958; Wang and Song 2011). For two groups this is Otsu's threshold (1979).

use crate::preset::MAX_SOURCES;

/// Groups points on a line. Allocates nothing after construction.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The points, in the order of their values.
    order: Vec<usize>,
    /// Sums of weight, weight × value and weight × value² over the first points, `[N + 1]`.
    sums: Vec<[f64; 3]>,
    /// Least cost of the first `n` points in the groups before the present one, and with it, `[N + 1]`.
    before: Vec<f64>,
    cost: Vec<f64>,
    /// Where the last group of the first `n` points begins, `[groups, N + 1]`.
    first: Vec<u32>,
}

impl Line {
    /// Memory for `points` points.
    pub(super) fn new(points: usize) -> Self {
        Self {
            order: Vec::with_capacity(points),
            sums: vec![[0.0; 3]; points + 1],
            before: vec![0.0; points + 1],
            cost: vec![0.0; points + 1],
            first: vec![0; MAX_SOURCES * (points + 1)],
        }
    }

    /// Gives each of `points`, which have these `values` and `weights`, its group in `owners`: 0 for the lowest values.
    /// Each group gets at least one point.
    ///
    /// There must be at least as many points as groups.
    pub(super) fn cluster(
        &mut self,
        values: &[f32],
        weights: &[f64],
        points: &[usize],
        groups: usize,
        owners: &mut [u8],
    ) {
        self.sort(values, weights, points);
        let (count, stride) = (self.order.len(), self.cost.len());
        self.cost.fill(f64::INFINITY);
        self.cost[0] = 0.0;
        for group in 0..groups {
            std::mem::swap(&mut self.before, &mut self.cost);
            self.cost.fill(f64::INFINITY);
            let first = &mut self.first[group * stride..][..stride];
            for (end, first) in first.iter_mut().enumerate().take(count + 1).skip(group + 1) {
                // The cost of a group grows with its length: once it alone costs too much, a longer one is no better.
                for begin in (group..end).rev() {
                    let spread = spread(&self.sums, begin, end);
                    if spread > self.cost[end] {
                        break;
                    }
                    if spread + self.before[begin] < self.cost[end] {
                        (self.cost[end], *first) = (spread + self.before[begin], begin as u32);
                    }
                }
            }
        }
        let mut end = count;
        for group in (0..groups).rev() {
            let begin = self.first[group * stride + end] as usize;
            self.order[begin..end].iter().for_each(|point| owners[*point] = group as u8);
            end = begin;
        }
    }

    /// Sorts the points and computes their running sums.
    fn sort(&mut self, values: &[f32], weights: &[f64], points: &[usize]) {
        self.order.clear();
        self.order.extend_from_slice(points);
        self.order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]).then(a.cmp(b)));
        let total: f64 = points.iter().map(|point| weights[*point]).sum();
        let mean = points.iter().map(|point| weights[*point] * f64::from(values[*point])).sum::<f64>() / total;
        let mut sums = [0.0; 3];
        for (point, after) in self.order.iter().zip(&mut self.sums[1..]) {
            let (weight, value) = (weights[*point] / total, f64::from(values[*point]) - mean);
            sums = [sums[0] + weight, sums[1] + weight * value, sums[2] + weight * value * value];
            *after = sums;
        }
    }
}

/// Σ weight (value − mean)² of the points from `begin` to before `end`, in their order.
fn spread(sums: &[[f64; 3]], begin: usize, end: usize) -> f64 {
    let [weight, first, second] = [0, 1, 2].map(|moment| sums[end][moment] - sums[begin][moment]);
    (second - first * first / weight.max(f64::MIN_POSITIVE)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(values: &[f32], weights: &[f64], groups: usize) -> Vec<u8> {
        let points: Vec<usize> = (0..values.len()).collect();
        let mut owners = vec![9; values.len()];
        Line::new(values.len() + 3).cluster(values, weights, &points, groups, &mut owners);
        owners
    }

    #[test]
    fn the_cuts_are_the_best_there_are() {
        let values: Vec<f32> = (0..12).map(|i| ((i * 7919 + 13) % 101) as f32).collect();
        let weights: Vec<f64> = (0..12).map(|i| f64::from(1 + i * 31 % 7)).collect();
        let cost = |owners: &[u8]| {
            (0..3_u8)
                .map(|group| {
                    let own =
                        || owners.iter().zip(&values).zip(&weights).filter(move |((owner, _), _)| **owner == group);
                    let weight: f64 = own().map(|(_, w)| w).sum();
                    let mean = own().map(|((_, x), w)| w * f64::from(*x)).sum::<f64>() / weight;
                    own().map(|((_, x), w)| w * (f64::from(*x) - mean).powi(2)).sum::<f64>()
                })
                .sum::<f64>()
        };
        let mut sorted: Vec<usize> = (0..12).collect();
        sorted.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut least = f64::INFINITY;
        for a in 1..11 {
            for b in a + 1..12 {
                let mut owners = [0; 12];
                sorted[a..b].iter().for_each(|i| owners[*i] = 1);
                sorted[b..].iter().for_each(|i| owners[*i] = 2);
                least = least.min(cost(&owners));
            }
        }
        let found = cost(&cluster(&values, &weights, 3));
        assert!((found / least - 1.0).abs() < 1e-9, "{found}, the best is {least}");
    }

    #[test]
    fn every_group_gets_a_point_even_where_all_are_alike() {
        for groups in 1..=4 {
            let owners = cluster(&[5.0; 4], &[1.0; 4], groups);
            assert!((0..groups as u8).all(|group| owners.contains(&group)), "{owners:?}");
        }
    }

    #[test]
    fn heavy_points_decide() {
        let values = [0.0, 1.0, 4.0, 5.0];
        assert_eq!(cluster(&values, &[1.0; 4], 2), [0, 0, 1, 1]);
        assert_eq!(cluster(&values, &[100.0, 100.0, 1.0, 1.0], 2), [0, 1, 1, 1]);
        assert_eq!(cluster(&[0.0, 1.0, 2.0], &[1.0, 100.0, 90.0], 2), [0, 0, 1]);
        assert_eq!(cluster(&[0.0, 1.0, 2.0], &[90.0, 100.0, 1.0], 2), [0, 1, 1]);
    }
}
