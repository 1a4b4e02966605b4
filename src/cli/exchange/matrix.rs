//! A matrix as it stands in a file, before it is known which side is frequency.

/// Numbers in rows, with the name that the file has for them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    /// Empty where a file holds one matrix without a name.
    pub(super) name: String,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Row after row.
    pub(super) values: Vec<f32>,
    /// Whether the rows are known to be bins: then each column is a basis.
    pub(super) rows_are_bins: bool,
    /// Whether the file has it as a vector, with one dimension.
    pub(super) is_vector: bool,
}

impl Matrix {
    /// The bases, `[K, F]`, and their number of bins F. `bins` is what the frame length asks for, if that is known.
    pub(super) fn bases(&self, bins: Option<usize>) -> Result<(usize, Vec<f32>), String> {
        let bins = self.bins(bins)?;
        let bases = if bins == self.rows {
            let column = |k: usize| self.values.iter().skip(k).step_by(self.columns).copied();
            (0..self.columns).flat_map(column).collect()
        } else {
            self.values.clone()
        };
        Ok((bins, bases))
    }

    /// Whether one of its sides is so long.
    pub(super) fn has_side(&self, length: usize) -> bool {
        [self.rows, self.columns].contains(&length)
    }

    /// How an error calls it.
    pub(super) fn shown(&self) -> String {
        if self.name.is_empty() { "the matrix".to_owned() } else { format!("{:?}", self.name) }
    }

    fn bins(&self, wanted: Option<usize>) -> Result<usize, String> {
        let Self { rows, columns, .. } = *self;
        match wanted {
            Some(bins) if bins == rows || (bins == columns && !self.rows_are_bins) => Ok(bins),
            Some(bins) => Err(format!(
                "{} is {rows} x {columns}, and frames of that length have {bins} bins; check the frame length",
                self.shown()
            )),
            None if self.rows_are_bins || rows > columns => Ok(rows),
            None if columns > rows => Ok(columns),
            None => Err(format!(
                "{} is {rows} x {columns}, and either side could be frequency; give the frame length with --frame",
                self.shown()
            )),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
mod tests {
    use super::*;

    fn matrix(rows: usize, columns: usize) -> Matrix {
        let values = (0..rows * columns).map(|place| place as f32).collect();
        Matrix { name: "w".to_owned(), rows, columns, values, rows_are_bins: false, is_vector: false }
    }

    #[test]
    fn bases_come_out_the_same_whichever_side_is_frequency() {
        let upright = matrix(5, 2);
        let turned = Matrix { rows: 2, columns: 5, values: upright.bases(None).unwrap().1, ..upright.clone() };
        assert_eq!(upright.bases(None), turned.bases(None));
        assert_eq!(upright.bases(None).unwrap(), (5, vec![0.0, 2.0, 4.0, 6.0, 8.0, 1.0, 3.0, 5.0, 7.0, 9.0]));
    }

    #[test]
    fn more_bases_than_bins_need_the_frame_length() {
        assert_eq!(matrix(5, 9).bases(Some(5)).unwrap().0, 5);
        assert!(matrix(5, 5).bases(None).unwrap_err().contains("either side could be frequency"));
        assert!(matrix(5, 9).bases(Some(7)).unwrap_err().contains("frames of that length have 7 bins"));
    }
}
