//! Merges bins into bands, so that there is less to solve.
//!
//! The divergence is the likelihood of a Poisson model, and a sum of Poisson variables is a Poisson variable again,
//! with the sums of the bases as its dictionary. So activations can be solved on sums of neighbouring bins: single bins
//! at low frequencies, where sources differ by single partials, and ever wider bands above.

use std::ops::Range;

/// Bins below this one are bands of their own: to 1 kHz in short frames, to 0.5 kHz in long ones.
const SINGLE_BINS: usize = 48;
/// Above, the width of a band is this share of its frequency: about a seventeenth of an octave.
const WIDTH_RATIO: f64 = 1.0 / 24.0;

/// A partition of the bins `first..last` into bands.
#[derive(Debug, Clone)]
pub struct Bands {
    edges: Vec<usize>,
}

impl Bands {
    /// Bands over `bins`; bins outside belong to no band.
    ///
    /// # Panics
    /// If the range is empty.
    pub fn new(bins: Range<usize>) -> Self {
        assert!(!bins.is_empty(), "bands need at least one bin");
        let mut edges = vec![bins.start];
        let mut edge = bins.start;
        while edge < bins.end {
            let width = if edge < SINGLE_BINS { 1 } else { (edge as f64 * WIDTH_RATIO).round() as usize };
            edge = (edge + width.max(1)).min(bins.end);
            edges.push(edge);
        }
        Self { edges }
    }

    /// Number of bands B.
    pub fn len(&self) -> usize {
        self.edges.len() - 1
    }

    /// Whether there is no band, which is never so.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bins of band `b`.
    pub fn bins(&self, b: usize) -> Range<usize> {
        self.edges[b]..self.edges[b + 1]
    }

    /// Sums `bins`, `[F]`, into `bands`, `[B]`. Bins that `bins` lacks count as 0.
    pub fn merge(&self, bins: &[f32], bands: &mut [f32]) {
        for (b, band) in bands.iter_mut().enumerate() {
            let Range { start, end } = self.bins(b);
            *band = bins[start.min(bins.len())..end.min(bins.len())].iter().sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_every_bin_once_and_keep_the_sum() {
        let bands = Bands::new(1..1025);
        assert!((100..=150).contains(&bands.len()), "{}", bands.len());
        let bins: Vec<f32> = (0..1025).map(|bin| bin as f32).collect();
        let mut merged = vec![0.0; bands.len()];
        bands.merge(&bins, &mut merged);
        assert_eq!(merged.iter().sum::<f32>(), bins.iter().sum::<f32>());
        assert_eq!(bands.bins(0), 1..2);
        assert_eq!(bands.bins(bands.len() - 1).end, 1025);
    }

    #[test]
    fn a_spectrum_of_one_bin_is_one_band() {
        assert_eq!(Bands::new(1..2).len(), 1);
    }
}
