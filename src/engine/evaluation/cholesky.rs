//! The Cholesky factorization of a large matrix, panel by panel, so that most of it is products of matrices, on all
//! cores. nalgebra's own goes column by column: with two cores it takes 4 times as long for 2048 rows (two stereo
//! sources), and 8 times for 4096.

use nalgebra::{DMatrix, DMatrixViewMut};

/// Columns in a panel.
const PANEL: usize = 128;

/// The lower factor `L` of a symmetric matrix `A = L Lᵀ`; what lies above its diagonal has no meaning.
pub(super) struct LowerFactor {
    matrix: DMatrix<f64>,
}

impl LowerFactor {
    /// Of a symmetric `matrix`, of which the part on and below the diagonal is read; `None` if a pivot is not above
    /// `least`.
    pub(super) fn of(mut matrix: DMatrix<f64>, least: f64) -> Option<Self> {
        let n = matrix.nrows();
        for start in (0..n).step_by(PANEL) {
            let width = PANEL.min(n - start);
            let (before, mut panel) = matrix.columns_range_pair_mut(..start, start..start + width);
            if start > 0 {
                let rows = before.rows_range(start..);
                let across = before.rows_range(start..start + width).transpose();
                let half = rows.nrows() / 2;
                let (mut upper, mut lower) = panel.rows_range_pair_mut(start..start + half, start + half..);
                rayon::join(
                    || upper.gemm(-1.0, &rows.rows_range(..half), &across, 1.0),
                    || lower.gemm(-1.0, &rows.rows_range(half..), &across, 1.0),
                );
            }
            factor_panel(panel.rows_range_mut(start..), least)?;
        }
        Some(Self { matrix })
    }

    /// Replaces the columns of `sides` by the solutions `x` of `A x = side`.
    pub(super) fn solve(&self, sides: &mut DMatrix<f64>) {
        self.matrix.solve_lower_triangular_mut(sides);
        self.matrix.tr_solve_lower_triangular_mut(sides);
    }
}

/// The columns of the factor that lie in `panel`, whose first rows are its diagonal block.
fn factor_panel(mut panel: DMatrixViewMut<'_, f64>, least: f64) -> Option<()> {
    for column in 0..panel.ncols() {
        for earlier in 0..column {
            let factor = panel[(column, earlier)];
            let (source, mut target) = panel.columns_range_pair_mut(earlier..=earlier, column..=column);
            let (source, mut target) = (source.column(0), target.column_mut(0));
            target.rows_range_mut(column..).axpy(-factor, &source.rows_range(column..), 1.0);
        }
        let pivot = panel[(column, column)];
        if pivot.is_nan() || pivot <= least {
            return None;
        }
        panel.column_mut(column).rows_range_mut(column..).unscale_mut(pivot.sqrt());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Symmetric and positive definite, wider than a few panels.
    fn matrix() -> DMatrix<f64> {
        DMatrix::from_fn(300, 300, |i, j| 0.9_f64.powi(i.abs_diff(j) as i32) + if i == j { 0.1 } else { 0.0 })
    }

    #[test]
    fn what_is_solved_gives_the_right_hand_side_again() {
        let sides = DMatrix::from_fn(300, 3, |i, j| ((i * (j + 1)) as f64).sin());
        let mut solved = sides.clone();
        LowerFactor::of(matrix(), 0.0).unwrap().solve(&mut solved);
        assert!((matrix() * solved - sides).amax() < 1e-12);
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_factor() {
        assert!(LowerFactor::of(DMatrix::from_element(300, 300, 1.0), 1e-13).is_none());
        assert!(LowerFactor::of(DMatrix::from_element(2, 2, f64::NAN), 0.0).is_none());
    }
}
