//! Least-squares projections onto the delays of true sources.

use super::{FILTER_TAPS, cholesky::LowerFactor};
use nalgebra::DMatrix;
use std::{cmp::Ordering, ops::Range};

/// Pivots below this share of a signal's energy may be rounding errors of their own computation.
const LEAST_PIVOT: f64 = 1e-14;
/// What is added to the diagonal where there are such pivots, first; ten times as much as long as there are.
const LEAST_RIDGE: f64 = 1e-13;
/// Corrections after a solution with a regularized matrix: directions as strong as the ridge lack 1 / 8192 then.
const CORRECTIONS: usize = 12;

/// A factorized normal matrix of the delays of some channels of the references.
///
/// Channels are scaled to the same energy, so that a quiet source is projected on as exactly as a loud one. Where the
/// matrix is singular but for rounding (references that depend on each other or lack whole bands), a small multiple of
/// the identity is added and its effect taken away again by corrections (iterated Tikhonov regularization), which end
/// at the projection that the pseudo-inverse gives: of a direction of energy `r`, `(λ / (r + λ))^(n + 1)` is missing
/// after `n` corrections with the ridge `λ`.
pub(super) struct Projector {
    /// The channels it spans.
    pub(super) channels: Range<usize>,
    /// What each channel is multiplied by.
    scales: Vec<f64>,
    /// The scaled inner products, indexed by `[i][j][delay]`.
    lags: Vec<Vec<Vec<f64>>>,
    factor: LowerFactor,
    /// Whether the matrix had to be regularized.
    is_singular: bool,
}

impl Projector {
    /// Onto the delays of `channels` of the references, whose inner products are `lags`, finite and indexed by
    /// `[i][j][delay]`. No channel may be silent.
    pub(super) fn new(lags: &[Vec<Vec<f64>>], channels: Range<usize>) -> Self {
        let scales: Vec<f64> = channels.clone().map(|i| lags[i][i][0].sqrt().recip()).collect();
        let scaled = |i: usize, j: usize| {
            let scale = scales[i - channels.start] * scales[j - channels.start];
            lags[i][j].iter().map(|lag| lag * scale).collect()
        };
        let lags: Vec<Vec<Vec<f64>>> =
            channels.clone().map(|i| channels.clone().map(|j| scaled(i, j)).collect()).collect();
        let width = (lags.len() * FILTER_TAPS) as f64;
        let ridges = std::iter::successors(Some(LEAST_RIDGE), |ridge| Some(ridge * 10.0));
        let mut ridges = std::iter::once(0.0).chain(ridges.take_while(|ridge| *ridge < 100.0 * width));
        let (ridge, factor) = ridges
            .find_map(|ridge| Some((ridge, LowerFactor::of(gram(&lags, ridge), LEAST_PIVOT)?)))
            .expect("a ridge that is larger than the matrix is wide makes any finite matrix positive definite");
        Self { channels, scales, lags, factor, is_singular: ridge > 0.0 }
    }

    /// The filters, `[signal][channel][L]`, whose output comes closest to signals with these inner `products`, indexed
    /// by `[signal][channel][delay]` over all channels of the references.
    pub(super) fn filters(&self, products: &[Vec<Vec<f64>>]) -> Vec<Vec<Vec<f64>>> {
        let first = self.channels.start;
        let side = |row: usize, signal: usize| {
            products[signal][first + row / FILTER_TAPS][row % FILTER_TAPS] * self.scale(row)
        };
        let sides = DMatrix::from_fn(self.scales.len() * FILTER_TAPS, products.len(), side);
        let mut taps = sides.clone();
        self.factor.solve(&mut taps);
        for _ in 0..if self.is_singular { CORRECTIONS } else { 1 } {
            let mut rest = &sides - self.product(&taps);
            self.factor.solve(&mut rest);
            taps += rest;
        }
        let column = |signal: usize| {
            let taps = taps.column(signal);
            let channel = |channel: usize| {
                let start = channel * FILTER_TAPS;
                taps.rows(start, FILTER_TAPS).iter().map(|tap| tap * self.scales[channel]).collect()
            };
            (0..self.scales.len()).map(channel).collect()
        };
        (0..products.len()).map(column).collect()
    }

    /// Energy of what the projection gives of signals with these inner `products`.
    pub(super) fn energy(&self, products: &[Vec<Vec<f64>>]) -> f64 {
        let channel = |(filters, products): (Vec<Vec<f64>>, &Vec<Vec<f64>>)| {
            let products = products[self.channels.clone()].iter().flatten();
            filters.iter().flatten().zip(products).map(|(tap, product)| tap * product).sum::<f64>()
        };
        self.filters(products).into_iter().zip(products).map(channel).sum()
    }

