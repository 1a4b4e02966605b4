//! The bases of one or more sources, a column each, as they are written.

use crate::dictionary::{Dictionary, FrameSpec};

/// What is written: bases for one analysis and, where a format has room for them, for others.
pub(crate) struct BasisColumns {
    pub(crate) frame: FrameSpec,
    pub(crate) sources: Vec<SourceColumns>,
}

/// One source of [`BasisColumns`].
pub(crate) struct SourceColumns {
    pub(crate) name: String,
    /// For the analysis that all sources share.
    pub(crate) bases: Dictionary,
    /// For others.
    pub(crate) others: Vec<Dictionary>,
}

impl BasisColumns {
    /// Number of bases of all sources.
    pub(crate) fn count(&self) -> usize {
        self.sources.iter().map(|source| source.bases.components).sum()
    }

    /// The weights of all bases, bin after bin.
    pub(super) fn rows(&self) -> impl Iterator<Item = Vec<f32>> {
        let row = |bin: usize| {
            let bases = self.sources.iter().map(|source| &source.bases);
            bases.flat_map(|bases| (0..bases.components).map(move |k| bases.basis(k)[bin])).collect()
        };
        (0..self.frame.bins()).map(row)
    }
}
