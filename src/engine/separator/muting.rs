//! Cuts muted sources out harder than the masks do, so that less of them stays audible in what is kept.
//!
//! With K the share of a bin that the masks give to the sources that are kept, and D = 1 − K that of the muted ones,
//! the kept sources get
//!
//! ```text
//! K' = K^p / (K^p + (c D)^p)
//! ```
//!
//! of it instead, in their proportions. The power p decides more clearly who has a bin, the factor c decides in doubt
//! against the muted sources. Masks are the shares that lower the error of all sources alike; when one is muted, what
//! is left of it is heard more than what the others lose.

use super::loops;
use crate::preset::MAX_SOURCES;

/// c. The power p is 1.25.
const SEVERITY: f32 = 1.2;
/// Gain below which a source counts as muted, the more the lower it is, so that fading one out makes no step: -20 dB.
const LEAST_AUDIBLE: f32 = 0.1;

/// What the masks of a frame are multiplied by. Allocates nothing after construction.
pub(super) struct Muting {
    /// How far each source is muted, 0 to 1.
    degrees: [f32; MAX_SOURCES],
    /// K, then K' / K, `[F]`.
    factors: Vec<f32>,
}

impl Muting {
    /// For spectra of `bins` bins. Nothing is muted.
    pub(super) fn new(bins: usize) -> Self {
        Self { degrees: [0.0; MAX_SOURCES], factors: vec![1.0; bins] }
    }

    /// Sets the gains of the sources of this frame.
    pub(super) fn set_gains(&mut self, gains: &[f32]) {
        self.degrees.fill(0.0);
        for (degree, gain) in self.degrees.iter_mut().zip(gains) {
            *degree = (1.0 - gain / LEAST_AUDIBLE).max(0.0);
        }
    }

    /// Whether a source is muted.
    pub(super) fn is_needed(&self) -> bool {
        self.degrees.iter().any(|degree| *degree > 0.0)
    }

    /// Compares the masks of the muted sources with those of the others. `masks_of` gives the masks of a source, `[F]`
    /// each, with their weights.
    pub(super) fn compare<'a, M: Iterator<Item = (&'a [f32], f32)>>(&mut self, masks_of: impl Fn(usize) -> M) {
        self.factors.fill(1.0);
        for (source, degree) in self.degrees.iter().enumerate().filter(|(_, degree)| **degree > 0.0) {
            for (mask, share) in masks_of(source) {
                loops::add_scaled(&mut self.factors, -degree * share, mask);
            }
        }
        loops::cut_harder(&mut self.factors, SEVERITY);
    }

    /// Cuts the muted sources out of a weighted mask, `[F]`.
    pub(super) fn apply(&self, mask: &mut [f32]) {
        if self.is_needed() {
            loops::multiply(mask, &self.factors);
        }
    }
}
