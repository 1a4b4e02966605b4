//! Products of row-major matrices with the crate `matrixmultiply`, which chooses vector instructions at run time.

use std::ops::Range;

/// A row-major matrix or its transpose.
#[derive(Debug, Clone, Copy)]
pub struct MatrixView<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> MatrixView<'a> {
    /// `values` as rows of `columns` values each.
    ///
    /// # Panics
    /// If `columns` is 0 or does not divide the number of values.
    pub fn new(values: &'a [f32], columns: usize) -> Self {
        assert!(columns > 0 && values.len().is_multiple_of(columns), "values must fill whole rows");
        Self { values, rows: values.len() / columns, columns, row_stride: columns, column_stride: 1 }
    }

    /// Number of columns.
    pub fn columns(self) -> usize {
        self.columns
    }

    /// The columns of `range` alone; nothing is moved.
    ///
    /// # Panics
    /// If there are no such columns.
    pub fn column_range(self, range: Range<usize>) -> Self {
        assert!(range.start < range.end && range.end <= self.columns && self.rows > 0, "the columns must be there");
        Self { values: &self.values[range.start * self.column_stride..], columns: range.len(), ..self }
    }

    /// Rows and columns exchanged; nothing is moved.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// `out = a b`, row-major: a is `[M, K]`, b is `[K, N]`, out is `[M, N]`.
///
/// # Panics
/// If the shapes do not fit each other.
pub fn product(a: MatrixView, b: MatrixView, out: &mut [f32]) {
    assert_eq!(a.columns, b.rows, "inner dimensions must agree");
    assert_eq!(out.len(), a.rows * b.columns, "the result must have a place for every value");
    let stride = |stride: usize| stride as isize;
    // SAFETY: `MatrixView` reaches rows × columns values of its slice through its strides and none behind it, `out` was
    // just checked to hold M × N values, and it cannot alias the other two.
    unsafe {
        matrixmultiply::sgemm(
            a.rows,
            a.columns,
            b.columns,
            1.0,
            a.values.as_ptr(),
            stride(a.row_stride),
            stride(a.column_stride),
            b.values.as_ptr(),
            stride(b.row_stride),
            stride(b.column_stride),
            0.0,
            out.as_mut_ptr(),
            stride(b.columns),
            1,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_agree_with_sums_by_hand() {
        for (m, k, n) in [(1, 1, 1), (3, 5, 2), (64, 25, 33), (17, 1, 70)] {
            let a: Vec<f32> = (0..m * k).map(|x| (x % 7) as f32 - 3.0).collect();
            let b: Vec<f32> = (0..k * n).map(|x| (x % 5) as f32 - 1.0).collect();
            let mut out = vec![f32::NAN; m * n];
            product(MatrixView::new(&a, k), MatrixView::new(&b, n), &mut out);
            for row in 0..m {
                for column in 0..n {
                    let expected: f32 = (0..k).map(|i| a[row * k + i] * b[i * n + column]).sum();
                    assert_eq!(out[row * n + column], expected);
                }
            }
            // aᵀ, with rows and columns exchanged again, is a.
            let flipped: Vec<f32> = (0..k * m).map(|x| a[(x % m) * k + x / m]).collect();
            let mut again = vec![0.0; m * n];
            product(MatrixView::new(&flipped, m).transposed(), MatrixView::new(&b, n), &mut again);
            assert_eq!(again, out);
            // A product with some columns of b is those columns of the product.
            let mut part = vec![f32::NAN; m * (n - n / 2)];
            product(MatrixView::new(&a, k), MatrixView::new(&b, n).column_range(n / 2..n), &mut part);
            let expected = out.chunks_exact(n).flat_map(|row| &row[n / 2..]);
            assert!(part.iter().eq(expected));
        }
    }
}
