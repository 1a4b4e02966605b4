//! Memory aligned for the machine's widest vector registers.

use std::ops::{Deref, DerefMut};

/// Values per cache line. Rows are padded to a multiple of it, so that on every machine a row is a whole number of
/// registers.
pub const LINE: usize = 16;

/// A slice of f32 that starts on a cache line: loading across two lines takes twice as long.
#[derive(Debug)]
pub struct Aligned {
    storage: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let storage = vec![0.0; len + LINE - 1];
        // If the offset is unknown, only speed is lost.
        let start = storage.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE - 1);
        Self { storage, start, len }
    }

    /// `values`, `[rows, columns]`, each row padded with zeros to `padded(columns)`.
    pub fn rows(values: &[f32], columns: usize) -> Self {
        let mut rows = Self::zeros(values.len() / columns * padded(columns));
        for (padded, row) in rows.chunks_exact_mut(padded(columns)).zip(values.chunks_exact(columns)) {
            padded[..columns].copy_from_slice(row);
        }
        rows
    }
}

/// The length of a row of `columns` values with its padding.
pub const fn padded(columns: usize) -> usize {
    columns.next_multiple_of(LINE)
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_start_on_cache_lines_and_end_in_zeros() {
        let rows = Aligned::rows(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3).clone();
        assert_eq!(rows.as_ptr().align_offset(64), 0);
        assert_eq!(rows.len(), 2 * LINE);
        assert_eq!(rows[..4], [1.0, 2.0, 3.0, 0.0]);
        assert_eq!(rows[LINE..LINE + 4], [4.0, 5.0, 6.0, 0.0]);
    }
}