    fn scale(&self, row: usize) -> f64 {
        self.scales[row / FILTER_TAPS]
    }

    /// The normal matrix, without what was added to it, times `taps`.
    fn product(&self, taps: &DMatrix<f64>) -> DMatrix<f64> {
        let mut product = DMatrix::zeros(taps.nrows(), taps.ncols());
        let mut row_of_lags = vec![0.0; 2 * FILTER_TAPS - 1];
        for i in 0..self.lags.len() {
            for j in 0..self.lags.len() {
                // Lags -(L - 1)..L, so that a row of the matrix is a slice of it.
                for m in 0..FILTER_TAPS {
                    row_of_lags[FILTER_TAPS - 1 + m] = inner_product(&self.lags, (i, 0), (j, m));
                    row_of_lags[FILTER_TAPS - 1 - m] = inner_product(&self.lags, (i, m), (j, 0));
                }
                for a in 0..FILTER_TAPS {
                    let row = &row_of_lags[FILTER_TAPS - 1 - a..2 * FILTER_TAPS - 1 - a];
                    for signal in 0..taps.ncols() {
                        let taps = taps.column(signal);
                        let taps = &taps.as_slice()[j * FILTER_TAPS..(j + 1) * FILTER_TAPS];
                        product[(i * FILTER_TAPS + a, signal)] +=
                            row.iter().zip(taps).map(|(lag, tap)| lag * tap).sum::<f64>();
                    }
                }
            }
        }
        product
    }
}

/// `[C L, C L]`, symmetric: inner products of channel `i` delayed by `a` with channel `j` delayed by `b`, at row
/// `i L + a` and column `j L + b`, of `lags` indexed by `[i][j][delay]`; `ridge` is added to its diagonal.
fn gram(lags: &[Vec<Vec<f64>>], ridge: f64) -> DMatrix<f64> {
    let size = lags.len() * FILTER_TAPS;
    let place = |index: usize| (index / FILTER_TAPS, index % FILTER_TAPS);
    DMatrix::from_fn(size, size, |row, column| {
        inner_product(lags, place(row), place(column)) + if row == column { ridge } else { 0.0 }
    })
}

/// The inner product of channel `i` delayed by `a` with channel `j` delayed by `b`, of `lags` indexed by
/// `[i][j][delay]`: the same to the bit with both exchanged.
pub(super) fn inner_product(lags: &[Vec<Vec<f64>>], (i, a): (usize, usize), (j, b): (usize, usize)) -> f64 {
    match a.cmp(&b) {
        Ordering::Less => lags[i][j][b - a],
        Ordering::Greater => lags[j][i][a - b],
        Ordering::Equal => lags[i.min(j)][i.max(j)][0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An autocorrelation that dies away, `ratio` to the power of the delay.
    fn decaying(ratio: f64) -> Vec<f64> {
        (0..FILTER_TAPS).map(|m| ratio.powi(m as i32)).collect()
    }

    fn products() -> Vec<f64> {
        (0..FILTER_TAPS).map(|m| (0.7 * m as f64).cos() * 0.95_f64.powi(m as i32)).collect()
    }

    #[test]
    fn a_channel_that_comes_twice_adds_nothing() {
        let once = Projector::new(&[vec![decaying(0.9)]], 0..1);
        let twice = Projector::new(&vec![vec![decaying(0.9); 2]; 2], 0..2);
        assert!(!once.is_singular && twice.is_singular);
        let alone = once.energy(&[vec![products()]]);
        let found = twice.energy(&[vec![products(); 2]]);
        assert!((found / alone - 1.0).abs() < 1e-9, "{found}, not {alone}");
    }

    #[test]
    fn the_level_of_a_reference_makes_no_difference() {
        let quiet: Vec<f64> = decaying(0.9).iter().map(|lag| lag * 1e-12).collect();
        let filters = Projector::new(&[vec![quiet]], 0..1).filters(&[vec![products()]]);
        let expected = Projector::new(&[vec![decaying(0.9)]], 0..1).filters(&[vec![products()]]);
        for (found, expected) in filters[0][0].iter().zip(&expected[0][0]) {
            assert!((found * 1e-12 - expected).abs() < 1e-9, "{found}, not 1e12 {expected}");
        }
    }
}
