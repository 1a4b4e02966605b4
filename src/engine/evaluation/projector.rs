//! Least-squares projections onto the delays of true sources.

use super::FILTER_TAPS;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// A factorized normal matrix of the delays of all references, or of one.
pub(super) struct Projector {
    /// The first reference it spans.
    pub(super) first: usize,
    /// How many references it spans.
    pub(super) sources: usize,
    factors: Factors,
}

enum Factors {
    Cholesky(Cholesky<f64, Dyn>),
    /// The pseudo-inverse `[S L, S L]`, for references that depend on each other or lack whole bands.
    PseudoInverse(DMatrix<f64>),
}

impl Projector {
    /// Of the normal matrix `gram` of references from the `first` on.
    pub(super) fn new(gram: DMatrix<f64>, first: usize) -> Self {
        let sources = gram.nrows() / FILTER_TAPS;
        let factors = match Cholesky::new(gram.clone()) {
            Some(cholesky) => Factors::Cholesky(cholesky),
            None => Factors::PseudoInverse(pseudo_inverse(gram)),
        };
        Self { first, sources, factors }
    }

    /// The filters, `[S][L]`, whose output comes closest to a signal with these inner `products`, indexed by
    /// `[source][delay]` over all references.
    pub(super) fn filters(&self, products: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let own = products[self.first..self.first + self.sources].iter().flatten().copied();
        let products = DVector::from_iterator(self.sources * FILTER_TAPS, own);
        let taps = match &self.factors {
            Factors::Cholesky(cholesky) => cholesky.solve(&products),
            Factors::PseudoInverse(inverse) => inverse * products,
        };
        taps.as_slice().chunks_exact(FILTER_TAPS).map(<[f64]>::to_vec).collect()
    }
}

/// `[S L, S L]`, symmetric: inner products of source `i` delayed by `a` with source `j` delayed by `b`, at row `i L + a`
/// and column `j L + b`, of `lags` indexed by `[i][j][delay]`.
pub(super) fn gram(lags: &[Vec<Vec<f64>>]) -> DMatrix<f64> {
    let size = lags.len() * FILTER_TAPS;
    DMatrix::from_fn(size, size, |row, column| {
        let ((i, a), (j, b)) = ((row / FILTER_TAPS, row % FILTER_TAPS), (column / FILTER_TAPS, column % FILTER_TAPS));
        // The same sum of products is taken for both halves of the matrix.
        match (b.cmp(&a), i <= j) {
            (std::cmp::Ordering::Greater, _) => lags[i][j][b - a],
            (std::cmp::Ordering::Less, _) => lags[j][i][a - b],
            (std::cmp::Ordering::Equal, true) => lags[i][j][0],
            (std::cmp::Ordering::Equal, false) => lags[j][i][0],
        }
    })
}

/// The Moore-Penrose inverse of a symmetric matrix that is positive definite except for rounding.
fn pseudo_inverse(gram: DMatrix<f64>) -> DMatrix<f64> {
    let n = gram.nrows();
    let eigen = gram.symmetric_eigen();
    let floor = eigen.eigenvalues.max() * f64::EPSILON * n as f64;
    let mut scaled = eigen.eigenvectors.clone();
    for (mut column, value) in scaled.column_iter_mut().zip(&eigen.eigenvalues) {
        column *= if *value > floor { 1.0 / value } else { 0.0 };
    }
    scaled * eigen.eigenvectors.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pseudo_inverse_projects_as_cholesky_does() {
        // An autocorrelation that dies away, and products that do so.
        let lags = vec![vec![(0..FILTER_TAPS).map(|m| 0.9_f64.powi(m as i32)).collect()]];
        let products = vec![(0..FILTER_TAPS).map(|m| (0.7 * m as f64).cos() * 0.95_f64.powi(m as i32)).collect()];
        let gram = gram(&lags);
        let cholesky = Projector::new(gram.clone(), 0);
        assert!(matches!(cholesky.factors, Factors::Cholesky(_)));
        let inverse = Projector { first: 0, sources: 1, factors: Factors::PseudoInverse(pseudo_inverse(gram)) };
        let [a, b] = [&cholesky, &inverse].map(|projector| projector.filters(&products).concat());
        a.iter().zip(&b).for_each(|(a, b)| assert!((a - b).abs() < 1e-9, "{a} is not {b}"));
    }
}
